"""The pair: what the flow must know of it, and what ``pair``, ``replace_mentor`` and ``go_back`` write."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases import facts
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.moves import Move, effect
from wagtail_mentoring.cases.signals import case_moved
from wagtail_mentoring.people.locking import lock_people
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import CaseState, StepRefused
from wagtail_mentoring.workflows.states import PAIR_STATES

from .checking import load_mentors, obstacles, refuse_if_any
from .choices import InvitationStatus, MentorAnswer, ProposalStatus
from .mentors import available_for
from .models import MOST_PLACES, Invitation, MentorPair, PairMembership, Place, Proposal
from .places import give_back, hand_over, take
from .withdrawing import withdraw_all

#: What takes a reason also where a pair is entered by hand; how the people talk and meet the handler has asked them.
BY_HAND = ("conflict", "conflict_of_two", "earlier", "declined")


def current_members(case: Case) -> list[PairMembership]:
    """Return the memberships of the case's current pair, with their mentors, in one query."""
    return list(PairMembership.objects.current(case).select_related("mentor", "pair").order_by("pk"))


@facts.register
def pair_facts(case: Case) -> Mapping[str, Any]:
    """How many mentors the case has, and how many others could be asked or hold a place for it (two is enough)."""
    if case.case_state == CaseState.ELIGIBLE:
        return {"mentors_with_room": _could_join(case, [], 2)}
    if case.case_state not in PAIR_STATES:
        return {}
    members = current_members(case)
    others = _could_join(case, [member.mentor_id for member in members], 1)
    return {"mentors": len(members), "mentors_with_room": others}


def _could_join(case: Case, without: list[int], enough: int) -> int:
    """Count mentors with room, up to ``enough``. Whoever is asked for this very case has a place: it is held for it."""
    held = Place.objects.filter(invitation__proposal__case=case).values_list("mentor", flat=True)[:enough]
    free = available_for(case.field).exclude(pk__in=without).values_list("pk", flat=True)[:enough]
    return len({*held, *free})


@effect("pair")
def pair(move: Move) -> Mapping[str, Any]:
    """Inputs: ``first``, ``second`` (mentors; second may be None), ``one_mentor_reason``, ``answered_on`` (date).

    ``override_reason`` is needed where :func:`_check_rules` finds something. Or ``proposal``, all of whose mentors have
    said yes: then it alone says who.
    """
    proposal: Proposal | None = move.inputs.get("proposal")
    if proposal is not None:
        return _pair_as_proposed(move, proposal)
    first, second = move.inputs.get("first"), move.inputs.get("second")
    reason = move.words("one_mentor_reason")
    if first is not None and first == second:
        message = _("Choose two different mentors.")
        raise StepRefused(message, {"second": message})
    chosen = [(name, mentor) for name, mentor in (("first", first), ("second", second)) if mentor is not None]
    answered_on = _answered_on(move)
    # Whoever is asked for this very case has a place held for it: it must not stand in the own way.
    withdraw_all(move.case, move.at, [mentor.pk for _name, mentor in chosen])
    _check_room(move.case, chosen)
    override = _check_rules(move, chosen)
    if chosen:
        made = _make_pair(move, reason if len(chosen) == 1 else "")
        for _name, mentor in chosen:
            _join(move, made, mentor, answered_on)
    return _paired(move, [mentor for _name, mentor in chosen], reason, override)


def _make_pair(move: Move, one_mentor_reason: str, proposal: Proposal | None = None) -> MentorPair:
    return MentorPair.objects.create(
        union_id=move.case.union_id,
        case=move.case,
        created_at=move.at,
        created_by=proposal.created_by if proposal else move.actor.user,
        one_mentor_reason=one_mentor_reason,
        proposal=proposal,
    )


def _paired(move: Move, mentors: list[Mentor], reason: str, override: str = "") -> Mapping[str, Any]:
    move.data["mentors"] = [mentor.pk for mentor in mentors]
    move.text = "\n".join(filter(None, [reason, override]))
    return {"mentors": len(mentors), "one_mentor_reason": reason}


def _pair_as_proposed(move: Move, proposal: Proposal) -> Mapping[str, Any]:
    invitations = _agreed(move, proposal)
    lock_people(mentors=[invitation.mentor_id for invitation in invitations])
    made = _make_pair(move, proposal.one_mentor_reason if len(invitations) == 1 else "", proposal)
    for invitation in invitations:
        _join_as_invited(move, made, invitation)
    _accept(move, proposal)
    return _paired(move, [invitation.mentor for invitation in invitations], proposal.one_mentor_reason)


def _agreed(move: Move, proposal: Proposal) -> list[Invitation]:
    """Return the invitations with a yes. Refuses a proposal of another case, or one that is not open any more."""
    if proposal.case_id != move.case.pk or proposal.status != ProposalStatus.OPEN:
        raise StepRefused(_("These mentors are not being asked any more. Look at the case again."))
    found = proposal.invitations.filter(status=InvitationStatus.YES).select_related("mentor").order_by("pk")
    return list(found)


def _accept(move: Move, proposal: Proposal) -> None:
    proposal.status, proposal.ended_at = ProposalStatus.ACCEPTED, move.at
    proposal.save(update_fields=["status", "ended_at"])
    # Who decided, where the system acts for everybody's yes.
    move.data |= {"proposal": proposal.pk, "decided_by": proposal.created_by_id}


def _answered_on(move: Move) -> datetime.date:
    """Return the day of the mentors' yes: today when none was given. Refuses a day that is still to come."""
    given: datetime.date = move.inputs.get("answered_on") or clock.today()
    if given > clock.today():
        message = _("The date is in the future. Give the day on which they said yes.")
        raise StepRefused(message, {"answered_on": message})
    return given


def _join(move: Move, pair: MentorPair, mentor: Mentor, answered_on: datetime.date) -> PairMembership:
    made = PairMembership.objects.create(
        pair=pair,
        mentor=mentor,
        joined_at=move.at,
        answer=MentorAnswer.YES,
        answered_on=answered_on,
        answered_by_phone=True,
        recorded_by=move.actor.user,
    )
    take(mentor, membership=made)
    return made


def _join_as_invited(move: Move, pair: MentorPair, invitation: Invitation) -> PairMembership:
    made = PairMembership.objects.create(
        pair=pair,
        mentor=invitation.mentor,
        joined_at=move.at,
        answer=MentorAnswer.YES,
        answered_on=timezone.localdate(invitation.answered_at) if invitation.answered_at else clock.today(),
        answered_by_phone=invitation.answered_by_phone,
        recorded_by=invitation.recorded_by,
    )
    hand_over(invitation, made)
    return made


def _check_room(case: Case, chosen: list[tuple[str, Mentor]]) -> None:
    """Lock the mentors' rows, in order, and refuse those who cannot take this case now."""
    wanted = [mentor.pk for _name, mentor in chosen]
    lock_people(mentors=wanted)
    free = set(available_for(case.field).filter(pk__in=wanted).values_list("pk", flat=True))
    for name, mentor in chosen:
        if mentor.pk not in free:
            message = _("%(name)s has no room now, or is not a mentor of this field. Choose somebody else.") % {
                "name": mentor.name
            }
            raise StepRefused(message, {name: message})
        if mentor.oriented_on is None:
            message = not_oriented(mentor)
            raise StepRefused(message, {name: message})


def not_oriented(mentor: Mentor) -> str:
    """Return why a mentor who has not confirmed the orientation cannot be entered by hand."""
    return _(
        "%(name)s has not confirmed the orientation for mentors yet. Note the day on the mentor’s page, or "
        "send an invitation: it asks for it."
    ) % {"name": mentor.name}


def _check_rules(move: Move, chosen: list[tuple[str, Mentor]], beside: Iterable[int] = ()) -> str:
    """Refuse those whom a rule speaks against, unless ``override_reason`` says why; return it where it was needed.

    ``beside``: the keys of those who stay in the pair.
    """
    if not chosen:
        return ""
    mentors = load_mentors([mentor for _name, mentor in chosen])
    found = [one for one in obstacles(move.case, mentors, beside=list(beside)) if one.code in BY_HAND]
    override = move.words("override_reason").strip()
    refuse_if_any(found, override)
    return override if found else ""


@effect("replace_mentor")
def replace_mentor(move: Move) -> Mapping[str, Any]:
    """Inputs: ``leaving`` (a mentor of the pair), ``joining``, ``reason``, ``answered_on`` (date), ``override_reason``.

    Or ``proposal`` with ``replaces``, whose one mentor has said yes.
    """
    proposal: Proposal | None = move.inputs.get("proposal")
    leaving = proposal.replaces if proposal is not None else move.inputs.get("leaving")
    members = {member.mentor_id: member for member in current_members(move.case)}
    member = members.get(leaving.pk) if leaving is not None else None
    if leaving is None or member is None:
        message = _("Choose which mentor of this pair leaves.")
        raise StepRefused(message, {"leaving": message})
    if proposal is not None:
        joining, override = _joining_as_proposed(move, member, proposal), ""
    else:
        joining, override = _joining_by_hand(move, member, members)
    member.left_at = move.at
    member.save(update_fields=["left_at"])
    give_back(memberships=PairMembership.objects.filter(pk=member.pk))
    move.data |= {"left": leaving.pk, "joined": joining.pk}
    reason = move.words("reason") or (proposal.one_mentor_reason if proposal else "")
    move.text = "\n".join(filter(None, [reason, override]))
    return {"reason": reason}


def _joining_by_hand(move: Move, member: PairMembership, members: Mapping[int, PairMembership]) -> tuple[Mentor, str]:
    """Return who joins, and why all the same where a rule speaks against it."""
    joining: Mentor | None = move.inputs.get("joining")
    if joining is None:
        message = _("Choose who joins.")
        raise StepRefused(message, {"joining": message})
    if joining.pk in members:
        message = _("%(name)s is in this pair already. Choose somebody else.") % {"name": joining.name}
        raise StepRefused(message, {"joining": message})
    answered_on = _answered_on(move)
    withdraw_all(move.case, move.at, [joining.pk])
    _check_room(move.case, [("joining", joining)])
    override = _check_rules(move, [("joining", joining)], set(members) - {member.mentor_id})
    _join(move, member.pair, joining, answered_on)
    return joining, override


def _joining_as_proposed(move: Move, member: PairMembership, proposal: Proposal) -> Mentor:
    invitation = _agreed(move, proposal)[0]
    lock_people(mentors=[invitation.mentor_id])
    _join_as_invited(move, member.pair, invitation)
    _accept(move, proposal)
    # The state stays, so nothing else calls off those who wait to be asked for the same change.
    withdraw_all(move.case, move.at)
    return invitation.mentor


@effect("go_back")
def go_back(move: Move) -> Mapping[str, Any]:
    """Inputs: ``reason``. The pair ends; it and the meetings held stay in the history."""
    current = PairMembership.objects.filter(pair__case=move.case, pair__ended_at__isnull=True)
    give_back(memberships=current)
    MentorPair.objects.filter(case=move.case, ended_at__isnull=True).update(ended_at=move.at)
    move.text = move.words("reason")
    return {"reason": move.text}


@receiver(case_moved, dispatch_uid="wagtail_mentoring.pairing.places")
def follow_the_case(case: Case, source: CaseState, target: CaseState, **kwargs: Any) -> None:
    """Give places back when a case closes, take them again when it reopens, and end questions that have no point now.

    Refuses the reopening when a mentor has as many mentees as can be by now.
    """
    if source == target or {source, target} <= set(PAIR_STATES):
        # The pair goes on, and so does asking somebody to join it: a meeting was held, or undone.
        return
    if source == CaseState.APPLIED and target == CaseState.ELIGIBLE:
        # Nobody can have been asked: mentors are looked for from now on.
        return
    withdraw_all(case, clock.now())
    members = PairMembership.objects.current(case)
    if target == CaseState.CLOSED:
        give_back(memberships=members)
    elif source == CaseState.CLOSED:
        lock_people(mentors=members.values_list("mentor", flat=True))
        for member in members.select_related("mentor").order_by("mentor"):
            # More than the mentor's own number is possible here: it is the mentor's mentee already.
            take(member.mentor, membership=member, most=MOST_PLACES)
