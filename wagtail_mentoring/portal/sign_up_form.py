"""The form with which a colleague offers to become a mentor."""

from collections.abc import Sequence
from typing import Any, cast

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from wagtail_mentoring.applications.forms.shared import (
    email_question,
    name_notice,
    name_question,
    notice_tick,
    phone_question,
)
from wagtail_mentoring.applications.questions import LongText, Several, Text
from wagtail_mentoring.conf import conf
from wagtail_mentoring.people.choices import SHOWABLE
from wagtail_mentoring.programme.models import ProfessionalField

from .mentor_questions import MentorQuestions, language_question, offer_languages

_SHOWN = list(SHOWABLE.items())


class SignUpForm(MentorQuestions):
    """Everything on one page. ``offered`` are the union's fields; with one alone it is not asked for."""

    name = name_question()
    email = email_question(gettext_lazy("We write to this address. It does not have to be that of your work."))
    phone = phone_question()
    language = language_question(gettext_lazy("In which language shall we write to you?"))
    fields_chosen = Several(
        (),
        label=gettext_lazy("In which field can you be a mentor?"),
        help_text=gettext_lazy("Mentor and mentee have the same profession."),
        missing=gettext_lazy("Choose at least one field."),
    )
    membership_number = Text(
        label=gettext_lazy("What is your membership number?"),
        help_text=gettext_lazy("If you have it at hand. The contact person confirms that you are a member."),
        max_length=40,
        required=False,
        kind="mid",
    )
    partner_wish = Text(
        label=gettext_lazy("Is there somebody with whom you would like to mentor?"),
        help_text=gettext_lazy("Each mentee has two mentors. Write the name of your colleague."),
        max_length=200,
        required=False,
    )
    conflicts = LongText(
        label=gettext_lazy("Is there somebody whom you cannot mentor?"),
        help_text=gettext_lazy(
            "For example people at your own workplace. Only the contact persons and supervisors of the union read this."
        ),
        max_length=2000,
        required=False,
    )
    shown_to_mentee = Several(
        _SHOWN, label=gettext_lazy("What may we show to a mentee whom we propose to you?"), required=False
    )
    shown_to_partner = Several(_SHOWN, label=gettext_lazy("What may we show to the second mentor?"), required=False)
    notice = notice_tick()

    layouts = MentorQuestions.layouts | {"language": "row", "shown_to_mentee": "2", "shown_to_partner": "2"}
    parts = (
        ("about", gettext_lazy("About you"), "", ("name", "email", "phone", "language")),
        ("field", gettext_lazy("Your union"), "", ("fields_chosen", "membership_number")),
        *MentorQuestions.parts,
        ("others", gettext_lazy("With whom, and with whom not"), "", ("partner_wish", "conflicts")),
        (
            "shown",
            gettext_lazy("What others may see of you"),
            gettext_lazy(
                "Mentors are never listed anywhere. A mentee or a second mentor sees only what you tick here, and only "
                "when we propose you to each other. If you tick nothing for a mentee, we cannot suggest you to "
                "anybody. You can change your mind at any time."
            ),
            ("shown_to_mentee", "shown_to_partner"),
        ),
        ("last", gettext_lazy("Before you send"), "", ("notice",)),
    )

    def __init__(
        self, *args: Any, offered: Sequence[ProfessionalField], notice_address: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered = list(offered)
        if len(self.offered) == 1:
            del self.fields["fields_chosen"]
        else:
            cast(Several, self.fields["fields_chosen"]).choices = [
                (str(field.pk), capfirst(str(field.profession))) for field in self.offered
            ]
        offer_languages(self, conf.LANGUAGES)
        name_notice(self, notice_address)

    @property
    def chosen_fields(self) -> list[ProfessionalField]:
        """The fields that were chosen, once the form is clean."""
        if "fields_chosen" not in self.fields:
            return self.offered
        return [field for field in self.offered if str(field.pk) in self.cleaned_data["fields_chosen"]]
