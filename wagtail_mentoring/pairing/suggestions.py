"""The best pairs for one case, why they fit, who was ruled out by what, and what would help."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db.models import QuerySet

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.finding import holding
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme.models import Union

from .gather import Gathered, Rules, criteria_in_use, gather, rules_in
from .looking import Looked
from .matching import filters, ranking
from .matching.builtin import BUILT_IN
from .matching.criteria import Criterion, PerMentor
from .matching.facts import MenteeFacts
from .matching.helping import Found, helps_for
from .matching.languages import codes_of
from .matching.options import failures, why_of
from .matching.scoring import Scorer, Scores
from .matching.table import MentorTable
from .mentee_facts import mentee_facts
from .models import PairMembership
from .words import language_name

#: What no reason overrides, of the codes in ``overrides``.
NO_REASON_HELPS = ("asked", "no_room", "away", "field")


@dataclass(frozen=True, slots=True)
class Only:
    """What a handler asks for by hand. ``speaks``: a code of :func:`languages_of`; ``way``: in_person or online.

    ``name``: only mentors whose name contains it; ``among``: only these (keys).
    """

    speaks: str = ""
    way: str = ""
    name: str = ""
    among: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """Mentors who could be asked: two, or one. ``why`` are codes (see ``words.explain``), fit to be stored.

    Where one mentor of a running pair is replaced, ``mentors`` is the new one alone, and ``beside`` the one who stays.
    """

    mentors: tuple[int, ...]
    points: int
    why: dict[str, Any]
    beside: tuple[int, ...] = ()

    @property
    def barred(self) -> bool:
        """Whether something stands against a pinned mentor that no reason overrides."""
        return any(code in NO_REASON_HELPS for entry in self.why["overrides"] for code in entry["codes"])

    @property
    def overrides(self) -> list[dict[str, Any]]:
        """What stands against a pinned mentor: such a pair is invited with a reason only."""
        return list(self.why["overrides"])


@dataclass(frozen=True, slots=True)
class RuledOut:
    """How many mentors a test ruled out: those for whom it was the first to fail, and all who fail it."""

    code: str
    first: int
    any: int


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The answer for one case. ``seconds``: the time that the whole took, with reading the facts from the database."""

    options: tuple[Option, ...]
    looked_at: int
    possible: int
    ruled_out: tuple[RuledOut, ...]
    helps: tuple[dict[str, Any], ...]
    #: Pairs and single mentors that are possible and below the union's minimum fit. Counted where the list has room.
    below_minimum: int
    minimum_fit: int
    one_mentor_allowed: bool
    #: So many pass every test but those that the handler asked for by hand.
    but_for_hand: int
    seconds: float


def languages_of(case: Case) -> list[tuple[str, str]]:
    """Return the languages in which the mentee of ``case`` can talk about work: code, name in the active language."""
    mentee = case.mentee
    levels = ("b2", "c1", "c2")
    codes = [code for code in ("english", "finnish", "swedish") if getattr(mentee, code) in levels]
    return [(code, language_name(code)) for code in [*codes, *codes_of(mentee.other_languages)]]


def suggest(
    case: Case,
    *,
    pinned: Sequence[int] = (),
    only: Only | None = None,
    replacing: Mentor | None = None,
    beside: Sequence[int] = (),
    limit: int = 10,
) -> Suggestions:
    """Return the best ``limit`` pairs and single mentors for ``case``.

    ``pinned``: keys of at most two mentors who are in every pair, whatever the tests say of them (``overrides`` tells).
    ``replacing``: a mentor of the case's pair in whose place another is sought; the other mentor of the pair stays.
    ``beside``: the key of a mentor who is asked for the case or has said yes, and beside whom another is sought.
    Keys of mentors of another union, or who have stopped, count as nobody.
    """
    started = time.perf_counter()
    staying = _staying(case, replacing) if replacing is not None else tuple(beside)[:1]
    fixed = tuple(dict.fromkeys((*staying, *pinned)))[:2]
    sought = Sought(pinned=fixed, staying=staying, replacing=replacing is not None, only=_only(case, only), limit=limit)
    cases = Case.objects.filter(pk=case.pk)
    criteria = criteria_in_use()
    if len(criteria) > len(BUILT_IN):
        # The site's own criteria may look at every fact of everybody.
        found = among_facts(gather(case.union, cases, also=fixed), criteria, sought)
    else:
        found = among_columns(case.union, cases, criteria, sought)
    return replace(found, seconds=time.perf_counter() - started)


@dataclass(frozen=True, slots=True)
class Choices:
    """Whom a handler could choose by hand for one case.

    ``free``: the best pairs and single mentors who pass every test; ``others``: the best of those that hold somebody
    whom the caller called full. ``single``: the best mentors one by one, the full ones last, and then those who were
    asked about.
    """

    free: tuple[Option, ...]
    others: tuple[Option, ...]
    single: tuple[Option, ...]


def choices(
    case: Case,
    *,
    full: Collection[int] = (),
    beside: Sequence[int] = (),
    about: Collection[int] = (),
    options: int = 5,
    singles: int = 10,
) -> Choices:
    """Return whom a handler could choose for ``case``: at most ``options`` of either kind, ``singles`` one by one.

    ``full``: mentors (keys) to whom something else than the database leaves no room, such as the rest of a plan.
    ``beside``: the key of who would mentor together with whoever is chosen; points are those of the two then.
    ``about``: mentors who get points too, whatever the tests say of them. Who is no volunteer of the union is left out.
    Reads the facts once, in a constant number of queries.
    """
    gathered = gather(case.union, Case.objects.filter(pk=case.pk), also=(*about, *beside))
    (mentee,) = gathered.mentees
    least = gathered.rules_of(mentee).minimum_fit
    criteria = criteria_in_use()
    prepare(criteria, gathered)
    scorer = Scorer(gathered.mentors, gathered.rules_of(mentee).weights, criteria)
    table = scorer.table
    staying = table.rows(tuple(beside)[:1])
    sought = Sought(pinned=tuple(beside)[:1], staying=tuple(beside)[:1])

    def ranked(rows: Any, limit: int, *, pairs: bool, alone: bool) -> list[Option]:
        rows = np.union1d(rows, staying)
        scores = scorer.scores(mentee, rows)
        at = tuple(int(np.searchsorted(rows, row)) for row in staying)
        found = ranking.best(scores, limit, pairs=pairs, singles=alone, pinned=at)
        return [_option(scorer, mentee, scores, one, sought) for one in found]

    possible = np.setdiff1d(scorer.sieve(mentee).possible, staying)
    taken = np.isin(possible, table.rows(full))
    rules = {"pairs": True, "alone": sought.singles(mentee)}
    one_by_one = {"pairs": bool(len(staying)), "alone": not len(staying)}
    free = ranked(possible[~taken], options, **rules)
    everybody = ranked(possible, options * 3, **rules) if options and taken.any() else []
    best = ranked(possible[~taken], singles, **one_by_one)
    if len(best) < singles and taken.any():
        best += ranked(possible[taken], singles - len(best), **one_by_one)
    more = np.setdiff1d(table.rows(about), table.rows([pk for one in best for pk in one.mentors]))
    return Choices(
        free=tuple(one for one in free if one.points >= least),
        others=tuple(one for one in everybody if one.points >= least and not set(full).isdisjoint(one.mentors))[
            :options
        ],
        single=(*best, *(ranked(more, len(more), **one_by_one) if len(more) else ())),
    )


@dataclass(frozen=True, slots=True)
class Sought:
    """What exactly is looked for. ``pinned`` begins with ``staying``; both are keys."""

    pinned: tuple[int, ...] = ()
    staying: tuple[int, ...] = ()
    replacing: bool = False
    only: filters.Only = filters.Only()
    limit: int = 10

    def singles(self, mentee: MenteeFacts) -> bool:
        """Whether one mentor alone can be offered."""
        return not self.staying and (self.replacing or mentee.one_mentor_allowed)

    @property
    def pairs(self) -> bool:
        """Whether two can be offered: not where the only mentor of a pair is replaced."""
        return bool(self.staying) or not self.replacing


def among_facts(gathered: Gathered, criteria: Sequence[Criterion], sought: Sought) -> Suggestions:
    """Return the best for the one mentee of ``gathered``, among the mentors there. ``seconds`` is left at 0."""
    (mentee,) = gathered.mentees
    rules = gathered.rules_of(mentee)
    prepare(criteria, gathered)
    scorer = Scorer(gathered.mentors, rules.weights, criteria)
    tested = _tested(scorer.table, mentee, sought)
    rows = np.union1d(tested.possible, scorer.table.rows(sought.pinned))
    ranking_of = _Ranking(scorer, scorer.scores(mentee, rows), mentee, rules, sought)
    return ranking_of.told(tested, scorer, ranking_of.scores, ranking_of.ranked)


def among_columns(union: Union, cases: "QuerySet[Case]", criteria: Sequence[Criterion], sought: Sought) -> Suggestions:
    """Return the same for the one case of ``cases``, by the built-in ``criteria``, of what is read for it alone."""
    (mentee,) = mentee_facts(union, cases)
    rules = rules_in(union)[mentee.participation]
    looked = Looked(union, mentee.field, sought.pinned)
    mentee = replace(mentee, words=looked.shared().telling(mentee.words))
    tested = _tested(looked.table, mentee, sought)
    table = looked.to_rank(np.union1d(tested.possible, looked.table.rows(sought.pinned)))
    scorer = Scorer(table, rules.weights, criteria)
    ranking_of = _Ranking(scorer, scorer.scores(mentee, np.arange(len(table))), mentee, rules, sought)
    # Reasons, and what would help, only of those who are shown: these few as whole facts.
    keys = {int(table.pk[place]) for one in ranking_of.ranked for place in one.members} | set(sought.pinned)
    shown = Scorer(looked.facts(table, keys), rules.weights, criteria)
    scores = shown.scores(mentee, np.arange(len(shown.table)))
    place = {int(pk): at for at, pk in enumerate(shown.table.pk)}
    ranked = [
        ranking.Ranked(tuple(place[int(table.pk[one])] for one in found.members), found.value)
        for found in ranking_of.ranked
    ]
    return ranking_of.told(tested, shown, scores, ranked)


def _tested(table: MentorTable, mentee: MenteeFacts, sought: Sought) -> filters.Sieve:
    staying = table.rows(sought.staying)
    population = np.setdiff1d(table.rows_by_field.get(mentee.field, staying[:0]), staying)
    return filters.sieve(table, mentee, population, sought.only)


class _Ranking:
    """The best for one mentee among the mentors of ``scores``, who are possible or pinned."""

    def __init__(self, scorer: Scorer, scores: Scores, mentee: MenteeFacts, rules: Rules, sought: Sought) -> None:
        self.scores, self.mentee, self.rules, self.sought = scores, mentee, rules, sought
        pinned = scorer.table.rows(sought.pinned)
        at = tuple(int(np.searchsorted(scores.rows, row)) for row in pinned)
        how: dict[str, Any] = {"pairs": sought.pairs, "singles": sought.singles(mentee), "pinned": at}
        self.ranked = ranking.best(scores, sought.limit, **how)
        self.all = ranking.count(scores, **how)

    def told(
        self, tested: filters.Sieve, scorer: Scorer, scores: Scores, ranked: Sequence[ranking.Ranked]
    ) -> Suggestions:
        """Return the answer. ``scorer`` and ``scores`` have at least all whom ``ranked`` names, as facts."""
        mentee, sought, minimum = self.mentee, self.sought, self.rules.minimum_fit
        offered = [one for one in ranked if one.points >= minimum]
        pinned = tuple(int(np.searchsorted(scores.rows, row)) for row in scorer.table.rows(sought.pinned))
        singles = sought.singles(mentee)
        found = Found(scorer, mentee, tested, scores, ranked, minimum, sought.pairs, singles, pinned, sought.only)
        return Suggestions(
            options=tuple(_option(scorer, mentee, scores, one, sought) for one in offered),
            looked_at=len(tested.view),
            possible=len(tested.possible),
            ruled_out=tuple(RuledOut(*row) for row in tested.counts()),
            helps=tuple(helps_for(found)),
            below_minimum=self.all - len(offered) if len(offered) < sought.limit else 0,
            minimum_fit=minimum,
            one_mentor_allowed=mentee.one_mentor_allowed,
            but_for_hand=tested.but_for(filters.BY_HAND),
            seconds=0,
        )


def prepare(criteria: Sequence[Criterion], gathered: Gathered) -> None:
    """Let the site's own criteria fetch what the facts do not hold."""
    for criterion in criteria:
        if isinstance(criterion, PerMentor):
            criterion.prepare(gathered.mentees, gathered.mentors)


def _option(scorer: Scorer, mentee: MenteeFacts, scores: Scores, one: ranking.Ranked, sought: Sought) -> Option:
    keys = [int(scores.pks[position]) for position in one.members]
    # Whoever stays or is pinned is named first, then the one who was asked less lately.
    keys.sort(key=lambda pk: sought.pinned.index(pk) if pk in sought.pinned else len(sought.pinned))
    asked = [pk for pk in keys if pk not in sought.staying]
    against = failures(scorer, mentee, asked) if any(pk in sought.pinned for pk in keys) else {}
    why = why_of(scorer, mentee, keys, failed=against)
    return Option(tuple(asked), one.points, why, tuple(pk for pk in keys if pk in sought.staying))


def _staying(case: Case, leaving: Mentor) -> tuple[int, ...]:
    """Return the other mentor of the case's running pair, if there is one."""
    members = PairMembership.objects.current(case)
    return tuple(members.exclude(mentor=leaving).order_by("mentor").values_list("mentor", flat=True)[:1])


def _only(case: Case, only: Only | None) -> filters.Only:
    if only is None:
        return filters.Only()
    among = only.among
    if only.name.strip():
        mentors = Mentor.objects.filter(union=case.union_id)
        named = mentors.filter(holding(mentors, only.name.strip(), "name"))
        keys = set(named.order_by().values_list("pk", flat=True))
        among = tuple(sorted(keys & set(among) if among is not None else keys))
    return filters.Only(speaks=only.speaks, way=only.way, among=among)
