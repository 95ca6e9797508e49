"""Sent once, doubles that reveal nothing, resuming from another device, registration, rate limits, purge."""

import datetime
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings

from tests.applications.walking import DRAFT, PDF, begin, engineers, errors, fill, post, send
from tests.factories import make_field, make_handler, make_supervisor, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.applications import drafts, services
from wagtail_mentoring.applications.signals import double_application, draft_saved_for_later
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import CaseCounter
from wagtail_mentoring.models import Application, ApplicationDraft, Case, Mentee, PrivateFile, PrivateLink
from wagtail_mentoring.people import links
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.storage import private_storage


class Heard(list[dict[str, Any]]):
    def __call__(self, sender: Any, signal: Any, **told: Any) -> None:
        self.append(told)


@pytest.fixture
def doubles() -> Any:
    heard = Heard()
    double_application.connect(heard)
    yield heard
    double_application.disconnect(heard)


@pytest.fixture
def saved() -> Any:
    heard = Heard()
    draft_saved_for_later.connect(heard)
    yield heard
    draft_saved_for_later.disconnect(heard)


def apply(client: Client, field: Any, **about: Any) -> str:
    """Send an application and return the page after it, without what differs from one session to another."""
    begin(client, field)
    post(client, "about", **about)
    fill(client, "profession", "work", "goals", "meeting", "right")
    assert send(client).status_code == 302
    return client.get(f"{DRAFT}sent/").content.decode()


def same(page: str) -> str:
    """Return a receipt without its reference's number, the minute and the token of the form."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    return re.sub(r"TEK-\d{4}-\d{4}|\d\d:\d\d", "", page)


@pytest.mark.django_db
def test_a_double_reveals_nothing_and_is_told_by_mail(client: Client, doubles: Heard) -> None:
    field = engineers()
    first = apply(client, field)
    case = Case.objects.get()
    second = apply(Client(), field, name=" amal  EXAMPLE ", email="Amal@Example.org")
    assert Case.objects.count() == 1 and Application.objects.count() == 1 and Mentee.objects.count() == 1
    assert same(first) == same(second).replace("Amal@Example.org", "amal@example.org")
    shown = re.search(r"TEK-\d{4}-\d{4}", second)
    assert shown is not None and shown[0] != case.reference
    assert [(told["case"], told["reference"]) for told in doubles] == [(case, shown[0])]
    case.refresh_from_db()
    assert case.log.latest("sequence").data == {"reference": shown[0]}, "found by the number that the page showed"
    assert verify_chain(case) == []
    assert apply(Client(), make_field(make_union("tek"), "chemists"), name="Amal Example")
    assert Case.objects.count() == 2, "another field is another application"


@pytest.mark.django_db
def test_two_people_may_share_an_address(client: Client, doubles: Heard) -> None:
    field = engineers()
    apply(client, field)
    apply(Client(), field, name="Basel Example")
    assert Case.objects.count() == 2 and doubles == []


@pytest.mark.django_db
def test_after_the_end_one_may_apply_again(client: Client, doubles: Heard) -> None:
    field = engineers()
    apply(client, field)
    Case.objects.update(state="closed", closed_at=clock.now())
    apply(Client(), field)
    assert Case.objects.count() == 2 and doubles == []


@pytest.mark.django_db
def test_a_second_click_shows_the_same_receipt(client: Client) -> None:
    field = engineers()
    page = apply(client, field)
    again = send(client)
    assert again.status_code == 302 and again.url == f"{DRAFT}sent/"
    assert same(client.get(again.url).content.decode()) == same(page)
    assert Case.objects.count() == 1
    for step in ("about", "goals", ""):
        assert client.get(f"{DRAFT}{step}{'/' if step else ''}").url == f"{DRAFT}sent/"
    assert post(client, "about", name="Somebody Else").url == f"{DRAFT}sent/"
    assert ApplicationDraft.objects.get().answers.keys() == {"receipt"}


@pytest.mark.django_db(transaction=True)
def test_a_race_sends_once(client: Client) -> None:
    begin(client, engineers())
    fill(client)
    draft = ApplicationDraft.objects.get()
    together, outcomes = threading.Barrier(4), []

    def run() -> None:
        try:
            together.wait(10)
            outcomes.append(services.submit(draft, adult=True).kind)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["case", "earlier", "earlier", "earlier"]
    assert Case.objects.count() == Mentee.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_race_of_two_windows_opens_one_case(client: Client) -> None:
    field = engineers()
    both = []
    for browser in (client, Client()):
        begin(browser, field)
        fill(browser)
        both.append(ApplicationDraft.objects.latest("pk"))
    together, outcomes = threading.Barrier(2), []

    def run(draft: ApplicationDraft) -> None:
        try:
            together.wait(10)
            outcomes.append(services.submit(draft, adult=True).kind)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[draft]) for draft in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["case", "double"] and Case.objects.count() == 1


@pytest.mark.django_db
def test_a_failing_receiver_undoes_everything(client: Client) -> None:
    from wagtail_mentoring.cases.signals import case_opened

    begin(client, engineers())
    fill(client)

    def fail(**kwargs: Any) -> None:
        raise RuntimeError("the outbox is broken")

    case_opened.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            send(client)
    finally:
        case_opened.disconnect(fail)
    assert not Case.objects.exists() and not Mentee.objects.exists()
    assert send(client).status_code == 302 and Case.objects.count() == 1


@pytest.mark.django_db
def test_what_is_not_complete_is_not_sent(client: Client) -> None:
    begin(client, engineers())
    fill(client, "about", "profession")
    draft = ApplicationDraft.objects.get()
    with pytest.raises(services.NotComplete) as refused:
        services.submit(draft, adult=True)
    assert refused.value.step == "work"
    fill(client, "work", "goals", "meeting", "right")
    with pytest.raises(services.NotComplete):
        services.submit(draft, adult=False)


@pytest.mark.django_db
def test_stopped_here_and_resumed_on_another_device(client: Client, saved: Heard) -> None:
    begin(client, engineers())
    fill(client, "about")
    answer = post(client, "profession", degree_year=None, action="stop")
    assert answer.url == f"{DRAFT}stop/"
    page = client.get(answer.url).content.decode()
    assert 'value="amal@example.org"' in page
    assert errors(client.post(answer.url, {"email": "nowhere"}))
    assert "amal@example.org" in client.post(answer.url, {"email": "amal@example.org"}).content.decode()
    draft = ApplicationDraft.objects.get()
    assert [(told["draft"], told["address"]) for told in saved] == [(draft, "amal@example.org")]
    assert client.get(f"{DRAFT}about/").status_code == 404, "no longer open on this device"
    address = f"/mentoring/apply/resume/{links.token(saved[0]['link'])}/"
    other = Client()
    page = other.get(address)
    assert page.status_code == 200 and "Software engineer" not in page.content.decode()
    assert other.get(f"{DRAFT}about/").status_code == 404, "following the link alone opens nothing"
    assert other.post(address).url == DRAFT
    assert other.get(DRAFT).url == f"{DRAFT}profession/"
    assert "Software engineer" in other.get(f"{DRAFT}profession/").content.decode()
    fill(other, "profession", "work", "goals", "meeting", "right")
    send(other)
    assert Client().get(address).status_code == 404, "what was sent is not opened by the old link"
    assert Client().post(address).status_code == 404


@pytest.mark.django_db
def test_a_link_that_is_no_good(client: Client, saved: Heard) -> None:
    begin(client, engineers())
    fill(client, "about")
    client.post(f"{DRAFT}stop/", {"email": "amal@example.org"})
    token = links.token(PrivateLink.objects.get())
    for bad in (token[:-2], "nonsense", f"{token}x"):
        answer = Client().get(f"/mentoring/apply/resume/{bad}/")
        assert answer.status_code == 404 and "no open application here" in answer.content.decode()
    with clock.at(clock.now() + datetime.timedelta(days=31)):
        assert Client().post(f"/mentoring/apply/resume/{token}/").status_code == 404


@pytest.mark.django_db
def test_the_session_gets_a_new_key_and_leaving_clears_it(client: Client) -> None:
    field = engineers()
    client.get("/mentoring/apply/mentoring/")
    begin(client, field)
    before = client.session.session_key
    begin(client, field)
    assert client.session.session_key != before
    assert "no longer" not in client.post(f"{DRAFT}leave/").content.decode()
    assert client.get(f"{DRAFT}about/").status_code == 404
    assert client.get(f"{DRAFT}leave/").status_code == 405


@pytest.mark.django_db
def test_drafts_end_and_their_files_too(client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    field = engineers()
    begin(client, field)
    fill(client, "about", "profession")
    post(client, "work", cv=SimpleUploadedFile("cv.pdf", PDF))
    assert PrivateFile.objects.count() == 1
    with clock.at(clock.now() + datetime.timedelta(days=29)):
        assert drafts.purge_expired_drafts() == 0
        assert client.get(f"{DRAFT}about/").status_code == 200
    with clock.at(clock.now() + datetime.timedelta(days=31)):
        assert client.get(f"{DRAFT}about/").status_code == 404
        begin(Client(), field)
        assert ApplicationDraft.objects.count() == 1, "the old one is gone when a new one begins"
    assert not PrivateFile.objects.exists()


@pytest.mark.django_db
def test_the_receipt_lasts_a_day(client: Client) -> None:
    apply(client, engineers())
    with clock.at(clock.now() + datetime.timedelta(days=1, minutes=1)):
        assert client.get(f"{DRAFT}sent/").status_code == 404


@pytest.mark.django_db
def test_rate_limits_lose_nothing(client: Client, settings: Any, saved: Heard) -> None:
    field = engineers()
    narrow = {**settings.WAGTAIL_MENTORING, "LIMIT_APPLY": "2/hour", "LIMIT_LINK_REQUEST": "1/hour"}
    with override_settings(WAGTAIL_MENTORING=narrow):
        begin(client, field)
        begin(client, field)
        answer = client.post("/mentoring/apply/mentoring/", {"read": "on"})
        assert answer.status_code == 429 and "Nothing is lost" in answer.content.decode()
        fill(client)
        draft = drafts.ApplicationDraft.objects.latest("pk")
        for _number in range(2):
            assert client.post(f"{DRAFT}check/", {"action": "next"}).status_code == 200
        client.post(f"{DRAFT}stop/", {"email": "amal@example.org"})
        other = Client()
        address = f"/mentoring/apply/resume/{links.token(saved[0]['link'])}/"
        other.post(address)
        assert other.post(f"{DRAFT}stop/", {"email": "amal@example.org"}).status_code == 429
        assert len(saved) == 1 and draft.pk


@pytest.mark.django_db
def test_registered_by_the_contact_person() -> None:
    field = engineers()
    handler = make_handler(field.union)
    data = {"name": "Amal Example", "email": "amal@example.org", "profession": "Engineer", "degree_level": "master"}
    case = services.register_applicant(field, {**data, "adult": True}, handler, channel="phone", language="fi")
    assert case.application.channel == "phone" and case.language == "fi" and case.mentee.name == "Amal Example"
    assert [entry.action for entry in case.log.order_by("sequence")] == ["mentoring.opened", "mentoring.registered"]
    assert case.log.latest("sequence").user == handler and verify_chain(case) == []
    assert {row.kind for row in case.mentee.consents.all()} == {"adult"}, "the notice is sent afterwards"
    for stranger in (make_handler(make_union("kt")), make_supervisor(field.union)):
        with pytest.raises(PermissionDenied):
            services.register_applicant(field, data, stranger)
    assert Case.objects.count() == 1 and CaseCounter.objects.get().last == 1


def _overtaken_by(monkeypatch: pytest.MonkeyPatch, happens: Any) -> None:
    """Let ``happens`` run in another window just before the next press begins to write."""
    original, pending = drafts.of_session, [happens]

    def of_session(request: Any, **kwargs: Any) -> Any:
        # Whoever holds the row waits for the other window; whoever does not has read it before.
        found = None if kwargs.get("hold") else original(request, **kwargs)
        if pending:
            pending.pop()()
        return original(request, **kwargs) if kwargs.get("hold") else found

    monkeypatch.setattr(drafts, "of_session", of_session)


@pytest.mark.django_db
def test_a_cv_chosen_in_another_window_does_not_take_the_sent_one_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(client, engineers())
    fill(client)
    post(client, "work", cv=SimpleUploadedFile("first.pdf", PDF))
    _overtaken_by(monkeypatch, lambda: services.submit(ApplicationDraft.objects.get(), adult=True))
    answer = post(client, "work", cv=SimpleUploadedFile("second.pdf", PDF))
    sent = Application.objects.get().cv
    assert sent is not None and sent.name == "first.pdf" and files.read(sent) == PDF
    assert PrivateFile.objects.count() == 1 and answer.url == f"{DRAFT}sent/"


@pytest.mark.django_db
def test_two_windows_do_not_write_over_each_other(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(client, engineers())
    fill(client)
    _overtaken_by(monkeypatch, lambda: post(client, "meeting", access_needs="An interpreter"))
    post(client, "goals", goals_text="How do I begin?")
    answers = ApplicationDraft.objects.get().answers
    assert answers["goals"]["goals_text"] == ["How do I begin?"]
    assert answers["meeting"]["access_needs"] == ["An interpreter"]


@pytest.mark.django_db(transaction=True)
def test_a_cv_of_a_failed_request_is_not_left_behind(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(client, engineers())
    fill(client)
    post(client, "work", cv=SimpleUploadedFile("first.pdf", PDF))
    folder = Path(private_storage().path(""))
    before = {path for path in folder.rglob("*") if path.is_file()}

    def fail(*args: Any) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(drafts, "save", fail)
    with pytest.raises(RuntimeError):
        post(client, "work", cv=SimpleUploadedFile("second.pdf", PDF))
    assert {path for path in folder.rglob("*") if path.is_file()} == before
    kept = ApplicationDraft.objects.get().cv
    assert kept is not None and kept.name == "first.pdf" and files.read(kept) == PDF
