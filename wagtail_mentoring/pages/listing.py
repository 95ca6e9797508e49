"""The fields that a programme page lists, in a fixed number of queries, and the search among them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils.text import capfirst
from wagtail.models import Page

from wagtail_mentoring.programme.models import Area, ProfessionalField, RoutingRule, Union

_WORD = re.compile(r"[^\W\d_]+")
#: Shorter pieces of a question say nothing: "in", "of".
_SHORTEST = 3
# Less, and "professor" would find every "professional".
_SAME_STEM = 0.8


@dataclass(frozen=True)
class ListedField:
    """One published field page as a line of the list."""

    field: ProfessionalField
    address: str

    @property
    def name(self) -> str:
        return capfirst(str(self.field.profession))

    @property
    def union(self) -> Union:
        return self.field.participation.union

    @property
    def open(self) -> bool:
        return self.field.intake_open


@dataclass(frozen=True)
class ListedArea:
    """The fields under one heading."""

    name: str
    fields: list[ListedField] = field(default_factory=list)


def listed_fields(programme_page: Page, request: HttpRequest | None) -> list[ListedField]:
    """Return the fields whose pages are published below ``programme_page``, by name in the active language."""
    from .models import FieldPage

    pages = (
        FieldPage.objects.child_of(programme_page)
        .live()
        .public()
        .select_related("field__profession", "field__participation__union")
    )
    found = [ListedField(page.field, page.get_url(request) or "") for page in pages]
    return sorted(found, key=lambda listed: (listed.name.casefold(), listed.union.slug))


def by_area(fields: Sequence[ListedField]) -> list[ListedArea]:
    """Return ``fields`` under their headings, in the order of :class:`Area`, without empty ones."""
    areas = {area.value: ListedArea(str(area.label)) for area in Area}
    for listed in fields:
        areas.get(listed.field.profession.area, areas[Area.OTHER.value]).fields.append(listed)
    return [area for area in areas.values() if area.fields]


def words_of(text: str) -> list[str]:
    """Return the words of ``text`` that are long enough to say something, folded to lower case."""
    return [word for word in _WORD.findall(text.casefold()) if len(word) >= _SHORTEST]


def _alike(first: str, second: str) -> bool:
    """Whether two words are forms of one: "engineers" and "engineer", Finnish "arkkitehti" and "arkkitehdit"."""
    shorter = min(len(first), len(second))
    same = next((place for place, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), shorter)
    return same == shorter or (same > _SHORTEST and same >= _SAME_STEM * shorter)


def _hits(listed: ListedField, asked: Sequence[str], rules: Sequence[RoutingRule]) -> int:
    union = listed.union
    names = [*listed.field.profession.names.values(), *union.names.values(), union.short]
    own = words_of(" ".join(names))
    hits = 2 * sum(any(_alike(name, word) for name in own) for word in asked)
    for rule in rules:
        professions = {profession.pk for profession in rule.professions.all()}
        if union.pk not in {found.pk for found in rule.unions.all()}:
            continue
        if professions and listed.field.profession_id not in professions:
            continue
        known = [known for phrase in rule.words for known in words_of(str(phrase))[:1]]
        hits += sum(any(word.startswith(start) for start in known) for word in asked)
    return hits


def search(fields: Sequence[ListedField], question: str, rules: Sequence[RoutingRule]) -> list[ListedField]:
    """Return the fields that fit ``question``, best first, by names in every language and by the words of the rules.

    ``rules`` come with their unions and professions prefetched.
    """
    asked = words_of(question)
    scored = [(_hits(listed, asked, rules), listed) for listed in fields]
    return [listed for hits, listed in sorted(scored, key=lambda pair: -pair[0]) if hits]


def alternatives(asked: ProfessionalField) -> list[ProfessionalField]:
    """Return open fields that a person of ``asked`` may also fit: the same profession, or unions of the same rule."""
    rules = RoutingRule.objects.filter(
        active=True, programme=asked.participation.programme_id, unions=asked.participation.union_id
    ).prefetch_related("unions", "professions")
    candidates = list(
        ProfessionalField.objects.filter(
            participation__programme=asked.participation.programme_id, intake_open=True
        ).select_related("profession", "participation__union")
    )
    return [
        other
        for other in candidates
        if other.pk != asked.pk
        and (other.profession_id == asked.profession_id or any(_joins(rule, asked, other) for rule in rules))
    ]


def _meant(rule: RoutingRule, field: ProfessionalField) -> bool:
    """Whether ``rule`` leads to ``field``: by its professions, or without any by words that the names begin with."""
    if field.participation.union_id not in {union.pk for union in rule.unions.all()}:
        return False
    if named := {profession.pk for profession in rule.professions.all()}:
        return field.profession_id in named
    starts = [start for phrase in rule.words for start in words_of(str(phrase))[:1]]
    names = words_of(" ".join(field.profession.names.values()))
    return any(name.startswith(start) for name in names for start in starts)


def _joins(rule: RoutingRule, first: ProfessionalField, second: ProfessionalField) -> bool:
    """Whether the rule may send one applicant to either field: it names the first's union and means the second."""
    unions = {union.pk for union in rule.unions.all()}
    named = {profession.pk for profession in rule.professions.all()}
    return (
        first.participation.union_id in unions and (not named or first.profession_id in named) and _meant(rule, second)
    )
