"""What is done about one mentor who is being asked: recording a yes or a no by phone, answering a question."""

from typing import Any

from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.choices import InvitationStatus, ProposalStatus
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.localized import language_name

from ..forms import StepForm, asking
from .base import AskScreen
from .words import next_after_yes, state_of, told_off


class OfInvitation(AskScreen):
    """About one mentor who is being asked; another case's is 404."""

    @cached_property
    def invitation(self) -> Any:
        wanted = self.kwargs["invitation_pk"]
        found = (one for proposal in self.dossier.proposals for one in proposal.asked if one.pk == wanted)  # type: ignore[attr-defined]
        invitation = next(found, None)
        if invitation is None:
            raise Http404
        return invitation

    @property
    def mentor(self) -> Any:
        return self.invitation.mentor

    def form_arguments(self) -> dict[str, Any]:
        return {"invitation": self.invitation}

    def reason(self) -> str:
        if self.invitation.status == InvitationStatus.ASKED:
            return ""
        said = {"name": self.mentor.name, "how": state_of(self.invitation)}
        return _("%(name)s is not being asked any more: %(how)s.") % said

    def known(self) -> list[tuple[str, str]]:
        until = dates.day(self.invitation.answer_by) if self.invitation.answer_by else ""
        reach = " · ".join(part for part in (self.mentor.phone, self.mentor.email) if part)
        return [
            (_("Mentor"), self.mentor.name),
            (_("Reach"), reach),
            (_("Asked on"), dates.day(self.invitation.asked_at) if self.invitation.asked_at else ""),
            (_("Answer by"), until),
        ]


class PhoneYes(OfInvitation):
    form_class = asking.PhoneYesForm
    submit = gettext_lazy("Record: yes")

    def get_page_title(self) -> str:
        return _("%(name)s said yes by phone") % {"name": self.mentor.name}

    @property
    def replaces(self) -> Any:
        """The mentor whose place is offered, None when a pair is asked."""
        proposal = next(one for one in self.dossier.proposals if one.pk == self.invitation.proposal_id)
        return proposal.replaces

    def after(self) -> list[str]:
        waits = [
            one.mentor.name
            for proposal in self.dossier.proposals
            if proposal.pk == self.invitation.proposal_id
            for one in proposal.asked  # type: ignore[attr-defined]
            if one.status == InvitationStatus.ASKED and one.pk != self.invitation.pk
        ]
        return [
            _("The answer counts as if %(name)s had given it; it is shown that you recorded it.")
            % {"name": self.mentor.name},
            _("%(names)s still has to answer.") % {"names": ", ".join(waits)}
            if waits
            else next_after_yes(self.dossier, self.replaces),
        ]

    def act(self, form: StepForm) -> Any:
        values = form.cleaned_data
        return invitations.answer_yes(
            self.invitation.pk,
            oriented=bool(values.get("oriented")),
            message=values["message"],
            by=self.request.user,
        )

    def done(self, form: StepForm, result: Any) -> str:
        return _("Recorded: %(name)s said yes.") % {"name": self.mentor.name}


class PhoneNo(OfInvitation):
    """Also of a mentor who said yes and calls it off, as long as the pair is not made."""

    form_class = asking.PhoneNoForm
    submit = gettext_lazy("Record: no")

    def reason(self) -> str:
        if self.invitation.status == InvitationStatus.YES and self.proposal.status == ProposalStatus.OPEN:
            return ""
        return super().reason()

    @property
    def proposal(self) -> Any:
        return next(one for one in self.dossier.proposals if one.pk == self.invitation.proposal_id)

    def get_page_title(self) -> str:
        return _("%(name)s said no by phone") % {"name": self.mentor.name}

    def after(self) -> list[str]:
        asked = self.proposal.mentee_asked_at is not None
        return [
            _("%(name)s, who is being asked about these mentors, is not asked any more, but again about the next ones.")
            % {"name": self.dossier.mentee.called}
            if asked
            else "",
            told_off(self.dossier, self.proposal),
            _("The place that is held is free again. %(name)s is not suggested for this case any more.")
            % {"name": self.mentor.name},
            _("A conflict of interest is kept with the mentor: the two are never suggested together again."),
            _("If somebody stands next in line, they are asked; else the case shows who could be asked now."),
        ]

    def act(self, form: StepForm) -> Any:
        values = form.cleaned_data
        return invitations.answer_no(
            self.invitation.pk,
            reason=values["reason"],
            message=values["message"],
            pause_until=values["pause_until"],
            by=self.request.user,
        )

    def done(self, form: StepForm, result: Any) -> str:
        return _("Recorded: %(name)s said no.") % {"name": self.mentor.name}


class Reply(OfInvitation):
    """The answer to a mentor's question."""

    form_class = asking.ReplyForm
    submit = gettext_lazy("Send the answer")

    def get_page_title(self) -> str:
        return _("Answer the question of %(name)s") % {"name": self.mentor.name}

    def reason(self) -> str:
        if not self.invitation.question:
            return _("%(name)s has asked nothing.") % {"name": self.mentor.name}
        if self.invitation.reply_at is not None:
            return _("The question of %(name)s has been answered.") % {"name": self.mentor.name}
        return ""

    def known(self) -> list[tuple[str, str]]:
        when = dates.moment(self.invitation.question_at) if self.invitation.question_at else ""
        return [(_("Mentor"), self.mentor.name), (_("Asked on"), when), (_("Question"), self.invitation.question)]

    def after(self) -> list[str]:
        by = {"name": self.mentor.name, "language": language_name(self.mentor.language)}
        return [
            _("%(name)s gets a mail with a link to the page where your answer stands, as you wrote it.") % by,
            _("The mails of %(name)s are in %(language)s.") % by,
        ]

    def act(self, form: StepForm) -> Any:
        return invitations.reply(self.invitation.pk, form.cleaned_data["reply"], self.request.user)

    def done(self, form: StepForm, result: Any) -> str:
        return _("Your answer is on its way to %(name)s.") % {"name": self.mentor.name}
