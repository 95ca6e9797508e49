"""How a proposal goes on: opened, waiting for answers, failed and followed by the next one, or agreed to by everybody.

Everything here runs in a transaction that began with :func:`begin`, so with the case and the mentors locked.
"""

import datetime
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django_tasks import task

from wagtail_mentoring import clock
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.actors import SYSTEM, Actor
from wagtail_mentoring.cases.log import save_chain_end
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.locking import lock_people
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import Role, StepRefused
from wagtail_mentoring.workflows.steps import NOT_YOURS

from . import signals
from .checking import load_mentors, obstacles
from .choices import RUNNING, InvitationStatus, ProposalStatus
from .models import Invitation, PairMembership, Proposal
from .places import take
from .withdrawing import end_proposal

logger = logging.getLogger(__name__)

#: The actions of the history; ``cases/words.py`` has their sentences.
INVITED, QUEUED = "mentoring.mentors_invited", "mentoring.proposal_queued"
FAILED, WITHDRAWN = "mentoring.proposal_failed", "mentoring.proposal_withdrawn"
MENTEE_ASKED = "mentoring.mentee_asked"


def begin(case_id: int, mentors: Iterable[int] = ()) -> Case:
    """Lock the case, then at once every mentor of what is asked or waits in it and ``mentors``; return the case.

    All at once and in the order of their keys: two cases that share mentors wait for each other instead of for ever.
    """
    case = moves.lock(case_id)
    running = Invitation.objects.filter(proposal__case=case, status__in=RUNNING)
    lock_people(mentors={*running.values_list("mentor_id", flat=True), *mentors})
    return case


def handler_on(user: Any, case: Case) -> Actor:
    """Return ``user`` acting as handler of ``case``. Raises :class:`StepRefused` for anybody else."""
    actor = actors.user_on(user, case)
    if not actor.roles:
        raise StepRefused(NOT_YOURS)
    return actor


def line(case: Case, action: str, actor: Actor, data: dict[str, Any] | None = None, text: str = "") -> None:
    """Append to the history of the locked ``case``. ``text`` (names, reasons) stands beside the chain."""
    moves.record(case, action, actor, data, text)
    save_chain_end(case)


def about(proposal: Proposal, *mentors: Mentor, **more: Any) -> dict[str, Any]:
    """Return what the chain keeps of a line about ``proposal``: numbers, and nothing personal."""
    return {"proposal": proposal.pk, "mentors": [mentor.pk for mentor in mentors]} | more


def names(mentors: Iterable[Mentor], *reasons: str) -> str:
    """Return the names, and what was said, for the text beside the chain."""
    return "\n".join([", ".join(mentor.name for mentor in mentors), *filter(None, reasons)])


def open_up(case: Case, proposal: Proposal, actor: Actor, *reasons: str) -> None:
    """Hold a place of each of the mentors and ask them. Raises :class:`StepRefused` naming who has no room."""
    proposal.status, proposal.opened_at = ProposalStatus.OPEN, clock.now()
    proposal.save(update_fields=["status", "opened_at"])
    waiting = proposal.invitations.filter(status=InvitationStatus.QUEUED).select_related("mentor").order_by("pk")
    invitations = list(waiting)
    for invitation in invitations:
        hold(case, invitation)
    mentors = [invitation.mentor for invitation in invitations]
    line(case, INVITED, actor, about(proposal, *mentors), names(mentors, *reasons))
    for invitation in invitations:
        signals.invitation_sent.send(Invitation, invitation=invitation)


def hold(case: Case, invitation: Invitation) -> None:
    """Hold a place of the invitation's mentor, and let it be asked from now on. The caller sends the signal."""
    take(invitation.mentor, invitation=invitation)
    invitation.status, invitation.asked_at = InvitationStatus.ASKED, clock.now()
    invitation.answer_by = clock.today() + datetime.timedelta(days=case.participation.invitation_days)
    invitation.save(update_fields=["status", "asked_at", "answer_by"])


def wanted(proposal: Proposal) -> int:
    """Return how many mentors must say yes: two, or one who replaces another or is enough for a reason."""
    return 1 if proposal.replaces_id or proposal.one_mentor_reason else 2


def running(proposal: Proposal) -> list[Invitation]:
    """Return the invitations of ``proposal`` that are asked, answered with yes, or wait, with their mentors."""
    return list(proposal.invitations.filter(status__in=RUNNING).select_related("mentor").order_by("pk"))


def staying(case: Case, replaced: int | None) -> list[int]:
    """Return the keys of the mentors of the current pair who stay when ``replaced`` leaves."""
    current = PairMembership.objects.current(case)
    return [key for key in current.order_by("pk").values_list("mentor", flat=True) if key != replaced]


def settle(case: Case, proposal: Proposal) -> None:
    """Go on after an answer: wait for others, ask the mentee, make the pair, tell the handler, or ask the next pair."""
    left = running(proposal)
    if not left:
        fail(case, proposal, "all_declined")
    elif any(invitation.status != InvitationStatus.YES for invitation in left):
        return
    elif len(left) < wanted(proposal):
        signals.mentor_missing.send(Proposal, proposal=proposal)
    elif case.participation.mentee_asked_about_pair and not proposal.mentee_answer:
        _ask_mentee(case, proposal)
    else:
        complete(case, proposal)


def _ask_mentee(case: Case, proposal: Proposal) -> None:
    """Ask the mentee about the mentors, who have all said yes. Their places are held as long as for an invitation."""
    proposal.mentee_asked_at, proposal.mentee_reminded_at, proposal.fell_through_at = clock.now(), None, None
    proposal.mentee_answer_by = clock.today() + datetime.timedelta(days=case.participation.invitation_days)
    columns = ["mentee_asked_at", "mentee_answer_by", "mentee_reminded_at", "fell_through_at"]
    proposal.save(update_fields=columns)
    line(case, MENTEE_ASKED, SYSTEM, about(proposal))
    signals.mentee_asked.send(Proposal, proposal=proposal)


def fall_through(proposal: Proposal, why: str) -> None:
    """Let the mentee be told that the mentors of ``proposal`` do not come, if the mentee has been asked about them.

    ``why`` is ``mentor`` (one of them cannot), ``withdrawn`` (by the handler) or ``silent`` (the mentee was too late).
    """
    if proposal.mentee_asked_at is None or proposal.mentee_answer:
        return
    proposal.fell_through_at = clock.now()
    proposal.save(update_fields=["fell_through_at"])
    signals.pair_fell_through.send(Proposal, proposal=proposal, why=why)


def fail(case: Case, proposal: Proposal, why: str, actor: Actor = SYSTEM) -> bool:
    """End ``proposal`` as one that did not come about, and ask the next that waits; if none, the handler must act.

    ``why`` is ``all_declined``, ``mentee_declined`` or ``mentee_silent``, or the code of an obstacle. Returns whether
    others are asked now.
    """
    end_proposal(proposal, ProposalStatus.FAILED, clock.now())
    line(case, FAILED, actor, about(proposal, why=why))
    if open_next(case):
        return True
    signals.proposal_failed.send(Proposal, proposal=proposal)
    return False


def open_next(case: Case) -> bool:
    """Ask the next proposal that waits in line, and return whether there was one.

    One whose mentors cannot be asked any more fails, and the history tells why.
    """
    for proposal in case.proposals.filter(status=ProposalStatus.QUEUED).order_by("order", "pk"):
        mentors = load_mentors(running_mentors(proposal))
        against = obstacles(case, mentors, beside=_beside(case, proposal), own=proposal, since=proposal.created_at)
        if not against:
            open_up(case, proposal, SYSTEM)
            return True
        end_proposal(proposal, ProposalStatus.FAILED, clock.now())
        hit = [mentor for mentor in mentors if any(mentor.pk in one.mentors for one in against)]
        line(case, FAILED, SYSTEM, about(proposal, *hit, why=against[0].code), names(hit))
    return False


def running_mentors(proposal: Proposal) -> Sequence[int]:
    """Return the keys of the mentors of ``proposal`` who are asked, have said yes, or wait."""
    return list(proposal.invitations.filter(status__in=RUNNING).order_by("pk").values_list("mentor_id", flat=True))


def _beside(case: Case, proposal: Proposal) -> list[int]:
    return staying(case, proposal.replaces_id) if proposal.replaces_id else []


def complete(case: Case, proposal: Proposal) -> None:
    """Everybody has said yes: make the pair by the one way to move a case, and have the agreement sent afterwards."""
    step = "replace_mentor" if proposal.replaces_id else "pair"
    moves.move(case.pk, step, lambda locked: SYSTEM, {"proposal": proposal})
    case_id, proposal_id = case.pk, proposal.pk
    # Robust: the pair stands whatever happens to the agreement, which the case's next step asks for.
    # No partial: Django names what failed in the log, and a partial has no name.
    transaction.on_commit(lambda: _hand_over(case_id, proposal_id), robust=True)


def _hand_over(case_id: int, proposal_id: int) -> None:
    agreement_after_yes.enqueue(case_id, proposal_id)


@task()
def agreement_after_yes(case_id: int, proposal_id: int) -> None:
    """Send the agreement (or a new mentor's supplement) of a case whose mentors were found by ``proposal_id``."""
    send_agreement(case_id, proposal_id)


def send_agreement(case_id: int, proposal_id: int) -> bool:
    """Take the step ``send_agreement``; return whether it was taken.

    What goes wrong is told to the administrator; the case's next step shows the handler that it is still to be done.
    """
    try:
        moves.move(case_id, "send_agreement", lambda case: _issuer(case, proposal_id))
    except StepRefused as refusal:
        logger.error("The agreement of case %s was not sent after everybody had said yes: %s", case_id, refusal)
        return False
    except Exception:
        logger.exception("The agreement of case %s could not be sent after everybody had said yes", case_id)
        return False
    return True


def _issuer(case: Case, proposal_id: int) -> Actor:
    """Return the system, acting for whoever proposed the pair where the union's contact person signs too."""
    proposal = Proposal.objects.select_related("created_by").filter(pk=proposal_id).first()
    user = proposal.created_by if proposal else None
    if user is None or not case.participation.contact_person_signs or not actors.user_on(user, case).roles:
        return SYSTEM
    return Actor(frozenset({Role.SYSTEM}), user=user)
