"""The planned meeting, and the page after it, over HTTP."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import as_handler, make_case, make_field, make_mentor, pair_of
from tests.portal.three import (
    CANCEL,
    CONTACT,
    FEEDBACK,
    HOME,
    MEETING,
    PLACE,
    RECORD,
    SUGGEST,
    TIMES,
    UNDO,
    soon,
    suggestion,
    three,
)
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Feedback, Meeting
from wagtail_mentoring.meetings.moves import theme_of
from wagtail_mentoring.people.models import Mentor

pytestmark = pytest.mark.django_db


def planned(case: Case, starts: datetime.datetime | None = None) -> Meeting:
    """Plan the next meeting of ``case``; return it."""
    moves.move(case.pk, "plan_meeting", as_handler(), {"starts_at": starts or soon(), "place": "Oodi", "minutes": 90})
    return Meeting.objects.get(case=case, status="planned")


def begun(case: Case) -> Meeting:
    """Return a planned meeting that began three hours ago."""
    meeting = planned(case)
    meeting.starts_at = clock.now() - datetime.timedelta(hours=3)
    meeting.save()
    return meeting


def there(case: Case, *people: object) -> list[str]:
    """Return the ticks of those who were there; without any, all three."""
    found = people or (case.mentee, *pair_of(case))
    return [f"{'mentee' if person == case.mentee else 'mentor'}-{person.pk}" for person in found]


def told(meeting: Meeting, outcome: str, **more: Any) -> dict[str, Any]:
    """Return what the form sends when nothing but the outcome was changed."""
    starts = timezone.localtime(meeting.starts_at)
    given = {"day": f"{starts:%Y-%m-%d}", "time": f"{starts:%H:%M}", "minutes": "90", "place": meeting.place}
    return given | {"number": meeting.number, "outcome": outcome, "there": there(meeting.case)} | more


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_held_with_what_the_mentor_thinks_in_one_go(opened) -> None:
    case = three()
    meeting = begun(case)
    maija, erik = pair_of(case)
    client = opened(case, maija)
    assert "How did meeting 1 go?" in text(client, HOME) and client.get(MEETING).url == RECORD
    page = text(client, RECORD)
    assert "Did you meet?" in page and "Do you three fit together?" in page and "Only the contact persons" in page
    given = told(meeting, "held", there=there(case, case.mentee, maija), minutes="60", fit="unsure", comment="Shy.")
    assert client.post(RECORD, given).url == HOME
    meeting.refresh_from_db()
    assert (meeting.status, meeting.minutes, meeting.changed_by_mentor) == ("held", 60, maija)
    assert {row.mentor: row.present for row in meeting.attendances.filter(mentor__isnull=False)} == {
        maija: True,
        erik: False,
    }
    answered = Feedback.objects.get(mentor=maija)
    assert (answered.fit, answered.comment) == ("unsure", "Shy.")
    # Whoever was not there is not asked; the mentee is, and finds the question on the own page.
    assert not Feedback.objects.filter(mentor=erik).exists()
    assert "How was it for you?" in text(opened(case), HOME) and FEEDBACK in text(opened(case), HOME)


@pytest.mark.parametrize("state", ["paired", "meeting_1"])
@pytest.mark.parametrize("with_plan", [True, False])
@pytest.mark.parametrize("alone", [True, False])
def test_what_is_asked_after_a_meeting(opened, state: str, with_plan: bool, alone: bool) -> None:
    mentor = make_mentor(make_field(), name="Maija Niemi")
    mentors = [mentor] if alone else [mentor, make_mentor(make_field(), name="Erik Holm")]
    case = make_case(make_field(), state, agreement="signed", mentors=mentors)
    if with_plan:
        begun(case)
    form = opened(case, mentor).get(RECORD).context["form"]
    hidden = {field.name for field in form.hidden_fields()}
    asked = {field.name for field in form.visible_fields()}
    assert hidden == {"number", "shown"} | (set() if with_plan else {"outcome"})
    of_a_plan = {"outcome", "reason"} if with_plan else set()
    first = {"fit", "comment"} if state == "paired" else set()
    assert asked == {"day", "time", "minutes", "place", "there", "which"} | of_a_plan | first
    assert (form["day"].value() is not None, form["outcome"].value()) == (with_plan, None if with_plan else "held")
    assert form["there"].value() == [f"mentor-{mentor.pk}", f"mentee-{case.mentee_id}"] + [
        f"mentor-{other.pk}" for other in mentors[1:]
    ]
    if first:
        assert str(form["fit"].label) == f"Do you {'two' if alone else 'three'} fit together?"


def test_who_has_said_whether_they_fit_is_not_asked_when_the_meeting_is_recorded_anew(opened) -> None:
    case = three()
    maija, erik = pair_of(case)
    client = opened(case, maija)
    assert client.post(RECORD, told(begun(case), "held", fit="good")).url == HOME
    moves.move(case.pk, "undo_meeting", as_handler(), {"reason": "Another day."})
    # What is typed there would go nowhere: each is asked once about the same mentors.
    assert "Do you three fit together?" not in text(client, RECORD)
    assert "Do you three fit together?" in text(opened(case, erik), RECORD)
    assert client.post(RECORD, told(begun(case), "held")).url == HOME
    assert Feedback.objects.get(mentor=maija).fit == "good"


def test_part_two_may_wait(opened) -> None:
    case = three()
    meeting = begun(case)
    client = opened(case, pair_of(case)[0])
    assert client.post(RECORD, told(meeting, "held")).url == HOME
    assert Feedback.objects.get(mentor=pair_of(case)[0]).given_at is None
    assert client.post(FEEDBACK, {"fit": "good"}).url == FEEDBACK
    page = text(client, FEEDBACK)
    assert "We ask you nothing more" in page and "gets in touch with you" not in page


@pytest.mark.parametrize("fit", ["unsure", "poor"])
def test_what_the_form_promised_is_said_again_with_the_thanks(opened, fit: str) -> None:
    case = three("meeting_1")
    client = opened(case)
    promise = f"{case.union.contact_name or case.union.short} gets in touch with you."
    assert client.post(FEEDBACK, {"fit": fit}).url == FEEDBACK
    assert promise in text(client, FEEDBACK)
    # Nobody else is told of it, and it is over once the contact person has seen the answer.
    partner = opened(case, pair_of(case)[0])
    assert partner.post(FEEDBACK, {"fit": "good"}).url == FEEDBACK
    assert promise not in text(partner, FEEDBACK)
    Feedback.objects.filter(mentee=case.mentee).update(seen_at=clock.now())
    assert promise not in text(client, FEEDBACK)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("held", "Saved: meeting 1 was held."),
        ("cancelled", "Saved: meeting 1 was cancelled."),
        ("missed", "Saved: meeting 1 was not held, because somebody did not come."),
    ],
)
def test_the_home_says_once_that_it_is_saved(opened, outcome: str, words: str) -> None:
    case = three()
    meeting = begun(case)
    client = opened(case, pair_of(case)[0])
    here = there(case, *pair_of(case)) if outcome == "missed" else there(case)
    assert client.post(RECORD, told(meeting, outcome, there=here)).url == HOME
    assert words in text(client, HOME)
    assert "Saved:" not in text(client, HOME)
    if outcome == "held":
        assert client.post(UNDO, {"number": 1, "reason": "Wrong day"}).url == HOME
        assert "Saved: meeting 1 does not count any more." in text(client, HOME)
        assert "Saved:" not in text(client, HOME)


def test_nothing_is_said_to_be_saved_where_nothing_was(opened) -> None:
    case = three()
    meeting = begun(case)
    client = opened(case, pair_of(case)[0])
    assert client.post(RECORD, told(meeting, "moved")).url == SUGGEST
    assert client.post(RECORD, told(meeting, "held", number=2)).status_code == 409
    assert "Saved:" not in text(client, HOME)


def test_moved_leads_to_other_times_and_changes_nothing_yet(opened) -> None:
    case = three()
    meeting = begun(case)
    client = opened(case, pair_of(case)[0])
    assert client.post(RECORD, told(meeting, "moved")).url == SUGGEST
    assert Meeting.objects.get().status == "planned"
    assert client.get(SUGGEST).status_code == 200


def test_cancelled_and_missed(opened) -> None:
    case = three()
    meeting = begun(case)
    maija, erik = pair_of(case)
    client = opened(case, maija)
    response = client.post(RECORD, told(meeting, "missed"))
    assert response.status_code == 422 and "Untick who did not come." in response.content.decode()
    given = told(meeting, "missed", there=there(case, maija, erik), reason="Nobody answered.")
    assert client.post(RECORD, given).url == HOME
    meeting.refresh_from_db()
    assert (meeting.status, meeting.why) == ("missed", "Nobody answered.")
    assert meeting.attendances.get(mentee=case.mentee).present is False
    again = begun(case)
    assert client.post(RECORD, told(again, "cancelled", reason="Ill.")).url == HOME
    again.refresh_from_db()
    assert (again.status, again.why) == ("cancelled", "Ill.")


def test_what_is_wrong_is_said_and_nothing_is_lost(opened) -> None:
    case = three()
    meeting = begun(case)
    client = opened(case, pair_of(case)[0])
    assert "Say whether you met." in client.post(RECORD, {"number": 1, "minutes": "90"}).content.decode()
    given = told(meeting, "held", day=f"{soon(2):%Y-%m-%d}", comment="Call 131052-308T", fit="good")
    response = client.post(RECORD, given)
    page = response.content.decode()
    assert response.status_code == 422 and "The time is in the future." in page and "identity code" in page
    assert "131052-308T" in page and f'value="{soon(2):%Y-%m-%d}"' in page
    response = client.post(RECORD, told(meeting, "held", there=[]))
    assert response.status_code == 422 and response.context["form"].errors.keys() == {"there"}
    response = client.post(RECORD, told(meeting, "held", number=2))
    assert response.status_code == 409 and "The next meeting of this case is meeting 1." in response.content.decode()
    assert Meeting.objects.get().status == "planned" and not Feedback.objects.exists()


def test_a_mentee_records_nothing_and_undoes_nothing(opened) -> None:
    case = three()
    meeting = begun(case)
    client = opened(case)
    assert "One of your mentors says here" in text(client, HOME)
    assert "You do not need to do anything." in text(client, MEETING)
    assert client.post(RECORD, told(meeting, "held")).url == MEETING
    assert client.post(UNDO, {"reason": "x", "number": 1}).url == HOME
    assert Meeting.objects.get().status == "planned"


def test_a_meeting_without_a_plan_is_recorded_too(opened) -> None:
    case = three()
    client = opened(case, pair_of(case)[0])
    assert "You have met already? Record it" in text(client, HOME)
    page = text(client, RECORD)
    assert "Did you meet?" not in page and "<h1>Record a meeting</h1>" in page
    # What must be filled in lies open.
    assert page.index('name="day"') < page.index('name="there"') and "<details" not in page.split("<form")[-1]
    day = soon(-1, 14)
    given = {"number": 1, "outcome": "held", "day": f"{day:%Y-%m-%d}", "time": "14:00", "minutes": "45"}
    assert client.post(RECORD, given | {"there": there(case)}).url == HOME
    assert (Meeting.objects.get().starts_at, Meeting.objects.get().minutes) == (day, 45)


def test_whoever_did_not_come_to_a_meeting_without_a_plan_is_told_to_the_contact_person(opened) -> None:
    case = three()
    client = opened(case, pair_of(case)[0])
    way = f'<a href="{CONTACT}">Write to the contact person</a>'
    assert way in text(client, RECORD)
    day = soon(-1, 14)
    given = {"number": 1, "outcome": "held", "day": f"{day:%Y-%m-%d}", "time": "14:00", "minutes": "45"}
    for people in (pair_of(case), [case.mentee]):
        response = client.post(RECORD, given | {"there": there(case, *people)})
        page = response.content.decode()
        assert response.status_code == 422 and way in page and "plan it anew" not in page
        assert "A meeting needs the mentee and at least one mentor." in page
    assert not Meeting.objects.exists()
    begun(case)
    assert way not in text(client, RECORD)


def test_somebody_did_come_after_all(opened) -> None:
    case = three()
    meeting = begun(case)
    maija, erik = pair_of(case)
    client = opened(case, maija)
    given = told(meeting, "missed", there=there(case, maija, erik), reason="Nobody answered.")
    assert client.post(RECORD, given).url == HOME
    way = f'<a href="{RECORD}?missed">Not right? Record it as held</a>'
    assert way in text(client, HOME) and "?missed" not in text(opened(case), HOME)
    page = text(client, f"{RECORD}?missed")
    starts = timezone.localtime(meeting.starts_at)
    assert f'value="{starts:%Y-%m-%d}"' in page and f'value="{starts:%H:%M}"' in page and 'value="Oodi"' in page
    # Another meeting than that one is recorded without what was planned for it.
    assert 'value="Oodi"' not in text(client, RECORD)
    assert client.post(f"{RECORD}?missed", told(meeting, "held")).url == HOME
    # It is the same meeting, and nobody is said to have stayed away.
    meeting = Meeting.objects.get(case=case)
    assert (meeting.status, meeting.why, meeting.ended_at) == ("held", "", None)
    assert meeting.attendances.count() == 3 and not meeting.attendances.filter(present=False).exists()
    assert "?missed" not in text(client, HOME)


def test_the_latest_is_taken_back_with_a_reason(opened) -> None:
    case = three("meeting_2")
    client = opened(case, pair_of(case)[0])
    assert "Recorded by mistake?" in text(client, HOME)
    assert client.post(UNDO, {"number": 2}).status_code == 422
    # A page that meant another meeting changes nothing.
    assert client.post(UNDO, {"number": 1, "reason": "Wrong day"}).url == HOME
    assert Meeting.objects.filter(status="held").count() == 2
    assert client.post(UNDO, {"number": 2, "reason": "Wrong day"}).url == HOME
    assert Meeting.objects.filter(status="held").count() == 1
    assert "Recorded by mistake?" not in text(opened(case), HOME)


def test_any_of_the_three_changes_the_place_or_cancels(opened) -> None:
    case = three()
    meeting = planned(case)
    for person, place in ((case.mentee, "A café"), (pair_of(case)[1], "Online")):
        client = opened(case, person)
        assert client.post(PLACE, {"place": ""}).status_code == 422
        assert client.post(PLACE, {"place": place}).url == MEETING
        meeting.refresh_from_db()
        assert meeting.place == place and place in text(client, MEETING)
    client = opened(case)
    assert "leaves the calendars" in text(client, CANCEL)
    assert client.post(CANCEL, {"reason": "x" * 501}).status_code == 422
    assert client.post(CANCEL, {"reason": "I am ill."}).url == HOME
    meeting.refresh_from_db()
    assert (meeting.status, meeting.why) == ("cancelled", "I am ill.")
    for address in (MEETING, PLACE, CANCEL):
        assert client.get(address).url == HOME


def test_times_of_the_meeting_are_those_of_the_reader(opened) -> None:
    case = three()
    planned(case, datetime.datetime(2030, 11, 12, 15, tzinfo=datetime.UTC))
    case.mentee.time_zone = "Asia/Tokyo"
    case.mentee.save()
    client = opened(case)
    assert "Wednesday 13 November, 00:00–01:30 (time in Tokyo)" in text(client, HOME)
    assert "Wednesday 13 November" in text(client, MEETING) and "Times as in Tokyo." in text(client, MEETING)
    assert "Tuesday 12 November, 17:00–18:30 (Finnish time)" in text(opened(case, pair_of(case)[0]), HOME)


def test_after_the_end_everybody_is_asked_how_it_was(opened) -> None:
    case = three("closed")
    assert case.closed_at is not None
    client = opened(case)
    assert "How was it for you?" in text(client, HOME)
    assert client.get(TIMES).url == HOME
    response = client.post(FEEDBACK, {"confidence": "4", "goals_reached": ["cv"]})
    assert response.status_code == 422 and response.context["form"].errors.keys() == {"satisfaction"}
    given = {"confidence": "4", "goals_reached": ["cv"], "situation": "studies", "satisfaction": "5", "comment": ""}
    assert client.post(FEEDBACK, given).url == FEEDBACK
    answered = Feedback.objects.get(mentee=case.mentee, kind="end")
    assert (answered.confidence, answered.goals_reached, answered.situation) == (4, ["cv"], "studies")
    mentor = opened(case, pair_of(case)[0])
    assert mentor.post(FEEDBACK, {"satisfaction": "4", "again": "yes"}).url == FEEDBACK
    assert Feedback.objects.get(mentor=pair_of(case)[0], kind="end").again == "yes"
    assert "How was it for you?" not in text(client, HOME)


def test_the_theme_is_said_in_the_readers_language(opened) -> None:
    case = three()
    begun(case)
    maija = pair_of(case)[0]
    theirs, ours = theme_of(case, 1, "fi"), theme_of(case, 1, "en")
    assert theirs != ours
    for language, theme in (("en", ours), ("fi", theirs)):
        assert theme in text(opened(case, maija, language=language), RECORD)


def test_columns_have_first_names_where_these_tell_people_apart(opened) -> None:
    case = three()
    maija, erik = pair_of(case)
    Mentor.objects.filter(pk=erik.pk).update(preferred_name="")
    client = opened(case, maija)
    assert client.post(SUGGEST, suggestion(soon())).status_code == 302
    page = text(client, TIMES)
    assert '<th scope="col">Erik</th>' in page and "Erik Holm" in page
    Mentor.objects.filter(pk=erik.pk).update(name="Amal Holm")
    page = text(client, TIMES)
    assert '<th scope="col">Amal Holm</th>' in page and '<th scope="col">Amal</th>' in page
