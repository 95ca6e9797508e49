"""Answers that point elsewhere, fields that are paused, professions without a union: no dead end."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.applications.walking import DRAFT, PDF, begin, engineers, errors, fill, post, rule, send
from tests.factories import make_field, make_union
from wagtail_mentoring.applications.signals import intake_received
from wagtail_mentoring.models import ApplicationDraft, Case, IntakeEntry, PrivateFile, ProfessionalField
from wagtail_mentoring.privacy import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def received() -> Any:
    """The entries that the signal has told of."""
    told: list[IntakeEntry] = []

    def note(sender: Any, entry: IntakeEntry, **kwargs: Any) -> None:
        told.append(entry)

    intake_received.connect(note)
    yield told
    intake_received.disconnect(note)


def other_union() -> ProfessionalField:
    field = make_field(make_union("kt"), "municipal-engineers")
    rule(["engineer"], field, degree=["bachelor"], reason="KT is for bachelors.")
    return field


def test_answers_that_point_elsewhere_show_both_and_the_reason(client: Client) -> None:
    tek = engineers()
    kt = other_union()
    begin(client, tek)
    fill(client, "about")
    assert post(client, "profession", degree_level="bachelor").url.endswith("/union/")
    page = client.get(f"{DRAFT}union/").content.decode()
    assert "Union TEK" in page and "Union KT" in page and "KT is for bachelors." in page
    assert "point to another union" in page and "queue" not in page
    assert client.get(f"{DRAFT}work/").url.endswith("/union/")
    assert errors(post(client, "union", {})) == ["Choose where your application shall go."]
    assert errors(post(client, "union", {"choice": "queue"})) == ["Choose one of these answers."]
    assert post(client, "union", {"choice": str(kt.pk)}).url.endswith("/work/")
    assert ApplicationDraft.objects.get().field == kt
    # Staying is possible too; and with other answers the question comes anew.
    assert post(client, "union", {"choice": str(tek.pk)}).status_code == 302
    assert ApplicationDraft.objects.get().field == tek
    post(client, "profession", degree_level="bachelor", profession="Chief engineer")
    assert client.get(f"{DRAFT}work/").url.endswith("/union/")
    assert post(client, "profession", degree_level="master").url.endswith("/work/")


def test_a_chosen_field_and_no_union_that_fits_promise_no_other_union(client: Client) -> None:
    begin(client, engineers())
    fill(client, "about")
    assert post(client, "profession", degree_level="bachelor").url.endswith("/union/")
    page = client.get(f"{DRAFT}union/").content.decode()
    assert "do not find a union for you yet" in page and "point to another union" not in page
    assert 'value="queue"' in page and "You chose the field" in page


def test_two_unions_fit_and_the_applicant_chooses(client: Client) -> None:
    engineers()
    safa = make_field(make_union("safa"), "architects")
    tek = make_field(make_union("tek"), "technology")
    row = rule(["architect"], safa, tek, reason="Both have architects.")
    row.question = {"en": "Which of the two feels closer?"}
    row.save()
    begin(client)
    fill(client, "about")
    assert post(client, "profession", profession="Architect").url.endswith("/union/")
    page = client.get(f"{DRAFT}union/").content.decode()
    assert page.index("Union SAFA") < page.index("Union TEK"), "the one whose field is named so comes first"
    assert "Which of the two feels closer?" in page and 'value="queue"' not in page
    assert post(client, "union", {"choice": str(tek.pk)}).status_code == 302
    fill(client, "work", "goals", "meeting", "right")
    send(client)
    assert Case.objects.get().field == tek


def test_no_union_fits_and_the_application_is_kept(client: Client, received: list[IntakeEntry]) -> None:
    tek = engineers()
    begin(client)
    fill(client, "about")
    assert post(client, "profession", degree_level="bachelor").url.endswith("/union/")
    page = client.get(f"{DRAFT}union/").content.decode()
    assert "do not find a union" in page and "Union TEK" in page, "the union that the rules name for another degree"
    assert "employment services" in page and 'value="queue"' in page and "I agree that" in page
    assert post(client, "union", {"choice": "queue"}).url.endswith("/work/")
    assert 'name="cv"' not in client.get(f"{DRAFT}work/").content.decode(), "a file would belong to no union"
    fill(client, "work", "goals", "meeting", "right")
    assert "persons who look after the waiting applications" in client.get(f"{DRAFT}check/").content.decode()
    assert send(client, follow_up="on").status_code == 302
    assert not Case.objects.exists()
    entry = IntakeEntry.objects.get()
    assert received == [entry]
    assert (entry.reason, entry.field, entry.name, entry.profession) == (
        "no_union",
        None,
        "Amal Example",
        "Software engineer",
    )
    assert entry.answers["goals"] == ["cv", "networks"] and "intake_queue" in entry.answers["consents"]
    assert entry.notice is not None
    receipt = client.get(f"{DRAFT}sent/").content.decode()
    assert "waits until a union is found" in receipt and tek.union.code not in receipt


def test_an_alternative_may_be_taken(client: Client) -> None:
    tek = engineers()
    begin(client)
    fill(client, "about")
    post(client, "profession", degree_level="bachelor")
    assert post(client, "union", {"choice": str(tek.pk)}).status_code == 302
    fill(client, "work", "goals", "meeting", "right")
    send(client)
    assert Case.objects.get().field == tek


@pytest.mark.parametrize("from_field_page", [True, False])
def test_a_paused_field_is_no_dead_end(client: Client, from_field_page: bool) -> None:
    tek = engineers()
    tek.intake_open, tek.intake_note = False, {"en": "We open again in spring."}
    tek.save()
    kt = other_union()
    if from_field_page:
        assert "takes no applications now" in client.get("/mentoring/apply/mentoring/tek/engineers/").content.decode()
    begin(client, tek if from_field_page else None)
    fill(client, "about")
    assert post(client, "profession").url.endswith("/union/")
    page = client.get(f"{DRAFT}union/").content.decode()
    assert "We open again in spring." in page and "Union KT" in page and 'value="queue"' in page
    assert errors(post(client, "union", {"choice": str(tek.pk)})), "a paused field cannot be chosen"
    assert post(client, "union", {"choice": "queue"}).url.endswith("/work/")
    answer = post(client, "work", cv=SimpleUploadedFile("cv.pdf", PDF))
    assert answer.status_code == 302
    fill(client, "goals", "meeting", "right")
    assert send(client).status_code == 302
    entry = IntakeEntry.objects.get()
    assert (entry.reason, entry.field) == ("paused", tek) and entry.cv is not None
    assert kt.union.slug == "kt" and not Case.objects.exists()


def test_a_field_paused_while_somebody_writes(client: Client) -> None:
    tek = engineers()
    begin(client, tek)
    fill(client)
    tek.intake_open = False
    tek.save()
    assert send(client).url == f"{DRAFT}union/"
    assert not Case.objects.exists() and not IntakeEntry.objects.exists()
    assert "takes no applications now" in client.get(f"{DRAFT}union/").content.decode()


def test_the_cv_goes_with_the_applicant_to_another_union(client: Client) -> None:
    tek = engineers()
    kt = other_union()
    begin(client, tek)
    fill(client, "about", "profession")
    post(client, "work", cv=SimpleUploadedFile("cv.pdf", PDF))
    first = PrivateFile.objects.get()
    assert first.union == tek.union
    post(client, "profession", degree_level="bachelor")
    post(client, "union", {"choice": str(kt.pk)})
    moved = PrivateFile.objects.get()
    assert moved.pk != first.pk and moved.union == kt.union and files.read(moved) == PDF
    assert ApplicationDraft.objects.get().cv == moved


def test_a_profession_that_nobody_knows(client: Client) -> None:
    tek = engineers()
    begin(client)
    fill(client, "about")
    assert post(client, "profession", profession="Lion tamer").url.endswith("/union/")
    assert "do not find a union" in client.get(f"{DRAFT}union/").content.decode()
    assert post(client, "union", {"choice": "queue"}).status_code == 302
    # With a field that was chosen on its own page, rules without an opinion do not stand in the way.
    begin(client, tek)
    fill(client, "about")
    assert post(client, "profession", profession="Lion tamer").url.endswith("/work/")


def test_a_third_engineering_union_by_rows_alone(client: Client) -> None:
    engineers()
    third = make_field(make_union("ing", short="ING"), "private-engineers")
    begin(client)
    fill(client, "about")
    assert post(client, "profession", degree_level="bachelor").url.endswith("/union/")
    rule(["engineer"], third, degree=["bachelor"], sectors=["private"], reason="ING is for companies.", order=1)
    assert post(client, "profession", degree_level="bachelor").url.endswith("/sector/")
    assert post(client, "sector", {"sector": "private"}).url.endswith("/work/")
    assert ApplicationDraft.objects.get().field == third
    assert post(client, "sector", {"sector": "state"}).url.endswith("/union/")
