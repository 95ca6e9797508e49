"""The forms of the pages of the own data."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.applications.forms import StepForm
from wagtail_mentoring.applications.questions import Email, LongText, Text, Tick
from wagtail_mentoring.applications.validation import refuse_address
from wagtail_mentoring.conf import conf
from wagtail_mentoring.people import time_zones
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.phones import refuse_no_number
from wagtail_mentoring.people.whose import Someone

from ..mentor_questions import language_question, offer_languages


class CodeForm(StepForm):
    """Asks for the code that was mailed."""

    code = forms.CharField(
        label=gettext_lazy("The code that we sent"),
        help_text=gettext_lazy("Six numbers"),
        max_length=20,
        error_messages={"required": gettext_lazy("Write the code that we sent.")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "mtg-in--code"}
        ),
    )


class ContactForm(StepForm):
    """How somebody is called and reached. The name stays with the contact person: it stands in what was signed."""

    preferred_name = Text(
        label=gettext_lazy("What shall we call you?"),
        help_text=gettext_lazy("Leave it empty if your whole name is right."),
        max_length=100,
        required=False,
        kind="mid",
        autocomplete="nickname",
        validators=[refuse_address],
    )
    phone = Text(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        kind="mid",
        autocomplete="tel",
        validators=[refuse_no_number],
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    municipality = Text(
        label=gettext_lazy("Municipality"),
        max_length=100,
        required=False,
        kind="mid",
        autocomplete="address-level2",
    )
    hide_municipality = Tick(label=gettext_lazy("Only my contact person may see my municipality"), required=False)
    safe_contact = Text(
        label=gettext_lazy("Is there a safe way to contact you?"),
        help_text=gettext_lazy(
            "For example: only by text message, not in the evening. "
            "Only the contact persons and supervisors of the union read it."
        ),
        max_length=200,
        required=False,
    )
    language = language_question(gettext_lazy("In which language shall we write to you?"))
    time_zone = forms.ChoiceField(
        label=gettext_lazy("In which time zone shall we show times?"),
        help_text=gettext_lazy("Change it if you are not in Finland."),
        required=False,
    )
    daily_digest = Tick(
        label=gettext_lazy("Send me one mail a day, with everything that can wait"),
        help_text=gettext_lazy("Codes, links, and what is about a meeting tomorrow come at once."),
        required=False,
    )

    layouts = {"language": "row"}

    def __init__(self, *args: Any, person: Someone, **kwargs: Any) -> None:
        first = {name: getattr(person, name) for name in self.base_fields if hasattr(person, name)}
        super().__init__(*args, initial=first, **kwargs)
        if isinstance(person, Mentor):
            # A mentor's municipality stands in the profile, beside the ways to meet.
            for name in ("municipality", "hide_municipality", "safe_contact"):
                del self.fields[name]
        offer_languages(self, conf.LANGUAGES)
        site = _("As in Finland") if time_zones.site_zone().key == "Europe/Helsinki" else time_zones.site_zone().key
        zone = cast(forms.ChoiceField, self.fields["time_zone"])
        zone.choices = [("", site), *time_zones.choices()]

    def changed(self, person: Someone) -> dict[str, Any]:
        """Return by column the cleaned answers that differ from what is stored of ``person``."""
        given = self.cleaned_data.items()
        return {name: value for name, value in given if getattr(person, name) != value}


class AddressForm(StepForm):
    """Asks for the new e-mail address."""

    email = Email(
        label=gettext_lazy("Your new e-mail address"),
        max_length=254,
        missing=gettext_lazy("Write your new e-mail address."),
        autocomplete="email",
        kind="mid",
    )


class LostAddressForm(AddressForm):
    """The same, of somebody who cannot read the old address. The ids are apart from those of the other form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="lost_%s", **kwargs)


class StopForm(StepForm):
    """A word about the end; it may stay empty."""

    reason = LongText(
        label=gettext_lazy("Do you want to say why?"),
        help_text=gettext_lazy(
            "You can leave this empty. Only the contact persons and supervisors of the union read it."
        ),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
