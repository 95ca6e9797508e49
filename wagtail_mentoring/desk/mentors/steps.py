"""What a contact person does with a mentor besides editing: approve, decline, thank, take back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.pairing.mentor_states import MentorState
from wagtail_mentoring.pairing.standing import partner_of
from wagtail_mentoring.pairing.volunteering import (
    come_back,
    end_volunteering,
    running_invitations,
    running_memberships,
)
from wagtail_mentoring.people.mentors import approve, decline, stopped_words
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import StepRefused

from ..fields import PastDayField, RowsField, TextField
from ..forms import refuse_in_texts
from ..forms.base import show_refusal
from ..register import handled_fields
from . import wording
from .base import MentorScreen
from .page import profile, shown


def written(mentor: Mentor) -> list[tuple[str, str]]:
    """Return all that somebody who signed up wrote, as label and value."""
    told = [(_("Conflicts of interest in own words"), mentor.conflicts)] if mentor.conflicts else []
    may = [(_("May be shown: %(to)s") % {"to": label[:1].lower() + label[1:]}, names) for label, names in shown(mentor)]
    return [*profile(mentor), *told, *may]


class MentorStepForm(forms.Form):
    """The form of a step with one mentor."""

    def __init__(self, *args: Any, mentor: Mentor, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mentor, self.user = mentor, user
        self.prepare()

    def prepare(self) -> None:
        """Fill in choices and initial values from the mentor."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_in_texts(self, cleaned)
        return cleaned


class ApproveForm(MentorStepForm):
    """What must be known of somebody before they are a mentor."""

    fields_chosen = RowsField(
        label=gettext_lazy("Professional fields"),
        queryset=Mentor.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one field.")},
    )
    membership_number = forms.CharField(label=gettext_lazy("Membership number"), max_length=40, required=False)
    membership_confirmed_on = PastDayField(
        label=gettext_lazy("Membership confirmed on"),
        error_messages={
            "required": gettext_lazy("Write the day on which you found the person in the union’s register."),
            "invalid": gettext_lazy("Write the day, such as 24.11.2026."),
        },
    )
    interview_note = TextField(
        label=gettext_lazy("Note on the interview"),
        help_text=gettext_lazy("What you talked about, in a sentence or two. The mentor may ask to read it."),
        error_messages={"required": gettext_lazy("Write a sentence on your talk with the person.")},
    )

    def prepare(self) -> None:
        chosen: Any = self.fields["fields_chosen"]
        chosen.queryset = handled_fields(self.user).filter(participation__union=self.mentor.union_id)
        self.initial.setdefault("fields_chosen", [field.pk for field in self.mentor.fields.all()])
        self.initial.setdefault("membership_number", self.mentor.membership_number)


class DeclineForm(MentorStepForm):
    """Why not."""

    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        help_text=gettext_lazy("The person reads it in the mail."),
        error_messages={"required": gettext_lazy("Write the reason: the person reads it.")},
    )


class MentorStep(MentorScreen):
    """A form about one mentor; sent, it changes something and goes back to the mentor's page."""

    template_name = "wagtail_mentoring/desk/mentors/step.html"
    form_class: type[MentorStepForm] = MentorStepForm
    submit_label: Any = ""
    #: What a form's field is called where the sentences for a field come from.
    names: dict[str, str] = {}

    def refused(self) -> str:
        """Return why this is not possible now; "" when it is."""
        return ""

    def after(self) -> list[str]:
        """Return what will happen, in sentences."""
        return []

    def details(self) -> dict[str, Any]:
        """Return what the page shows besides the form."""
        return {}

    def act(self, cleaned: dict[str, Any]) -> HttpResponse:
        """Do it, and return where to go. Raises :class:`StepRefused`."""
        raise NotImplementedError

    def page(self, form: MentorStepForm) -> HttpResponse:
        return self.respond(
            form=form,
            media=form.media,
            action_url=self.request.path,
            submit_button_label=self.submit_label,
            submit_button_active_label=_("Working…"),
            has_unsaved_changes=form.is_bound,
            state=wording.state_words(self.mentor),
            after=self.after(),
            **self.details(),
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if reason := self.refused():
            messages.warning(request, reason)
            return self.to_the_mentor()
        return self.page(self.form_class(mentor=self.mentor, user=request.user))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST, mentor=self.mentor, user=request.user)
        if not form.is_valid():
            return self.page(form)
        try:
            return self.act(form.cleaned_data)
        except Mentor.DoesNotExist:
            messages.warning(request, _("This sign-up is gone: somebody else has declined it."))
            return redirect(reverse("mentoring_mentors:index"))
        except StepRefused as refused:
            show_refusal(form, refused, self.names)
            return self.page(form)


class Approve(MentorStep):
    """Make a mentor of somebody who signed up."""

    page_title = gettext_lazy("Approve the sign-up")
    header_icon = "check"
    form_class = ApproveForm
    submit_label = gettext_lazy("Approve")
    names = {"fields": "fields_chosen"}

    def refused(self) -> str:
        if self.mentor.approved_on is not None:
            return _("%(name)s has been approved already.") % {"name": self.mentor.name}
        return ""

    def after(self) -> list[str]:
        return [
            _("%(name)s gets a mail that says welcome, with the way to the own page.") % {"name": self.mentor.called},
            wording.not_agreed_words(self.mentor)
            or _("With a language noted and room, the mentor is offered for cases of the chosen fields."),
        ]

    def details(self) -> dict[str, Any]:
        return {"profile": written(self.mentor)}

    def act(self, cleaned: dict[str, Any]) -> HttpResponse:
        approve(
            self.mentor.pk,
            self.request.user,
            membership_confirmed_on=cleaned["membership_confirmed_on"],
            interview_note=cleaned["interview_note"],
            fields=cleaned["fields_chosen"],
            membership_number=cleaned["membership_number"],
        )
        messages.success(self.request, _("%(name)s is a mentor now.") % {"name": self.mentor.name})
        for reason in filter(None, (wording.no_language_words(self.mentor), wording.not_agreed_words(self.mentor))):
            messages.warning(self.request, reason)
        return self.to_the_mentor()


class Decline(MentorStep):
    """Tell somebody who signed up why not."""

    page_title = gettext_lazy("Decline the sign-up")
    header_icon = "cross"
    form_class = DeclineForm
    submit_label = gettext_lazy("Decline and delete")

    def refused(self) -> str:
        if self.mentor.approved_on is not None:
            return _("%(name)s is a mentor already and cannot be declined. End the volunteering instead.") % {
                "name": self.mentor.name
            }
        return ""

    def after(self) -> list[str]:
        return [
            _("%(name)s gets a mail with your reason.") % {"name": self.mentor.called},
            _("Everything that %(name)s wrote is deleted, also the consents. This cannot be undone.")
            % {"name": self.mentor.called},
        ]

    def details(self) -> dict[str, Any]:
        return {"profile": written(self.mentor)}

    def act(self, cleaned: dict[str, Any]) -> HttpResponse:
        decline(self.mentor.pk, self.request.user, reason=cleaned["reason"])
        messages.success(
            self.request,
            _("The sign-up of %(name)s is declined and deleted. The mail is on its way.") % {"name": self.mentor.name},
        )
        return redirect(reverse("mentoring_mentors:index"))


class End(MentorStep):
    """End the volunteering with thanks, having shown what it leaves behind."""

    page_title = gettext_lazy("End the volunteering")
    header_icon = "logout"
    submit_label = gettext_lazy("End with thanks")

    def refused(self) -> str:
        if self.mentor.state_code == MentorState.ENDED:
            return _("%(why)s It is noted already.") % {"why": stopped_words(self.mentor)}
        if self.mentor.approved_on is None:
            return _("%(name)s waits for approval. Approve or decline the sign-up.") % {"name": self.mentor.name}
        return ""

    def details(self) -> dict[str, Any]:
        linked = permission_policy(Case).user_has_permission(self.request.user, "view")
        return {
            "running": [member.pair.case for member in running_memberships(self.mentor)],
            "asked": [one.proposal.case for one in running_invitations(self.mentor)],
            "linked": linked,
        }

    def after(self) -> list[str]:
        told = [
            _("%(name)s gets a mail with the union’s thanks, and is offered for no case any more.")
            % {"name": self.mentor.called}
        ]
        if partner := partner_of(self.mentor):
            told.append(_("The standing pair with %(name)s ends.") % {"name": partner.name})
        told.append(_("The profile and the history stay. The mentor may come back."))
        return told

    def act(self, cleaned: dict[str, Any]) -> HttpResponse:
        _mentor, cases = end_volunteering(self.mentor.pk, self.request.user)
        messages.success(self.request, _("%(name)s stopped volunteering, and is thanked.") % {"name": self.mentor.name})
        if cases:
            told = _("Now find somebody in the place of %(name)s for: %(cases)s.")
            references = ", ".join(case.reference for case in cases)
            messages.warning(self.request, told % {"name": self.mentor.name, "cases": references})
        return self.to_the_mentor()


class ComeBack(MentorStep):
    """Let somebody who had stopped be a mentor again."""

    page_title = gettext_lazy("Take back as a mentor")
    header_icon = "rotate"
    submit_label = gettext_lazy("Take back")

    def refused(self) -> str:
        if self.mentor.ended_on is None:
            return _("%(name)s has not stopped volunteering.") % {"name": self.mentor.name}
        return ""

    def after(self) -> list[str]:
        return [
            _("%(name)s is offered for cases again, as the profile says.") % {"name": self.mentor.called},
            _("Look at the profile afterwards: is the membership still true, and what may be shown?"),
        ]

    def act(self, cleaned: dict[str, Any]) -> HttpResponse:
        come_back(self.mentor.pk, self.request.user)
        messages.success(self.request, _("%(name)s is a mentor again.") % {"name": self.mentor.name})
        return self.to_the_mentor()
