"""The facts of those who wait and of their possible mentors, from the database in a constant number of queries.

Rows are fetched as plain values, not as models: a union may have 20,000 mentors.
"""

import datetime
import json
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.module_loading import import_string

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.wishes import wishes_of
from wagtail_mentoring.conf import conf
from wagtail_mentoring.people.models import Mentor, MentorAbsence, MentorConflict
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.programme.models import Participation, ProfessionalField, Union
from wagtail_mentoring.programme.municipalities import municipality_of, region_of

from .choices import RUNNING, UNDECIDED, InvitationStatus, ProposalStatus
from .matching.builtin import BUILT_IN
from .matching.criteria import Criterion
from .matching.facts import LEVELS, MenteeFacts, MentorFacts
from .matching.languages import codes_of
from .matching.tokens import tokens, without
from .mentors import volunteers
from .models import Invitation, PairMembership, Place, Proposal

_LEVEL = {level: number for number, level in enumerate(LEVELS)}
_NONE: tuple[()] = ()
# What people write is written by many of them; reading it once is most of what makes this quick.
_REGION = lru_cache(maxsize=2**12)(region_of)
_LANGUAGES = lru_cache(maxsize=2**14)(codes_of)
#: A year, for the load of the last twelve months.
_YEAR = datetime.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a union decided about suggestions."""

    weights: dict[str, Any]
    minimum_fit: int = 0


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts, ready for :mod:`.matching`. ``rules`` by the key of the participation that a mentee's facts name."""

    mentees: tuple[MenteeFacts, ...]
    mentors: tuple[MentorFacts, ...]
    rules: dict[int, Rules]

    def rules_of(self, mentee: MenteeFacts) -> Rules:
        """Return the rules that hold for this mentee's case."""
        return self.rules[mentee.participation]


def waiting(union: Union) -> "QuerySet[Case]":
    """Return the cases of ``union`` that wait with nobody being asked: rematches first, then the longest waiting."""
    asked = Proposal.objects.filter(case=OuterRef("pk"), status=ProposalStatus.OPEN)
    found: QuerySet[Case] = Case.objects.filter(union=union).waiting().filter(~Exists(asked))
    return found


def criteria_in_use() -> tuple[Criterion, ...]:
    """Return the built-in criteria and the site's own (setting ``CRITERIA``: dotted paths of classes or instances)."""
    own = [import_string(path) for path in conf.CRITERIA]
    return (*BUILT_IN, *(criterion() if isinstance(criterion, type) else criterion for criterion in own))


def gather(union: Union, cases: "QuerySet[Case]", also: Iterable[int] = ()) -> Gathered:
    """Return the facts of ``cases`` and of every mentor of their fields, whether possible or not.

    ``also`` are keys of mentors of the union who are looked at whatever their field (a handler asked for them).
    """
    mentees = _mentees(union, cases)
    fields = {mentee.field for mentee in mentees}
    mentors = _mentors(union, fields, tuple(also))
    rules = {
        pk: Rules(weights if isinstance(weights, dict) else {}, minimum)
        for pk, weights, minimum in Participation.objects.filter(union=union).values_list(
            "pk", "weights", "minimum_fit"
        )
    }
    return Gathered(tuple(mentees), tuple(mentors), rules)


def talk_and_ways(
    case: Case, mentors: Iterable[Mentor], consenting: Container[int]
) -> tuple[MenteeFacts, list[MentorFacts]]:
    """Return the mentee of ``case`` and ``mentors`` with what they need to meet and talk: languages, ways, places.

    For rows that are at hand already, where the facts of a whole union would be too much. ``consenting``: keys of those
    who have agreed to be shown. Asks the database for the mentee's wishes, and nothing else about the mentors.
    """
    mentee = case.mentee
    facts = MenteeFacts(
        case=case.pk,
        mentee=mentee.pk,
        field=case.field_id,
        english=_LEVEL.get(mentee.english, 0),
        finnish=_LEVEL.get(mentee.finnish, 0),
        swedish=_LEVEL.get(mentee.swedish, 0),
        other=_LANGUAGES(mentee.other_languages),
        municipality=_place(mentee.municipality),
        region=_REGION(mentee.municipality),
        formats=tuple(sorted(set(wishes_of([case.pk])[case.pk].formats))),
    )
    return facts, [
        MentorFacts(
            pk=one.pk,
            fields=(case.field_id,),
            english=_LEVEL.get(one.english, 0),
            finnish=_LEVEL.get(one.finnish, 0),
            swedish=_LEVEL.get(one.swedish, 0),
            other=_LANGUAGES(one.other_languages),
            municipality=_place(one.municipality),
            region=_REGION(one.municipality),
            online=one.online,
            in_person=one.in_person,
            consent=one.pk in consenting,
        )
        for one in mentors
    ]


# Mentees


def _mentees(union: Union, cases: "QuerySet[Case]") -> list[MenteeFacts]:
    ended = PairMembership.objects.filter(pair__case=OuterRef("pk"), pair__ended_at__isnull=False)
    rows = list(
        cases.annotate(rematch=Exists(ended)).values_list(
            "pk",
            "mentee",
            "field",
            "participation",
            "mentee__english",
            "mentee__finnish",
            "mentee__swedish",
            "mentee__other_languages",
            "mentee__municipality",
            "mentee__hide_municipality",
            "state_since",
            "one_mentor_allowed",
            "rematch",
        )
    )
    wishes = wishes_of([row[0] for row in rows])
    # By the union and not by the keys: a long queue would be too many parameters for some databases.
    earlier = _by_first(
        PairMembership.objects.filter(pair__case__union=union, pair__case__mentee__in=cases.values("mentee"))
        .order_by()
        .values_list("pair__case__mentee", "mentor")
    )
    invited: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    asked: dict[int, list[int]] = defaultdict(list)
    for status, proposal, case, mentor in Invitation.objects.filter(proposal__case__in=cases.values("pk")).values_list(
        "status", "proposal__status", "proposal__case", "mentor"
    ):
        invited[status][case].append(mentor)
        if status in RUNNING and proposal in UNDECIDED:
            asked[case].append(mentor)
    said_no, silent = invited[InvitationStatus.NO], invited[InvitationStatus.EXPIRED]
    conflicts = _by_first(
        MentorConflict.objects.filter(mentee__in=cases.values("mentee")).values_list("mentee", "mentor")
    )
    holds = _holds(cases)
    names = dict(ProfessionalField.objects.filter(participation__union=union).values_list("pk", "profession__names"))
    own_names = {pk: tokens(" ".join(map(str, written.values()))) for pk, written in names.items()}
    now = clock.now()
    found = []
    for pk, mentee, field, participation, en, fi, sv, other, town, hidden, since, alone, rematch in rows:
        wish = wishes[pk]
        found.append(
            MenteeFacts(
                case=pk,
                mentee=mentee,
                field=field,
                participation=participation,
                english=_LEVEL.get(en, 0),
                finnish=_LEVEL.get(fi, 0),
                swedish=_LEVEL.get(sv, 0),
                other=_LANGUAGES(other),
                municipality=_place(town),
                region=_REGION(town),
                hidden=hidden,
                goals=tuple(dict.fromkeys(wish.goals)),
                formats=tuple(sorted(set(wish.formats))),
                times=tuple(sorted(set(wish.times))),
                words=without(tokens(wish.words), own_names.get(field, ())),
                experience_years=wish.experience_years,
                holds=_sorted(holds[pk]),
                earlier=_sorted(earlier[mentee]),
                declined=_sorted(said_no[pk] + silent[pk]),
                unanswered=_sorted(set(silent[pk]) - set(said_no[pk])),
                asked=_sorted(asked[pk]),
                conflicts=_sorted(conflicts[mentee]),
                rematch=rematch,
                waited_days=max(0, (now - since) // datetime.timedelta(days=1)),
                one_mentor_allowed=alone,
            )
        )
    return found


def _holds(cases: "QuerySet[Case]") -> dict[int, list[int]]:
    """Return by case the mentors who have a place for it already."""
    keys = cases.values("pk")
    rows = Place.objects.filter(Q(membership__pair__case__in=keys) | Q(invitation__proposal__case__in=keys))
    found: dict[int, list[int]] = defaultdict(list)
    for mentor, paired, asked in rows.values_list(
        "mentor", "membership__pair__case", "invitation__proposal__case"
    ).order_by():
        found[paired or asked].append(mentor)
    return found


# Mentors


def _mentors(union: Union, fields: set[int], also: tuple[int, ...]) -> list[MentorFacts]:
    today = clock.today()
    chosen = volunteers(Mentor.objects.filter(union=union)).order_by()
    of_fields = Mentor.fields.through.objects.filter(mentor__union=union, professionalfield__in=fields)
    # Not a join: a mentor of two fields is one row.
    here = chosen.filter(Q(pk__in=of_fields.values("mentor")) | Q(pk__in=also))
    fields_of: dict[int, tuple[int, ...]] = {}
    for mentor, field in of_fields.order_by().values_list("mentor", "professionalfield"):
        fields_of[mentor] = (*fields_of.get(mentor, _NONE), field)
    taken, held = _places(union)
    away = _away(union, today)
    agreed = set(
        Consent.objects.filter(mentor__union=union, kind=ConsentKind.SHOWN_TO_MENTEE, withdrawn_at__isnull=True)
        .order_by()
        .values_list("mentor", flat=True)
    )
    recent, together, partners = _pairs(union)
    conflicts: dict[int, list[int]] = defaultdict(list)
    declared = MentorConflict.objects.filter(mentor__union=union, other__isnull=False).order_by()
    for first, second in declared.values_list("mentor", "other"):
        conflicts[first].append(second)
        conflicts[second].append(first)
    # As text, because every list of topics is many mentors' list.
    rows = here.annotate(topics_json=Cast("topics", TextField()), times_json=Cast("times", TextField())).values_list(
        "pk",
        "english",
        "finnish",
        "swedish",
        "other_languages",
        "municipality",
        "online",
        "in_person",
        "topics_json",
        "times_json",
        "title",
        "speciality",
        "experience_years",
        "capacity",
        "paused_until",
    )
    found = []
    for pk, en, fi, sv, other, town, online, in_person, topics, times, title, speciality, years, room, paused in rows:
        days = [day for day in (paused, away.get(pk)) if day is not None and day >= today]
        until = max(days).isoformat() if days else ""
        found.append(
            MentorFacts(
                pk=pk,
                fields=_sorted(fields_of.get(pk, _NONE)),
                english=_LEVEL.get(en, 0),
                finnish=_LEVEL.get(fi, 0),
                swedish=_LEVEL.get(sv, 0),
                other=_LANGUAGES(other),
                municipality=_place(town),
                region=_REGION(town),
                online=online,
                in_person=in_person,
                topics=_list(topics),
                times=_list(times),
                title=title,
                specialities=_areas(speciality),
                experience_years=years,
                capacity=room,
                load=taken.get(pk, 0),
                held_until=held.get(pk, ""),
                away_until=until,
                recent=recent.get(pk, 0),
                consent=pk in agreed,
                partners=_sorted(partners.get(pk, _NONE)),
                together=tuple(sorted(together[pk].items())) if pk in together else _NONE,
                conflicts=_sorted(conflicts.get(pk, _NONE)),
            )
        )
    return found


def _places(union: Union) -> tuple[dict[int, int], dict[int, str]]:
    """Return how many places of each mentor are taken or held, and until when the first held one waits."""
    taken: dict[int, int] = defaultdict(int)
    held: dict[int, str] = {}
    for mentor, until in (
        Place.objects.filter(mentor__union=union).order_by().values_list("mentor", "invitation__answer_by")
    ):
        taken[mentor] += 1
        if until:
            held[mentor] = min(until.isoformat(), held.get(mentor, "9999"))
    return taken, held


def _away(union: Union, today: datetime.date) -> dict[int, datetime.date]:
    """Return until when (the last day) each mentor is away today."""
    found: dict[int, datetime.date] = {}
    absences = MentorAbsence.objects.filter(mentor__union=union, first_day__lte=today, last_day__gte=today)
    for mentor, last in absences.order_by().values_list("mentor", "last_day"):
        found[mentor] = max(last, found.get(mentor, last))
    return found


def _pairs(union: Union) -> tuple[dict[int, int], dict[int, dict[int, int]], dict[int, list[int]]]:
    """Return by mentor: mentees begun in the last year, with whom in a pair and when last, standing partners."""
    recent: dict[int, int] = defaultdict(int)
    begun = PairMembership.objects.filter(
        pair__union=union, pair__case__isnull=False, joined_at__gt=clock.now() - _YEAR
    ).order_by()
    for mentor, count in (
        begun.values("mentor").annotate(count=Count("pair__case", distinct=True)).values_list("mentor", "count")
    ):
        recent[mentor] = count
    members = PairMembership.objects.filter(pair__union=union).order_by("pair", "mentor")
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
    return recent, together, partners


# Values


def _by_first(rows: Iterable[tuple[Any, Any]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for key, value in rows:
        found[key].append(value)
    return found


def _sorted(keys: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(keys))) if keys else _NONE


def _each(values: Any) -> tuple[str, ...]:
    """Return the texts of a list from JSON, each once, sorted; anything else counts as none."""
    if not isinstance(values, list | tuple):
        return ()
    return tuple(sorted({value for value in values if isinstance(value, str)}))


@lru_cache(maxsize=2**12)
def _list(text: str) -> tuple[str, ...]:
    """Return the same of the JSON in ``text``."""
    return _each(json.loads(text))


@lru_cache(maxsize=2**12)
def _place(name: str) -> str:
    """Return the municipality in one form, whether it was written in Finnish or in Swedish."""
    known = municipality_of(name)
    return (known.finnish if known else " ".join(name.split())).casefold()


@lru_cache(maxsize=2**14)
def _areas(speciality: str) -> tuple[str, ...]:
    parts = (" ".join(part.split()) for part in speciality.replace(";", ",").replace("\n", ",").split(","))
    return tuple(dict.fromkeys(part for part in parts if part))
