"""A mentor's own page over HTTP: what it asks, what it changes, and whose it is."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_case, make_field, make_mentor
from tests.portal.asking import OWN, make_asked, open_link, own, text
from wagtail_mentoring import clock
from wagtail_mentoring.pairing.mentors import available
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentor, MentorAbsence, MentorLogEntry
from wagtail_mentoring.people.signals import mentor_wants_to_stop
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.setup.texts import load_notices

pytestmark = pytest.mark.django_db

PROFILE, AWAY, STOP, TRUE = f"{OWN}profile/", f"{OWN}away/", f"{OWN}stop/", f"{OWN}still-true/"
ORIENTATION = f"{OWN}orientation/"


def answers(**changes: Any) -> dict[str, Any]:
    given = {
        "title": "Architect",
        "english": "c1",
        "ways": ["online"],
        "times": ["weekends"],
        "capacity": "3",
        "topics": ["culture"],
        "language": "sv",
        "shown_to_partner": ["name"],
    } | changes
    return {name: value for name, value in given.items() if value is not None}


def test_nothing_to_do_is_said() -> None:
    page = text(own(make_mentor(name="Maija Meikäläinen")).get(OWN))
    assert "Hello Maija" in page and "You do not need to do anything." in page and "Lead developer" in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"approved_on": None}, "We read your sign-up"),
        ({"oriented_on": None}, "Read the orientation"),
        ({"paused_until": datetime.date(2999, 1, 1)}, "You have a break"),
        ({"check_asked_on": datetime.date(2026, 1, 2), "checked_on": datetime.date(2025, 1, 1)}, "still true?"),
        ({"ended_on": datetime.date(2026, 1, 2)}, "Thank you for being a mentor"),
    ],
)
def test_the_head_says_the_one_thing(values: dict[str, Any], words: str) -> None:
    response = own(make_mentor(**values)).get(OWN)
    head = re.search(r"<h1>(.*?)</h1>", response.content.decode())
    assert head is not None and words in head[1]


def test_who_has_stopped_changes_nothing_more() -> None:
    client = own(make_mentor(ended_on=clock.today()))
    assert "Yes, all is still true" not in text(client.get(OWN))
    for address in (PROFILE, AWAY, STOP, ORIENTATION):
        assert client.get(address).status_code == 404
    for address in (PROFILE, AWAY, STOP, ORIENTATION, TRUE):
        assert client.post(address, {}).status_code == 404
    assert not MentorLogEntry.objects.exists()


def test_all_is_still_true() -> None:
    mentor = make_mentor(checked_on=datetime.date(2025, 1, 1))
    client = own(mentor)
    assert client.get(TRUE).status_code == 405
    assert "Is this still true?" in text(client.get(OWN))
    for _twice in range(2):
        answer = client.post(TRUE)
        assert answer.headers["Location"].startswith(OWN)
        shown = client.get(answer.headers["Location"])
        page = text(shown)
        assert "We have noted that all is still true." in page and PROFILE in shown.content.decode()
        # It is not asked again until it is due.
        assert "Is this still true?" not in page and "Yes, all is still true" not in page
    assert "We have noted" not in text(client.get(OWN))
    mentor.refresh_from_db()
    assert mentor.checked_on == clock.today()
    assert MentorLogEntry.objects.filter(mentor=mentor, action="mentoring.own_confirmed").count() == 1


def test_the_profile_is_changed_and_so_confirmed() -> None:
    mentor = make_mentor(municipality="Espoo", finnish="c2", topics=["cv"], conflicts="My team")
    Consent.objects.create(mentor=mentor, kind=ConsentKind.SHOWN_TO_MENTEE, fields=["name"])
    client = own(mentor)
    first = client.get(PROFILE).context["form"]
    assert first["municipality"].value() == "Espoo" and first["shown_to_mentee"].value() == ["name"]
    assert first["ways"].value() == ["in_person", "online"] and first["capacity"].value() == "1"
    assert client.post(PROFILE, answers()).headers["Location"] == OWN
    mentor.refresh_from_db()
    assert (mentor.title, mentor.english, mentor.finnish, mentor.capacity) == ("Architect", "c1", "", 3)
    assert (mentor.online, mentor.in_person, mentor.municipality) == (True, False, "")
    assert (mentor.topics, mentor.times, mentor.language) == (["culture"], ["weekends"], "sv")
    assert mentor.conflicts == "" and mentor.checked_on == clock.today()
    # What is not asked here stays.
    assert mentor.name and mentor.email and mentor.approved_on and mentor.oriented_on
    standing = Consent.objects.filter(mentor=mentor, withdrawn_at__isnull=True)
    assert [(row.kind, row.fields) for row in standing] == [("shown_to_partner", ["name"])]
    assert Consent.objects.filter(mentor=mentor, kind="shown_to_mentee", withdrawn_at__isnull=False).count() == 1
    # Sent twice it leaves one consent.
    client.post(PROFILE, answers())
    assert Consent.objects.filter(mentor=mentor).count() == 2


def test_nobody_changes_name_address_or_approval_here() -> None:
    mentor = make_mentor(approved_on=None, membership_confirmed_on=None, oriented_on=None)
    own(mentor).post(
        PROFILE,
        answers(name="X", email="x@evil.example", approved_on="2026-01-01", membership_confirmed_on="2026-01-01")
        | {"oriented_on": "2026-01-01", "union": "1", "fields": "1"},
    )
    after = Mentor.objects.get(pk=mentor.pk)
    assert after.title == "Architect"
    for name in ("name", "email", "approved_on", "membership_confirmed_on", "oriented_on", "union_id"):
        assert getattr(after, name) == getattr(mentor, name)


def test_less_room_than_is_in_use_takes_nobody_away() -> None:
    field = make_field()
    mentor = make_mentor(field, capacity=3)
    case = make_case(field, "paired", mentors=[mentor, make_mentor(field)])
    make_asked(mentor, make_mentor(field))
    client = own(mentor)
    page = client.get(PROFILE).content.decode()
    assert "in use now, by mentees or by open questions: 2." in page and "takes nobody away" in page
    assert client.post(PROFILE, answers(capacity="1")).status_code == 302
    mentor.refresh_from_db()
    assert mentor.capacity == 1 and mentor.places.count() == 2
    assert mentor.memberships.filter(pair__case=case, left_at__isnull=True).exists()
    assert mentor not in available(Mentor.objects.all())


def test_times_away_that_overlap_are_made_one() -> None:
    mentor = make_mentor()
    client, start = own(mentor), clock.today() + datetime.timedelta(days=10)

    def days(first: int, last: int) -> dict[str, str]:
        first_day, last_day = (start + datetime.timedelta(days=number) for number in (first, last))
        return {"what": "add", "first_day": first_day.isoformat(), "last_day": last_day.isoformat()}

    for first, last in ((0, 5), (3, 9), (10, 12), (20, 21)):
        assert client.post(AWAY, days(first, last)).status_code == 302
    rows = [(row.first_day, row.last_day) for row in mentor.absences.order_by("first_day")]
    assert [((a - start).days, (b - start).days) for a, b in rows] == [(0, 12), (20, 21)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"english": ""}, "english"),
        ({"capacity": "0"}, "capacity"),
        ({"ways": ["online", "in_person"]}, "municipality"),
        ({"conflicts": "131052-308T"}, "conflicts"),
        ({"topics": None}, "topics"),
    ],
)
def test_a_wrong_profile_changes_nothing(changes: dict[str, Any], field: str) -> None:
    mentor = make_mentor()
    before = Mentor.objects.values().get(pk=mentor.pk)
    response = own(mentor).post(PROFILE, answers(**changes))
    assert response.status_code == 422 and field in response.context["form"].errors
    assert Mentor.objects.values().get(pk=mentor.pk) == before


def test_the_orientation_is_read_and_acknowledged() -> None:
    load_notices()
    mentor = make_mentor(oriented_on=None)
    client = own(mentor)
    assert "I have read the orientation" in text(client.get(ORIENTATION))
    assert Mentor.objects.get(pk=mentor.pk).oriented_on is None
    assert client.post(ORIENTATION).headers["Location"] == OWN
    assert Mentor.objects.get(pk=mentor.pk).oriented_on == clock.today()
    assert "You have read it on" in text(client.get(ORIENTATION))
    # The first time counts.
    Mentor.objects.filter(pk=mentor.pk).update(oriented_on=datetime.date(2026, 1, 1))
    client.post(ORIENTATION)
    assert Mentor.objects.get(pk=mentor.pk).oriented_on == datetime.date(2026, 1, 1)


def test_a_break_begins_and_ends() -> None:
    mentor = make_mentor()
    client = own(mentor)
    for wrong in ("", "2020-01-01", "31.2.2027", "2999-01-01"):
        assert client.post(AWAY, {"what": "pause", "until": wrong}).status_code == 422
    assert Mentor.objects.get(pk=mentor.pk).paused_until is None
    until = clock.today() + datetime.timedelta(days=60)
    assert client.post(AWAY, {"what": "pause", "until": until.isoformat()}).status_code == 302
    assert Mentor.objects.get(pk=mentor.pk).paused_until == until
    assert "End the break now" in text(client.get(AWAY))
    client.post(AWAY, {"what": "back"})
    assert Mentor.objects.get(pk=mentor.pk).paused_until is None


def test_days_away_are_added_and_removed() -> None:
    mentor, other = make_mentor(), make_mentor()
    today = clock.today()
    theirs = MentorAbsence.objects.create(mentor=other, first_day=today, last_day=today)
    client = own(mentor)
    assert "Meeting times on these days count as: you cannot." in client.get(AWAY).content.decode()
    later = today + datetime.timedelta(days=9)
    days = {"what": "add", "first_day": today.isoformat(), "last_day": later.isoformat()}
    for _twice in range(2):
        assert client.post(AWAY, days).status_code == 302
    [row] = MentorAbsence.objects.filter(mentor=mentor)
    for wrong in (
        {"first_day": later.isoformat(), "last_day": today.isoformat()},
        {"first_day": "2020-01-01", "last_day": "2020-01-02"},
        {"first_day": "", "last_day": ""},
    ):
        assert client.post(AWAY, days | wrong).status_code == 422
    for number in (str(theirs.pk), "", "x", "9" * 30, "²"):
        assert client.post(AWAY, {"what": "remove", "row": number}).status_code == 302
    assert MentorAbsence.objects.count() == 2
    client.post(AWAY, {"what": "remove", "row": str(row.pk)})
    assert list(MentorAbsence.objects.all()) == [theirs]
    assert client.post(AWAY, {"what": "everything"}).status_code == 302


def test_there_is_an_end_to_days_away() -> None:
    mentor = make_mentor()
    start = clock.today()
    MentorAbsence.objects.bulk_create(
        MentorAbsence(mentor=mentor, first_day=start, last_day=start + datetime.timedelta(days=day))
        for day in range(20)
    )
    days = {"what": "add", "first_day": start.isoformat(), "last_day": (start + datetime.timedelta(99)).isoformat()}
    response = own(mentor).post(AWAY, days)
    assert response.status_code == 422 and "no room for more" in text(response)


@pytest.fixture
def stops() -> Iterator[list[str]]:
    heard: list[str] = []

    def listen(message: str, **kwargs: Any) -> None:
        heard.append(message)

    mentor_wants_to_stop.connect(listen)
    yield heard
    mentor_wants_to_stop.disconnect(listen)


def test_the_contact_person_hears_of_the_wish_to_stop(stops: list[str]) -> None:
    field = make_field()
    mentor = make_mentor(field, capacity=2)
    make_case(field, "paired", mentors=[mentor, make_mentor(field)])
    client = own(mentor)
    assert "You have one mentee now" in text(client.get(STOP))
    assert client.post(STOP, {"message": "131052-308T"}).status_code == 422 and not stops
    for _twice in range(2):
        assert client.post(STOP, {"message": "I retire"}).status_code == 302
    assert stops == ["I retire"]
    page = text(client.get(OWN))
    assert "You have told us" in page and "I want to stop volunteering" not in page
    # Ending is the contact person's step.
    assert Mentor.objects.get(pk=mentor.pk).ended_on is None
    # Months later it may be said again.
    MentorLogEntry.objects.update(timestamp=clock.now() - datetime.timedelta(days=31))
    client.post(STOP, {"message": "Now really"})
    assert stops == ["I retire", "Now really"]


def test_following_the_link_changes_nothing() -> None:
    mentor = make_mentor(oriented_on=None)
    link = links.link_for_mentor(mentor)
    client = Client()
    before = Mentor.objects.values().get(pk=mentor.pk)
    for method in (client.get, client.head):
        assert method(f"/mentoring/p/{links.token(link)}/").status_code == 200
    assert client.get(OWN).status_code == 403
    client = open_link(link)
    for address in (OWN, PROFILE, AWAY, STOP):
        assert client.get(address).status_code == 200
    assert Mentor.objects.values().get(pk=mentor.pk) == before
    assert client.get(OWN)["Cache-Control"].startswith("no-store")


def test_the_forms_are_guarded_against_other_sites() -> None:
    mentor = make_mentor(oriented_on=None)
    client = Client(enforce_csrf_checks=True)
    client.cookies.update(own(mentor).cookies)
    assert client.get(OWN).status_code == 200
    for address in (PROFILE, TRUE, ORIENTATION, AWAY, STOP):
        assert client.post(address, answers()).status_code == 403
    assert Mentor.objects.get(pk=mentor.pk).oriented_on is None


def test_an_erased_mentor_has_no_page() -> None:
    mentor = make_mentor()
    client = own(mentor)
    Mentor.objects.filter(pk=mentor.pk).update(anonymised_at=clock.now())
    assert client.get(OWN).status_code == 403


def test_the_page_takes_as_many_queries_whatever_is_shown(django_assert_num_queries: Any) -> None:
    field = make_field()
    mentor = make_mentor(field, capacity=3)
    for _case in range(2):
        make_case(field, "paired", mentors=[mentor, make_mentor(field)])
    make_asked(mentor, make_mentor(field))
    start = clock.today()
    for day in range(5):
        MentorAbsence.objects.create(mentor=mentor, first_day=start, last_day=start + datetime.timedelta(days=day))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for client in (own(mentor), own(make_mentor(field))):
        client.get(OWN)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(OWN).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
