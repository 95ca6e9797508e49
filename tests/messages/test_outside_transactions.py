"""No transaction lies around a call over the network, on a site whose requests are transactions too."""

from typing import Any

import pytest
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.db import OperationalError, connection, connections, transaction
from django.test import Client
from django.urls import reverse

from tests.factories import make_case, make_field, make_handler, make_mentor, make_union, make_user
from wagtail_mentoring.messages import delivery
from wagtail_mentoring.messages.models import MailText, OutboxMessage, OutboxStatus
from wagtail_mentoring.messages.texts import shipped
from wagtail_mentoring.people import codes, links
from wagtail_mentoring.people.models import PrivateLink

pytestmark = pytest.mark.django_db(transaction=True)
#: Of each mail or SMS that left: whether a transaction was open, and the status of the mail's row at that moment.
SEEN: list[tuple[bool, str]] = []
#: The text of each SMS.
TEXTS: list[str] = []


class Server(EmailBackend):
    """Notes in which state the database was when a mail left."""

    def send_messages(self, messages: Any) -> int:
        row = OutboxMessage.objects.filter(subject=messages[0].subject).first()
        SEEN.append((connection.in_atomic_block, row.status if row else ""))
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def _atomic_requests(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    SEEN.clear()
    TEXTS.clear()
    cache.clear()
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SMS_BACKEND": f"{__name__}.sent"}
    # The gateway is called in a thread of its own: what matters is the connection of the request.
    of_requests = connections["default"]

    def sent(number: str, text: str) -> None:
        SEEN.append((of_requests.in_atomic_block, ""))
        TEXTS.append(text)

    monkeypatch.setitem(globals(), "sent", sent)
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def failed_mail() -> OutboxMessage:
    """Return a mail that was refused for good."""
    make_case(make_field(make_union("tek")))
    OutboxMessage.objects.exclude(event="application_received").delete()
    OutboxMessage.objects.update(status=OutboxStatus.FAILED)
    SEEN.clear()
    return OutboxMessage.objects.get()


def test_a_mail_that_is_asked_for_again_is_marked_before_it_leaves() -> None:
    row = failed_mail()
    client = logged_in(make_handler(row.union, "sanna"))
    assert client.post(reverse("mentoring_desk:mail", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert (SEEN, row.status) == ([(False, "sending")], OutboxStatus.SENT)


def test_a_mail_that_a_request_has_caused_leaves_after_it() -> None:
    case = make_case(make_field(make_union("tek")))
    SEEN.clear()
    client = logged_in(make_handler(case.union, "sanna"))
    link = case.private_links.get(mentee=case.mentee)
    client.post(reverse("mentoring_desk:send_link", args=[case.pk, link.pk]), {"way": "mail"})
    assert SEEN == [(False, "sending")]


def test_a_mail_is_not_delivered_inside_of_a_transaction() -> None:
    row = failed_mail()
    OutboxMessage.objects.update(status=OutboxStatus.WAITING)
    for deliver in (delivery.deliver, lambda pk: delivery.send_again(OutboxMessage.objects.get(pk=pk))):
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            deliver(row.pk)
        OutboxMessage.objects.update(status=OutboxStatus.FAILED)
    assert SEEN == []


def test_a_sample_that_is_sent_holds_no_transaction() -> None:
    rights = ("view_mailtext", "add_mailtext", "change_mailtext", "change_programme")
    client = logged_in(make_user("editor", rights=rights))
    wording = shipped("en")["eligible"]
    given = {"event": "eligible", "language": "en", "subject": wording.subject, "body": wording.body}
    text = MailText.objects.create(**given)
    for address in (reverse("mentoring_mailtexts:preview", args=[text.pk]), reverse("mentoring_mailtexts:preview_new")):
        answer = client.post(f"{address}?part=send", given | {"language": "fi", "participation": ""})
        assert answer.status_code == 200, answer.content.decode()
    assert SEEN == [(False, ""), (False, "")]


def with_a_phone() -> Any:
    """Return a case whose mentee can be reached by SMS."""
    case = make_case(make_field(make_union("tek")), phone="040 123 4567")
    SEEN.clear()
    return case


def token_in(text: str) -> str:
    return text.split("/p/")[1].split("/")[0]


def test_a_link_is_there_before_an_sms_brings_it() -> None:
    case = with_a_phone()
    client = logged_in(make_handler(case.union, "sanna"))
    link = case.private_links.get(mentee=case.mentee)
    address = reverse("mentoring_desk:send_link", args=[case.pk, link.pk])
    assert client.post(address, {"way": "sms"}).status_code == 302
    assert SEEN == [(False, "")] and links.read_token(token_in(TEXTS[0])) == link


def test_a_link_that_has_left_works_though_it_could_not_be_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    case = with_a_phone()
    client = logged_in(make_handler(case.union, "sanna"))
    link = case.private_links.get(mentee=case.mentee)

    def lost(*args: Any) -> None:
        raise OperationalError("The server closed the connection.")

    monkeypatch.setattr("wagtail_mentoring.desk.sending.moves.note", lost)
    with pytest.raises(OperationalError):
        client.post(reverse("mentoring_desk:send_link", args=[case.pk, link.pk]), {"way": "sms"})
    assert links.read_token(token_in(TEXTS[0])) == link


def test_a_link_to_an_own_page_is_there_before_an_sms_brings_it() -> None:
    field = make_field(make_union("tek"))
    mentor = make_mentor(field, phone="040 123 4567")
    client = logged_in(make_handler(field.participation.union, "sanna"))
    SEEN.clear()
    assert client.post(reverse("mentoring_mentor:link", args=[mentor.pk]), {"way": "sms"}).status_code == 302
    assert SEEN == [(False, "")]
    assert links.read_token(token_in(TEXTS[0])) == PrivateLink.objects.get(mentor=mentor)


def test_a_code_is_there_before_an_sms_brings_it() -> None:
    case = with_a_phone()
    link, client = case.private_links.get(mentee=case.mentee), Client()
    client.post(reverse("wagtail_mentoring:portal_open", args=[links.token(link)]))
    address = reverse("wagtail_mentoring:portal_data_code", args=["contact"])
    assert client.post(address, {"by": "sms"}).status_code == 302
    assert SEEN == [(False, "")]
    assert codes.check(link, "contact", TEXTS[0]).link == link
