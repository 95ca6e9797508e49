"""A plan worked out: facts gathered, choices valued, the best plan found, and why for each person."""

import time
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from typing import Any

from wagtail_mentoring import clock
from wagtail_mentoring.programme.models import Union

from .gather import Gathered, criteria_in_use, gather, waiting
from .matching import ranking
from .matching.build import build, by_key
from .matching.criteria import Criterion
from .matching.facts import MenteeFacts, to_json, to_keep
from .matching.helping import Found as Sought
from .matching.helping import helps_for
from .matching.options import why_of
from .matching.scoring import Scorer, Scores
from .matching.solve import Solution, solve
from .matching.table import MentorTable
from .matching.tokens import beginning, meet, tokens
from .models import PlanRow
from .plan_result import Found, Outcome, mentors_of
from .suggestions import prepare

#: What the task is doing, in this order; the last is another task's.
GATHERING, FITTING, SOLVING, WRITING, INVITE = "gathering", "fitting", "solving", "writing", "inviting"
#: Why somebody has no second mentor, or none: nobody else is possible, or all who are go to other people.
NOBODY_ELSE, ELSEWHERE = "nobody_else", "elsewhere"
#: Of so many mentors who would be possible the page tells for whom they are needed.
MOST_WANTED = 3

#: Takes the stage and how far the whole is, in hundredths.
Tell = Callable[[str, int], None]


def work_out(union: Union, kept: Sequence[PlanRow], seconds: float, tell: Tell) -> Outcome:
    """Return the best plan found for everybody who waits at ``union``, beside the rows ``kept`` whose cases still wait.

    ``seconds`` is how long the solver may take. ``tell`` is called now and then.
    """
    begin = time.monotonic()
    tell(GATHERING, 2)
    gathered = gather(union, waiting(union))
    here = {mentee.case for mentee in gathered.mentees}
    staying = [row for row in kept if row.case_id in here]
    locks = {row.case_id: mentors_of(row) for row in staying}
    tell(FITTING, 10)
    criteria = criteria_in_use()
    prepare(criteria, gathered)
    problem = build(gathered, criteria, locks=locks)
    tell(SOLVING, 25)
    solution = solve(problem, seconds=seconds, progress=lambda done, of: tell(SOLVING, 25 + 60 * done // max(1, of)))
    tell(WRITING, 85)
    chosen = by_key(problem, solution.chosen)
    found = _found(
        [mentee for mentee in gathered.mentees if mentee.case not in locks], gathered, criteria, chosen, tell
    )
    result = _result(solution) | {"seconds": round(time.monotonic() - begin, 3), "looked_at": len(gathered.mentors)}
    return Outcome(found, [row.pk for row in staying], _inputs(gathered, criteria, locks, seconds), result)


def _found(
    mentees: Sequence[MenteeFacts],
    gathered: Gathered,
    criteria: Sequence[Criterion],
    chosen: Mapping[int, tuple[int, ...]],
    tell: Tell,
) -> list[Found]:
    """Return what was found for each of ``mentees``, with why."""
    table = MentorTable(gathered.mentors)
    scorers: dict[int, Scorer] = {}
    rows = []
    for number, mentee in enumerate(mentees):
        if number % 100 == 0:
            tell(WRITING, 85 + 14 * number // len(mentees))
        rules = gathered.rules_of(mentee)
        if mentee.participation not in scorers:
            scorers[mentee.participation] = Scorer(table, rules.weights, criteria)
        scorer = scorers[mentee.participation]
        them = chosen.get(mentee.case, ())
        why: dict[str, Any] = why_of(scorer, mentee, them, failed={}) if them else {}
        if len(them) < 2:
            why["plan"] = _missing(scorer, mentee, them, rules.minimum_fit)
        rows.append(Found(mentee.case, them, why.get("points"), why, mentee.waited_days, mentee.rematch))
    return rows


def _missing(scorer: Scorer, mentee: MenteeFacts, them: tuple[int, ...], minimum_fit: int) -> dict[str, Any]:
    """Return why somebody has one mentor or none, as codes: whom the rules leave out, and what would help.

    Everybody's room counts as it was before this plan: who is possible, and is not given, is needed elsewhere in it.
    """
    scores = scorer.scores(mentee)
    singles = mentee.one_mentor_allowed
    if them:
        pair = ranking.best_pairs(scores, 1)
        possible = any(one.points >= minimum_fit for one in pair)
        return {"second": ELSEWHERE if possible else NOBODY_ELSE, "wanted": _wanted(scores, them, minimum_fit)}
    tested = scorer.sieve(mentee)
    best = ranking.best(scores, 1, singles=singles)
    possible = any(one.points >= minimum_fit for one in best)
    helps = helps_for(
        Sought(scorer, mentee, tested, scores, best, minimum_fit=minimum_fit, pairs=True, singles=singles)
    )
    return {
        "nobody": ELSEWHERE if possible else NOBODY_ELSE,
        "looked_at": len(tested.view),
        "possible": len(tested.possible),
        "wanted": _wanted(scores, (), minimum_fit, singles=singles),
        "ruled_out": [list(counted) for counted in tested.counts() if counted[2]],
        "helps": helps,
        "minimum_fit": minimum_fit,
        "best": best[0].points if best else None,
        "one_mentor_allowed": singles,
        # Facts of this person alone: those of the mentors stand with the plan.
        "facts": to_keep(mentee),
    }


def _wanted(scores: Scores, them: tuple[int, ...], minimum_fit: int, *, singles: bool = False) -> list[int]:
    """Return the keys of the best mentors who are possible, beside ``them`` if somebody was given: a few, best first.

    By them the page tells for whom they are needed. ``singles``: one mentor alone is allowed.
    """
    at = tuple(position for position, pk in enumerate(scores.pks.tolist()) if pk in them)
    if len(at) < len(them):
        return []
    best = ranking.best(scores, MOST_WANTED, pairs=not singles, singles=singles, pinned=at)
    found = [int(scores.pks[one]) for option in best if option.points >= minimum_fit for one in option.members]
    return [pk for pk in dict.fromkeys(found) if pk not in them][:MOST_WANTED]


def _result(solution: Solution) -> dict[str, Any]:
    """Return what was found and proven."""
    return {
        "method": solution.method,
        "solver": _version("highspy") if solution.method == "solver" else "",
        "levels": [{"name": level.name, "value": level.value, "bound": level.bound} for level in solution.levels],
        "covered": solution.covered,
        "proven": solution.proven,
        "gap": solution.gap,
        "considered": solution.considered,
        "gap_within": solution.gap_within,
        "solving_seconds": round(solution.seconds, 3),
    }


def _inputs(
    gathered: Gathered, criteria: Sequence[Criterion], locks: Mapping[int, Sequence[int]], seconds: float
) -> dict[str, Any]:
    """Return all that the plan was made of: facts by number, rules, what stayed, and by what it was worked out."""
    met = _words_met(gathered)
    return {
        "at": clock.now().isoformat(),
        "mentees": [to_keep(mentee, met) for mentee in gathered.mentees],
        "mentors": [to_json(mentor) for mentor in gathered.mentors],
        "rules": _rules(gathered.rules),
        "criteria": [criterion.code for criterion in criteria],
        "kept": {str(case): list(mentors) for case, mentors in locks.items()},
        "seconds": seconds,
        "versions": {name: _version(name) for name in ("wagtail-mentoring", "numpy", "highspy")},
    }


def _words_met(gathered: Gathered) -> set[str]:
    """Return the words of those who wait that some mentor's profile has a form of: all the others tell nobody apart."""
    theirs: dict[str, set[str]] = {}
    for mentor in gathered.mentors:
        for phrase in (*mentor.specialities, mentor.title):
            for word in tokens(phrase):
                theirs.setdefault(beginning(word), set()).add(word)
    named = {word for mentee in gathered.mentees for word in mentee.words}
    return {word for word in named if any(meet(word, other) for other in theirs.get(beginning(word), ()))}


def _rules(rules: Mapping[int, Any]) -> dict[str, Any]:
    return {str(pk): {"weights": one.weights, "minimum_fit": one.minimum_fit} for pk, one in rules.items()}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
