"""Which union is mine? Rules are rows."""

import dataclasses
from typing import Any

import pytest

from tests.factories import make_field, make_programme, make_union
from wagtail_mentoring.models import Profession, ProfessionalField, Programme, RoutingRule
from wagtail_mentoring.programme.routing import begins_a_word, fold, load_rules, packaged_rules, route

pytestmark = pytest.mark.django_db

FIELDS = {
    "tek": ["masters-in-technology"],
    "kt": ["engineers-in-the-municipal-sector"],
    "safa": ["architects"],
    "tral": ["bba-graduates"],
    "oaj": ["teachers", "preschool-teachers"],
    "medical-association": ["doctors"],
    "university-professors": ["professors"],
    "pharmacists-association": ["pharmacists", "dispensing-pharmacists"],
    "business-school-graduates": ["masters-of-economics-business-and-administration"],
    "social-science-professionals": ["masters-of-social-sciences", "bachelors-of-social-sciences"],
    "talentia": ["social-workers", "masters-of-social-services"],
    "akava-special-branches": ["translators-and-interpreters", "professionals-in-museums", "dental-hygienists"],
}


@pytest.fixture
def programme() -> Programme:
    for union, professions in FIELDS.items():
        for profession in professions:
            make_field(make_union(union), profession)
    programme = make_programme()
    assert load_rules(programme) > 20
    return programme


def slugs(fields: tuple[ProfessionalField, ...]) -> list[str]:
    return [field.profession.slug for field in fields]


@pytest.mark.parametrize(
    ("profession", "degree", "sector", "expected"),
    [
        ("Software engineer", "master", "", ["masters-in-technology"]),
        ("ENGINEER", "doctor", "", ["masters-in-technology"]),
        ("diplomi-insinööri", "master", "", ["masters-in-technology"]),
        ("insinoori", "master", "", ["masters-in-technology"]),
        ("Insino\u0308o\u0308ri", "master", "", ["masters-in-technology"]),
        ("Civilingenjör", "master", "", ["masters-in-technology"]),
        ("Engineer", "bachelor", "municipal", ["engineers-in-the-municipal-sector"]),
        ("Engineer", "bachelor", "private", []),
        ("Engineer", "bachelor", "other", []),
        ("Engineer", "other", "", []),
        ("Architect", "master", "", ["architects", "masters-in-technology"]),
        ("Tradenomi", "bachelor", "", ["bba-graduates"]),
        ("business economist", "master", "", ["masters-of-economics-business-and-administration"]),
        ("lääkäri", "master", "", ["doctors"]),
        ("Doctor", "doctor", "", ["doctors"]),
        ("Professor of law", "doctor", "", ["professors"]),
        ("Pharmacist, doctor of pharmacy", "doctor", "", ["pharmacists"]),
        ("farmaseutti", "bachelor", "", ["dispensing-pharmacists"]),
        ("Preschool teacher", "bachelor", "", ["preschool-teachers"]),
        ("matematiikan opettaja", "master", "", ["teachers"]),
        ("Social worker", "bachelor", "", ["social-workers"]),
        ("kääntäjä", "master", "", ["translators-and-interpreters"]),
        ("Museum curator", "master", "", ["professionals-in-museums"]),
        ("Lion tamer", "master", "", []),
        ("", "master", "", []),
        ("(((", "master", "", []),
    ],
)
def test_the_shipped_rules(
    programme: Programme, profession: str, degree: str, sector: str, expected: list[str]
) -> None:
    routing = route(programme, profession, degree, sector)
    assert slugs(routing.fields) == expected
    assert routing.outcome == ("none" if not expected else "one" if len(expected) == 1 else "choose")
    if expected:
        assert routing.reason


def test_two_fields_of_one_union_are_a_choice(programme: Programme) -> None:
    routing = route(programme, "Sociologist", "master")
    assert routing.outcome == "choose" and len(routing.unions) == 1
    assert set(slugs(routing.fields)) == {"masters-of-social-sciences", "bachelors-of-social-sciences"}


def test_the_sector_is_needed_only_where_it_decides(programme: Programme) -> None:
    assert route(programme, "Engineer", "bachelor").needs_sector
    assert not route(programme, "Engineer", "master").needs_sector
    assert not route(programme, "Teacher", "bachelor").needs_sector
    assert not route(programme, "Engineer", "bachelor", "state").needs_sector


def test_the_reason_and_the_question_come_in_the_readers_language(programme: Programme) -> None:
    texts = {language: route(programme, "Architect", "master", language=language) for language in ("en", "fi", "sv")}
    assert len({routing.reason for routing in texts.values()}) == len({row.question for row in texts.values()}) == 3
    assert texts["fi"].question.startswith("Kumpi")


def test_alternatives_are_named_where_nothing_fits(programme: Programme) -> None:
    routing = route(programme, "Engineer", "bachelor", "private")
    assert routing.known and routing.outcome == "none" and "outside municipalities" in routing.reason
    assert set(slugs(routing.alternatives)) == {"masters-in-technology", "engineers-in-the-municipal-sector"}
    unknown = route(programme, "Lion tamer", "master")
    assert not unknown.known and not unknown.alternatives


def test_a_third_engineering_union_added_by_rows_alone(programme: Programme) -> None:
    assert route(programme, "Engineer", "bachelor", "private").outcome == "none"
    third = make_field(make_union("third"), "private-engineers")
    row = RoutingRule.objects.create(
        programme=programme,
        sort_order=1,
        words=["engineer"],
        degree_levels=["bachelor"],
        sectors=["private"],
        reasons={"en": "For companies."},
    )
    row.unions.add(third.union)
    routing = route(programme, "Engineer", "bachelor", "private")
    assert routing.fields == (third,) and routing.unions == (third.union,) and routing.reason == "For companies."
    assert route(programme, "Engineer", "bachelor").needs_sector
    assert slugs(route(programme, "Engineer", "bachelor", "municipal").fields) == ["engineers-in-the-municipal-sector"]
    row.active = False
    row.save()
    assert route(programme, "Engineer", "bachelor", "private").outcome == "none"


def test_a_field_named_like_the_profession_is_found_without_a_rule(programme: Programme) -> None:
    keepers = make_field(make_union("tek"), "beekeepers")
    routing = route(programme, "Beekeeper", "bachelor")
    assert routing.fields == (keepers,) and routing.known and routing.reason


def test_another_programme_has_its_own_rules(programme: Programme) -> None:
    other = Programme.objects.create(slug="other", names={"en": "Other"})
    assert route(other, "Software engineer", "master").outcome == "none"
    assert load_rules(other) == sum(not row["unions"] for row in packaged_rules()["rules"])


def test_queries_do_not_grow_with_rules(programme: Programme, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(5):
        route(programme, "Software engineer", "bachelor")


def test_loading_again_changes_nothing_and_data_is_checked(programme: Programme) -> None:
    edited = programme.routing_rules.first()
    assert edited is not None
    edited.words = ["changed"]
    edited.save()
    assert load_rules(programme) == 0
    edited.refresh_from_db()
    assert edited.words == ["changed"]
    programme.routing_rules.all().delete()
    with pytest.raises(ValueError, match="Rule 1: unknown degree level or sector emperor"):
        load_rules(programme, {"rules": [{"words": ["x"], "unions": ["tek"], "degree": ["emperor"]}]})
    assert not programme.routing_rules.exists()


def test_the_shipped_rules_name_their_reasons_in_every_language() -> None:
    for row in packaged_rules()["rules"]:
        assert set(row["reasons"]) == {"en", "fi", "sv"} and all(row["reasons"].values())
        assert len(set(row["reasons"].values())) == 3


def test_words_begin_words() -> None:
    assert begins_a_word("law", fold("Lawyer")) and begins_a_word("Lääkäri", fold("laakari"))
    assert begins_a_word("social worker", fold("school  Social Worker"))
    assert not begins_a_word("law", fold("outlaw")) and not begins_a_word("", "anything")


def test_a_routing_is_frozen(programme: Programme) -> None:
    routing = route(programme, "Teacher", "master")
    with pytest.raises(dataclasses.FrozenInstanceError):
        routing.outcome = "none"  # type: ignore[misc]
    assert Profession.objects.count() == sum(map(len, FIELDS.values()))
