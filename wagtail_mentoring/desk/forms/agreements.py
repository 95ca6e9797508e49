"""The forms of the steps about the agreement: signing as contact person, paper, copies, signing again, a new mentor."""

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.agreements.models import Party, UploadKind
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.uploads import UploadRefused, check_scan
from wagtail_mentoring.privacy.uploads import MemoryFileField

from ..fields import DAY_FORMATS, DayField, RadioField, RowsField, TextField
from .base import OverridingForm, StepForm
from .picking import MentorsField


class SignAsContactForm(StepForm):
    """The contact person types the name as it is printed. ``shown_sha256`` says which document was shown."""

    shown_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    typed_name = forms.CharField(
        label=_("Write your full name"), max_length=200, error_messages={"required": _("Write your name.")}
    )
    agreed = forms.BooleanField(
        label=_("I have read the agreement and agree to it"),
        error_messages={"required": _("Tick the box if you agree to the agreement.")},
    )

    def prepare(self) -> None:
        party = self.dossier.contact_party
        if party is not None:
            self.initial["shown_sha256"] = party.agreement.document.sha256
            self.fields["typed_name"].help_text = _now("As it stands in the agreement: %s") % party.name


class PartiesField(RowsField):
    """Who has signed on a paper. A supplement is another paper, so it is named."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("queryset", Party.objects.none())
        kwargs.setdefault("error_messages", {"required": _("Choose who has signed.")})
        super().__init__(**kwargs)

    def label_from_instance(self, obj: Party) -> str:
        names = {"name": obj.name, "role": obj.get_role_display()}
        if obj.agreement.is_supplement:
            return _now("%(name)s, %(role)s (supplement)") % names
        return _now("%(name)s, %(role)s") % names


def day_on_paper() -> DayField:
    """Return the field for the date that stands on a signed paper.

    The browser's own: it is the last above the button, and Wagtail's calendar opens over that.
    """
    return DayField(
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=DAY_FORMATS,
        label=_("Date on the paper"),
        help_text=_("If there are several, the latest."),
        error_messages={
            "required": _("Write the date that stands on the paper."),
            "invalid": _("Write the day, such as 24.11.2026."),
        },
    )


class RecordPaperForm(StepForm):
    """The handler adds a scan. It is looked at in a process with limits before anything is stored."""

    scan = MemoryFileField(
        label=_("Scan of the signed paper"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={
            "required": _("Choose the scan: a PDF, JPEG or PNG."),
            "empty": _("The file is empty. Choose the scan again."),
        },
    )
    parties = PartiesField(label=_("Who has signed the paper"))
    signed_on = day_on_paper()

    def prepare(self) -> None:
        self.fields["parties"].queryset = self.dossier.open_parties()  # type: ignore[attr-defined]
        most = filesizeformat(conf.UPLOAD_MAX_BYTES)
        self.fields["scan"].help_text = _now("A PDF, JPEG or PNG of at most %s, with every page that is signed.") % most

    def clean_scan(self) -> Any:
        scan = self.cleaned_data["scan"]
        try:
            found = check_scan(scan)
        except (UploadRefused, DocumentRenderError) as error:
            code = error.code if isinstance(error, UploadRefused) else type(error).__name__
            raise ValidationError(str(error), code=code) from error
        # Without what a camera wrote beside the picture: everybody gets the scan with the signing record.
        self.content, self.content_type = found.content, found.content_type
        self.sent_sha256 = hashlib.sha256(scan).hexdigest()
        return scan

    def refused_file(self) -> tuple[str, bytes] | None:
        fault = next(iter(self.errors.as_data().get("scan", ())), None)
        scan = self.files.get("scan")
        if fault is None or scan is None:
            return None
        scan.seek(0)
        return str(fault.code), scan.read()

    def inputs(self) -> dict[str, Any]:
        values = super().inputs()
        del values["scan"]
        checked = {"content": self.content, "content_type": self.content_type, "sent_sha256": self.sent_sha256}
        return values | checked


class CopyForm(StepForm):
    """A decision on one signed copy."""

    def inputs(self) -> dict[str, Any]:
        return super().inputs() | {"upload": self.dossier.copy}


class TakeForm(CopyForm):
    """The copy is taken; of a scan it is said whose signatures it shows, and when they were made."""

    parties = PartiesField(label=_("Whose signatures the paper shows"))
    signed_on = day_on_paper()

    def prepare(self) -> None:
        copy = self.dossier.copy
        if copy is None or copy.kind != UploadKind.SCAN:
            del self.fields["parties"], self.fields["signed_on"]
            return
        chosen = self.dossier.open_parties().filter(agreement=copy.agreement_id)
        self.fields["parties"].queryset = chosen  # type: ignore[attr-defined]


class RefuseCopyForm(CopyForm):
    reason = TextField(
        label=_("Why the copy is not taken"),
        help_text=_("Whoever sent it reads this. Say what to do instead."),
        error_messages={"required": _("Say why the copy is not taken. Whoever sent it reads this.")},
    )


class ReissueForm(StepForm):
    reason = TextField(
        label=_("Why everyone signs again"),
        help_text=_("Everyone who is asked reads this."),
        error_messages={"required": _("Say why everyone is asked to sign again. They read this.")},
    )


class ReplaceMentorForm(OverridingForm):
    leaving = RadioField(label=_("Who leaves"), error_messages={"required": _("Choose who leaves.")})
    joining = MentorsField(
        label=_("Who joins"),
        one=True,
        error_messages={"required": _("Choose who joins."), "number": _("Choose one mentor.")},
    )
    reason = TextField(
        label=_("Why"),
        help_text=_("Kept in the history for the handlers of the union. Part of what the mentee may ask to see."),
        error_messages={"required": _("Say why the mentor is replaced.")},
    )
    answered_on = DayField(
        label=_("The new mentor said yes on"), required=False, help_text=_("Ask before you choose. Empty means today.")
    )

    def prepare(self) -> None:
        super().prepare()
        mentors = self.dossier.mentors
        self.fields["leaving"].choices = [(str(mentor.pk), mentor.name) for mentor in mentors]  # type: ignore[attr-defined]
        self._seek(self.data)

    def keep(self, data: Any) -> None:
        super().keep(data)
        self._seek(data)

    def _seek(self, data: Any) -> None:
        """Let somebody be picked who joins those who stay, once it is known who leaves."""
        mentors = self.dossier.mentors
        staying = [mentor.pk for mentor in mentors if str(mentor.pk) != data.get("leaving", "")]
        beside = staying if len(staying) < len(mentors) else []
        self.fields["joining"].seek_for(self.dossier.case, beside)  # type: ignore[attr-defined]

    def inputs(self) -> dict[str, Any]:
        values = super().inputs()
        (values["joining"],) = values["joining"]
        chosen = values["leaving"]
        values["leaving"] = next((one for one in self.dossier.mentors if str(one.pk) == chosen), None)
        return values
