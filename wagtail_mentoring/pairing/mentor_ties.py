"""What binds a union's mentors to time and to each other: absence, consent, conflicts, pairs of now and of before."""

import datetime
from collections import defaultdict
from collections.abc import Collection
from itertools import combinations, groupby
from operator import itemgetter
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from wagtail_mentoring import clock
from wagtail_mentoring.people.models import MentorAbsence, MentorConflict
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.programme.models import Union

from .models import PairMembership

#: Keys of mentors, or a query of them; None is everybody.
Keys = Collection[int] | QuerySet[Any] | None
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


def begun(union: Union, mentors: Keys = None) -> "QuerySet[PairMembership, tuple[int, int]]":
    """Return mentor and case for each time that somebody of ``mentors`` (None: all) began with a mentee within a year.

    A mentor who left a case and came back to it is there twice.
    """
    lately = PairMembership.objects.filter(
        of(mentors), pair__union=union, pair__case__isnull=False, joined_at__gt=clock.now() - _YEAR
    )
    return lately.order_by().values_list("mentor", "pair__case")


#: Two who were in a pair of a case at the same time: who replaced somebody was not together with that one.
_TOGETHER = (
    Q(pair__case__isnull=False)
    & (Q(left_at__isnull=True) | Q(pair__memberships__joined_at__lt=F("left_at")))
    & (Q(pair__memberships__left_at__isnull=True) | Q(joined_at__lt=F("pair__memberships__left_at")))
)
#: Two who are a standing pair.
_STANDING = Q(
    pair__case__isnull=True,
    pair__ended_at__isnull=True,
    left_at__isnull=True,
    pair__memberships__left_at__isnull=True,
)


def couples(union: Union, lower: Keys = None) -> "QuerySet[Any, tuple[int, int, int]]":
    """Return who were in a pair of a case together, and who are a standing pair: two keys, and the case's or 0.

    The lower key comes first, and is one of ``lower`` (None: any). Two may be there several times.
    """
    of_case = Coalesce("pair__case", 0)
    # One call of filter: all that is said of the other member is said of one and the same.
    found = PairMembership.objects.filter(
        of(lower), _TOGETHER | _STANDING, pair__union=union, pair__memberships__mentor__gt=F("mentor")
    )
    return found.order_by().values_list("mentor", "pair__memberships__mentor", of_case)


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
    begun_together = members.filter(pair__case__isnull=False).values_list("pair", "mentor", "joined_at", "left_at")
    for _pair, pair_members in groupby(begun_together, key=itemgetter(0)):
        for (_p, one, joined, left), (_p, other, also_joined, also_left) in combinations(pair_members, 2):
            # Who replaced somebody was not in the pair together with that one.
            if one != other and (left is None or also_joined < left) and (also_left is None or joined < also_left):
                year = max(joined, also_joined).year
                together[one][other] = together[other][one] = max(year, together[one].get(other, 0))
    partners: dict[int, list[int]] = defaultdict(list)
    standing = members.filter(pair__case__isnull=True, pair__ended_at__isnull=True, left_at__isnull=True)
    for _pair, two in groupby(standing.values_list("pair", "mentor"), key=itemgetter(0)):
        for (_p, one), (_p, other) in combinations(two, 2):
            partners[one].append(other)
            partners[other].append(one)
    return together, partners
