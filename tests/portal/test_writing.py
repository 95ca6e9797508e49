"""Messages, concerns and notes on the pages of a case, over HTTP."""

import datetime
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models.signals import post_init
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import as_handler, make_handler, make_mentor, make_supervisor, pair_of
from tests.portal.conftest import address as link_to
from tests.portal.three import CONCERN, CONTACT, HOME, MESSAGES, NOTES, three
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Note
from wagtail_mentoring.messages.conversation import services
from wagtail_mentoring.messages.conversation.models import Concern, Letter

pytestmark = pytest.mark.django_db
CODE = "131052-308T"


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@contextmanager
def read(model: Any) -> Iterator[list[Any]]:
    """Collect every row of ``model`` that is made of what the database has given."""
    found: list[Any] = []

    def note(sender: Any, instance: Any, **kwargs: Any) -> None:
        found.append(instance)

    post_init.connect(note, sender=model)
    try:
        yield found
    finally:
        post_init.disconnect(note, sender=model)


def test_the_three_write_to_each_other_without_learning_addresses(opened) -> None:
    case = three()
    maija, erik = pair_of(case)
    amal = opened(case)
    assert "You, Maija and Erik read this. The contact persons do not." in text(amal, MESSAGES)
    assert amal.post(MESSAGES, {"body": "I am late.\n\nTen minutes <b>."}).url == MESSAGES
    for person in (maija, erik):
        page = text(opened(case, person), MESSAGES)
        assert "I am late." in page and "Ten minutes &lt;b&gt;." in page and "<b>Amal</b>" in page
        assert "amal@example.org" not in page
    assert "Last message:" in text(opened(case, erik), HOME)
    response = amal.post(MESSAGES, {"body": f"My code is {CODE}"})
    assert response.status_code == 422 and CODE in response.content.decode()
    assert amal.post(MESSAGES, {"body": "  "}).status_code == 422
    assert Letter.objects.count() == 1


def new_ones(page: str) -> list[str]:
    """Return the letters of ``page`` that are marked as new, without markup."""
    letters = re.findall(r'<li class="mtg-letter.*?</li>', page, re.S)
    return [re.sub(r"<[^>]*>|\s+", " ", one) for one in letters if "</svg>New</span>" in one]


def test_what_the_others_have_written_is_marked_until_it_was_read(opened) -> None:
    case = three()
    maija, erik = pair_of(case)
    amal = opened(case)
    assert "new message" not in text(amal, HOME)
    for writer, body in ((maija, "The first."), (case.mentee, "My own."), (erik, "The second.")):
        services.write_to_three(case.pk, writer, body)
    assert "2 new messages" in text(amal, HOME)
    # A program that looks ahead, or the page of the contact person, reads nothing.
    amal.head(MESSAGES)
    text(amal, CONTACT)
    assert "2 new messages" in text(amal, HOME)
    first, second = new_ones(text(amal, MESSAGES))
    assert "The first." in first and "The second." in second
    assert new_ones(text(amal, MESSAGES)) == [] and "new message" not in text(amal, HOME)
    services.write_to_three(case.pk, maija, "The third.")
    assert "1 new message<" in text(amal, HOME)
    # Each reads for oneself: one's own is never new, and what others read stays new.
    assert "3 new messages" in text(opened(case, erik), HOME) and "2 new messages" in text(opened(case, maija), HOME)
    assert len(new_ones(text(amal, MESSAGES))) == 1


def test_a_mentor_who_joins_has_no_new_messages_of_before(opened) -> None:
    case = three()
    maija, erik = pair_of(case)
    services.write_to_three(case.pk, maija, "Before.")
    joining = make_mentor(case.field)
    with clock.at(clock.now() + datetime.timedelta(hours=1)):
        moves.move(case.pk, "replace_mentor", as_handler(), {"leaving": erik, "joining": joining, "reason": "Moved."})
    with clock.at(clock.now() + datetime.timedelta(hours=2)):
        client = opened(case, joining)
        assert "new message" not in text(client, HOME)
        services.write_to_three(case.pk, maija, "After.")
        assert "1 new message<" in text(client, HOME)


def test_all_that_is_new_is_shown_and_marked(opened) -> None:
    case = three()
    many_letters(case, 40)
    client = opened(case, pair_of(case)[0])
    assert "40 new messages" in text(client, HOME)
    page = text(client, MESSAGES)
    assert len(new_ones(page)) == 40 and "Letter 0." in page
    assert "before too" in text(client, MESSAGES)


def test_new_messages_cost_the_home_page_no_query(opened, django_assert_num_queries) -> None:
    case = three()
    client = opened(case)
    services.write_to_three(case.pk, pair_of(case)[0], "Once.")
    text(client, MESSAGES)
    with CaptureQueriesContext(connection) as nothing_new:
        text(client, HOME)
    many_letters(case, 3, mentee=None, mentor=pair_of(case)[1])
    with django_assert_num_queries(len(nothing_new)):
        assert "3 new messages" in text(client, HOME)


def many_letters(case: Case, number: int, **values: Any) -> None:
    letter = {"case": case, "circle": "three", "mentee": case.mentee, "written_at": clock.now()} | values
    Letter.objects.bulk_create(Letter(**letter, body=f"Letter {one}.") for one in range(number))


def test_many_letters_are_shown_in_parts(opened) -> None:
    case = three()
    many_letters(case, 33)
    client = opened(case)
    page = text(client, MESSAGES)
    assert "Show the 3 before too" in page and "Letter 2." not in page and "Letter 32." in page
    (more,) = re.findall(r'href="(\?[^"]*)"[^>]*>Show the 3', page)
    page = text(client, MESSAGES + more)
    assert "Letter 2." in page and "Letter 0." in page and "Letter 32." in page and "before too" not in page
    for odd in ("?shown=", "?shown=-1", "?shown=0", "?shown=x", "?shown=٣", "?shown=99999999999999999999"):
        assert "Letter 32." in text(client, MESSAGES + odd)


def test_of_a_long_thread_only_what_is_shown_is_read(opened, django_assert_num_queries) -> None:
    case = three()
    client = opened(case)
    many_letters(case, 30)
    text(client, MESSAGES)
    with CaptureQueriesContext(connection) as few:
        text(client, MESSAGES)
    many_letters(case, 300)
    with django_assert_num_queries(len(few)), read(Letter) as letters:
        page = text(client, MESSAGES)
    assert "Show the 30 before too" in page and "Letter 270." in page and "Letter 269." not in page
    assert len(letters) == 30


def test_what_is_written_to_the_contact_person_the_others_do_not_read(opened) -> None:
    case = three()
    maija = pair_of(case)[0]
    amal = opened(case)
    assert amal.post(CONTACT, {"body": "Can we speak?"}).url == CONTACT
    assert "Can we speak?" in text(amal, CONTACT)
    assert "Can we speak?" not in text(opened(case, maija), CONTACT) + text(opened(case, maija), MESSAGES)
    user = get_user_model().objects.create_superuser("kaisa")
    services.answer(case.pk, case.mentee, "Of course.", user)
    assert "You have a new message" in text(amal, HOME)
    amal.head(CONTACT)
    assert "You have a new message" in text(amal, HOME)
    assert "Of course." in text(amal, CONTACT)
    assert "You have a new message" not in text(amal, HOME)


def test_after_the_end_the_three_read_and_the_contact_person_is_still_there(opened) -> None:
    case = three("closed")
    client = opened(case)
    assert "You can still read this." in text(client, MESSAGES)
    response = client.post(MESSAGES, {"body": "Hello"})
    assert response.status_code == 409 and "You can write to the contact person." in response.content.decode()
    assert client.post(CONTACT, {"body": "Hello"}).url == CONTACT
    assert client.get(NOTES).status_code == 200


def test_a_concern_goes_to_the_union_and_says_who_reads_it(opened) -> None:
    case = three()
    case.union.contact_name = "Kaisa"
    case.union.save()
    make_supervisor(case.union)
    amal = opened(case)
    page = text(amal, CONCERN)
    assert "Your mentors never read it." in page and "The supervisor reads it, and the contact person does not." in page
    assert "The mentee" not in page
    response = amal.post(CONCERN, {"body": "Something"})
    assert response.status_code == 422 and "Something" in response.content.decode()
    assert amal.post(CONCERN, {"about": "mentee", "body": "x"}).status_code == 422
    assert amal.post(CONCERN, {"about": "contact", "body": "She shouted."}).url == f"{CONCERN}sent/"
    sent = text(amal, f"{CONCERN}sent/")
    assert "The supervisors of TEK read it" in sent and "The contact person does not read it." in sent
    assert amal.post(CONCERN, {"about": "mentor", "body": "He is rude."}).url == f"{CONCERN}sent/"
    assert "The contact persons of TEK read it" in text(amal, f"{CONCERN}sent/")
    assert [row.about for row in Concern.objects.all()] == ["contact", "mentor"]
    assert text(amal, CONCERN).count("Nobody has taken it up yet.") == 2
    maija = opened(case, pair_of(case)[0])
    assert "taken it up" not in text(maija, CONCERN) and maija.get(f"{CONCERN}sent/").url == CONCERN
    assert "The other mentor" in text(maija, CONCERN)
    assert amal.post(CONCERN, {"about": "other", "body": CODE}).status_code == 422


def test_the_history_of_a_shared_device_tells_nothing_of_a_concern(opened) -> None:
    """The title says no more than the address."""
    case = three()
    case.union.contact_name, case.union.contact_email = "Kaisa", "kaisa@tek.example"
    case.union.save()
    make_supervisor(case.union)
    amal = opened(case)

    def title(response: Any) -> str:
        return response.content.decode().partition("<title>")[2].partition("</title>")[0]

    asked, slip = amal.get(CONCERN), amal.post(CONCERN, {"body": "Something"})
    assert "Your contact person" in text(amal, CONCERN)
    amal.post(CONCERN, {"about": "contact", "body": "She shouted."})
    sent = amal.get(f"{CONCERN}sent/")
    for response in (asked, slip, sent):
        assert "My page" in title(response)
        assert "oncern" not in title(response) and "got it" not in title(response)
    # Beneath "the contact person does not read it" nobody is told to write to that person.
    assert "Your contact person" not in text(amal, f"{CONCERN}sent/")
    amal.post(CONCERN, {"about": "mentor", "body": "He is rude."})
    assert "Your contact person" in text(amal, f"{CONCERN}sent/")


def test_notes_say_who_reads_them(opened) -> None:
    case = three("meeting_1")
    maija, erik = (opened(case, mentor) for mentor in pair_of(case))
    assert 'value="1" selected' in text(maija, f"{NOTES}?meeting=1")
    assert maija.post(NOTES, {"number": 1, "body": "For me.", "readers": "mine"}).url == NOTES
    assert maija.post(NOTES, {"number": 2, "body": "For all.", "readers": "shared"}).url == NOTES
    page = text(maija, NOTES)
    assert "Only you read it" in page and "Everybody in your mentoring reads it" in page
    page = text(erik, NOTES)
    assert (
        "For all." in page
        and "Everybody in your mentoring reads it" in page
        and "For me." not in page
        and "Maija" in page
    )
    mine, shared = Note.objects.order_by("number")
    for note in (mine, shared):
        assert erik.get(f"{NOTES}{note.pk}/").status_code == 404
        assert erik.post(f"{NOTES}{note.pk}/", {"what": "delete"}).status_code == 404
    given = {"number": 1, "body": "Changed.", "readers": "mine"}
    assert maija.post(f"{NOTES}{shared.pk}/", given).url == NOTES
    assert "Changed." not in text(erik, NOTES)
    assert maija.post(f"{NOTES}{mine.pk}/", {"what": "delete"}).url == NOTES
    assert Note.objects.get() == shared
    response = maija.post(NOTES, {"number": 3, "body": f"{CODE}", "readers": ""})
    assert response.status_code == 422 and response.context["form"].errors.keys() == {"number", "body", "readers"}


def test_who_writes_too_often_waits_and_loses_nothing(opened, settings) -> None:
    settings.WAGTAIL_MENTORING = {**getattr(settings, "WAGTAIL_MENTORING", {}), "LIMIT_WRITE": "1/hour"}
    client = opened(three())
    assert client.post(MESSAGES, {"body": "First."}).status_code == 302
    for address, given in ((MESSAGES, {}), (CONTACT, {}), (CONCERN, {"about": "other"}), (NOTES, {"readers": "mine"})):
        response = client.post(address, {"body": "Kept words.", "number": 1, **given})
        assert response.status_code == 429 and "Kept words." in response.content.decode(), address
    assert Letter.objects.count() == 1 and not Concern.objects.exists() and not Note.objects.exists()


def test_deleting_a_note_counts_as_a_change(opened, settings) -> None:
    case = three("meeting_1")
    note = Note.objects.create(case=case, mentee=case.mentee, number=1, body="Kept words.")
    other = Note.objects.create(case=case, mentee=case.mentee, number=1, body="Other words.")
    client = opened(case)
    settings.WAGTAIL_MENTORING = {**getattr(settings, "WAGTAIL_MENTORING", {}), "LIMIT_WRITE": "1/hour"}
    assert client.post(f"{NOTES}{note.pk}/", {"what": "delete"}).status_code == 302
    response = client.post(f"{NOTES}{other.pk}/", {"what": "delete"})
    assert response.status_code == 429 and "Wait a little" in response.content.decode()
    # The note is still there, and the form shows it: nothing on it was wrong.
    assert "Other words." in response.content.decode() and not response.context["form"].errors
    assert Note.objects.get() == other
    assert client.post(NOTES, {"body": "One more.", "number": 1, "readers": "mine"}).status_code == 429


def test_whoever_has_left_reads_and_writes_nothing(opened) -> None:
    case = three()
    client = opened(case, pair_of(case)[1])
    services.write_to_three(case.pk, case.mentee, "Secret.")
    moves.move(case.pk, "go_back", as_handler(), {"reason": "No fit."})
    for address in (MESSAGES, CONTACT, CONCERN, NOTES):
        assert client.get(address).url == HOME
        assert client.post(address, {"body": "x", "about": "other"}).url == HOME
    assert "Secret." not in text(client, HOME)
    # The mentee waits for others: there is nobody to write to but the contact person.
    assert opened(case).get(MESSAGES).url == HOME and opened(case).get(NOTES).url == HOME


def test_whoever_has_left_reads_what_the_contact_person_answers_and_may_answer(opened) -> None:
    case = three()
    maija, erik = pair_of(case)
    services.write_to_contact(case.pk, erik, "May I have a certificate?")
    services.write_to_contact(case.pk, maija, "Of Maija alone.")
    inputs = {"leaving": erik, "joining": make_mentor(case.field), "reason": "Moved."}
    moves.move(case.pk, "replace_mentor", as_handler(), inputs)
    client = opened(case, erik)
    answer = services.answer(case.pk, erik, "Yes, I send it.", make_handler(case.union))
    assert client.post(f"{link_to(case, erik)}?to=contact").url == CONTACT
    page = text(client, CONTACT)
    assert "<b>You</b>" in page and "May I have a certificate?" in page and "Yes, I send it." in page
    assert "Of Maija alone." not in page and case.mentee.called not in page and "A mentor before" not in page
    # Nothing beside it leads to a page that is not there for this mentor.
    assert CONCERN not in page and MESSAGES not in page and CONTACT in text(client, HOME)
    answer.refresh_from_db()
    assert answer.read_at is not None
    assert client.post(CONTACT, {"body": "Thank you!"}).url == CONTACT and "Thank you!" in text(client, CONTACT)
    assert client.get(MESSAGES).url == HOME and client.get(CONCERN).url == HOME
    # Whoever's data are erased finds nothing.
    type(erik).objects.filter(pk=erik.pk).update(anonymised_at=clock.now())
    assert client.get(CONTACT).url == HOME


@pytest.mark.parametrize("address", [MESSAGES, CONTACT])
def test_a_page_says_once_that_a_message_is_sent(opened, address: str) -> None:
    client = opened(three())
    words = "Sent. You get a mail when they answer."
    assert client.post(address, {"body": " "}).status_code == 422
    assert words not in text(client, address)
    assert client.post(address, {"body": "Hello."}).url == address
    assert text(client, address).count(words) == 1
    assert words not in text(client, address)


def test_the_page_for_the_contact_person_does_not_lead_to_itself(opened) -> None:
    client = opened(three())
    page = text(client, CONTACT)
    assert "Your contact person" in page and "Write to us" not in page and f'href="{CONTACT}"' not in page
    assert "Write to us" in text(client, MESSAGES)


def test_a_note_says_once_that_no_contact_person_reads_it(opened) -> None:
    case = three("meeting_1")
    note = Note.objects.create(case=case, mentee=case.mentee, number=1, body="For me.")
    client = opened(case)
    page = text(client, NOTES)
    assert "Only me" in page and "Only I" not in page
    assert len(re.findall("contact persons (do not )?read", page)) == 1
    assert len(re.findall("contact persons (do not )?read", text(client, f"{NOTES}{note.pk}/"))) == 1
