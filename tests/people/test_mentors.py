"""Sign-ups approved and declined, conflicts stored once, consents by field, times away."""

import datetime
from typing import Any

import pytest

from tests.factories import make_case, make_field, make_handler, make_mentee, make_mentor, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.models import Consent, Mentor, MentorAbsence, MentorConflict, MentorLogEntry
from wagtail_mentoring.people import signals
from wagtail_mentoring.people.mentors import (
    approve,
    conflicts_of,
    declare_conflict,
    decline,
    merge_absences,
    set_shown,
    with_address,
)
from wagtail_mentoring.privacy.models import ConsentKind
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Any:
    """What the two signals carried."""
    told: list[dict[str, Any]] = []

    def hear(sender: Any, signal: Any, **values: Any) -> None:
        told.append(values)

    for signal in (signals.mentor_approved, signals.mentor_declined):
        signal.connect(hear, weak=False)
    yield told
    for signal in (signals.mentor_approved, signals.mentor_declined):
        signal.disconnect(hear)


def waiting(**values: Any) -> Mentor:
    return make_mentor(approved_on=None, membership_confirmed_on=None, signed_up_at=clock.now(), **values)


def test_a_sign_up_is_approved_once(heard: list[dict[str, Any]]) -> None:
    mentor, user = waiting(), make_handler()
    field = make_field(slug="architects")
    given: dict[str, Any] = {
        "membership_confirmed_on": clock.today(),
        "interview_note": "We talked.",
        "fields": [field],
        "membership_number": "12",
    }
    approve(mentor.pk, user, **given)
    mentor.refresh_from_db()
    assert (mentor.approved_on, mentor.interview_note, mentor.membership_number) == (clock.today(), "We talked.", "12")
    assert list(mentor.fields.all()) == [field]
    assert [one["mentor"] for one in heard] == [mentor]
    assert MentorLogEntry.objects.get(mentor=mentor).action == "mentoring.mentor_approved"
    with pytest.raises(StepRefused, match="already"):
        approve(mentor.pk, user, **given)
    assert len(heard) == 1


def test_no_field_of_another_union_is_approved() -> None:
    mentor = waiting()
    foreign = make_field(make_union("kt"))
    for fields in ([foreign], []):
        with pytest.raises(StepRefused) as refused:
            approve(mentor.pk, None, membership_confirmed_on=clock.today(), interview_note="", fields=fields)
        assert "fields" in refused.value.errors
    mentor.refresh_from_db()
    assert mentor.approved_on is None


def test_a_declined_sign_up_leaves_nothing_but_a_line_without_a_name(heard: list[dict[str, Any]]) -> None:
    mentor, user = waiting(name="Oskar Unknown", language="sv"), make_handler()
    set_shown(mentor, ConsentKind.SHOWN_TO_MENTEE, ["name"])
    decline(mentor.pk, user, reason="You are not a member.")
    assert not Mentor.objects.exists() and not Consent.objects.exists()
    entry = MentorLogEntry.objects.get()
    assert entry.action == "mentoring.mentor_declined" and "Oskar" not in entry.label
    assert heard == [
        {
            "union": mentor.union,
            "name": "Oskar Unknown",
            "email": mentor.email,
            "language": "sv",
            "reason": "You are not a member.",
        }
    ]


def test_a_mentor_is_not_declined() -> None:
    approved = make_mentor()
    case = make_case(state="paired")
    with_case = case.pairs.get().memberships.first().mentor
    Mentor.objects.filter(pk=with_case.pk).update(approved_on=None)
    for mentor in (approved, with_case):
        with pytest.raises(StepRefused, match="cannot be declined"):
            decline(mentor.pk, None, reason="No.")
    assert Mentor.objects.filter(pk__in=[approved.pk, with_case.pk]).count() == 2


def test_a_conflict_of_two_mentors_is_stored_once_lower_first() -> None:
    first, second, third = make_mentor(), make_mentor(), make_mentor()
    row, made = declare_conflict(second, other=first)
    again, made_again = declare_conflict(first, other=second)
    assert (row.mentor, row.other, made) == (first, second, True)
    assert again == row and not made_again
    # Round in a circle: each two of the three, once.
    declare_conflict(second, other=third), declare_conflict(third, other=first)
    assert MentorConflict.objects.count() == 3
    assert conflicts_of(first).count() == 2


def test_whom_nobody_has_a_conflict_with() -> None:
    mentor = make_mentor(name="Maria Korhonen", email="maria@example.org")
    foreign = make_mentor(make_field(make_union("kt")))
    herself = make_mentee(name="maria  korhonen", email="Maria@example.org")
    stranger = make_mentee(make_union("kt"))
    for given in ({"other": mentor}, {"other": foreign}, {"mentee": herself}, {"mentee": stranger}, {}):
        with pytest.raises(StepRefused):
            declare_conflict(mentor, **given)
    assert not MentorConflict.objects.exists()
    mentee = make_mentee()
    assert declare_conflict(mentor, mentee=mentee)[1] and not declare_conflict(mentor, mentee=mentee)[1]


def test_a_consent_names_its_fields_and_the_old_one_stays_as_ended() -> None:
    mentor = make_mentor()
    kind = ConsentKind.SHOWN_TO_MENTEE
    assert set_shown(mentor, kind, ["title", "name"])
    assert not set_shown(mentor, kind, ["name", "title"])
    assert set_shown(mentor, kind, ["name"])
    rows = list(mentor.consents.order_by("pk"))
    assert [(row.fields, row.withdrawn_at is None) for row in rows] == [(["name", "title"], False), (["name"], True)]
    assert set_shown(mentor, kind, []) and not mentor.consents.filter(withdrawn_at=None).exists()


def test_times_away_that_touch_become_one() -> None:
    mentor = make_mentor()
    day = datetime.date(2026, 12, 1)
    for first, last in ((0, 5), (3, 10), (11, 12), (20, 21), (1, 2)):
        MentorAbsence.objects.create(
            mentor=mentor, first_day=day + datetime.timedelta(first), last_day=day + datetime.timedelta(last)
        )
    assert merge_absences(mentor) == 3
    left = [((row.first_day - day).days, (row.last_day - day).days) for row in mentor.absences.all()]
    assert left == [(0, 12), (20, 21)]


def test_an_address_is_found_in_its_union_whatever_its_case() -> None:
    mentor = make_mentor(email="Maria@Example.org")
    make_mentor(make_field(make_union("kt")), email="maria@example.org")
    assert list(with_address(mentor.union_id, " maria@example.ORG")) == [mentor]
