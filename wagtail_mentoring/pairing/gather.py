"""The facts of those who wait and of their possible mentors, from the database in a constant number of queries.

Rows are fetched as plain values, not as models: a union may have 20,000 mentors.
"""

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.module_loading import import_string

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.wishes import wishes_of
from wagtail_mentoring.conf import conf
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme.models import Participation, Union

from . import as_written, mentor_ties
from .choices import ProposalStatus
from .matching.builtin import BUILT_IN
from .matching.criteria import Criterion
from .matching.facts import MenteeFacts, MentorFacts
from .matching.shared import Shared, areas_and_titles
from .mentee_facts import mentee_facts
from .mentors import volunteers
from .models import Place, Proposal


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
    mentees = mentee_facts(union, cases)
    fields = {mentee.field for mentee in mentees}
    mentors = _mentors(union, fields, tuple(also))
    shared = {field: Shared(_skills(mentors, field)) for field in fields}
    mentees = [replace(mentee, words=shared[mentee.field].telling(mentee.words)) for mentee in mentees]
    return Gathered(tuple(mentees), tuple(mentors), rules_in(union))


def _skills(mentors: Iterable[MentorFacts], field: int) -> Iterable[str]:
    """Return what the mentors of ``field`` wrote of their work, as :mod:`.matching.shared` counts it."""
    return areas_and_titles((", ".join(one.specialities), one.title) for one in mentors if field in one.fields)


def rules_in(union: Union) -> dict[int, Rules]:
    """Return what ``union`` decided, by the key of its participation."""
    rows = Participation.objects.filter(union=union).values_list("pk", "weights", "minimum_fit")
    return {pk: Rules(weights if isinstance(weights, dict) else {}, minimum) for pk, weights, minimum in rows}


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
        english=as_written.LEVEL.get(mentee.english, 0),
        finnish=as_written.LEVEL.get(mentee.finnish, 0),
        swedish=as_written.LEVEL.get(mentee.swedish, 0),
        other=as_written.languages(mentee.other_languages),
        municipality=as_written.place(mentee.municipality),
        region=as_written.region(mentee.municipality),
        formats=tuple(sorted(set(wishes_of([case.pk])[case.pk].formats))),
    )
    return facts, [
        MentorFacts(
            pk=one.pk,
            fields=(case.field_id,),
            english=as_written.LEVEL.get(one.english, 0),
            finnish=as_written.LEVEL.get(one.finnish, 0),
            swedish=as_written.LEVEL.get(one.swedish, 0),
            other=as_written.languages(one.other_languages),
            municipality=as_written.place(one.municipality),
            region=as_written.region(one.municipality),
            online=one.online,
            in_person=one.in_person,
            consent=one.pk in consenting,
        )
        for one in mentors
    ]


def _mentors(union: Union, fields: set[int], also: tuple[int, ...]) -> list[MentorFacts]:
    today = clock.today()
    chosen = volunteers(Mentor.objects.filter(union=union)).order_by()
    of_fields = Mentor.fields.through.objects.filter(mentor__union=union, professionalfield__in=fields)
    # Not a join: a mentor of two fields is one row.
    here = chosen.filter(Q(pk__in=of_fields.values("mentor")) | Q(pk__in=also))
    fields_of: dict[int, tuple[int, ...]] = {}
    for mentor, field in of_fields.order_by().values_list("mentor", "professionalfield"):
        fields_of[mentor] = (*fields_of.get(mentor, as_written.NONE), field)
    taken, held = _places(union)
    away = mentor_ties.away_today(union, today)
    agreed = set(mentor_ties.agreed(Q(mentor__union=union)))
    recent: dict[int, set[int]] = defaultdict(set)
    for mentor, case in mentor_ties.begun(union):
        recent[mentor].add(case)
    together, partners = mentor_ties.with_years(union)
    conflicts: dict[int, list[int]] = defaultdict(list)
    for first, second in mentor_ties.conflicts(union):
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
                fields=as_written.sorted_keys(fields_of.get(pk, as_written.NONE)),
                english=as_written.LEVEL.get(en, 0),
                finnish=as_written.LEVEL.get(fi, 0),
                swedish=as_written.LEVEL.get(sv, 0),
                other=as_written.languages(other),
                municipality=as_written.place(town),
                region=as_written.region(town),
                online=online,
                in_person=in_person,
                topics=as_written.listed(topics),
                times=as_written.listed(times),
                title=title,
                specialities=as_written.areas(speciality),
                experience_years=years,
                capacity=room,
                load=taken.get(pk, 0),
                held_until=held.get(pk, ""),
                away_until=until,
                recent=len(recent.get(pk, as_written.NONE)),
                consent=pk in agreed,
                partners=as_written.sorted_keys(partners.get(pk, as_written.NONE)),
                together=tuple(sorted(together[pk].items())) if pk in together else as_written.NONE,
                conflicts=as_written.sorted_keys(conflicts.get(pk, as_written.NONE)),
            )
        )
    return found


def _places(union: Union) -> tuple[dict[int, int], dict[int, str]]:
    """Return how many places of each mentor are taken or held, and until when the first held one waits.

    Where the last day has passed and the time stands still, that is today: it may end any day.
    """
    today = clock.today()
    taken: dict[int, int] = defaultdict(int)
    held: dict[int, str] = {}
    for mentor, until in (
        Place.objects.filter(mentor__union=union).order_by().values_list("mentor", "invitation__answer_by")
    ):
        taken[mentor] += 1
        if until:
            held[mentor] = min(max(until, today).isoformat(), held.get(mentor, "9999"))
    return taken, held
