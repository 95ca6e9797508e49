"""The button of a mail leads to the page that is meant, says what is asked, and the editor sees the same."""

import re
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext

from tests.factories import make_case, make_field, make_union, pair_of
from wagtail_mentoring.messages.addressing import to_mentee, to_mentor
from wagtail_mentoring.messages.compose import compose
from wagtail_mentoring.messages.destinations import meant, opens_case
from wagtail_mentoring.messages.models import MailEvent, MailText, OutboxMessage
from wagtail_mentoring.messages.preview import sample
from wagtail_mentoring.messages.texts import LANGUAGES, shipped
from wagtail_mentoring.portal.destinations import ROUTES
from wagtail_mentoring.programme.models import Participation

pytestmark = pytest.mark.django_db

#: What the button of each mail says in English, and the name that its address ends with.
BUTTONS = {
    "agreement_out": ("Read and sign the agreement", "agreement"),
    "agreement_again": ("Read and sign the agreement", "agreement"),
    "signature_reminder": ("Read and sign the agreement", "agreement"),
    "copy_refused": ("Read and sign the agreement", "agreement"),
    "supplement_out": ("Read and sign the supplement", "supplement"),
    "pair_asked": ("Read and answer", "mentors"),
    "pair_reminder": ("Read and answer", "mentors"),
    "times_suggested": ("Tick your times", "tick"),
    "times_answered": ("See the times", "times"),
    "times_reminder": ("See the times", "times"),
    "meeting_planned": ("Open the meeting", "meeting"),
    "meeting_tomorrow": ("Open the meeting", "meeting"),
    "meeting_unrecorded": ("Say how it went", "record"),
    "note_shared": ("Read the note", "notes"),
    "feedback_asked": ("Give feedback", "feedback"),
    "feedback_reminder": ("Give feedback", "feedback"),
    "follow_up": ("Give feedback", "feedback"),
    "letter_three": ("Read the message", "messages"),
    "letter_answered": ("Read the message", "contact"),
}


def lines(event: str, **context: object) -> str:
    """Return the plain text of the mail to the mentee of a case."""
    case = make_case(state="meeting_1")
    OutboxMessage.objects.all().delete()
    to_mentee(MailEvent(event), case, **context)
    return compose(OutboxMessage.objects.get()).text


@pytest.mark.parametrize("event", BUTTONS)
def test_a_mail_leads_to_the_page_that_is_meant(event: str) -> None:
    words, name = BUTTONS[event]
    context = {"starts_at": "2030-01-15T15:00:00+00:00", "number": 2} if event.startswith("meeting") else {"number": 2}
    assert re.search(rf"^{words}:\n\S+/mentoring/p/\S+/\?to={name}$", lines(event, **context), re.M)


def test_the_end_leads_to_the_questions_where_some_are_asked() -> None:
    assert re.search(r"^Give feedback:\n\S+/\?to=feedback$", lines("closed", feedback=True), re.M)
    assert re.search(r"^Open my page:\n\S+/$", lines("closed"), re.M)


def test_an_own_text_leads_there_too_also_inside_a_sentence() -> None:
    case = make_case(state="meeting_1")
    OutboxMessage.objects.all().delete()
    wording = {"event": "feedback_asked", "language": "en", "participation": case.participation}
    MailText.objects.create(**wording, subject="How was it?", body="Hello,\n\nanswer here: {link}\n\n{link}")
    to_mentor(MailEvent.FEEDBACK_ASKED, case, pair_of(case)[0])
    text = compose(OutboxMessage.objects.get()).text
    assert re.search(r"^answer here: \S+/\?to=feedback$", text, re.M)
    assert re.search(r"^Give feedback:\n\S+/\?to=feedback$", text, re.M)


def test_every_page_that_a_mail_means_is_one_that_a_link_opens() -> None:
    names = {page.name for event in MailEvent if (page := meant(event, {"feedback": True})) is not None}
    assert names == set(ROUTES)


def test_which_mails_open_the_page_of_a_case_is_what_is_documented() -> None:
    table = (Path(__file__).parents[2] / "docs" / "mails.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:3] == "| `"]
    told = set()
    for row in rows:
        events, where = re.findall(r"`(\w+)`", row[0]), row[-1].split("; ")
        # "case; none": the link of each of the two mails of the row.
        each = where if len(where) == len(events) else where[:1] * len(events)
        told |= {event for event, opens in zip(events, each, strict=True) if opens == "case"}
    assert {event.value for event in MailEvent if opens_case(event)} == told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", [event for event in MailEvent.values if event in BUTTONS or event == "eligible"])
def test_the_sample_shows_the_line_with_the_reference_and_the_button_that_are_sent(event: str, language: str) -> None:
    """Compared with a mail that is really written, in each language."""
    make_field(make_union())
    wording = shipped(language)[event]
    text = MailText(event=event, language=language, subject=wording.subject, body=wording.body)
    shown = sample(text, "editor@example.org").text
    case = make_case(state="meeting_1", language=language)
    case.mentee.language = language
    case.mentee.save()
    OutboxMessage.objects.all().delete()
    to_mentee(MailEvent(event), case, number=2)
    sent = compose(OutboxMessage.objects.get()).text

    assert ends(shown, language, "SAMPLE") == ends(sent, language, case.reference)


def ends(mail: str, language: str, reference: str) -> tuple[str, str, bool]:
    """Return what the button says, to which page it leads, and whether the line with the reference is before it."""
    with translation.override(language):
        line = gettext("Your reference: %(reference)s") % {"reference": gettext(reference)}
    (found,) = re.findall(r"(?:(.*)\n\n)?(.*):\n\S+://\S+/(\S*)$", mail, re.M)
    return found[1], found[2], found[0] == line


def test_a_sample_of_a_text_that_names_the_reference_says_it_once() -> None:
    make_field(make_union())
    assert Participation.objects.exists()
    text = MailText(event="feedback_asked", language="en", subject="How was it?", body="About {reference}.\n\n{link}")
    assert sample(text, "editor@example.org").text.count("SAMPLE") == 1
    text = MailText(event="mentor_check", language="en", subject="Still true?", body="Hello.\n\n{link}")
    mail = sample(text, "editor@example.org").text
    assert "SAMPLE" not in mail and "Open my page:" in mail
