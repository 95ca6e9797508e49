"""What binds a union's mentors to time and to each other: absence, consent, conflicts, pairs of now and of before."""

import datetime
from collections import defaultdict
from collections.abc import Collection
from itertools import combinations, groupby
from operator import itemgetter
from typing import Any

from django.db.models import Case, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Coalesce

from wagtail_mentoring import clock
from wagtail_mentoring.people.models import MentorAbsence, MentorConflict
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.programme.models import Union

from .fetching import Moment, OneOf
from .models import PairMembership

#: Keys of mentors; None is everybody.
Keys = Collection[int] | OneOf | None
#: In place of a moment as text: it sorts after every moment.
_STILL = "~"
#: A year, for the load of the last twelve months.
_YEAR = datetime.timedelta(days=365)


def away_today(union: Union, today: datetime.date) -> dict[int, datetime.date]:
    """Return until when (the last day) each mentor is away ``today``."""
    found: dict[int, datetime.date] = {}
    absences = MentorAbsence.objects.filter(mentor__union=union, first_day__lte=today, last_day__gte=today)
    for mentor, last in absences.order_by().values_list("mentor", "last_day"):
        found[mentor] = max(last, found.get(mentor, last))
    return found


def agreed(mentors: Q) -> "QuerySet[Consent, int]":
    """Return the keys of those who agree to be shown to a mentee. ``mentors``: which consents, by their mentor."""
    shown = Consent.objects.filter(mentors, kind=ConsentKind.SHOWN_TO_MENTEE, withdrawn_at__isnull=True)
    return shown.order_by().values_list("mentor", flat=True)


def conflicts(union: Union) -> list[tuple[int, int]]:
    """Return the mentors of ``union`` who must not be in a pair with each other, each two once."""
    declared = MentorConflict.objects.filter(mentor__union=union, other__isnull=False).order_by()
    return list(declared.values_list("mentor", "other"))


def begun(union: Union) -> "QuerySet[PairMembership, tuple[int, int]]":
    """Return mentor and case for each time that somebody began with a mentee within a year.

    A mentor who left a case and came back to it is there twice.
    """
    lately = PairMembership.objects.filter(
        pair__union=union, pair__case__isnull=False, joined_at__gt=clock.now() - _YEAR
    )
    return lately.order_by().values_list("mentor", "pair__case")


def ties(union: Union, mentors: Keys) -> "QuerySet[Any, tuple[int, int, int, int, str, str]]":
    """Return each time that one of ``mentors`` (None: all) was in a pair of a case, or is in a standing pair.

    The columns are those of :class:`.matching.ties.Ties`.
    """
    of_case = Q(pair__case__isnull=False)
    standing = Q(pair__case__isnull=True, pair__ended_at__isnull=True, left_at__isnull=True)
    lately = When(of_case & Q(joined_at__gt=clock.now() - _YEAR), then="pair__case")
    found = PairMembership.objects.filter(of(mentors), of_case | standing, pair__union=union).order_by()
    return found.values_list(
        "mentor",
        "pair",
        Coalesce("pair__case", 0),
        Case(lately, default=0),
        Moment("joined_at"),
        Coalesce(Moment("left_at"), Value(_STILL, output_field=TextField())),
    )


def of(mentors: Keys) -> Q:
    """Return the condition of rows that are of one of ``mentors``."""
    return Q() if mentors is None else Q(mentor__in=mentors)


def with_years(
    union: Union, mentors: Collection[int] | None = None
) -> tuple[dict[int, dict[int, int]], dict[int, list[int]]]:
    """Return by mentor: with whom in a pair of a case and when last, and standing partners.

    Of ``mentors`` (keys; None: everybody) nothing is left out; of the others only what they had with these.
    """
    members = PairMembership.objects.filter(pair__union=union).order_by("pair", "mentor")
    if mentors is not None:
        members = members.filter(pair__in=PairMembership.objects.filter(mentor__in=mentors).values("pair"))
    together: dict[int, dict[int, int]] = defaultdict(dict)
    partners: dict[int, list[int]] = defaultdict(list)
    rows = members.values_list("pair", "mentor", "joined_at", "left_at", "pair__case", "pair__ended_at")
    for _pair, of_pair in groupby(rows, key=itemgetter(0)):
        for (_p, one, joined, left, case, ended), (_p, other, also_joined, also_left, *_same) in combinations(
            of_pair, 2
        ):
            if not case:
                if ended is None and left is None and also_left is None:
                    partners[one].append(other)
                    partners[other].append(one)
            # Who replaced somebody was not in the pair together with that one.
            elif one != other and (left is None or also_joined < left) and (also_left is None or joined < also_left):
                year = max(joined, also_joined).year
                together[one][other] = together[other][one] = max(year, together[one].get(other, 0))
    return together, partners
