"""Standing pairs: two mentors who want to mentor together, whatever the case. Each mentor is in one at most."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from wagtail_mentoring import clock
from wagtail_mentoring.people.locking import lock_people
from wagtail_mentoring.people.log import PARTNER
from wagtail_mentoring.people.mentors import stopped_words
from wagtail_mentoring.people.models import Mentor, MentorConflict
from wagtail_mentoring.workflows import StepRefused

from .models import MentorPair, PairMembership


def _standing(**lookups: Any) -> Any:
    return PairMembership.objects.filter(
        pair__case__isnull=True, pair__ended_at__isnull=True, left_at__isnull=True, **lookups
    )


def partners(mentors: Iterable[int]) -> dict[int, int]:
    """Return by mentor (key) the standing partner (key), for those who have one. One query."""
    pairs: dict[int, list[int]] = {}
    wanted = _standing(mentor__in=list(mentors)).values("pair")
    for pair, mentor in _standing(pair__in=wanted).values_list("pair", "mentor"):
        pairs.setdefault(pair, []).append(mentor)
    return {one: two for both in pairs.values() if len(both) == 2 for one, two in (both, reversed(both))}


def standing_pair_of(mentor: Mentor) -> MentorPair | None:
    """Return the standing pair in which ``mentor`` is now, or None."""
    found = _standing(mentor=mentor).select_related("pair").first()
    return found.pair if found else None


def partner_of(mentor: Mentor) -> Mentor | None:
    """Return the standing partner of ``mentor``, or None."""
    found = partners([mentor.pk]).get(mentor.pk)
    return Mentor.objects.get(pk=found) if found else None


def why_not_together(first: Mentor, second: Mentor) -> str:
    """Return why the two cannot be a standing pair, in a sentence; "" when they can."""
    if first.pk == second.pk:
        return _("A pair has two different mentors. Choose somebody else.")
    if first.union_id != second.union_id:
        return _("The two belong to different unions. Choose a mentor of the same union.")
    for mentor in (first, second):
        if reason := _why_not_at_all(mentor):
            return reason
    shared = set(first.fields.values_list("pk", flat=True)) & set(second.fields.values_list("pk", flat=True))
    if not shared:
        return _("%(first)s and %(second)s have no professional field in common.") % {
            "first": first.name,
            "second": second.name,
        }
    low, high = sorted((first.pk, second.pk))
    if MentorConflict.objects.filter(mentor=low, other=high).exists():
        return _("A conflict of interest between the two is noted. Remove it first, if it is over.")
    taken = partners([first.pk, second.pk])
    for mentor, other in ((first, second), (second, first)):
        if taken.get(mentor.pk) not in (None, other.pk):
            return _("%(name)s is in a standing pair already. End that one first.") % {"name": mentor.name}
    if taken:
        return _("The two are a standing pair already.")
    return ""


def _why_not_at_all(mentor: Mentor) -> str:
    if mentor.anonymised_at is not None or mentor.has_stopped:
        return stopped_words(mentor)
    if mentor.approved_on is None:
        return _("%(name)s waits for approval. Approve the sign-up first.") % {"name": mentor.name}
    if mentor.membership_confirmed_on is None:
        return _("The membership of %(name)s is not confirmed. Note the day on the mentor’s page first.") % {
            "name": mentor.name
        }
    return ""


@transaction.atomic
def make_standing(first: Mentor, second: Mentor, user: Any) -> MentorPair:
    """Make a standing pair of the two and return it.

    Raises :class:`StepRefused`, with the sentence also for ``partner``, when they cannot be one.
    """
    lock_people(mentors=[first.pk, second.pk])
    # Read under the lock: one of them may have stopped, or found another partner, a moment ago.
    rows = Mentor.objects.in_bulk([first.pk, second.pk])
    one, two = rows.get(first.pk, first), rows.get(second.pk, second)
    if reason := why_not_together(one, two):
        raise StepRefused(reason, {"partner": reason})
    pair = MentorPair.objects.create(union_id=one.union_id, created_at=clock.now(), created_by=user)
    PairMembership.objects.bulk_create(
        PairMembership(pair=pair, mentor=mentor, joined_at=pair.created_at) for mentor in (one, two)
    )
    for mentor in (one, two):
        log(mentor, PARTNER, user=user)
    return pair


@transaction.atomic
def end_standing(pair: MentorPair, user: Any = None) -> bool:
    """End a standing pair; it stays in the history of both. Return whether it was still one.

    Raises ValueError for the pair of a case: that ends with the case's steps.
    """
    if pair.case_id is not None:
        raise ValueError("This is the pair of a case, not a standing one.")
    members = list(PairMembership.objects.filter(pair=pair).select_related("mentor__union"))
    lock_people(mentors=[member.mentor_id for member in members])
    moment = clock.now()
    if not MentorPair.objects.filter(pk=pair.pk, ended_at__isnull=True).update(ended_at=moment):
        return False
    PairMembership.objects.filter(pair=pair, left_at__isnull=True).update(left_at=moment)
    pair.ended_at = moment
    for member in members:
        log(member.mentor, PARTNER, user=user)
    return True


def forget_standing(mentor: Mentor) -> None:
    """Delete the standing pairs of a mentor whose row goes: nothing of a case hangs on them."""
    MentorPair.objects.filter(Q(memberships__mentor=mentor), case__isnull=True).delete()
