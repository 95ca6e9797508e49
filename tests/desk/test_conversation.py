"""Messages with the contact person, feedback, the search for a time and reminders on the case page."""

import datetime
import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models.signals import post_init
from django.test import Client
from django.urls import reverse

from tests.factories import Drive, as_handler, make_case, make_handler, make_mentor, make_supervisor, pair_of
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.meetings import feedback, searching
from wagtail_mentoring.meetings.whose import acting
from wagtail_mentoring.messages.conversation import services
from wagtail_mentoring.models import Case, Feedback, Letter, OutboxMessage, Reminder
from wagtail_mentoring.pairing.leaving import ask_to_leave

pytestmark = pytest.mark.django_db


def text_of(answer: Any) -> str:
    """Return what a person reads of a page, each run of spaces as one."""
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", answer.content.decode())).split())


def page_of(case: Case) -> str:
    return reverse("mentoring_desk:case", args=[case.pk])


def thread(case: Case) -> str:
    return reverse("mentoring_desk:write_mentee", args=[case.pk])


def seen(case: Case) -> int:
    return Case.objects.get(pk=case.pk).log_length


def checks(admin: Client, case: Case) -> list[str]:
    return [check.what for check in admin.get(page_of(case)).context["next"].checks]


@pytest.fixture
def signed(field: Any) -> Case:
    mentors = [make_mentor(field, name="Maria Korhonen"), make_mentor(field, name="Jukka Laine")]
    return make_case(field, "paired", agreement="signed", mentors=mentors, name="Amina Yusuf", preferred_name="Amina")


@pytest.fixture
def loaded() -> Iterator[list[Letter]]:
    """The letters that are read from the database or made, as they come."""
    found: list[Letter] = []

    def note(instance: Letter, **kwargs: Any) -> None:
        found.append(instance)

    post_init.connect(note, sender=Letter)
    yield found
    post_init.disconnect(note, sender=Letter)


def test_a_message_is_new_until_it_is_answered(admin: Client, signed: Case, handler: Any) -> None:
    services.write_to_contact(signed.pk, signed.mentee, "May we meet <b>online</b>?")
    page = admin.get(page_of(signed)).content.decode()
    assert "May we meet &lt;b&gt;online&lt;/b&gt;?" in page and "1 new message" in page
    assert "New messages of Amina Yusuf" in checks(admin, signed)
    answer = admin.post(thread(signed), {"body": "Yes, you may.", "seen": seen(signed)})
    assert answer.status_code == 302 and answer.headers["Location"].endswith("#conversation-section")
    letter = Letter.objects.get(from_contact=True)
    assert (letter.body, letter.user, letter.mentee) == ("Yes, you may.", handler, signed.mentee)
    assert OutboxMessage.objects.filter(case=signed, event="letter_answered", mentee=signed.mentee).count() == 1
    page = text_of(admin.get(page_of(signed)))
    assert "Yes, you may." in page and "not read yet" in page and "new message" not in page
    services.mark_read(signed, signed.mentee)
    page = text_of(admin.get(page_of(signed)))
    assert "not read yet" not in page and "New messages of" not in page


def test_what_the_three_write_is_nowhere_on_the_desk(admin: Client, signed: Case) -> None:
    services.write_to_three(signed.pk, signed.mentee, "Between us: I am late.")
    for address in (page_of(signed), thread(signed)):
        assert "Between us" not in admin.get(address).content.decode()
    assert "is theirs: you cannot read it here or anywhere else" in text_of(admin.get(page_of(signed)))


def test_a_message_that_needs_no_answer(admin: Client, signed: Case) -> None:
    services.write_to_contact(signed.pk, signed.mentee, "Thank you!")
    shown = seen(signed)
    services.write_to_contact(signed.pk, signed.mentee, "One more thing.")
    late = admin.post(thread(signed), {"read": "1", "seen": shown})
    assert late.status_code == 409 and "One more thing." in text_of(late)
    assert Letter.objects.filter(read_at=None).count() == 2
    assert admin.post(thread(signed), {"read": "1", "seen": seen(signed)}).status_code == 302
    assert not Letter.objects.filter(read_at=None).exists()


def test_a_message_that_crosses_another_is_not_lost(admin: Client, signed: Case) -> None:
    shown = seen(signed)
    services.write_to_contact(signed.pk, signed.mentee, "Forget it.")
    answer = admin.post(thread(signed), {"body": "Here is what I think.", "seen": shown})
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Here is what I think." in page and "Forget it." in page and "A message to the contact person" in page
    assert not Letter.objects.filter(from_contact=True).exists()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("  ", "Write the message."),
        ("Her code is 131052-308T.", "personal identity code"),
        ("x" * 5001, "5000"),
    ],
)
def test_what_a_message_must_not_be(admin: Client, signed: Case, body: str, why: str) -> None:
    answer = admin.post(thread(signed), {"body": body, "seen": seen(signed)})
    assert answer.status_code == 200 and why in " ".join(answer.context["form"].errors["body"])
    assert body.strip() in answer.content.decode()
    assert not Letter.objects.exists()


def test_one_who_has_left_may_be_answered_and_a_stranger_not(admin: Client, field: Any, signed: Case) -> None:
    maria, jukka = pair_of(signed)
    stranger = make_mentor(field)
    of = lambda mentor: reverse("mentoring_desk:write_mentor", args=[signed.pk, mentor.pk])  # noqa: E731
    assert admin.get(of(stranger)).status_code == 404
    services.write_to_contact(signed.pk, maria, "I move to Oulu.")
    Drive(signed, clock.now(), make_handler(signed.union), False).go(
        "replace_mentor", leaving=maria, joining=make_mentor(field), reason="Moves."
    )
    assert "has left" in text_of(admin.get(page_of(signed)))
    assert admin.post(of(maria), {"body": "Thank you.", "seen": seen(signed)}).status_code == 302
    assert Letter.objects.filter(mentor=maria, from_contact=True).count() == 1
    assert admin.get(of(jukka)).status_code == 200


def test_the_page_of_one_thread_reads_no_other(admin: Client, signed: Case, loaded: list[Letter]) -> None:
    maria, jukka = pair_of(signed)
    for person in (signed.mentee, maria, jukka):
        services.write_to_contact(signed.pk, person, "A word.")
    of_maria = reverse("mentoring_desk:write_mentor", args=[signed.pk, maria.pk])
    for address, owner in ((thread(signed), None), (of_maria, maria.pk)):
        loaded.clear()
        assert text_of(admin.get(address)).count("A word.") == 1
        assert {letter.mentor_id for letter in loaded} == {owner}
    before = set(Letter.objects.values_list("pk", flat=True))
    loaded.clear()
    assert admin.post(of_maria, {"body": "Well.", "seen": seen(signed)}).status_code == 302
    assert not [letter for letter in loaded if letter.pk in before], "a message is sent without reading the others"


def test_a_supervisor_reads_and_does_not_write(signed: Case, union: Any) -> None:
    services.write_to_contact(signed.pk, signed.mentee, "May we meet online?")
    client = Client()
    client.force_login(make_supervisor(union))
    page = client.get(page_of(signed)).content.decode()
    assert "May we meet online?" in page and thread(signed) not in page
    assert client.post(thread(signed), {"body": "Yes.", "seen": seen(signed)}).status_code in (302, 403)
    assert not Letter.objects.filter(from_contact=True).exists()


def test_a_doubt_about_mentors_who_have_left_says_about_whom(admin: Client, field: Any, handler: Any) -> None:
    case = make_case(field, "meeting_1", name="Amina Yusuf", preferred_name="Amina")
    maija, erik = pair_of(case)
    feedback.give(Feedback.objects.get(case=case, mentee=case.mentee).pk, case.mentee, {"fit": "poor"})
    later = clock.now() + datetime.timedelta(days=1)
    about = f"About an earlier pair: {maija.name}, {erik.name}."
    with clock.at(later):
        for leaving in (maija, erik):
            assert about not in text_of(admin.get(page_of(case))) or leaving == erik
            inputs = {"leaving": leaving, "joining": make_mentor(field), "reason": "Moved."}
            moves.move(case.pk, "replace_mentor", as_handler(), inputs)
            assert (about in text_of(admin.get(page_of(case)))) is (leaving == maija)
    with clock.at(later + datetime.timedelta(hours=1)):
        line = checks(admin, case)
        assert "Amina Yusuf is not sure of the pair" not in line
        assert f"Amina Yusuf was not sure of an earlier pair: {maija.name}, {erik.name}" in line
        assert f"About {maija.name}, {erik.name}, who have left" in text_of(admin.get(page_of(case)))
        home = text_of(admin.get(reverse("mentoring_desk:desk")))
        assert f"About an earlier pair: {maija.name}, {erik.name}." in home


def test_a_doubt_is_marked_until_it_is_seen(admin: Client, field: Any, handler: Any) -> None:
    case = make_case(field, "meeting_1", name="Amina Yusuf", preferred_name="Amina")
    asked = Feedback.objects.get(case=case, mentee=case.mentee)
    assert text_of(admin.get(page_of(case))).count("Not answered") == 3
    feedback.give(asked.pk, case.mentee, {"fit": "unsure", "comment": "We <i>talk</i> past each other."})
    page = admin.get(page_of(case)).content.decode()
    assert "Not sure whether they fit together" in page and "We &lt;i&gt;talk&lt;/i&gt; past each other." in page
    assert "Amina Yusuf is not sure of the pair" in checks(admin, case)
    address = reverse("mentoring_desk:feedback_seen", args=[case.pk, asked.pk])
    assert address in page
    assert admin.get(address).status_code == 302
    asked.refresh_from_db()
    assert asked.seen_at is None
    assert admin.post(address).status_code == 302
    asked.refresh_from_db()
    assert asked.seen_by == handler
    page = admin.get(page_of(case)).content.decode()
    assert f"seen by {handler.get_full_name()}" in page and address not in page
    other = make_case(field, "meeting_1")
    assert admin.post(reverse("mentoring_desk:feedback_seen", args=[other.pk, asked.pk])).status_code == 404


def test_then_and_now(admin: Client, field: Any) -> None:
    case = make_case(
        field, "closed", closed_from="meeting_3", answers={"confidence": 2, "situation": "looking"}, name="Amina Yusuf"
    )
    assert admin.get(page_of(case)).status_code == 200
    assert "then and now" not in text_of(admin.get(page_of(case)))
    asked = Feedback.objects.get(case=case, mentee=case.mentee, kind="end")
    given = {"goals_reached": ["cv"], "confidence": 4, "situation": "other_job", "satisfaction": 5, "comment": ""}
    feedback.give(asked.pk, case.mentee, given)
    page = text_of(admin.get(page_of(case)))
    assert "then and now" in page and "At the start 2 of 5 Looking for work" in page
    assert "At the end 4 of 5 Another job" in page and "Goals reached: Make my CV and applications better" in page


def test_how_far_the_search_for_a_time_is(admin: Client, signed: Case) -> None:
    maria, jukka = pair_of(signed)
    starts = [clock.now() + datetime.timedelta(days=number) for number in (4, 5)]
    search = searching.suggest(signed.pk, maria, starts=starts, place="Library")
    page = text_of(admin.get(page_of(signed)))
    assert "A time for meeting 1 is being looked for" in page and "2 times are suggested." in page
    assert "Not answered yet: Amina Yusuf, Jukka Laine." in page and "Place: Library" in page
    both = {slot.pk for slot in search.slots.all()}
    searching.answer(signed.pk, jukka, both)
    searching.answer(signed.pk, signed.mentee, {min(both)})
    page = text_of(admin.get(page_of(signed)))
    assert "2 times are suggested, 1 suits all." in page and "one of the three can fix it" in page
    with clock.at(clock.now() + datetime.timedelta(days=6)):
        assert "All the suggested times have passed." in text_of(admin.get(page_of(signed)))


def test_who_did_not_come_and_who_cancelled(admin: Client, signed: Case, handler: Any) -> None:
    maria, jukka = pair_of(signed)
    way = Drive(signed, clock.now(), handler, False)
    plan = {"starts_at": clock.now() + datetime.timedelta(days=2), "minutes": 60, "place": "Library"}
    way.go("plan_meeting", **plan)
    way.go("cancel_meeting", reason="The library is closed.")
    way.go("plan_meeting", **plan)
    moves.move(signed.pk, "cancel_meeting", acting(maria), {"reason": "I am ill."})
    way.go("plan_meeting", **plan)
    with clock.at(clock.now() + datetime.timedelta(days=3)):
        moves.move(signed.pk, "miss_meeting", acting(maria), {"mentors_absent": [jukka]})
    page = text_of(admin.get(page_of(signed)))
    assert "Cancelled by the contact person “The library is closed.”" in page
    assert "Cancelled by Maria Korhonen “I am ill.”" in page
    assert "Somebody did not come did not come: Jukka Laine" in page


def test_reminders_are_counted(admin: Client, signed: Case) -> None:
    about = {"case": signed, "event": "times_reminder", "about": "times:paired"}
    Reminder.objects.create(**about, mentee=signed.mentee, times=2)
    Reminder.objects.create(**about)  # the round, which is nobody's
    Reminder.objects.create(case=signed, event="idle", about="idle:7")
    panel = admin.get(page_of(signed)).context["rows"]
    shown = next(one for row in panel for one in row if one.panel.name == "messages").context["reminders"]
    assert [(row["to"], row["times"]) for row in shown] == [
        ("The contact person", "1 time"),
        ("Amina Yusuf", "2 times"),
    ]


def test_a_mentor_who_wants_to_leave_and_stays(admin: Client, signed: Case) -> None:
    maria = pair_of(signed)[0]
    address = reverse("mentoring_desk:mentor_stays", args=[signed.pk, maria.pk])
    assert admin.post(address, {"note": "", "seen": seen(signed)}).status_code == 409
    assert ask_to_leave(signed.pk, maria, "No time.")
    assert "Maria Korhonen wants to leave" in checks(admin, signed)
    assert address in admin.get(page_of(signed)).content.decode()
    assert admin.post(address, {"note": "Only by phone.", "seen": seen(signed)}).status_code == 302
    page = text_of(admin.get(page_of(signed)))
    assert "Wants to leave" not in page and "The mentor stays after all" in page and "Only by phone." in page
    assert ask_to_leave(signed.pk, maria), "asked again, it is told again"
    assert "Maria Korhonen wants to leave" in checks(admin, signed)


def test_the_case_page_takes_constant_queries(admin: Client, signed: Case, django_assert_max_num_queries: Any) -> None:
    admin.get(page_of(signed))
    with django_assert_max_num_queries(60) as few:
        admin.get(page_of(signed))
    for person in (signed.mentee, *pair_of(signed)):
        for number in range(3):
            services.write_to_contact(signed.pk, person, f"Question {number}")
            services.raise_concern(signed.pk, person, "other", f"Worry {number}")
            owner = {"mentee" if person == signed.mentee else "mentor": person}
            Reminder.objects.create(case=signed, event="times_reminder", about=str(number), **owner)
        Feedback.objects.create(case=signed, kind="first", fit="poor", given_at=clock.now(), **owner)
    with django_assert_max_num_queries(60) as many:
        admin.get(page_of(signed))
    assert len(many) <= len(few) + 1, "\n".join(query["sql"][:160] for query in many.captured_queries)
