"""What a handler does about mentors, and a mentee, who are being asked: each on a page that says what will happen."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.actors import user_on
from wagtail_mentoring.cases.words import sentence
from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.checking import SENTENCES
from wagtail_mentoring.pairing.judging import judge_if_possible
from wagtail_mentoring.pairing.models import InvitationStatus, MenteeAnswer, Proposal, ProposalStatus
from wagtail_mentoring.programme.localized import language_name
from wagtail_mentoring.workflows import STATE_LABELS, CaseState, StepRefused
from wagtail_mentoring.workflows.steps import NOT_YOURS

from . import words
from .actions import HandlersScreen
from .asking_words import names_of, state_of
from .forms import StepForm, asking
from .forms.base import typed
from .next_step import next_step
from .situation import situation


class AskScreen(HandlersScreen):
    """GET shows the form, POST does it. Not possible any more: why, and nothing is changed.

    A press on a page that shows less than has happened since is answered with what happened, and nothing typed is lost.
    """

    header_icon = "group"
    form_class: type[StepForm] = asking.ConfirmForm
    submit: Any = ""

    # What a screen says for itself.

    def reason(self) -> str:
        """Return why it is not possible now, "" when it is."""
        return ""

    def form_arguments(self) -> dict[str, Any]:
        """Return what the form takes besides the data and the dossier."""
        return {}

    def known(self) -> list[tuple[str, str]]:
        """Return the facts that the decision rests on."""
        return []

    def after(self) -> list[str]:
        """Return what happens when the button is pressed, one sentence each."""
        raise NotImplementedError

    def act(self, form: StepForm) -> Any:
        """Do it, under the lock. Raises :class:`StepRefused`."""
        raise NotImplementedError

    def done(self, form: StepForm, result: Any) -> str:
        """Return what is said when it is done."""
        raise NotImplementedError

    # The way of every screen.

    def form(self, data: Any = None) -> StepForm:
        return self.form_class(data, dossier=self.dossier, **self.form_arguments())

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.blocked(200) if self.reason() else self.show(self.form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.reason():
            return self.blocked(409, self.happened())
        form = self.form(request.POST)
        if not form.is_valid():
            return self.not_now() or self.show(form)
        try:
            with transaction.atomic():
                self.check_seen(form.cleaned_data["seen"])
                result = self.act(form)
        except StepRefused as refused:
            return self.refused(form, refused)
        messages.success(request, self.done(form, result))
        return self.back()

    def check_seen(self, seen: int) -> None:
        """Lock the case, and refuse when more has happened than the page showed, or the right has gone."""
        case = moves.lock(self.case.pk)
        if not user_on(self.request.user, case).roles:
            raise StepRefused(NOT_YOURS)
        moves.refuse_stale(case, seen)

    def refused(self, form: StepForm, refused: StepRefused) -> HttpResponse:
        self.load_again(form)
        answer = self.not_now()
        if answer is not None:
            return answer
        beside = False
        for name, message in refused.errors.items():
            if name in form.fields:
                form.add_error(name, str(message))
                beside = True
        if not beside:
            form.add_error(None, str(refused.reason))
        return self.show(form)

    def load_again(self, form: StepForm) -> None:
        """Read everything anew, after what was tried has been undone."""
        for name in ("proposal", "invitation"):
            self.__dict__.pop(name, None)
        self.load()
        form.dossier = self.dossier

    def not_now(self) -> HttpResponse | None:
        """Return the page that says why it is not possible now, or what happened meanwhile; None: neither."""
        happened = self.happened()
        if self.reason():
            return self.blocked(409, happened)
        if not happened:
            return None
        data = self.request.POST.copy()
        data["seen"] = str(self.case.log_length)
        self.renew(data)
        return self.show(self.form(data), 409, happened)

    def renew(self, data: Any) -> None:
        """Change what was entered where something has happened meanwhile; nothing, if not said otherwise."""

    def happened(self) -> list[str]:
        """Return what the history got since the page was shown, in words."""
        seen = whole_number(self.request.POST.get("seen"))
        if seen is None:
            return []
        return [
            f"{sentence(entry)} ({words.user_name(entry.user)})" if entry.user else sentence(entry)
            for entry in self.dossier.log
            if entry.sequence > seen
        ]

    def show(self, form: StepForm, status: int = 200, happened: list[str] | None = None) -> HttpResponse:
        return self.respond(
            status,
            form=form,
            media=form.media,
            happened=happened or [],
            submit_button_label=self.submit or self.page_title,
            submit_button_active_label=_("Working…"),
            has_unsaved_changes=form.is_bound,
            action_url=self.request.get_full_path(),
            known=[row for row in self.known() if row[1]],
            after=[one for one in self.after() if one] + [_("Your name and the time are written in the history.")],
            state_label=STATE_LABELS[CaseState(self.case.state)],
            situation=situation(self.case)[0],
            **self.more(),
        )

    def more(self) -> dict[str, Any]:
        """Return what else the page shows."""
        return {}

    def blocked(self, status: int, happened: list[str] | None = None) -> HttpResponse:
        self.template_name = "wagtail_mentoring/desk/blocked.html"
        self.header_icon = "lock"
        return self.respond(
            status,
            reason=self.reason(),
            happened=happened or [],
            typed=typed(self.form_class, self.request.POST),
            next=next_step(self.dossier),
        )


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


def opened(proposal: Proposal) -> str:
    return words.day(proposal.opened_at) if proposal.opened_at else ""


def told(people: list[Any]) -> str:
    """Return who gets a mail, in words; "" for nobody."""
    if not people:
        return ""
    return ngettext("%(n)s mail goes out: to %(names)s.", "%(n)s mails go out: to %(names)s.", len(people)) % {
        "n": len(people),
        "names": ", ".join(one.name for one in people),
    }


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


def next_after_yes(dossier: Any, replaces: Any = None) -> str:
    """Return what follows when every mentor has said yes; ``replaces``: the mentor whose place is offered."""
    if replaces is not None:
        said = {"name": replaces.name, "mentee": dossier.mentee.called}
        if not dossier.case.participation.mentee_asked_about_pair:
            then = _("When the answer is yes, the new mentor takes the place of %(name)s.")
        else:
            then = _("When the answer is yes, %(mentee)s gets a mail and is asked about the new mentor.") + " "
            then += _("If %(mentee)s agrees, the new mentor takes the place of %(name)s.")
        return then % said + " " + _("Then the agreement, or its supplement, is sent.")
    if dossier.case.participation.mentee_asked_about_pair:
        return _("When everybody asked has said yes, %(name)s gets a mail and is asked about them.") % {
            "name": dossier.mentee.called
        }
    return _("When everybody asked has said yes, the case moves to “%(state)s” and the agreement is sent.") % {
        "state": STATE_LABELS[CaseState.PAIRED]
    }


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
        return [(_("Mentors"), self.names), (_("Mentee asked on"), words.day(self.proposal.mentee_asked_at))]

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
        until = words.day(self.invitation.answer_by) if self.invitation.answer_by else ""
        reach = " · ".join(part for part in (self.mentor.phone, self.mentor.email) if part)
        return [
            (_("Mentor"), self.mentor.name),
            (_("Reach"), reach),
            (_("Asked on"), words.day(self.invitation.asked_at) if self.invitation.asked_at else ""),
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
        when = words.moment(self.invitation.question_at) if self.invitation.question_at else ""
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


__all__ = [
    "GoOnWithOne",
    "MenteeAnswers",
    "PhoneNo",
    "PhoneYes",
    "Reply",
    "Withdraw",
]
