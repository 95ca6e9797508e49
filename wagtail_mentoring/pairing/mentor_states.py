"""What stands between a mentor and the next mentee, as one word: the same for a list, its filter and a page."""

from typing import Any

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring import clock
from wagtail_mentoring.people.models import Mentor, MentorAbsence
from wagtail_mentoring.privacy.models import Consent, ConsentKind

from .models import Place


class MentorState(models.TextChoices):
    """In the order in which they count: of two that hold, the first is told."""

    ENDED = "ended", _("Stopped volunteering")
    WAITING = "waiting", _("Waits for approval")
    UNCONFIRMED = "unconfirmed", _("Membership not confirmed")
    NO_LANGUAGE = "no_language", _("No language noted")
    NOT_AGREED = "not_agreed", _("Has not agreed to be shown")
    PAUSED = "paused", _("Paused")
    AWAY = "away", _("Away")
    FULL = "full", _("No room now")
    AVAILABLE = "available", _("Available")


#: No language of any kind: such a mentor is offered for no case.
NO_LANGUAGE = Q(english="", finnish="", swedish="", other_languages="")


def has_language(mentor: Mentor) -> bool:
    """Return whether any language of ``mentor`` is noted."""
    return bool(mentor.english or mentor.finnish or mentor.swedish or mentor.other_languages.strip())


def has_agreed(mentor: Mentor) -> bool:
    """Return whether ``mentor`` has agreed to be shown to a mentee; without it nobody is suggested. One query."""
    return _agreed().filter(mentor=mentor).exists()


def _agreed() -> "QuerySet[Consent]":
    return Consent.objects.filter(kind=ConsentKind.SHOWN_TO_MENTEE, withdrawn_at__isnull=True)


def _count(places: "QuerySet[Place]") -> Coalesce:
    per_mentor = places.filter(mentor=OuterRef("pk")).order_by().values("mentor").annotate(number=Count("pk"))
    return Coalesce(Subquery(per_mentor.values("number")), 0)


def with_state(mentors: "QuerySet[Mentor]") -> "QuerySet[Any]":
    """Add ``load`` (places taken or held), ``held`` (by an invitation) and ``state_code``, without joins.

    Unlike ``mentors.with_load`` it groups nothing: only the rows of one page are counted.
    """
    today = clock.today()
    away = MentorAbsence.objects.filter(mentor=OuterRef("pk"), first_day__lte=today, last_day__gte=today)
    return mentors.annotate(
        load=_count(Place.objects.all()), held=_count(Place.objects.filter(invitation__isnull=False))
    ).annotate(
        state_code=Case(
            When(ended_on__lte=today, then=Value(MentorState.ENDED.value)),
            When(approved_on__isnull=True, then=Value(MentorState.WAITING.value)),
            When(membership_confirmed_on__isnull=True, then=Value(MentorState.UNCONFIRMED.value)),
            When(NO_LANGUAGE, then=Value(MentorState.NO_LANGUAGE.value)),
            When(~Exists(_agreed().filter(mentor=OuterRef("pk"))), then=Value(MentorState.NOT_AGREED.value)),
            When(paused_until__gte=today, then=Value(MentorState.PAUSED.value)),
            When(Exists(away), then=Value(MentorState.AWAY.value)),
            When(load__gte=F("capacity"), then=Value(MentorState.FULL.value)),
            default=Value(MentorState.AVAILABLE.value),
            output_field=models.CharField(),
        )
    )
