"""Which mentors could take one more mentee."""

from typing import Any

from django.db.models import Count, F, Q, QuerySet

from wagtail_mentoring import clock
from wagtail_mentoring.people.models import Mentor, MentorAbsence
from wagtail_mentoring.people.querysets import not_stopped
from wagtail_mentoring.programme.models import ProfessionalField


def with_load(mentors: "QuerySet[Mentor]") -> "QuerySet[Any]":
    """Add ``load``, how many places of each mentor are taken or held, and ``held``, how many by an invitation."""
    return mentors.annotate(
        load=Count("places", distinct=True),
        held=Count("places", filter=Q(places__invitation__isnull=False), distinct=True),
    )


def volunteers(mentors: "QuerySet[Mentor]") -> "QuerySet[Mentor]":
    """Narrow to those who have been approved, are confirmed members, and have not stopped."""
    return mentors.filter(
        not_stopped(),
        approved_on__isnull=False,
        membership_confirmed_on__isnull=False,
        anonymised_at__isnull=True,
    )


def present(mentors: "QuerySet[Mentor]") -> "QuerySet[Mentor]":
    """Narrow to those who are neither paused nor away today."""
    today = clock.today()
    away = MentorAbsence.objects.filter(first_day__lte=today, last_day__gte=today).values("mentor")
    return mentors.filter(Q(paused_until__isnull=True) | Q(paused_until__lt=today)).exclude(pk__in=away)


def available(mentors: "QuerySet[Mentor]") -> "QuerySet[Mentor]":
    """Narrow to volunteers who are neither paused nor away today, and have room."""
    return with_load(present(volunteers(mentors))).filter(load__lt=F("capacity"))


def available_for(field: ProfessionalField) -> "QuerySet[Mentor]":
    """Return the mentors of the field's union and profession who could take one more mentee."""
    return available(Mentor.objects.filter(union_id=field.participation.union_id, fields=field))
