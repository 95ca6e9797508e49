"""A mentor's places: held by an invitation, taken by a mentee, given back. The database gives none of them twice.

Call these inside a transaction. They lock the mentors' rows, in the order of their keys, so that two who want places
of the same mentors wait for each other instead of for ever.
"""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import StepRefused

from .models import MOST_PLACES, Invitation, PairMembership, Place


def lock_mentors(mentors: Iterable[int]) -> None:
    """Lock the rows of ``mentors`` (keys) until the end of the transaction.

    Rows that only point at a mentor (a link, a mail) may be written meanwhile: who writes them takes the mentors in any
    order, and the two would wait for each other for ever.
    """
    rows = Mentor.objects.select_for_update(no_key=True).filter(pk__in=list(mentors))
    list(rows.order_by("pk").values_list("pk"))


def take(
    mentor: Mentor,
    *,
    membership: PairMembership | None = None,
    invitation: Invitation | None = None,
    most: int | None = None,
) -> Place:
    """Take the first free place of ``mentor``, whose row is locked, for a mentee or an invitation.

    ``most`` is how many may be taken afterwards: the mentor's own number, unless given. Raises :class:`StepRefused`.
    """
    taken = set(Place.objects.filter(mentor=mentor).values_list("number", flat=True))
    limit = mentor.capacity if most is None else most
    free = next((number for number in range(1, MOST_PLACES + 1) if number not in taken), None)
    if free is None or len(taken) >= limit:
        raise StepRefused(_("%(name)s has no room now.") % {"name": mentor.name})
    return Place.objects.create(mentor=mentor, number=free, membership=membership, invitation=invitation)


def hand_over(invitation: Invitation, membership: PairMembership) -> None:
    """Let the place that ``invitation`` held be the place of ``membership``."""
    Place.objects.filter(invitation=invitation).update(invitation=None, membership=membership)


def give_back(*, memberships: "QuerySet[PairMembership] | None" = None, invitations: "Iterable[int]" = ()) -> None:
    """Free the places of these memberships, or of these invitations (keys)."""
    if memberships is not None:
        Place.objects.filter(membership__in=memberships).delete()
    invitations = list(invitations)
    if invitations:
        Place.objects.filter(invitation__in=invitations).delete()
