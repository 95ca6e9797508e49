"""A mentor's places: held by an invitation, taken by a mentee, given back. The database gives none of them twice.

Call these inside a transaction, with the mentors' rows locked by ``people.locking.lock_people``.
"""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import StepRefused

from .models import MOST_PLACES, Invitation, PairMembership, Place


def load_of(mentor: Mentor) -> int:
    """Return how many of the mentor's places are taken by mentees or held by open questions."""
    return Place.objects.filter(mentor=mentor).count()


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
