"""Mentors in the admin: profile, sign-ups, the list and its filters."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.days import DAY, typed
from tests.factories import make_case, make_field, make_supervisor, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.desk.mentors import editing
from wagtail_mentoring.models import Mentor, OutboxMessage
from wagtail_mentoring.people import signals
from wagtail_mentoring.people.models import MentorAbsence
from wagtail_mentoring.privacy.consents import consented
from wagtail_mentoring.privacy.models import ConsentKind

pytestmark = pytest.mark.django_db


def data(field: Any, *absences: tuple[str, str], **values: Any) -> dict[str, Any]:
    rows: dict[str, Any] = {"absences-TOTAL_FORMS": len(absences), "absences-INITIAL_FORMS": 0}
    for number, (first, last) in enumerate(absences):
        rows |= {f"absences-{number}-first_day": first, f"absences-{number}-last_day": last}
    return {
        "name": "Maria Korhonen",
        "email": "maria@example.org",
        "fields": [field.pk],
        "capacity": 2,
        "language": "en",
        "english": "b2",
        "shown_to_mentee": ["name"],
        **rows,
    } | values


def make_mentor(field: Any, **values: Any) -> Mentor:
    """Return a mentor who has agreed to be shown to a mentee."""
    return factories.make_mentor(field, **{"shown": ("name",)} | values)


def page(client: Client, mentor: Mentor) -> str:
    return client.get(reverse("mentoring_mentors:inspect", args=[mentor.pk])).content.decode()


def edit(client: Client, mentor: Mentor, sent: dict[str, Any], **more: Any) -> Any:
    return client.post(reverse("mentoring_mentors:edit", args=[mentor.pk]), sent, **more)


def step(client: Client, name: str, mentor: Mentor, sent: dict[str, Any] | None = None, **more: Any) -> Any:
    return client.post(reverse(f"mentoring_mentor:{name}", args=[mentor.pk]), sent or {}, **more)


def waiting(field: Any, days: int = 3, **values: Any) -> Mentor:
    signed = clock.now() - datetime.timedelta(days=days)
    return make_mentor(field, approved_on=None, membership_confirmed_on=None, signed_up_at=signed, **values)


def listed(client: Client, **query: Any) -> list[str]:
    answer = client.get(reverse("mentoring_mentors:index"), query)
    assert answer.status_code == 200
    return [mentor.name for mentor in answer.context["object_list"]]


# The profile


def test_the_whole_profile_is_kept(admin: Client, field: Any) -> None:
    sent = data(
        field,
        (typed(8), typed(12)),
        (typed(11), typed(16)),
        speciality="health software",
        topics=["cv", "culture"],
        topics_text="Anything on hospitals.",
        times=["evenings"],
        other_languages="Arabic",
        membership_number="123",
        membership_confirmed_on=typed(0),
        oriented_on=typed(-3),
        paused_until=typed(31),
        partner_wish="Jukka",
        conflicts="My own team.",
        shown_to_mentee=["name", "topics"],
    )
    answer = admin.post(reverse("mentoring_mentors:add"), sent, follow=True)
    mentor = Mentor.objects.get()
    assert (mentor.topics, mentor.times, mentor.speciality) == (["cv", "culture"], ["evenings"], "health software")
    assert (mentor.oriented_on, mentor.approved_on) == (clock.today() - 3 * DAY, clock.today())
    # Times away that overlap are one, and it is told.
    away = mentor.absences.get()
    assert (away.first_day, away.last_day) == (clock.today() + 8 * DAY, clock.today() + 16 * DAY)
    content = answer.content.decode()
    assert "made one with it" in content and "Anything on hospitals." in content and "My own team." in content
    assert consented([mentor], ConsentKind.SHOWN_TO_MENTEE) == {mentor.pk: {"name", "topics"}}
    # The form shows again what is stored.
    form = admin.get(reverse("mentoring_mentors:edit", args=[mentor.pk])).context["form"]
    assert form["topics"].value() == ["cv", "culture"] and form["shown_to_mentee"].value() == ["name", "topics"]


def test_a_phone_number_that_nobody_can_call_is_refused_unless_it_stands_there_already(
    admin: Client, field: Any
) -> None:
    mentor = make_mentor(field, name="Maria Korhonen", email="maria@example.org", phone="at work")
    assert edit(admin, mentor, data(field, phone="at work", title="Architect")).status_code == 302
    answer = edit(admin, mentor, data(field, phone="at home"))
    assert "This is not a whole phone number." in str(answer.context["form"].errors["phone"])
    mentor.refresh_from_db()
    assert (mentor.phone, mentor.title) == ("at work", "Architect")


def test_a_time_away_that_ends_before_it_begins_is_refused_beside_the_field(admin: Client, field: Any) -> None:
    answer = admin.post(reverse("mentoring_mentors:add"), data(field, (typed(12), typed(8))))
    form = answer.context["form"].formsets["absences"].forms[0]
    assert "before the first" in str(form.errors["last_day"]) and not Mentor.objects.exists()
    # Nothing typed is lost.
    assert f'value="{typed(12)}"' in answer.content.decode()
    answer = admin.post(reverse("mentoring_mentors:add"), data(field, ("31.2.2026", "1.12.2026")))
    assert "first_day" in answer.context["form"].formsets["absences"].forms[0].errors


def test_a_time_away_is_taken_out(admin: Client, field: Any) -> None:
    mentor = make_mentor(field, email="maria@example.org", name="Maria Korhonen")
    day = clock.today()
    away = MentorAbsence.objects.create(mentor=mentor, first_day=day, last_day=day)
    sent = data(field, (str(day), str(day))) | {
        "absences-INITIAL_FORMS": 1,
        "absences-0-id": away.pk,
        "absences-0-DELETE": "on",
    }
    assert edit(admin, mentor, sent).status_code == 302 and not mentor.absences.exists()


def test_without_a_language_nobody_is_offered_and_it_is_said(admin: Client, field: Any) -> None:
    sent = data(field, english="", membership_confirmed_on=typed(0))
    answer = admin.post(reverse("mentoring_mentors:add"), sent, follow=True)
    mentor = Mentor.objects.get()
    content = answer.content.decode()
    assert "No language is noted: Maria Korhonen is offered for no case" in content and "No language noted" in content
    assert listed(admin, state="no_language") == ["Maria Korhonen"] and listed(admin, room="yes") == []
    edit(admin, mentor, sent | {"other_languages": "Somali"})
    assert listed(admin, room="yes") == ["Maria Korhonen"]


def test_room_below_the_load_is_allowed_with_a_sentence(admin: Client, field: Any) -> None:
    mentor = make_mentor(field, name="Maria Korhonen", email="maria@example.org", capacity=2)
    for _time in range(2):
        make_case(field, "paired", mentors=[mentor])
    form = admin.get(reverse("mentoring_mentors:edit", args=[mentor.pk])).content.decode()
    assert "2 mentees now" in form
    sent = data(field, capacity=1, membership_confirmed_on=typed(0))
    answer = edit(admin, mentor, sent, follow=True)
    told = "Maria Korhonen has 2 mentees now and wants at most 1: no new ones until that is so."
    assert told in answer.content.decode()
    assert listed(admin, state="full") == ["Maria Korhonen"]


def test_texts_hold_no_identity_code(admin: Client, field: Any) -> None:
    for name in ("interview_note", "topics_text", "conflicts", "speciality"):
        mentor = make_mentor(field)
        answer = edit(admin, mentor, data(field, email="x@x.fi", **{name: "131052-308T"}))
        assert name in answer.context["form"].errors, name


def test_the_same_mentor_is_not_registered_twice(admin: Client, field: Any) -> None:
    address = reverse("mentoring_mentors:add")
    assert admin.post(address, data(field)).status_code == 302
    first = Mentor.objects.get()
    answer = admin.post(address, data(field, email="MARIA@example.org", name="maria  korhonen"))
    there = reverse("mentoring_mentors:inspect", args=[first.pk])
    assert there in str(answer.context["form"].errors["email"]) and "shares_address" in answer.content.decode()
    # Another person with the same address is a mentor too, when it is said.
    other = data(field, name="Jukka Laine")
    assert "tick below" in str(admin.post(address, other).context["form"].errors["email"])
    assert admin.post(address, data(field, shares_address="on")).status_code == 200
    assert admin.post(address, other | {"shares_address": "on"}).status_code == 302
    # At another union it is another mentor.
    assert Mentor.objects.count() == 2
    make_mentor(make_field(make_union("kt")), email="new@example.org")
    assert admin.post(address, data(field, email="new@example.org")).status_code == 302


def test_a_button_pressed_twice_at_once_registers_one(
    admin: Client, field: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quicker(union_id: int) -> None:
        """The other press is written between the check of the form and the lock."""
        if not Mentor.objects.exists():
            make_mentor(field, name="Maria Korhonen", email="maria@example.org")

    monkeypatch.setattr(editing, "lock_union", quicker)
    answer = admin.post(reverse("mentoring_mentors:add"), data(field))
    assert answer.status_code == 200 and "email" in answer.context["form"].errors
    assert Mentor.objects.count() == 1 and not OutboxMessage.objects.filter(event="registered_mentor").exists()


# Sign-ups


def test_sign_ups_wait_on_the_list_the_oldest_first(admin: Client, field: Any) -> None:
    make_mentor(field, name="Approved")
    waiting(field, 2, name="Anna"), waiting(field, 9, name="Zoe")
    assert listed(admin, state="waiting") == ["Zoe", "Anna"]
    content = admin.get(reverse("mentoring_mentors:index")).content.decode()
    assert "Waits for approval, 9 days" in content


def test_a_sign_up_is_approved(admin: Client, field: Any, handler: Any) -> None:
    mentor = waiting(field, conflicts="My brother.", membership_number="77")
    assert reverse("mentoring_mentor:approve", args=[mentor.pk]) in page(admin, mentor)
    shown = admin.get(reverse("mentoring_mentor:approve", args=[mentor.pk]))
    assert "My brother." in shown.content.decode() and shown.context["form"]["membership_number"].value() == "77"
    empty = step(admin, "approve", mentor)
    assert set(empty.context["form"].errors) == {"fields_chosen", "membership_confirmed_on", "interview_note"}
    sent = {"fields_chosen": [field.pk], "membership_confirmed_on": typed(-3), "interview_note": "A good talk."}
    foreign = make_field(make_union("kt"))
    assert (
        "fields_chosen" in step(admin, "approve", mentor, sent | {"fields_chosen": [foreign.pk]}).context["form"].errors
    )
    assert step(admin, "approve", mentor, sent).status_code == 302
    mentor.refresh_from_db()
    assert mentor.approved_on == clock.today() and listed(admin, state="available") == [mentor.name]
    # A second time, or by somebody who had the page open.
    assert "already" in str(step(admin, "approve", mentor, sent).context["form"].errors)
    assert "already" in str(step(admin, "decline", mentor, {"reason": "No."}).context["form"].errors)


def test_a_sign_up_is_declined_with_a_reason_that_is_told(admin: Client, field: Any) -> None:
    told: list[dict[str, Any]] = []

    def hear(sender: Any, signal: Any, **values: Any) -> None:
        told.append(values)

    mentor = waiting(field, name="Sofia Lind")
    signals.mentor_declined.connect(hear)
    try:
        assert "reason" in step(admin, "decline", mentor).context["form"].errors
        answer = step(admin, "decline", mentor, {"reason": "You are not a member."}, follow=True)
    finally:
        signals.mentor_declined.disconnect(hear)
    assert "declined and deleted" in answer.content.decode() and not Mentor.objects.exists()
    assert (told[0]["name"], told[0]["reason"]) == ("Sofia Lind", "You are not a member.")
    assert step(admin, "decline", mentor, {"reason": "x"}).status_code == 404


def test_readers_see_the_page_without_buttons(admin: Client, field: Any) -> None:
    reader = Client()
    reader.force_login(make_supervisor(field.union))
    for mentor in (waiting(field), make_mentor(field), make_mentor(field, ended_on=clock.today())):
        content = page(reader, mentor)
        assert mentor.name in content and "/approve/" not in content and "/end/" not in content
        for name in ("approve", "decline", "end", "back", "conflicts", "partner"):
            assert step(reader, name, mentor).status_code in (302, 403)
    foreign = make_mentor(make_field(make_union("kt")))
    for name in ("approve", "decline", "end", "back", "conflicts", "partner"):
        assert step(admin, name, foreign).status_code == 404, name


# The list


def test_filters(admin: Client, field: Any) -> None:
    year_ago = clock.today() - datetime.timedelta(days=400)
    make_mentor(field, name="A", finnish="c1", english="", topics=["cv"], checked_on=year_ago)
    make_mentor(make_field(field.union, "architects"), name="B", other_languages="Somali", topics=["culture", "cv"])
    make_mentor(field, name="C", paused_until=clock.today(), topics=["culture"])
    away = make_mentor(field, name="D", membership_confirmed_on=None)
    MentorAbsence.objects.create(mentor=away, first_day=clock.today(), last_day=clock.today())
    assert listed(admin, language="finnish") == ["A"]
    assert listed(admin, language=["english", "other"]) == ["B"]
    assert listed(admin, topics="cv") == ["A", "B"] and listed(admin, topics=["cv", "culture"]) == ["A", "B", "C"]
    assert listed(admin, check="old") == ["A"]
    assert listed(admin, fields=field.pk) == ["A", "C", "D"]
    assert listed(admin, room="yes") == ["A", "B"] and listed(admin, room="no") == ["C", "D"]
    assert listed(admin, state=["paused", "unconfirmed"]) == ["C", "D"]
    Mentor.objects.filter(name="D").update(membership_confirmed_on=clock.today())
    assert listed(admin, state="away") == ["D"] and listed(admin, q="nobody") == []


def test_the_page_and_the_list_take_constant_queries(
    admin: Client, field: Any, django_assert_max_num_queries: Any
) -> None:
    counts: list[list[int]] = []
    mentor = make_mentor(field, capacity=3)
    for number in (1, 2):
        for _time in range(number):
            make_mentor(field)
            make_case(field, "meeting_1", mentors=[mentor])
            waiting(field)
        found = []
        for address in (reverse("mentoring_mentors:inspect", args=[mentor.pk]), reverse("mentoring_mentors:index")):
            admin.get(address)
            with django_assert_max_num_queries(45) as queries:
                admin.get(address)
            found.append(len(queries))
        counts.append(found)
    assert counts[0] == counts[1]


def test_who_stopped_is_told_with_the_day_in_the_same_words_everywhere(admin: Client, field: Any) -> None:
    day = datetime.date(2025, 3, 14)
    mentor = make_mentor(field, name="Gone Berg", ended_on=day)
    assert "Stopped volunteering on Fri 14 Mar 2025" in page(admin, mentor)
    listed = admin.get(reverse("mentoring_mentors:index"), {"state": "ended"}).content.decode()
    assert "Stopped volunteering on Fri 14 Mar 2025" in listed
    again = step(admin, "end", mentor, follow=True).content.decode()
    assert "Gone Berg stopped volunteering on Friday 14 March 2025." in again
    active = make_mentor(field, name="Here Berg")
    assert "Here Berg has not stopped volunteering." in step(admin, "back", active, follow=True).content.decode()
