"""What is done about one proposal: withdrawing it, going on with one mentor, recording what the mentee answers."""

from typing import Any

from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.checking import SENTENCES
from wagtail_mentoring.pairing.choices import InvitationStatus, MenteeAnswer, ProposalStatus
from wagtail_mentoring.pairing.judging import judge_if_possible
from wagtail_mentoring.programme import dates
from wagtail_mentoring.workflows import STATE_LABELS, CaseState

from ..forms import StepForm, asking
from .base import AskScreen
from .words import names_of, next_after_yes, opened, state_of, told, told_off


class OfProposal(AskScreen):
    """About one proposal of the case; another case's is 404."""

    @cached_property
    def proposal(self) -> Any:
        wanted = self.kwargs["proposal_pk"]
        found = next((one for one in self.dossier.proposals if one.pk == wanted), None)
        if found is None:
            raise Http404
        return found

    @property
    def names(self) -> str:
        return names_of(self.proposal)

    def known(self) -> list[tuple[str, str]]:
        return [(_("Mentors"), self.names), (_("Asked since"), opened(self.proposal))]


class Withdraw(OfProposal):
    """Ends a proposal, whether it is being asked or waits in line."""

    page_title = gettext_lazy("Withdraw this question")
    submit = gettext_lazy("Withdraw")

    def reason(self) -> str:
        if self.proposal.status in (ProposalStatus.OPEN, ProposalStatus.QUEUED):
            return ""
        return _("This question has ended already: %(how)s.") % {"how": self.proposal.get_status_display()}

    def after(self) -> list[str]:
        knew = [one.mentor for one in self.proposal.asked if one.status in ("asked", "yes")]
        queued = self.proposal.status == ProposalStatus.QUEUED
        more = any(one.status == ProposalStatus.QUEUED for one in self.dossier.proposals)
        return [
            _("%(names)s have not been asked yet, and will not be. No mail is sent.") % {"names": self.names}
            if queued
            else told(knew) + " " + _("It says thank you, and that no answer is needed any more."),
            "" if queued else _("The places that are held for this case become free."),
            told_off(self.dossier, self.proposal),
            _("Those who stand next in line are asked.") if more and not queued else "",
        ]

    def act(self, form: StepForm) -> Any:
        return invitations.withdraw(self.proposal.pk, self.request.user)

    def done(self, form: StepForm, result: Any) -> str:
        return _("The question to %(names)s has been withdrawn.") % {"names": self.names}


class GoOnWithOne(OfProposal):
    """One mentor said yes, the other no: the case goes on with one."""

    page_title = gettext_lazy("Go on with one mentor")
    form_class = asking.GoOnForm

    def reason(self) -> str:
        asked = self.proposal.asked
        if self.proposal.status != ProposalStatus.OPEN:
            return _("These mentors are not being asked any more.")
        if self.proposal.mentee_asked_at is not None:
            return _("Everybody has said yes, and the mentee is being asked. Wait for the mentee’s answer.")
        if sum(one.status == InvitationStatus.YES for one in asked) != 1:
            return _("There is no single mentor who said yes.")
        if not self.case.one_mentor_allowed:
            return _("The rules of this union ask for two mentors.")
        return ""

    def known(self) -> list[tuple[str, str]]:
        return [(one.mentor.name, state_of(one)) for one in self.proposal.asked]

    def after(self) -> list[str]:
        yes = next(one.mentor for one in self.proposal.asked if one.status == InvitationStatus.YES)
        judged, least = judge_if_possible(self.case, [yes.pk]), self.case.participation.minimum_fit
        return [
            _("%(name)s becomes the only mentor.") % {"name": yes.name},
            str(SENTENCES["below_minimum"]).format(fit=judged.fit, least=least)
            if judged is not None and judged.fit < least
            else "",
            told([one.mentor for one in self.proposal.asked if one.status == InvitationStatus.ASKED]),
            next_after_yes(self.dossier),
        ]

    def act(self, form: StepForm) -> Any:
        return invitations.go_on_with_one(self.proposal.pk, form.cleaned_data["reason"], self.request.user)

    def done(self, form: StepForm, result: Any) -> str:
        return _("The case goes on with one mentor.")


class MenteeAnswers(OfProposal):
    """The mentee has told the handler what they think of the pair."""

    page_title = gettext_lazy("Record the mentee’s answer")
    submit = gettext_lazy("Record the answer")
    form_class = asking.MenteeAnswerForm

    def reason(self) -> str:
        if self.proposal.status != ProposalStatus.OPEN or self.proposal.mentee_asked_at is None:
            return _("The mentee is not being asked about this pair.")
        if self.proposal.mentee_answer:
            return _("The mentee has answered already.")
        return ""

    @property
    def names(self) -> str:
        """Those whom the mentee is asked about: who said no is not among them."""
        return ", ".join(one.mentor.name for one in self.proposal.asked if one.status == InvitationStatus.YES)

    def form_arguments(self) -> dict[str, Any]:
        return {"names": self.names, "shown": invitations.mark_of(self.proposal)}

    def renew(self, data: Any) -> None:
        # An answer about others is none about these.
        if data.get("shown") != (mark := invitations.mark_of(self.proposal)):
            data["shown"] = mark
            data.pop("answer", None)

    def known(self) -> list[tuple[str, str]]:
        return [(_("Mentors"), self.names), (_("Mentee asked on"), dates.day(self.proposal.mentee_asked_at))]

    def after(self) -> list[str]:
        leaving = self.proposal.replaces
        if leaving is not None:
            names = {"name": leaving.name}
            return [
                _("If the mentee agrees: the new mentor takes the place of %(name)s.") % names
                + " "
                + _("Then the agreement, or its supplement, is sent."),
                _("If not: the new mentor is told, the place is free, and %(name)s stays until you find somebody else.")
                % names,
            ]
        yes = _("If the mentee agrees: the case moves to “%(state)s” and the agreement is sent to everyone.")
        no = _(
            "If not: the mentors are told that they are not needed now, their places are free, and you choose again."
        )
        return [yes % {"state": STATE_LABELS[CaseState.PAIRED]}, no]

    def act(self, form: StepForm) -> Any:
        yes = form.cleaned_data["answer"] == MenteeAnswer.YES
        values = form.cleaned_data
        return invitations.mentee_answers(
            self.proposal.pk, yes, note=values["note"], by=self.request.user, shown=values["shown"]
        )

    def done(self, form: StepForm, result: Any) -> str:
        if form.cleaned_data["answer"] == MenteeAnswer.YES:
            return _("Recorded: %(name)s agrees to the mentors.") % {"name": self.dossier.mentee.name}
        return _("Recorded: %(name)s would rather have somebody else.") % {"name": self.dossier.mentee.name}
