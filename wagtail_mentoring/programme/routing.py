"""Which union is mine? From a profession in the applicant's own words, by rules that are rows.

The rules are read in their order; the first whose words, degree levels and sectors all fit decides. A word fits when
it begins a word of the profession, whatever the case and the accents: "insinoori" finds "insinööri".
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from .localized import localized
from .models import DegreeLevel, Profession, ProfessionalField, Programme, RoutingRule, Sector, Union

DATA = Path(__file__).parent / "data" / "routing.json"

Outcome = Literal["one", "choose", "none"]


@dataclass(frozen=True, slots=True)
class Routing:
    """Where an application belongs.

    ``fields`` come best first, ``unions`` are theirs without repeats. ``known`` is False when no rule and no field
    knows the profession at all: then the rules have no opinion about a field that the applicant has chosen.
    ``needs_sector`` says that the sector decides and is not known yet; the rest then does not count. ``alternatives``
    are fields that rules name for the same profession with another degree or sector.
    """

    outcome: Outcome
    fields: tuple[ProfessionalField, ...] = ()
    unions: tuple[Union, ...] = ()
    reason: str = ""
    question: str = ""
    needs_sector: bool = False
    known: bool = True
    alternatives: tuple[ProfessionalField, ...] = ()


def fold(text: str) -> str:
    """Return ``text`` for comparison: small letters, no accents, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(plain.split())


def begins_a_word(word: str, folded_text: str) -> bool:
    """Return whether ``word`` begins a word of ``folded_text``. An empty word begins none."""
    folded = fold(word)
    return bool(folded) and re.search(rf"(?<!\w){re.escape(folded)}", folded_text) is not None


def route(
    programme: Programme, profession: str, degree_level: str, sector: str = "", language: str | None = None
) -> Routing:
    """Return where an application with these answers belongs in ``programme``. Five queries at most.

    ``degree_level`` is a :class:`DegreeLevel`, ``sector`` a :class:`Sector` or ``""`` while it is not asked. The reason
    and the question come in ``language`` (default: the active one).
    """
    text = fold(profession)
    fields = list(
        ProfessionalField.objects.filter(participation__programme=programme).select_related(
            "participation__union", "participation__programme", "profession"
        )
    )
    rules = [
        rule
        for rule in programme.routing_rules.filter(active=True).prefetch_related("unions", "professions")
        if any(begins_a_word(word, text) for word in rule.words)
    ]
    if not rules:
        return _by_names(fields, text)
    at_level = [rule for rule in rules if not rule.degree_levels or degree_level in rule.degree_levels]
    if not sector and len({_first(at_level, known) for known in Sector.values}) > 1:
        return Routing("none", needs_sector=True, alternatives=_of_rules(rules, fields, text))
    rule = _first(at_level, sector)
    found = _of_rules([rule] if rule else [], fields, text)
    others = tuple(field for field in _of_rules(rules, fields, text) if field not in found)
    return Routing(
        outcome=_outcome(found),
        fields=found,
        unions=_unions(found),
        reason=localized(rule.reasons, language) if rule else "",
        question=localized(rule.question, language) if rule else "",
        alternatives=others,
    )


def _first(rules: Sequence[RoutingRule], sector: str) -> RoutingRule | None:
    return next((rule for rule in rules if not rule.sectors or sector in rule.sectors), None)


def _outcome(fields: Sequence[ProfessionalField]) -> Outcome:
    return "none" if not fields else "one" if len(fields) == 1 else "choose"


def _unions(fields: Sequence[ProfessionalField]) -> tuple[Union, ...]:
    return tuple(dict.fromkeys(field.union for field in fields))


def _of_rules(
    rules: Sequence[RoutingRule], fields: Sequence[ProfessionalField], text: str
) -> tuple[ProfessionalField, ...]:
    """Return the fields that ``rules`` mean, each once: of every union the best one, the best union first."""
    found: dict[ProfessionalField, int] = {}
    for rule in rules:
        professions = {profession.pk for profession in rule.professions.all()}
        for union in rule.unions.all():
            own = [field for field in fields if field.participation.union_id == union.pk]
            named = [field for field in own if field.profession_id in professions]
            for field in _best(named or own, text):
                found.setdefault(field, _fit(field, text))
    return tuple(sorted(found, key=lambda field: -found[field]))


def _best(fields: Sequence[ProfessionalField], text: str) -> list[ProfessionalField]:
    """Return the field whose name fits ``text`` best; several when none is better than the others."""
    if len(fields) < 2:
        return list(fields)
    best = max(_fit(field, text) for field in fields)
    return [field for field in fields if _fit(field, text) == best]


#: Words of field names that say nothing about the profession.
_COMMON = frozenset({"professional", "professionals", "graduate", "graduates", "masters", "bachelors", "sector"})
_SHORTEST = 4


def _fit(field: ProfessionalField, text: str) -> int:
    """Return how many words of the profession a name of the field has too, plurals aside; the best language counts."""
    words = {word for word in re.findall(r"\w+", text) if len(word) >= _SHORTEST and word not in _COMMON}

    def shared(name: str) -> int:
        of_name = {word for word in re.findall(r"\w+", fold(name)) if len(word) >= _SHORTEST and word not in _COMMON}
        return sum(any(other.startswith(word[: max(_SHORTEST, len(word) - 2)]) for other in of_name) for word in words)

    return max(map(shared, field.profession.names.values()), default=0)


def _by_names(fields: Sequence[ProfessionalField], text: str) -> Routing:
    """No rule knows the profession: perhaps a field's own name does."""
    fitting = [field for field in fields if _fit(field, text)]
    found = tuple(_best(fitting, text)) if fitting else ()
    reason = _("What you wrote is close to the name of this field.") if found else ""
    return Routing(_outcome(found), found, _unions(found), reason, known=bool(found))


def packaged_rules() -> dict[str, Any]:
    """Return the rules that the package ships."""
    data: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return data


@transaction.atomic
def load_rules(programme: Programme, data: Mapping[str, Any] | None = None) -> int:
    """Make the rules of ``data`` (default: those shipped) for a programme that has none; return how many were made.

    A programme with rules is left as it is: they are its editors'. Unions and professions are found by their short
    names; a rule none of whose unions is there is left out, while one that names no union at all is kept: it sends
    applications to the intake queue. Raises ValueError for an unknown degree level or sector.
    """
    if programme.routing_rules.exists():
        return 0
    unions = {union.slug: union for union in Union.objects.filter(participations__programme=programme)}
    professions = {profession.slug: profession for profession in Profession.objects.all()}
    made = 0
    for number, row in enumerate((data or packaged_rules())["rules"], start=1):
        levels, sectors = row.get("degree", []), row.get("sector", [])
        if unknown := {*levels} - {*DegreeLevel.values} | {*sectors} - {*Sector.values}:
            raise ValueError(f"Rule {number}: unknown degree level or sector {', '.join(sorted(unknown))}.")
        named = [unions[slug] for slug in row["unions"] if slug in unions]
        if row["unions"] and not named:
            continue
        rule = RoutingRule.objects.create(
            programme=programme,
            sort_order=number * 10,
            words=row["words"],
            degree_levels=levels,
            sectors=sectors,
            reasons=row.get("reasons", {}),
            question=row.get("question", {}),
        )
        rule.unions.set(named)
        rule.professions.set([professions[slug] for slug in row.get("professions", []) if slug in professions])
        made += 1
    return made
