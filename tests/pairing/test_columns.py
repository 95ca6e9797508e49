"""The way of one case through columns, and that through the facts of everybody, which plans take: one answer."""

import dataclasses
import random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_case, make_field, make_union
from tests.pairing.asked import no, propose
from tests.pairing.population import AREAS, TIMES, TONGUES, TOPICS, populate
from wagtail_mentoring.models import Case, Mentor
from wagtail_mentoring.pairing.choices import InvitationStatus
from wagtail_mentoring.pairing.gather import criteria_in_use, gather
from wagtail_mentoring.pairing.matching import filters
from wagtail_mentoring.pairing.mentors import available_for
from wagtail_mentoring.pairing.models import Invitation, PairMembership
from wagtail_mentoring.pairing.suggestions import Sought, Suggestions, among_columns, among_facts, suggest
from wagtail_mentoring.people.models import MentorConflict

pytestmark = pytest.mark.django_db


def both(case: Case, sought: Sought) -> tuple[Suggestions, Suggestions]:
    cases = Case.objects.filter(pk=case.pk)
    gathered = gather(case.union, cases, also=sought.pinned)
    return (
        among_columns(case.union, cases, criteria_in_use(), sought),
        among_facts(gathered, criteria_in_use(), sought),
    )


def assert_equal(case: Case, sought: Sought) -> Suggestions:
    quick, whole = both(case, sought)
    for field in dataclasses.fields(Suggestions):
        assert getattr(quick, field.name) == getattr(whole, field.name), field.name
    return quick


def a_case(rnd: random.Random, field: Any) -> Case:
    """Return somebody who waits, with any wishes, who may have been asked about, turned down and mentored before."""
    answers = {
        "profession": rnd.choice(("", "engineer of bridges", f"{rnd.choice(AREAS)} and {rnd.choice(AREAS)}")),
        "degree_field": rnd.choice(("", "steel, glass", "public housing")),
        "goals": rnd.sample(TOPICS, rnd.randint(1, 4)),
        "goals_text": rnd.choice(("", f"I want to plan {rnd.choice(AREAS)}")),
        "formats": rnd.choice(([], ["online"], ["in_person"], ["in_person", "online"])),
        "times": rnd.sample(TIMES, rnd.randint(0, 3)),
        "experience_years": rnd.choice((None, 0, 7, 20)),
    }
    return make_case(
        field,
        "eligible",
        answers=answers,
        english=rnd.choice(("", "a2", "b2", "c1", "c2")),
        finnish=rnd.choice(("", "b1", "b2", "c2")),
        swedish=rnd.choice(("", "", "c1")),
        other_languages=rnd.choice(("", "", *TONGUES)),
        municipality=rnd.choice(("", "Espoo", "Åbo", "Nowhere", "Rovaniemi")),
        hide_municipality=rnd.random() < 0.3,
    )


def some_past(rnd: random.Random, case: Case, them: list[int]) -> None:
    """Let some of ``them`` have said no, be in conflict with the mentee, or have been the mentee's mentor."""
    MentorConflict.objects.create(mentor_id=rnd.choice(them), mentee=case.mentee)
    before = PairMembership.objects.filter(pair__case__isnull=False).order_by("?")[:1]
    Case.objects.filter(pairs__memberships__in=list(before)).update(mentee=case.mentee)
    # Who waits for approval or has no room cannot be asked.
    able = free_now(case, them)
    if len(able) > 2:
        rnd.shuffle(able)
        asked = list(Mentor.objects.filter(pk__in=able[:2]).order_by("pk"))
        proposal = propose(case, asked, override_reason="For a test.")
        if rnd.random() < 0.7:
            no(proposal, asked[0])
        if rnd.random() < 0.3:
            Invitation.objects.filter(mentor=asked[1], proposal=proposal).update(status=InvitationStatus.EXPIRED)


def free_now(case: Case, them: list[int]) -> list[int]:
    return list(available_for(case.field).filter(pk__in=them).order_by("pk").values_list("pk", flat=True))


def sought(rnd: random.Random, case: Case, them: list[int]) -> Sought:
    """Return anything that a handler may ask for."""
    pinned = tuple(rnd.sample(them, min(len(them), rnd.choice((0, 0, 0, 1, 2)))))
    staying = pinned[:1] if rnd.random() < 0.3 else ()
    return Sought(
        pinned=pinned,
        staying=staying,
        replacing=bool(staying) and rnd.random() < 0.5,
        only=filters.Only(
            speaks=rnd.choice(("", "", "", "swedish", "ar")),
            way=rnd.choice(("", "", "online", "in_person")),
            among=tuple(rnd.sample(them, len(them) // 2)) if rnd.random() < 0.2 else None,
        ),
        limit=rnd.choice((1, 3, 10, 10, 40)),
    )


@pytest.mark.parametrize("seed", range(30))
def test_one_answer(seed: int) -> None:
    rnd = random.Random(seed)
    union = make_union()
    field = make_field(union, one_mentor_allowed=rnd.random() < 0.8, minimum_fit=rnd.choice((0, 0, 60, 75)))
    nurses = make_field(union, "nurses")
    populate(make_union("other"), {make_field(make_union("other")): 1}, 10, seed)
    them = populate(union, {field: 3, nurses: 1}, rnd.choice((1, 2, 12, 60, 150)), seed)
    for number in range(4):
        case = a_case(rnd, field)
        if number == 0 and len(them) > 10:
            some_past(rnd, case, them)
        assert_equal(case, Sought())
        for _look in range(3):
            assert_equal(case, sought(rnd, case, them))


def test_the_sites_own_criteria_see_the_facts_of_everybody(settings: Any) -> None:
    """What they look at nobody knows, so that everything is read as before."""
    settings.WAGTAIL_MENTORING = {
        **settings.WAGTAIL_MENTORING,
        "CRITERIA": ["tests.pairing.own_criteria.SameInitial"],
    }
    field = make_field()
    populate(field.union, {field: 1}, 40)
    case = a_case(random.Random(3), field)
    found = suggest(case)
    expected = among_facts(gather(case.union, Case.objects.filter(pk=case.pk)), criteria_in_use(), Sought())
    assert found.options and found.options == expected.options
    assert {row["code"] for row in found.options[0].why["criteria"]} >= {"initial"}


def test_as_many_queries_for_three_hundred_as_for_thirty() -> None:
    field = make_field()
    case = a_case(random.Random(5), field)

    def number(pinned: tuple[int, ...] = ()) -> int:
        with CaptureQueriesContext(connection) as queries:
            suggest(case, pinned=pinned)
        return len(queries)

    few = populate(field.union, {field: 1}, 30, "few")
    number()
    alone, with_pinned = number(), number(tuple(few[:2]))
    many = populate(field.union, {field: 1}, 300, "many")
    assert (number(), number(tuple(many[:2]))) == (alone, with_pinned)
    assert alone <= 18 and with_pinned <= 19


def test_what_most_mentors_of_the_field_share_is_no_reason() -> None:
    union = make_union()
    field, nurses = make_field(union), make_field(union, "nurses")
    them = populate(union, {field: 1}, 30, 7)
    Mentor.objects.filter(pk__in=them).update(title="Structural engineer", speciality="bridges")
    Mentor.objects.filter(pk__in=them[:10]).update(title="Lead architect", speciality="acoustics, railways")
    stranger = populate(union, {nurses: 1}, 1, 8)
    answers = {"profession": "engineer", "goals_text": "acoustics", "goals": ["cv"]}
    case = make_case(field, "eligible", answers=answers, english="b2")
    for asked in (Sought(), Sought(pinned=tuple(stranger))):
        found = assert_equal(case, asked)
        assert found.options
        met = [one for option in found.options for one in _speciality(option)["met"]]
        assert {word for one in met for word in one["words"]} <= {"acoustics"}


def _speciality(option: Any) -> Any:
    return next(row["reason"] for row in option.why["criteria"] if row["code"] == "speciality")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="It reads how SQLite would answer.")
def test_no_query_goes_through_what_everybody_has() -> None:
    """Places and consents are those of all unions: they are found by an index, the consents without their rows."""
    field = make_field(make_union())
    populate(field.participation.union, {field: 1.0}, 300)
    case = make_case(field, "eligible", answers={"goals": ["cv"]}, english="c1")
    with CaptureQueriesContext(connection) as context:
        assert suggest(Case.objects.get(pk=case.pk)).looked_at > 200
    plans = []
    with connection.cursor() as cursor:
        for sql in [one["sql"] for one in context.captured_queries if one["sql"].startswith(("SELECT", "WITH"))]:
            cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"))
            plans.append((sql, [row[3] for row in cursor.fetchall()]))
    scans = [sql for sql, plan in plans if "SCAN wagtail_mentoring_place" in plan]
    assert not scans, scans
    (consents,) = (plan for sql, plan in plans if "wagtail_mentoring_consent" in sql)
    assert any("COVERING INDEX wagtail_men" in line and "(mentor_id=? AND kind=?" in line for line in consents), (
        consents
    )
