"""What a handler decides: who is asked for a case, in what order, who else is asked, and when it is called off."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.actors import Actor
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.texts import said
from wagtail_mentoring.workflows import CaseState, StepRefused
from wagtail_mentoring.workflows.states import PAIR_STATES

from . import asking, signals
from .checking import load_mentors, obstacles, refuse_if_any
from .choices import InvitationStatus, ProposalStatus
from .judging import Judged, judge_if_possible
from .models import Invitation, Proposal
from .withdrawing import end_invitation, end_proposal

MENTOR_INVITED, ONE_MENTOR = "mentoring.mentor_invited", "mentoring.one_mentor"


def _key(mentor: Mentor | int) -> int:
    return mentor.pk if isinstance(mentor, Mentor) else int(mentor)


@transaction.atomic
def propose(
    case_id: int,
    mentors: Sequence[Mentor | int],
    user: Any,
    *,
    one_mentor_reason: str = "",
    override_reason: str = "",
    fit: int | None = None,
    why: Mapping[str, Any] | None = None,
    replaces: Mentor | int | None = None,
    seen: int | None = None,
) -> Proposal:
    """Propose two mentors, or one with a reason, for a case, and ask them at once; or next, while others are asked.

    ``mentors`` are rows or keys. ``replaces`` is the mentor of the running pair in whose place one other is asked;
    ``one_mentor_reason`` then says why. ``override_reason`` is needed where :func:`.checking.obstacles` finds something
    that a reason overrides. ``fit`` (0 to 100) and ``why`` are kept as the suggestion gave them. ``seen`` is
    ``Case.log_length`` as the page showed it.

    Returns the proposal, whose ``status`` is open or queued. Raises :class:`StepRefused`, having changed nothing;
    ``ValueError`` for other points.
    """
    if fit is not None and not 0 <= fit <= 100:
        raise ValueError(f"The fit is given in points from 0 to 100, and not as {fit}.")
    keys = [_key(mentor) for mentor in mentors]
    case = asking.begin(case_id, keys)
    actor = asking.handler_on(user, case)
    moves.refuse_stale(case, seen)
    replaced = _key(replaces) if replaces is not None else None
    reason, override = said(one_mentor_reason), said(override_reason)
    _refuse_state(case, replaced)
    _refuse_number(case, len(set(keys)) if keys else 0, len(keys), reason, replaced)
    chosen = load_mentors(keys)
    beside = asking.staying(case, replaced) if replaced is not None else []
    refuse_if_any(obstacles(case, chosen, beside=beside, fit=fit), override)
    proposal = Proposal.objects.create(
        case=case,
        replaces_id=replaced,
        order=(case.proposals.aggregate(last=Max("order"))["last"] or 0) + 1,
        one_mentor_reason=reason if len(chosen) == 1 else "",
        override_reason=override,
        fit=fit,
        why=dict(why or {}),
        created_at=clock.now(),
        created_by=actor.user,
    )
    for mentor in chosen:
        Invitation.objects.create(proposal=proposal, mentor=mentor)
    if case.proposals.filter(status=ProposalStatus.OPEN).exists():
        data = asking.about(proposal, *chosen)
        asking.line(case, asking.QUEUED, actor, data, asking.names(chosen, proposal.one_mentor_reason, override))
    else:
        asking.open_up(case, proposal, actor, proposal.one_mentor_reason, override)
    return proposal


def _refuse_state(case: Case, replaced: int | None) -> None:
    """Refuse a case in which nobody is looked for, or whose pair ``replaced`` does not belong to."""
    if replaced is None:
        if case.case_state != CaseState.ELIGIBLE:
            raise StepRefused(_("No mentors are looked for in this case now. Look at the case again."))
        return
    if case.case_state not in PAIR_STATES or replaced not in asking.staying(case, None):
        message = _("Choose which mentor of this pair leaves.")
        raise StepRefused(message, {"replaces": message})
    if case.proposals.filter(status=ProposalStatus.OPEN).exclude(replaces=replaced).exists():
        raise StepRefused(_("Somebody is asked in the place of the other mentor already. One change at a time."))


def _refuse_number(case: Case, different: int, number: int, reason: str, replaced: int | None) -> None:
    """Refuse any number of mentors that the rules do not allow, and one without a reason."""
    if different != number:
        message = _("Choose two different mentors.")
        raise StepRefused(message, {"mentors": message})
    if replaced is not None:
        if number != 1:
            message = _("Choose one mentor who joins.")
            raise StepRefused(message, {"mentors": message})
        if not reason:
            message = _("Say why the mentor is replaced.")
            raise StepRefused(message, {"one_mentor_reason": message})
        return
    if number not in (1, 2):
        message = _("Choose two mentors.")
        raise StepRefused(message, {"mentors": message})
    if number == 1:
        _refuse_one(case, reason)


def _refuse_one(case: Case, reason: str) -> None:
    if not case.one_mentor_allowed:
        message = _("The rules of this union ask for two mentors.")
        raise StepRefused(message, {"mentors": message})
    if not reason:
        message = _("Choose a second mentor, or say why there is only one.")
        raise StepRefused(message, {"one_mentor_reason": message})


def _of(proposal_id: int, user: Any, seen: int | None, mentors: Sequence[int] = ()) -> tuple[Case, Proposal, Actor]:
    """Lock the proposal's case and mentors; return case, proposal and the handler acting."""
    case_id = Proposal.objects.values_list("case_id", flat=True).get(pk=proposal_id)
    case = asking.begin(case_id, mentors)
    actor = asking.handler_on(user, case)
    moves.refuse_stale(case, seen)
    return case, Proposal.objects.get(pk=proposal_id), actor


def _refuse_unless_asked(proposal: Proposal) -> None:
    if proposal.status != ProposalStatus.OPEN:
        raise StepRefused(_("These mentors are not being asked any more. Look at the case again."))
    if proposal.mentee_asked_at is not None:
        raise StepRefused(_("Everybody has said yes, and the mentee is being asked. Wait for the mentee’s answer."))


@transaction.atomic
def invite_another(
    proposal_id: int, mentor: Mentor | int, user: Any, *, override_reason: str = "", seen: int | None = None
) -> Invitation:
    """Ask ``mentor`` beside the one of an open proposal who is asked or has said yes, in the place of who said no.

    Raises :class:`StepRefused` as :func:`propose` does, and when the proposal has its two mentors.
    """
    case, proposal, actor = _of(proposal_id, user, seen, [_key(mentor)])
    _refuse_unless_asked(proposal)
    with_them = asking.running_mentors(proposal)
    if proposal.replaces_id is not None or len(with_them) >= 2:
        raise StepRefused(_("As many mentors as are needed are being asked already. Wait for their answers."))
    override = said(override_reason)
    [chosen] = load_mentors([mentor])
    judged = judge_if_possible(case, [*with_them, chosen.pk], staying=with_them)
    refuse_if_any(obstacles(case, [chosen], beside=with_them, fit=judged.fit if judged else None), override)
    proposal.override_reason = "\n".join(filter(None, [proposal.override_reason, override]))
    # Two are asked from now on: why one is enough would not be true any more.
    proposal.one_mentor_reason = ""
    _keep_why(proposal, judged, "override_reason", "one_mentor_reason")
    invitation = Invitation.objects.create(proposal=proposal, mentor=chosen)
    asking.hold(case, invitation)
    asking.line(case, MENTOR_INVITED, actor, asking.about(proposal, chosen), asking.names([chosen], override))
    signals.invitation_sent.send(Invitation, invitation=invitation)
    return invitation


def _keep_why(proposal: Proposal, judged: Judged | None, *columns: str) -> None:
    """Save ``columns`` of ``proposal``, and why these mentors: what was stored is about others."""
    proposal.fit, proposal.why = (judged.fit, dict(judged.why)) if judged is not None else (None, {})
    proposal.save(update_fields=["fit", "why", *columns])


@transaction.atomic
def go_on_with_one(proposal_id: int, reason: str, user: Any, *, seen: int | None = None) -> Proposal:
    """Let the one mentor who has said yes be enough, where the rules allow it; others who are still asked are told.

    ``reason`` is also why, when the one alone is below the union's minimum fit.
    Raises :class:`StepRefused` without a reason, or when nobody has said yes.
    """
    case, proposal, actor = _of(proposal_id, user, seen)
    _refuse_unless_asked(proposal)
    asked = asking.running(proposal)
    agreed = [invitation for invitation in asked if invitation.status == InvitationStatus.YES]
    if len(agreed) != 1:
        raise StepRefused(_("This is possible when one mentor has said yes. Look at the case again."))
    reason = (reason or "").strip()
    if not case.one_mentor_allowed or not reason:
        message = _("Say why there is only one mentor.")
        if not case.one_mentor_allowed:
            message = _("The rules of this union ask for two mentors.")
        raise StepRefused(message, {"reason": message})
    judged = judge_if_possible(case, [agreed[0].mentor_id], staying=[agreed[0].mentor_id])
    proposal.one_mentor_reason = reason
    if judged is not None and judged.fit < case.participation.minimum_fit:
        proposal.override_reason = "\n".join(filter(None, [proposal.override_reason, reason]))
    _keep_why(proposal, judged, "one_mentor_reason", "override_reason")
    asking.line(case, ONE_MENTOR, actor, asking.about(proposal, agreed[0].mentor), reason)
    for invitation in asked:
        if invitation.status != InvitationStatus.YES:
            end_invitation(invitation, InvitationStatus.WITHDRAWN, clock.now())
    asking.settle(case, proposal)
    proposal.refresh_from_db()
    return proposal


@transaction.atomic
def withdraw(proposal_id: int, user: Any, *, seen: int | None = None) -> Proposal:
    """Call a proposal off, asked or waiting; its mentors are told. When it was asked, the next in line is asked.

    Twice is once. Raises :class:`StepRefused` for one that has come to its end another way.
    """
    case, proposal, actor = _of(proposal_id, user, seen)
    if proposal.status == ProposalStatus.WITHDRAWN:
        return proposal
    if proposal.status not in (ProposalStatus.OPEN, ProposalStatus.QUEUED):
        raise StepRefused(_("These mentors are not being asked any more. Look at the case again."))
    was_open = proposal.status == ProposalStatus.OPEN
    mentors = [invitation.mentor for invitation in asking.running(proposal)]
    end_proposal(proposal, ProposalStatus.WITHDRAWN, clock.now())
    asking.line(case, asking.WITHDRAWN, actor, asking.about(proposal, *mentors), asking.names(mentors))
    asking.fall_through(proposal, "withdrawn")
    if was_open:
        asking.open_next(case)
    return proposal
