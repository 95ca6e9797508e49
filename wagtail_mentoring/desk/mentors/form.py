"""The form with which a contact person registers a mentor and edits the profile."""

import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.widgets import AdminAutoHeightTextInput

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf
from wagtail_mentoring.pairing.mentor_states import with_state
from wagtail_mentoring.people.choices import SHOWABLE, TOPICS, SuitableTime
from wagtail_mentoring.people.finding import folded
from wagtail_mentoring.people.mentors import merge_absences, set_shown, with_address
from wagtail_mentoring.people.models import Mentor, MentorAbsence
from wagtail_mentoring.people.phones import refuse_no_number
from wagtail_mentoring.people.sheets.values import CONSENTS
from wagtail_mentoring.privacy.consents import consented

from ..fields import DayField, PastDayField, RowsField, TextField
from ..forms import refuse_in_texts
from ..register import handled_fields
from .wording import mentees


class ChoicesField(forms.MultipleChoiceField):
    """Several of a short list, all of it visible. The value is a list, as it is stored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple, **kwargs)


class AbsenceForm(WagtailAdminModelForm):
    """One time away."""

    first_day = DayField(label=gettext_lazy("First day away"))
    last_day = DayField(label=gettext_lazy("Last day away"))

    class Meta:
        model = MentorAbsence
        fields = ["first_day", "last_day"]


class MentorForm(WagtailAdminModelForm):
    """A mentor. The union is that of the chosen fields; only fields of the user's own unions are offered."""

    membership_confirmed_on = PastDayField(
        label=gettext_lazy("Membership confirmed on"),
        required=False,
        help_text=gettext_lazy("Without it the mentor is not offered for a case."),
    )
    paused_until = DayField(
        label=gettext_lazy("Paused until"),
        required=False,
        help_text=gettext_lazy("The last day of the pause. Until then nobody new is offered."),
    )
    oriented_on = PastDayField(
        label=gettext_lazy("Orientation acknowledged on"),
        required=False,
        help_text=gettext_lazy("Needed before the first case. The first invitation asks for it."),
    )
    checked_on = PastDayField(
        label=gettext_lazy("Profile confirmed on"),
        required=False,
        help_text=gettext_lazy("When the mentor last said that all this is still true."),
    )
    topics = ChoicesField(label=gettext_lazy("Topics that the mentor can help with"), choices=TOPICS)
    times = ChoicesField(label=gettext_lazy("Times that suit"), choices=SuitableTime.choices)
    topics_text = TextField(label=gettext_lazy("Topics in own words"), required=False, max_length=2000)
    conflicts = TextField(
        label=gettext_lazy("Conflicts of interest in own words"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy(
            "Whom the mentor cannot mentor, such as own employees. For persons in the programme, note the conflict on "
            "the mentor’s page: then the two are never offered for each other."
        ),
    )
    interview_note = TextField(
        label=gettext_lazy("Note on the interview"),
        required=False,
        help_text=gettext_lazy("For the contact persons of the union. The mentor may ask to read it."),
    )
    shown_to_mentee = ChoicesField(
        label=gettext_lazy("May be shown to a mentee"),
        choices=SHOWABLE.items(),
        help_text=gettext_lazy(
            "Only what the mentor has agreed to. If nothing is ticked, the mentor is offered for no case."
        ),
    )
    shown_to_partner = ChoicesField(
        label=gettext_lazy("May be shown to the partner mentor"),
        choices=SHOWABLE.items(),
        help_text=gettext_lazy("Only what the mentor has agreed to. Nothing ticked: nothing is shown."),
    )
    shares_address = forms.BooleanField(
        label=gettext_lazy("Another person has the same e-mail address"),
        required=False,
        help_text=gettext_lazy("Tick it only when two mentors really share one address."),
    )

    class Meta:
        model = Mentor
        fields: list[str] = []
        field_classes = {"fields": RowsField}
        widgets = {"fields": forms.CheckboxSelectMultiple, "interview_note": AdminAutoHeightTextInput}
        help_texts = {
            "email": gettext_lazy("The privacy notice and the private links go here."),
            "partner_wish": gettext_lazy(
                "As the mentor said it. A standing pair is made on the mentor’s page, when both want it."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: A mentor who is here already, and is probably the same person.
        self.known: Mentor | None = None
        #: How many times away were made one with another when the form was saved.
        self.merged = 0
        self._offer_fields()
        self.fields["language"] = forms.ChoiceField(
            label=self.fields["language"].label, choices=conf.LANGUAGES, initial="en"
        )
        if self.instance.pk:
            self._fill_in()
        else:
            for name in ("interview_note", "checked_on"):
                self.fields.pop(name, None)

    def _offer_fields(self) -> None:
        offered = handled_fields(self.for_user)
        if self.instance.pk:
            offered = offered.filter(participation__union=self.instance.union_id)
        chosen: Any = self.fields["fields"]
        chosen.queryset = offered
        chosen.required = True
        chosen.error_messages["required"] = _("Choose at least one field.")

    def _fill_in(self) -> None:
        for name, kind in CONSENTS.items():
            shown = consented([self.instance], kind).get(self.instance.pk, frozenset())
            self.initial[name] = [field for field in SHOWABLE if field in shown]
        load = with_state(Mentor.objects.filter(pk=self.instance.pk)).values_list("load", flat=True).get()
        self.load = load
        if load:
            self.fields["capacity"].help_text = _(
                "%(mentees)s now, with those who are being asked about. A smaller number takes nobody away; it only "
                "means no new ones."
            ) % {"mentees": mentees(load)}

    def clean_paused_until(self) -> datetime.date | None:
        until: datetime.date | None = self.cleaned_data["paused_until"]
        if until and until < clock.today() and "paused_until" in self.changed_data:
            raise forms.ValidationError(_("This day is over. Choose one that is still to come, or leave it empty."))
        return until

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        # What stands there already stops nobody from changing something else.
        if phone and "phone" in self.changed_data:
            refuse_no_number(phone)
        return phone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_in_texts(self, cleaned)
        chosen = cleaned.get("fields")
        if chosen:
            unions = {field.participation.union for field in chosen}
            if len(unions) > 1:
                self.add_error("fields", _("Choose fields of one union. Register the mentor twice for two unions."))
            else:
                self.instance.union = unions.pop()
                self.refuse_twice(cleaned)
        return cleaned

    def refuse_twice(self, cleaned: dict[str, Any]) -> None:
        """Add an error when the union has a mentor with this address already, unless it is said to be another person.

        Called a second time under the union's lock, because somebody else may have pressed the button a moment ago.
        """
        email, name = cleaned.get("email"), cleaned.get("name")
        unchanged = self.instance.pk and not {"email", "name"} & set(self.changed_data)
        if not email or not name or not self.instance.union_id or unchanged:
            return
        others = list(with_address(self.instance.union_id, email).exclude(pk=self.instance.pk))
        same = next((other for other in others if folded(other.name) == folded(name)), None)
        if same is None and (not others or cleaned.get("shares_address")):
            return
        self.known = same or others[0]
        told = _('{name} is a mentor of this union with the same address. <a href="{address}">Open that one</a>.')
        if same is None:
            told = _(
                '{name} is a mentor of this union with the same address. <a href="{address}">Open that one</a>, or '
                "tick below that two persons share the address."
            )
        address = reverse("mentoring_mentors:inspect", args=[self.known.pk])
        self.add_error("email", format_html(told, name=self.known.name, address=address))

    def save_consents(self) -> None:
        """Write what may be shown now, and end what may not be shown any more."""
        for name, kind in CONSENTS.items():
            set_shown(self.instance, kind, self.cleaned_data[name])

    def save(self, commit: bool = True) -> Mentor:
        """Save the mentor, with consents and times away."""
        mentor: Mentor = super().save(commit=commit)
        if commit:
            self.save_consents()
            self.merged = merge_absences(mentor)
        return mentor


class SharesAddressPanel(FieldPanel):
    """The tick that two persons share an address: there only when somebody else has it."""

    class BoundPanel(FieldPanel.BoundPanel):
        def is_shown(self) -> bool:
            asked = self.form is not None and (self.form.known is not None or self.form["shares_address"].value())
            return bool(asked and super().is_shown())


class AbsencesPanel(InlinePanel):
    """Rows of times away, with the days checked as everywhere on these screens."""

    def get_form_options(self) -> dict[str, Any]:
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name] |= {"form": AbsenceForm, "widgets": {}}
        return options


edit_handler = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldPanel("preferred_name"),
                FieldPanel("email"),
                SharesAddressPanel("shares_address"),
                FieldPanel("phone"),
                FieldPanel("language"),
            ],
            heading=gettext_lazy("Person"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("fields"),
                FieldPanel("title"),
                FieldPanel("speciality"),
                FieldPanel("experience_years"),
                FieldPanel("topics"),
                FieldPanel("topics_text"),
            ],
            heading=gettext_lazy("Profession"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("english"), FieldPanel("finnish"), FieldPanel("swedish")]),
                FieldPanel("other_languages"),
            ],
            heading=gettext_lazy("Languages"),
            help_text=gettext_lazy("At least one language is needed, of any kind: otherwise nobody can be offered."),
        ),
        MultiFieldPanel(
            [
                FieldPanel("municipality"),
                FieldRowPanel([FieldPanel("in_person"), FieldPanel("online")]),
                FieldPanel("times"),
            ],
            heading=gettext_lazy("Place and times"),
        ),
        MultiFieldPanel(
            [FieldPanel("capacity"), FieldPanel("paused_until")],
            heading=gettext_lazy("Room"),
        ),
        AbsencesPanel("absences", heading=gettext_lazy("Times away"), label=gettext_lazy("time away")),
        MultiFieldPanel(
            [FieldPanel("partner_wish"), FieldPanel("conflicts")],
            heading=gettext_lazy("Together with whom, and with whom not"),
        ),
        MultiFieldPanel(
            [FieldPanel("shown_to_mentee"), FieldPanel("shown_to_partner")],
            heading=gettext_lazy("What may be shown"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("membership_number"),
                FieldPanel("membership_confirmed_on"),
                FieldPanel("oriented_on"),
                FieldPanel("checked_on"),
                FieldPanel("interview_note"),
            ],
            heading=gettext_lazy("For the contact person"),
        ),
    ],
    base_form_class=MentorForm,
)
