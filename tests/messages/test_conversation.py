"""What the three write to each other and with the contact person, and concerns: who reads what, who is told."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from tests.factories import (
    as_handler,
    make_case,
    make_field,
    make_handler,
    make_mentor,
    make_supervisor,
    make_union,
    make_user,
    pair_of,
)
from tests.portal.asking import open_link
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.compose import compose
from wagtail_mentoring.messages.conversation import services
from wagtail_mentoring.messages.conversation.models import Circle, Concern, Letter
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.people import links
from wagtail_mentoring.portal import overview
from wagtail_mentoring.portal.session import Visit
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db

SECRET = "My father is ill and I shall be late."


def paired(**values: Any) -> tuple[Case, Any, list[Any]]:
    """Return a case with its pair, and nothing in the outbox."""
    case = make_case(state="paired", agreement="signed", **values)
    OutboxMessage.objects.all().delete()
    return case, case.mentee, pair_of(case)


def told(case: Case) -> list[tuple[str, str]]:
    return list(OutboxMessage.objects.filter(case=case).order_by("pk").values_list("event", "address"))


def actions(case: Case) -> list[str]:
    return list(case.log.order_by("sequence").values_list("action", flat=True))


def test_a_message_to_the_three_reaches_the_other_two_by_a_link() -> None:
    case, mentee, (anna, bo) = paired()
    letter = services.write_to_three(case.pk, anna, f"  {SECRET}\r\n")
    assert letter.body == SECRET
    assert told(case) == [("letter_three", mentee.email), ("letter_three", bo.email)]
    for row in OutboxMessage.objects.filter(case=case):
        assert row.link is not None
        assert SECRET not in str(row.context)
    for person in (mentee, anna, bo):
        assert list(services.thread_for(case, person, Circle.THREE)) == [letter]
    assert actions(case)[-1] == services.WROTE_TO_THREE
    assert SECRET not in str(list(case.log.values()))
    case.refresh_from_db()
    assert case.log_length == case.log.count()


def test_whoever_has_a_mail_that_has_not_left_gets_no_second_one() -> None:
    case, mentee, (anna, bo) = paired()
    services.write_to_three(case.pk, anna, "Late.")
    services.write_to_three(case.pk, anna, "Ten minutes.")
    assert len(told(case)) == 2
    OutboxMessage.objects.filter(mentee=mentee).update(status="sent")
    services.write_to_three(case.pk, bo, "All right.")
    assert told(case)[2:] == [("letter_three", mentee.email), ("letter_three", anna.email)]


def test_nobody_writes_to_the_three_before_there_are_three_or_after_the_end() -> None:
    waiting = make_case(state="eligible")
    with pytest.raises(StepRefused, match="nobody yet"):
        services.write_to_three(waiting.pk, waiting.mentee, "Hello?")
    ended = make_case(state="closed")
    with pytest.raises(StepRefused, match="has ended"):
        services.write_to_three(ended.pk, ended.mentee, "Thank you!")
    assert Letter.objects.count() == 0


@pytest.mark.parametrize("write", [services.write_to_three, services.write_to_contact])
def test_somebody_of_another_case_or_who_has_left_is_refused(write: Callable[..., Letter]) -> None:
    case, _mentee, (anna, _bo) = paired()
    other, stranger, (mentor, _) = paired()
    for person in (stranger, mentor):
        with pytest.raises(StepRefused):
            write(case.pk, person, SECRET)
    case.pairs.get().memberships.filter(mentor=anna).update(left_at=clock.now())
    with pytest.raises(StepRefused):
        write(case.pk, anna, SECRET)
    assert Letter.objects.count() == 0
    assert not services.thread_for(case, anna, Circle.THREE).exists()
    assert not services.thread_for(case, stranger, Circle.THREE).exists()


def test_a_mentor_who_joins_later_does_not_read_what_was_written_to_others() -> None:
    case, mentee, (anna, bo) = paired()
    before = services.write_to_three(case.pk, mentee, SECRET)
    by_bo = services.write_to_three(case.pk, bo, "Hello Anna")
    new = make_mentor(case.field)
    inputs = {"leaving": anna, "joining": new, "reason": "Moves away"}
    with clock.at(clock.now() + datetime.timedelta(hours=1)):
        moves.move(case.pk, "replace_mentor", as_handler(), inputs)
        assert not services.thread_for(case, new, Circle.THREE).exists()
        page = open_link(links.link_for(case, mentor=new))
        assert SECRET not in page.get("/mentoring/p/messages/").content.decode()
        assert overview._letters(Visit(links.link_for(case, mentor=new), case, new))["written_at"] is None
        after = services.write_to_three(case.pk, mentee, "Welcome")
        assert list(services.thread_for(case, new, Circle.THREE)) == [after]
        for person in (mentee, bo):
            assert list(services.thread_for(case, person, Circle.THREE)) == [before, by_bo, after]


@pytest.mark.parametrize(("body", "said"), [("  \n", "Write something"), ("x" * 5003, "too long by 3")])
def test_an_empty_or_endless_message_is_refused_beside_its_field(body: str, said: str) -> None:
    case, mentee, _pair = paired()
    with pytest.raises(StepRefused, match=said) as refused:
        services.write_to_contact(case.pk, mentee, body)
    assert set(refused.value.errors) == {"body"}
    assert told(case) == []


def test_nobody_floods_the_others() -> None:
    case, mentee, _pair = paired()
    for number in range(services.MOST_A_DAY):
        services.write_to_contact(case.pk, mentee, f"Message {number}")
    with pytest.raises(StepRefused, match="very many"):
        services.write_to_contact(case.pk, mentee, "One more")
    with clock.at(clock.now() + datetime.timedelta(hours=25)):
        services.write_to_contact(case.pk, mentee, "On the next day")


def test_a_thread_with_the_contact_person_is_read_by_two() -> None:
    case, mentee, (anna, _bo) = paired()
    handler = make_handler(case.union)
    asked = services.write_to_contact(case.pk, mentee, "May I change the place?")
    assert told(case) == [("letter_to_contact", "mentoring@tek.example.org")]
    assert list(services.thread_for(case, mentee, Circle.CONTACT)) == [asked]
    assert not services.thread_for(case, anna, Circle.CONTACT).exists()
    assert list(Letter.objects.filter(case=case, from_contact=False, read_at=None)) == [asked]

    replied = services.answer(case.pk, mentee, "Of course.", handler)
    assert told(case)[1:] == [("letter_answered", mentee.email)]
    assert list(services.thread_for(case, mentee, Circle.CONTACT)) == [asked, replied]
    asked.refresh_from_db()
    assert asked.read_at is not None
    assert (replied.user, replied.from_contact, replied.mentee) == (handler, True, mentee)
    assert services.mark_read(case, mentee) == 1
    assert services.mark_read(case, mentee) == 0
    assert actions(case)[-2:] == [services.WROTE_TO_CONTACT, services.ANSWERED]


def test_the_contact_person_is_told_once_until_it_is_read_or_a_day_has_passed() -> None:
    case, mentee, _pair = paired()
    handler = make_handler(case.union)
    services.write_to_contact(case.pk, mentee, "One")
    services.write_to_contact(case.pk, mentee, "Two")
    assert len(told(case)) == 1
    assert services.mark_read(case, mentee, user=handler) == 2
    services.write_to_contact(case.pk, mentee, "Three")
    assert len(told(case)) == 2
    with clock.at(clock.now() + datetime.timedelta(hours=25)):
        services.write_to_contact(case.pk, mentee, "Four")
    assert len(told(case)) == 3


def test_after_the_end_the_contact_person_can_still_be_written_to() -> None:
    case = make_case(state="closed")
    services.write_to_contact(case.pk, case.mentee, "Thank you!")
    assert told(case)[-1][0] == "letter_to_contact"


def test_only_a_handler_of_the_union_answers_and_marks_as_read() -> None:
    case, mentee, _pair = paired()
    services.write_to_contact(case.pk, mentee, "Hello?")
    stranger, supervisor = make_handler(make_union("safa"), "stranger"), make_supervisor(case.union)
    for user in (stranger, supervisor):
        with pytest.raises(StepRefused):
            services.answer(case.pk, mentee, "Hello!", user)
        assert services.mark_read(case, mentee, user=user) == 0
    assert Letter.objects.filter(from_contact=True).count() == 0
    with pytest.raises(StepRefused, match="no part"):
        services.answer(case.pk, make_case().mentee, "Hello!", make_handler(case.union))


def test_a_concern_reaches_the_union_and_not_the_pair() -> None:
    case, mentee, (anna, bo) = paired()
    concern = services.raise_concern(case.pk, mentee, "mentor", SECRET)
    assert told(case) == [("concern", "mentoring@tek.example.org")]
    handler, supervisor = make_handler(case.union), make_supervisor(case.union)
    assert list(services.concerns_for(handler)) == [concern]
    assert list(services.concerns_for(supervisor)) == []
    assert services.take_up(concern.pk, handler).taken_by == handler
    other = make_handler(case.union, "other", first_name="Olli", last_name="Other")
    with pytest.raises(StepRefused, match="deals with it already"):
        services.take_up(concern.pk, other)
    with pytest.raises(StepRefused, match="what was done"):
        services.settle(concern.pk, handler, " ")
    settled = services.settle(concern.pk, handler, "Talked with both.")
    assert (settled.outcome, settled.closed_at is not None) == ("Talked with both.", True)
    with pytest.raises(StepRefused, match="settled already"):
        services.settle(concern.pk, handler, "Again")
    assert actions(case)[-3:] == [services.CONCERN_RAISED, services.CONCERN_TAKEN, services.CONCERN_SETTLED]
    assert SECRET not in str(list(case.log.values()))


def test_a_concern_about_the_contact_person_is_for_supervisors_alone() -> None:
    union = make_union()
    handler = make_handler(union)
    case, mentee, _pair = paired(field=make_field(union), handler=handler)
    supervisor = make_supervisor(union, "above")
    lines = case.log.count()
    concern = services.raise_concern(case.pk, mentee, "contact", SECRET)
    # Nothing of it stands where the contact person looks: neither in the history nor among the mails of the case.
    assert told(case) == []
    assert case.log.count() == lines
    (row,) = OutboxMessage.objects.all()
    assert (row.event, row.user, row.case, row.mentee) == ("concern_supervisor", supervisor, None, None)
    assert case.reference not in str(row.context)
    letter = compose(row)
    assert reverse("mentoring_desk:concern", args=[concern.pk]) in letter.text
    assert SECRET not in letter.html and case.reference not in letter.html
    assert list(services.concerns_for(handler)) == []
    assert list(services.concerns_for(supervisor)) == [concern]
    for refused in (handler, make_supervisor(make_union("safa"), "elsewhere")):
        with pytest.raises(StepRefused):
            services.take_up(concern.pk, refused)
        with pytest.raises(StepRefused):
            services.settle(concern.pk, refused, "Nothing to see.")
    services.take_up(concern.pk, supervisor)
    services.settle(concern.pk, supervisor, "Another contact person.")
    assert case.log.count() == lines


def test_nobody_deals_with_a_concern_about_themselves() -> None:
    union = make_union()
    both = make_handler(union, "both", is_superuser=True)
    case, mentee, _pair = paired(field=make_field(union), handler=both)
    elsewhere = make_user("root", is_superuser=True)
    concern = services.raise_concern(case.pk, mentee, "contact", SECRET)
    (row,) = OutboxMessage.objects.filter(event="concern_supervisor")
    assert row.user == elsewhere
    assert list(services.concerns_for(both)) == []
    assert not services.may_deal_with(both, concern)
    assert services.may_deal_with(elsewhere, concern)
    assert list(services.concerns_for(elsewhere)) == [concern]


@pytest.mark.parametrize(("about", "body", "field"), [("nobody", SECRET, "about"), ("mentor", "", "body")])
def test_a_concern_that_says_nothing_is_refused_beside_its_field(about: str, body: str, field: str) -> None:
    case, mentee, _pair = paired()
    with pytest.raises(StepRefused) as refused:
        services.raise_concern(case.pk, mentee, about, body)
    assert set(refused.value.errors) == {field}
    assert Concern.objects.count() == 0


def test_a_thread_is_read_in_one_query(django_assert_num_queries: Any) -> None:
    case, mentee, (anna, bo) = paired()
    for person in (mentee, anna, bo):
        services.write_to_three(case.pk, person, "Hello.")
    with django_assert_num_queries(1):
        assert [str(one.mentee or one.mentor) for one in services.thread_for(case, mentee, Circle.THREE)]
