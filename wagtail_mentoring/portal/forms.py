"""The forms of the private pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.applications.validation import refuse_control_characters, refuse_identity_code
from wagtail_mentoring.documents.names import comparable


class NewLinkForm(forms.Form):
    """Asks where to send a fresh private link."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("The address that you gave when you applied, or when you became a mentor."),
        max_length=254,
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("This is not a whole e-mail address. It looks like this: name@example.org"),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "mtg-in--mid"}),
    )


class SignForm(forms.Form):
    """The signature: code, name and tick. ``party_name`` is the name that the agreement prints."""

    code = forms.CharField(
        label=_("Code from the e-mail"),
        help_text=_("Six numbers"),
        max_length=20,
        error_messages={"required": _("Write the code from the e-mail.")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "mtg-in--code"}
        ),
    )
    typed_name = forms.CharField(
        label=_("Write your full name"),
        help_text=_("This is your signature."),
        max_length=200,
        error_messages={"required": _("Write your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    agreed = forms.BooleanField(
        label=_("I have read the agreement and I accept it."),
        error_messages={"required": _("Tick the box if you agree to the agreement.")},
    )
    # The page fills it with the hash of the text that it shows, also when it comes back with errors.
    shown_sha256 = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, party_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.party_name = party_name

    def clean_typed_name(self) -> str:
        """Compare with the printed name here already, so that a slip of the pen costs no try of the code."""
        typed = " ".join(self.cleaned_data["typed_name"].split())
        if comparable(typed) != comparable(self.party_name):
            raise forms.ValidationError(_now("Write your name as it stands in the agreement: %s") % self.party_name)
        return typed


class _CopyForm(forms.Form):
    """One file, checked by its content and not by its name. ``way`` keeps the ids of two such forms apart."""

    way = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"{self.way}_%s"


class SignedFileForm(_CopyForm):
    """The agreement's file, signed with a certificate."""

    way = "file"
    # One that is empty or too large is refused as any other that is wrong, and so written down.
    file = forms.FileField(
        label=_("The signed PDF"),
        allow_empty_file=True,
        error_messages={
            "required": _("Choose the PDF that your program saved after you signed."),
            "invalid": _("The file did not arrive. Choose it again."),
        },
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf", "class": "mtg-in--file"}),
    )


class ScanForm(_CopyForm):
    """A scan or photo of the signed paper."""

    way = "paper"
    file = forms.FileField(
        label=_("Scan or photo of the signed paper"),
        help_text=_("PDF, JPEG or PNG. All signatures and dates must be easy to read."),
        allow_empty_file=True,
        error_messages={
            "required": _("Choose the scan or photo of the signed paper."),
            "invalid": _("The file did not arrive. Choose it again."),
        },
        widget=forms.FileInput(
            attrs={
                "accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png",
                "class": "mtg-in--file",
            }
        ),
    )


class DeclineForm(forms.Form):
    """Why somebody does not want to sign; it may stay empty."""

    reason = forms.CharField(
        label=_("Do you want to say why?"),
        help_text=_("You can leave this empty. Only the contact persons and supervisors of the union read it."),
        required=False,
        max_length=2000,
        validators=[refuse_identity_code, refuse_control_characters],
        error_messages={"max_length": _("Write at most 2000 characters.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
