"""Mentors who are being asked, who comes next, and who was asked before."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring import clock
from wagtail_mentoring.pairing.choices import InvitationStatus, MenteeAnswer, ProposalStatus
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.users import user_name
from wagtail_mentoring.workflows import CaseState

from ..asking.words import names_of, state_of
from ..dossier import Dossier
from ..forms.asking import MENTEE_ANSWERS, NO_REASONS
from ..reasons import beside_candidates, reasons_of
from . import register

#: How an answer looks in a check list.
KINDS = {
    InvitationStatus.YES: "ok",
    InvitationStatus.ASKED: "wait",
    InvitationStatus.QUEUED: "wait",
    InvitationStatus.WITHDRAWN: "wait",
}


@register("asked", gettext_lazy("Mentors being asked"), "mail", 29)
def asked(dossier: Dossier) -> Mapping[str, Any]:
    """The open proposal with each mentor's answer, those that stand next in line, and the earlier ones."""
    eligible = dossier.case.case_state == CaseState.ELIGIBLE
    if not eligible and not dossier.proposals:
        return {"hidden": True}
    current = dossier.open_proposal
    ended = [one for one in dossier.proposals if one.status not in (ProposalStatus.OPEN, ProposalStatus.QUEUED)]
    return {
        "find": reverse("mentoring_desk:find_mentors", args=[dossier.case.pk]) if eligible else "",
        "current": _current(dossier, current) if current is not None else None,
        "queue": [_waiting(one) for one in dossier.proposals if one.status == ProposalStatus.QUEUED],
        "past": [_past(dossier, one) for one in reversed(ended)],
    }


def _invitation(invitation: Any, open_now: bool = False) -> dict[str, Any]:
    """What is said of one mentor. ``open_now``: of the proposal that is being asked."""
    mentor = invitation.mentor
    may_reply = bool(invitation.question) and invitation.reply_at is None
    lines = []
    if invitation.status == InvitationStatus.ASKED:
        if invitation.answer_by:
            day = dates.day(invitation.answer_by)
            stopped = _("%(day)s; the time stands still until you have answered the question")
            lines.append((_("Answer by"), stopped % {"day": day} if may_reply else day))
        reminded = dates.day(invitation.reminded_at) if invitation.reminded_at else _("not yet")
        lines.append((_("Reminded"), reminded))
    if invitation.no_reason:
        lines.append((_("Why not"), NO_REASONS.get(invitation.no_reason, invitation.get_no_reason_display())))
    if invitation.message:
        lines.append((_("Message"), invitation.message))
    if invitation.recorded_by_id:
        lines.append((_("Recorded by"), user_name(invitation.recorded_by)))
    if invitation.status in (InvitationStatus.ASKED, InvitationStatus.YES):
        lines.append((_("Reach"), " · ".join(part for part in (mentor.phone, mentor.email) if part)))
    return {
        "invitation": invitation,
        "mentor": mentor,
        "kind": KINDS.get(invitation.status, "miss"),
        "state": state_of(invitation),
        "lines": lines,
        "may_answer": invitation.status == InvitationStatus.ASKED,
        # A yes can be called off until the pair is made.
        "may_say_no": invitation.status in (InvitationStatus.ASKED, InvitationStatus.YES) and open_now,
        "asked_on": dates.moment(invitation.question_at) if invitation.question_at else "",
        "may_reply": may_reply,
        "replied_on": dates.moment(invitation.reply_at) if invitation.reply_at else "",
        # While a question waits for us, the time of the mentor stands still.
        "late": invitation.status == InvitationStatus.ASKED
        and not may_reply
        and bool(invitation.answer_by and invitation.answer_by < clock.today()),
    }


def _current(dossier: Dossier, proposal: Any) -> dict[str, Any]:
    running = [one for one in proposal.asked if one.status in (InvitationStatus.ASKED, InvitationStatus.YES)]
    # Of two one has said no: another can be asked, whether or not the first has answered yet.
    single = proposal.replaces_id is not None or proposal.one_mentor_reason or proposal.mentee_asked_at
    missing = len(running) == 1 and not single
    beside = running[0].mentor if missing else None
    said_yes = missing and running[0].status == InvitationStatus.YES
    return {
        "proposal": proposal,
        "sentence": _opened(proposal),
        "invitations": [_invitation(one, open_now=True) for one in proposal.asked],
        "mentee": _mentee(dossier, proposal),
        "missing": missing,
        "beside": beside,
        "may_go_on": said_yes and dossier.case.one_mentor_allowed,
        "candidates": beside_candidates(dossier, proposal, beside) if missing else [],
        "by_hand": _address("choose_mentors", dossier, beside=proposal.pk) if missing else "",
        "why": reasons_of(dossier, proposal),
    }


def _address(name: str, dossier: Dossier, **question: Any) -> str:
    address = reverse(f"mentoring_desk:{name}", args=[dossier.case.pk])
    return f"{address}?{urlencode(question, doseq=True)}" if question else address


def _opened(proposal: Any) -> str:
    said = {
        "day": dates.day(proposal.opened_at) if proposal.opened_at else "",
        "name": user_name(proposal.created_by) or _("the software"),
        "leaving": proposal.replaces.name if proposal.replaces else "",
    }
    if proposal.replaces:
        return _("Asked on %(day)s by %(name)s, to take the place of %(leaving)s.") % said
    return _("Asked on %(day)s by %(name)s.") % said


def _mentee(dossier: Dossier, proposal: Any) -> dict[str, Any] | None:
    """What is said of the mentee's answer; None before the mentee is asked."""
    if proposal.mentee_asked_at is None:
        return None
    said = {"name": dossier.mentee.called, "day": dates.day(proposal.mentee_asked_at)}
    if not proposal.mentee_answer and proposal.status != ProposalStatus.OPEN:
        what = _("%(name)s was asked about the pair on %(day)s, and did not answer.") % said
        return {"kind": "miss" if proposal.mentee_silent else "wait", "what": what, "note": "", "may_answer": False}
    if not proposal.mentee_answer:
        what = _("%(name)s was asked about the pair on %(day)s and has not answered yet.") % said
        return {"kind": "wait", "what": what, "note": "", "may_answer": True}
    yes = proposal.mentee_answer == MenteeAnswer.YES
    how = MENTEE_ANSWERS[MenteeAnswer(proposal.mentee_answer)]
    when = dates.day(proposal.mentee_answered_at) if proposal.mentee_answered_at else ""
    what = f"{dossier.mentee.called}: {how}, {when}"
    return {"kind": "ok" if yes else "miss", "what": what, "note": proposal.mentee_note, "may_answer": False}


def _waiting(proposal: Any) -> dict[str, Any]:
    return {
        "proposal": proposal,
        "names": names_of(proposal),
        "fit": proposal.fit,
        "by": user_name(proposal.created_by),
        "day": dates.day(proposal.created_at),
    }


def _past(dossier: Dossier, proposal: Any) -> dict[str, Any]:
    from_day = dates.day(proposal.opened_at) if proposal.opened_at else ""
    until = dates.day(proposal.ended_at) if proposal.ended_at else ""
    return {
        "proposal": proposal,
        "names": names_of(proposal),
        "how": proposal.get_status_display(),
        "days": f"{from_day} – {until}" if from_day and from_day != until else until,
        "invitations": [_invitation(one) for one in proposal.asked],
        "mentee": _mentee(dossier, proposal),
        "why": reasons_of(dossier, proposal),
    }
