"""Signing up as a mentor over HTTP: what is asked, what is refused, and that nobody learns who is a mentor."""

import datetime
import re
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_field, make_mentor, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.signals import mentor_signed_up, mentor_signed_up_again
from wagtail_mentoring.people.signing_up import sign_up
from wagtail_mentoring.portal.sign_up_form import SignUpForm
from wagtail_mentoring.privacy.models import Consent
from wagtail_mentoring.privacy.public_texts import notice_in_force
from wagtail_mentoring.setup.texts import load_notices

pytestmark = pytest.mark.django_db

FORM = "/mentoring/become-a-mentor/mentoring/tek/"
SENT = "/mentoring/become-a-mentor/sent/"


def answers(**changes: Any) -> dict[str, Any]:
    """Return what a mentor fills in; a change to None leaves the question out."""
    given = {
        "name": "Maija Meikäläinen",
        "email": "maija@example.org",
        "phone": "040 123 4567",
        "language": "fi",
        "title": "Architect",
        "speciality": "housing",
        "experience_years": "12",
        "english": "c1",
        "municipality": "Tampere",
        "ways": ["online", "in_person"],
        "times": ["evenings"],
        "capacity": "2",
        "topics": ["cv", "networks"],
        "shown_to_mentee": ["name", "languages"],
        "notice": "on",
    } | changes
    return {name: value for name, value in given.items() if value is not None}


@pytest.fixture(autouse=True)
def union() -> Any:
    load_notices()
    return make_field().union


@pytest.fixture
def told() -> Iterator[list[str]]:
    """The signals that were sent, by name."""
    heard: list[str] = []

    def first(**kwargs: Any) -> None:
        heard.append("signed up")

    def again(**kwargs: Any) -> None:
        heard.append("again")

    mentor_signed_up.connect(first)
    mentor_signed_up_again.connect(again)
    yield heard
    mentor_signed_up.disconnect(first)
    mentor_signed_up_again.disconnect(again)


def test_who_signs_up_waits_for_approval(client: Client, told: list[str]) -> None:
    response = client.post(FORM, answers(conflicts="My own team", partner_wish="Erik", membership_number="12-34"))
    assert response.status_code == 302 and response.url == SENT
    mentor = Mentor.objects.get()
    assert (mentor.name, mentor.email, mentor.language) == ("Maija Meikäläinen", "maija@example.org", "fi")
    assert mentor.approved_on is None and mentor.membership_confirmed_on is None and mentor.oriented_on is None
    assert mentor.signed_up_at is not None and mentor.capacity == 2 and mentor.online and mentor.in_person
    assert mentor.topics == ["cv", "networks"] and mentor.times == ["evenings"] and mentor.experience_years == 12
    assert (mentor.conflicts, mentor.partner_wish, mentor.membership_number) == ("My own team", "Erik", "12-34")
    assert [str(field.profession) for field in mentor.fields.all()] == ["engineers"]
    consents = {consent.kind: consent for consent in Consent.objects.filter(mentor=mentor)}
    assert set(consents) == {"notice", "shown_to_mentee"}
    assert consents["shown_to_mentee"].fields == ["name", "languages"]
    assert consents["notice"].notice is not None
    assert told == ["signed up"]
    page = client.get(SENT).content.decode()
    assert "maija@example.org" in page and "What happens next" in page


def test_without_a_tick_there_is_no_consent(client: Client) -> None:
    client.post(FORM, answers(shown_to_mentee=None))
    assert set(Consent.objects.values_list("kind", flat=True)) == {"notice"}


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "Write your name."),
        ({"name": "www.spam.example"}, "name", "no web or mail address"),
        ({"email": "maija@"}, "email", "not a whole e-mail address"),
        ({"english": ""}, "english", "at least one language"),
        ({"capacity": "0"}, "capacity", "Choose one of these answers."),
        ({"capacity": "4"}, "capacity", "Choose one of these answers."),
        ({"capacity": None}, "capacity", "1, 2 or 3"),
        ({"ways": None}, "ways", "how you would like to meet"),
        ({"times": None}, "times", "at least one time"),
        ({"topics": None}, "topics", "in your own words"),
        ({"topics": ["magic"]}, "topics", "Choose from these answers."),
        ({"municipality": ""}, "municipality", "or choose online"),
        ({"experience_years": "many"}, "experience_years", "in figures"),
        ({"notice": None}, "notice", "Read the privacy notice"),
        ({"conflicts": "My brother 131052-308T"}, "conflicts", "identity code"),
        ({"topics_text": "131052-308T"}, "topics_text", "identity code"),
        ({"partner_wish": "a\u202eb"}, "partner_wish", "cannot be shown"),
        ({"shown_to_mentee": ["conflicts"]}, "shown_to_mentee", "Choose from these answers."),
        ({"language": "xx"}, "language", "Choose one of these answers."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    client: Client, changes: dict[str, Any], field: str, words: str
) -> None:
    response = client.post(FORM, answers(**changes))
    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors[field])
    page = response.content.decode()
    assert 'id="error-summary"' in page
    # Nothing that was typed is lost.
    if field != "title":
        assert 'value="Architect"' in page
    assert not Mentor.objects.exists() and not Consent.objects.exists()


def test_the_summary_lists_the_errors_as_they_come_on_the_page(client: Client) -> None:
    page = client.post(FORM, {}).content.decode()
    summary = page[page.index('id="error-summary"') : page.index("<h1>")]
    listed = re.findall(r'href="#id_(\w+?)(?:_0)?"', summary)
    assert listed == ["name", "email", "language", "english", "ways", "times", "capacity", "topics", "notice"]
    questions = page[page.index("<h1>") :]
    assert sorted(listed, key=lambda name: questions.index(f'name="{name}"')) == listed


def test_another_language_alone_is_enough(client: Client) -> None:
    assert client.post(FORM, answers(english="", other_languages="Arabic")).status_code == 302


def test_only_online_needs_no_municipality(client: Client) -> None:
    assert client.post(FORM, answers(ways=["online"], municipality="")).status_code == 302
    mentor = Mentor.objects.get()
    assert mentor.online and not mentor.in_person


def test_a_second_sign_up_is_told_by_mail_alone(client: Client, told: list[str]) -> None:
    first = client.post(FORM, answers(), follow=True).content.decode()
    second = client.post(FORM, answers(email="Maija@Example.org", name="Somebody Else"), follow=True)
    assert Mentor.objects.count() == 1 and Mentor.objects.get().name == "Maija Meikäläinen"
    assert told == ["signed up", "again"]

    # Word for word the same page, but for the address as it was typed and the form's key.
    def plain(page: str) -> list[str]:
        return [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line and "@" not in line]

    assert plain(second.content.decode()) == plain(first)
    assert second.redirect_chain == [(SENT, 302)]


def test_a_mentor_cannot_be_found_out(client: Client, told: list[str], union: Any) -> None:
    make_mentor(name="Maija Meikäläinen", email="maija@example.org")
    assert client.post(FORM, answers()).url == SENT
    assert told == ["again"] and Mentor.objects.count() == 1
    # Two people may share one address.
    assert client.post(FORM, answers(name="Matti Meikäläinen")).url == SENT
    assert Mentor.objects.count() == 2 and told == ["again", "signed up"]


def test_who_stopped_may_come_back_and_other_unions_do_not_count(client: Client) -> None:
    yesterday = clock.today() - datetime.timedelta(days=1)
    make_mentor(name="Maija Meikäläinen", email="maija@example.org", ended_on=yesterday)
    make_mentor(make_field(make_union("kt")), name="Maija Meikäläinen", email="maija@example.org")
    client.post(FORM, answers())
    assert Mentor.objects.filter(approved_on=None).count() == 1


def test_a_failing_receiver_leaves_nothing_behind(union: Any) -> None:
    participation = union.participations.get()
    notice = notice_in_force("privacy_notice", participation, "en")
    assert notice is not None
    with mock.patch.object(mentor_signed_up, "send", side_effect=RuntimeError), pytest.raises(RuntimeError):
        sign_up(union, participation.fields.all(), {"name": "A", "email": "a@example.org"}, notice=notice)
    assert not Mentor.objects.exists() and not Consent.objects.exists()
    foreign = make_field(make_union("kt"))
    with pytest.raises(ValueError, match="not the union's"):
        sign_up(union, [foreign], {"name": "A", "email": "a@example.org"}, notice=notice)


def test_the_field_is_chosen_already_on_the_way_from_its_page(client: Client, union: Any) -> None:
    make_field(union, "architects")
    form = client.get(f"{FORM}architects/").context["form"]
    chosen = [option.data["label"] for option in form["fields_chosen"] if option.data["selected"]]
    assert chosen == ["Architects"]
    assert not any(option.data["selected"] for option in client.get(FORM).context["form"]["fields_chosen"])
    refused = client.post(FORM, answers())
    assert refused.context["form"].errors["fields_chosen"] == ["Choose at least one field."]
    foreign = make_field(make_union("kt"), "teachers")
    assert client.post(FORM, answers(fields_chosen=[str(foreign.pk)])).status_code == 422
    assert not Mentor.objects.exists()


@pytest.mark.parametrize(
    "path", ["other/tek/", "mentoring/nobody/", "mentoring/tek/lawyers/", "other/", "mentoring/tek/engineers/x/"]
)
def test_what_does_not_exist_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"/mentoring/become-a-mentor/{path}").status_code == 404


def test_the_page_after_sending_belongs_to_whoever_sent(client: Client) -> None:
    assert client.get(SENT).status_code == 404
    client.post(FORM, answers())
    assert client.get(SENT).status_code == 200
    client.post("/mentoring/p/leave/")
    assert client.get(SENT).status_code == 404


def test_too_many_tries_are_refused(client: Client, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = settings.WAGTAIL_MENTORING | {"LIMIT_APPLY": "1/hour"}
    with mock.patch("wagtail_mentoring.portal.joining.client_address", return_value="192.0.2.77"):
        assert client.post(FORM, answers()).status_code == 302
        response = client.post(FORM, answers(email="b@example.org"))
    assert response.status_code == 429 and "Wait an hour" in response.content.decode()
    assert Mentor.objects.count() == 1


def test_the_form_is_guarded_against_other_sites() -> None:
    assert Client(enforce_csrf_checks=True).post(FORM, answers()).status_code == 403
    assert not Mentor.objects.exists()


def test_the_unions_are_listed_with_their_fields(client: Client, union: Any) -> None:
    make_field(union, "architects")
    make_union("empty")
    page = client.get("/mentoring/become-a-mentor/mentoring/").content.decode()
    assert "architects, engineers" in page and FORM in page and "/empty/" not in page


def test_listing_more_unions_takes_no_more_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    for code in "abcd":
        make_field(make_union(f"union{code}"))
    with django_assert_max_num_queries(8):
        client.get("/mentoring/become-a-mentor/mentoring/")


def test_without_a_notice_nothing_is_asked(client: Client) -> None:
    from wagtail_mentoring.privacy.models import Notice

    Notice.objects.all().delete()
    assert client.get(FORM).status_code == 503
    assert client.post(FORM, answers()).status_code == 503
    assert not Mentor.objects.exists()


def test_a_phone_number_has_digits() -> None:
    form = SignUpForm({"phone": "abc"}, offered=[])
    assert "It looks like +358 40 123 4567." in str(form.errors["phone"])
    assert "phone" not in SignUpForm({"phone": "(040) 123 4567"}, offered=[]).errors
    assert "phone" not in SignUpForm({"phone": ""}, offered=[]).errors


def test_what_may_be_empty_is_marked_and_what_no_tick_means_is_said() -> None:
    form = SignUpForm(offered=[])
    marked = {name for name, field in form.fields.items() if not field.required and not getattr(field, "unmarked", 0)}
    assert {"other_languages", "municipality", "topics_text", "phone"} <= marked and "topics" not in marked
    told = " ".join(str(section.intro) for section in form.sections)
    assert "we cannot suggest you to anybody" in told and "tick nothing, and" not in told


def test_nothing_is_looked_up_before_the_answer(client: Client, told: list[str]) -> None:
    """A mentor who is known and one who is not have taken the same work when the answer leaves."""
    make_mentor(name="Maija Meikäläinen", email="maija@example.org")
    seen: list[tuple[int, int]] = []
    for number, email in enumerate(("maija@example.org", "new@example.org")):
        with mock.patch("wagtail_mentoring.portal.answered.AnsweredFirst.close"):
            with CaptureQueriesContext(connection) as queries:
                response = client.post(FORM, answers(email=email))
            assert response.status_code == 302 and told == ["again", "signed up"][:number]
            seen.append((len(queries), Mentor.objects.count()))
        response._work()
    # The session is begun by the first and changed by the second: one query of the two is another.
    assert abs(seen[0][0] - seen[1][0]) <= 2 and seen[0][1] == seen[1][1] == 1
    assert told == ["again", "signed up"] and Mentor.objects.count() == 2


def test_one_address_is_not_flooded_and_the_answer_does_not_tell(
    client: Client, settings: Any, told: list[str]
) -> None:
    settings.WAGTAIL_MENTORING = settings.WAGTAIL_MENTORING | {"LIMIT_LINK_REQUEST": "2/hour"}
    for number in range(4):
        with mock.patch("wagtail_mentoring.portal.joining.client_address", return_value=f"192.0.2.{number}"):
            sent = client.post(FORM, answers(email="flooded@example.org", name=f"Person {number}"))
        assert sent.status_code == 302 and sent.url == SENT
    assert told == ["signed up", "again"] and Mentor.objects.count() == 1


def test_one_union_is_not_flooded(client: Client, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = settings.WAGTAIL_MENTORING | {"LIMIT_SIGN_UP": "2/hour"}
    codes = []
    for number in range(3):
        with mock.patch("wagtail_mentoring.portal.joining.client_address", return_value=f"192.0.2.{100 + number}"):
            response = client.post(FORM, answers(email=f"m{number}@example.org"))
        codes.append(response.status_code)
    assert codes == [302, 302, 429] and "Very many people" in response.content.decode()
    assert Mentor.objects.count() == 2


def test_an_error_while_writing_is_in_the_log(client: Client, caplog: Any) -> None:
    with mock.patch.object(mentor_signed_up, "send", side_effect=RuntimeError):
        assert client.post(FORM, answers()).url == SENT
    assert "could not be written" in caplog.text and not Mentor.objects.exists()
