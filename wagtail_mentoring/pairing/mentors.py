"""Which mentors could take one more mentee."""

from typing import Any

from django.db.models import Count, F, Q, QuerySet

from wagtail_mentoring import clock
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme.models import ProfessionalField
from wagtail_mentoring.workflows import CaseState

#: A place is taken by every current membership in a current pair whose case is not closed.
_TAKES_A_PLACE = (
    Q(memberships__left_at__isnull=True)
    & Q(memberships__pair__ended_at__isnull=True)
    & Q(memberships__pair__case__isnull=False)
    & ~Q(memberships__pair__case__state=CaseState.CLOSED.value)
)


def with_load(mentors: "QuerySet[Mentor]") -> "QuerySet[Any]":
    """Add ``load``: how many mentees each mentor has now."""
    return mentors.annotate(load=Count("memberships", filter=_TAKES_A_PLACE, distinct=True))


def available(mentors: "QuerySet[Mentor]") -> "QuerySet[Mentor]":
    """Narrow to confirmed members who have not stopped, are not paused today, and have room."""
    today = clock.today()
    return (
        with_load(mentors)
        .filter(membership_confirmed_on__isnull=False, anonymised_at__isnull=True)
        .filter(Q(ended_on__isnull=True) | Q(ended_on__gt=today))
        .filter(Q(paused_until__isnull=True) | Q(paused_until__lt=today))
        .filter(load__lt=F("capacity"))
    )


def available_for(field: ProfessionalField) -> "QuerySet[Mentor]":
    """Return the mentors of the field's union and profession who could take one more mentee."""
    return available(Mentor.objects.filter(union_id=field.participation.union_id, fields=field))
