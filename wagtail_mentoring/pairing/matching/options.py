"""Why one or two mentors: points, reasons, what is lacking and what else to know, as codes that JSON can hold."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .facts import MenteeFacts, MentorFacts, to_json, to_keep
from .filters import sieve
from .languages import readable
from .scoring import Scorer, Scores, points
from .table import Ints

#: Of the form of what is stored. A reader that finds a greater number shows the points alone.
VERSION = 1


def why_of(
    scorer: Scorer,
    mentee: MenteeFacts,
    mentors: Sequence[int],
    *,
    failed: Mapping[int, Iterable[str]] | None = None,
) -> dict[str, Any]:
    """Return why ``mentors`` (one or two keys) for ``mentee``, whatever the filters say of them.

    ``failed``: by mentor the filters that a handler would override; worked out when None. Raises KeyError for a mentor
    who is not in the scorer's table.
    """
    rows: Ints = scorer.table.rows(mentors)
    if len(rows) != len(set(mentors)) or not mentors:
        raise KeyError(f"not among the mentors: {sorted(set(mentors) - set(scorer.table.row_of))}")
    scores = scorer.scores(mentee, rows)
    members = [int(rows.searchsorted(scorer.table.row_of[pk])) for pk in mentors]
    if failed is None:
        failed = failures(scorer, mentee, mentors)
    value = value_of(scores, members)
    criteria: list[dict[str, Any]] = [
        {"code": criterion.code, "value": earned, "most": most, "reason": dict(criterion.reason(scores.view, members))}
        for criterion, earned, most in scores.parts(members)
        if most
    ]
    return {
        "version": VERSION,
        "mentors": list(mentors),
        "value": value,
        "points": points(value),
        "criteria": criteria,
        "lacks": _lacks(scores, members, {row["code"]: row["reason"] for row in criteria}),
        "notes": _notes(scores, members),
        "overrides": [{"mentor": pk, "codes": list(codes)} for pk, codes in failed.items() if codes],
        "facts": {
            "mentee": to_keep(mentee, _words_met(criteria)),
            "mentors": [to_json(scores.view.mentor(one)) for one in members],
        },
    }


def _words_met(criteria: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the mentee's words that met one of these mentors', as the reason of the speciality names them."""
    reason: Mapping[str, Any] = next((row["reason"] for row in criteria if row["code"] == "speciality"), {})
    return {word for entry in reason.get("met", ()) for word in entry["words"]}


def failures(scorer: Scorer, mentee: MenteeFacts, mentors: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return by mentor the codes of the hard filters that stand against it; ``field``: of another profession.

    ``partner_conflict``: two who must not be in one pair; ``said_no``, ``unanswered`` in place of ``declined``.
    """
    rows = scorer.table.rows(mentors)
    tested = sieve(scorer.table, mentee, rows)
    found = {}
    barred = {row for couple in scorer.table.conflicts if set(couple) <= set(rows.tolist()) for row in couple}
    for pk in mentors:
        row = scorer.table.row_of[pk]
        mentor = scorer.table.mentors[row]
        codes = [_of_one(code, pk, mentee) for code in tested.failed_by(row)]
        if mentee.field not in mentor.fields:
            codes.insert(0, "field")
        if row in barred:
            codes.append("partner_conflict")
        found[pk] = tuple(codes)
    return found


def _of_one(code: str, pk: int, mentee: MenteeFacts) -> str:
    """Return ``code``, or what tells more of the one mentor ``pk``."""
    if code != "declined":
        return code
    return "unanswered" if pk in mentee.unanswered else "said_no"


def value_of(scores: Scores, members: Sequence[int]) -> int:
    """Return the value of one or two positions."""
    if len(members) == 1:
        return int(scores.alone()[members[0]])
    return int(scores.pairs(np.array([members[0]]), np.array([members[1]]))[0])


def _lacks(scores: Scores, members: Sequence[int], reasons: Mapping[str, Any]) -> list[dict[str, Any]]:
    mentee = scores.view.mentee
    people = [scores.view.mentor(position) for position in members]
    found: list[dict[str, Any]] = []
    if len(people) == 1:
        found.append({"code": "second", "rule": mentee.one_mentor_allowed})
    speciality = reasons.get("speciality", {})
    if speciality and not speciality.get("blank") and not speciality["met"]:
        found.append({"code": "speciality"})
    missing = reasons.get("goals", {}).get("missing", [])
    if missing:
        found.append({"code": "goals", "goals": missing, "of": len(missing) + len(reasons["goals"]["covered"])})
    own = [code for code in mentee.other if not any(code in one.other for one in people)]
    if mentee.other and len(own) == len(mentee.other):
        found.append({"code": "own_language", "languages": list(readable(own))})
    if not reasons.get("languages", {}).get("together", True):
        found.append({"code": "common_language"})
    times = reasons.get("times", {})
    if times and not times["common"]:
        # Of whom the times are not known may have time, unless the others have none in common already.
        unknown = [] if _apart(mentee, people) else times["unknown"]
        found.append({"code": "times", "unknown": unknown})
    if "in_person" in mentee.formats and not any(one.in_person for one in people):
        found.append({"code": "in_person"})
    return found


def _apart(mentee: MenteeFacts, people: Sequence[MentorFacts]) -> bool:
    """Return whether those whose times are known, the mentee's wish among them, have no time in common."""
    said = [set(times) for times in (mentee.times, *(one.times for one in people)) if times]
    return bool(said) and not set.intersection(*said)


def _notes(scores: Scores, members: Sequence[int]) -> list[dict[str, Any]]:
    mentee, found = scores.view.mentee, []
    for position in members:
        mentor = scores.view.mentor(position)
        if mentor.pk not in mentee.holds and mentor.capacity - mentor.load == 1:
            found.append({"code": "last_place", "mentor": mentor.pk, "capacity": mentor.capacity})
    return found
