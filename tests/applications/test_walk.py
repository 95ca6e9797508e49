"""The whole way over HTTP: from either start to a case."""

import re

import pytest
from django.test import Client

from tests.applications.walking import ANSWERS, DRAFT, begin, engineers, errors, fill, notices, post, rule, send
from tests.factories import make_field, make_programme, make_union
from wagtail_mentoring.models import Application, ApplicationDraft, Case, FieldQuestion, Notice

pytestmark = pytest.mark.django_db


def test_from_the_field_page_to_a_case(client: Client) -> None:
    field = engineers()
    page = client.get("/mentoring/apply/mentoring/tek/engineers/")
    text = page.content.decode()
    assert page.status_code == 200 and "immigration authorities" in text and "Union TEK" in text
    draft = begin(client, field)
    assert draft.field == field and draft.notice is not None and draft.notice.kind == "privacy_notice"
    assert draft.never_tell is not None and draft.never_tell.kind == "never_tell"
    fill(client)
    assert not Case.objects.exists(), "a case before the application was sent"
    check = client.get(f"{DRAFT}check/").content.decode()
    shown_answers = (
        "Amal Example",
        "Master’s degree",
        "B2 – I can talk about my work",
        "Not at all",
        "Jordan",
        "Union TEK",
        "Somebody patient",
    )
    for shown in shown_answers:
        assert shown in check
    answer = send(client, follow_up="on")
    assert answer.status_code == 302 and answer.url == f"{DRAFT}sent/"
    case = Case.objects.get()
    receipt = client.get(answer.url).content.decode()
    assert case.reference in receipt and "amal@example.org" in receipt and "Amal" in receipt
    application = Application.objects.get()
    assert (application.case, application.degree_year, application.basis) == (case, 2016, "residence_permit")
    assert application.goals == ["cv", "networks"] and application.confidence == 3 and application.channel == "web"
    assert (case.mentee.email, case.mentee.english, case.mentee.swedish) == ("amal@example.org", "b2", "")
    assert case.mentee.access_needs == "A place without stairs"
    assert application.mentor_wish == "Somebody patient"
    assert {row.kind for row in case.mentee.consents.all()} == {"notice", "adult", "follow_up"}
    assert case.mentee.consents.get(kind="notice").notice == draft.notice
    draft.refresh_from_db()
    assert set(draft.answers) == {"receipt"}, "a sent draft keeps no answers"


def test_from_the_programme_page_the_field_is_found(client: Client) -> None:
    field = engineers()
    draft = begin(client)
    assert draft.field is None
    fill(client, "about", "profession")
    draft.refresh_from_db()
    assert draft.field == field
    fill(client, "work", "goals", "meeting", "right")
    assert "TEK is for masters in technology." in client.get(f"{DRAFT}check/").content.decode()
    assert send(client).status_code == 302
    assert Case.objects.get().field == field


def test_the_start_needs_the_tick_and_the_texts(client: Client) -> None:
    make_field(make_union("tek"), "engineers")
    answer = client.get("/mentoring/apply/mentoring/")
    assert answer.status_code == 503 and "mentoring_setup" in answer.content.decode()
    notices()
    answer = client.post("/mentoring/apply/mentoring/", {})
    assert answer.status_code == 200 and "Then you can begin" in errors(answer)[0]
    assert not ApplicationDraft.objects.exists()
    for address in ("nothing/", "mentoring/tek/nothing/", "mentoring/nothing/engineers/"):
        assert client.get(f"/mentoring/apply/{address}").status_code == 404


def test_the_version_that_was_read_is_recorded(client: Client) -> None:
    engineers()
    newer = Notice.objects.create(kind="privacy_notice", language="en", version=2, body="<p>Second version</p>")
    assert begin(client).notice == newer
    assert begin(client, HTTP_ACCEPT_LANGUAGE="fi").notice == Notice.objects.get(kind="privacy_notice", language="fi")


def test_a_union_with_its_own_notice_asks_for_it_at_the_end(client: Client) -> None:
    field = engineers()
    own = Notice.objects.create(
        kind="privacy_notice", language="en", body="<p>TEK’s</p>", participation=field.participation
    )
    begin(client)
    fill(client)
    answer = send(client)
    assert answer.status_code == 200 and errors(answer) == ["Read the privacy notice and tick the box."]
    assert send(client, notice="on").status_code == 302
    assert Case.objects.get().mentee.consents.get(kind="notice").notice == own


def test_nobody_jumps_ahead_and_back_loses_nothing(client: Client) -> None:
    begin(client, engineers())
    assert client.get(f"{DRAFT}goals/").url.endswith("/about/")
    assert client.get(f"{DRAFT}check/").url.endswith("/about/")
    fill(client, "about")
    # Half a page, and back: kept, and shown again.
    answer = post(client, "profession", degree_level=None, degree_year="20", action="back")
    assert answer.url.endswith("/about/")
    page = client.get(f"{DRAFT}profession/").content.decode()
    assert "Software engineer" in page and 'value="20"' in page and "Jordan" in page and "mtg-err" not in page
    assert client.get(f"{DRAFT}work/").url.endswith("/profession/")


def test_change_from_the_last_page_returns_there(client: Client) -> None:
    begin(client, engineers())
    fill(client)
    page = client.get(f"{DRAFT}about/?then=check").content.decode()
    assert '<input type="hidden" name="then" value="check">' in page
    answer = post(client, "about", name="Amal Other", then="check")
    assert answer.url.endswith("/check/")
    assert "Amal Other" in client.get(answer.url).content.decode()


def test_a_page_with_errors_can_be_reloaded(client: Client) -> None:
    begin(client, engineers())
    answer = client.post(f"{DRAFT}about/", {"name": "Amal", "then": "check"})
    assert answer.status_code == 302 and answer.url == f"{DRAFT}about/?missing=1&then=check"
    page = client.get(answer.url)
    assert len(errors(page)) == 2 and 'name="then" value="check"' in page.content.decode()
    assert errors(client.get(f"{DRAFT}about/")) == []


def test_questions_of_the_editors_are_asked_and_frozen(client: Client) -> None:
    field = engineers(asylum_seekers_may_apply=True)
    FieldQuestion.objects.create(field=field, label="Which tools do you use?", field_type="singleline", required=True)
    FieldQuestion.objects.create(field=field, label="May we call you?", field_type="checkbox", required=False)
    FieldQuestion.objects.create(field=field, label="Area", field_type="checkboxes", choices="Web,Data", required=False)
    begin(client, field)
    fill(client, "about", "profession", "work")
    assert "Which tools do you use?" in client.get(f"{DRAFT}goals/").content.decode()
    assert len(errors(post(client, "goals"))) == 1
    answer = post(client, "goals", extra_which_tools_do_you_use="131052-308T")
    assert "personal identity code" in errors(answer)[0]
    answer = post(client, "goals", extra_which_tools_do_you_use="Python", extra_area=["Web", "Data"])
    assert answer.status_code == 302, errors(answer)
    fill(client, "meeting", "right")
    assert send(client).status_code == 302
    FieldQuestion.objects.all().delete()
    assert Application.objects.get().extra == [
        {"label": "Which tools do you use?", "answer": "Python"},
        {"label": "May we call you?", "answer": "No"},
        {"label": "Area", "answer": "Web\nData"},
    ]


def test_a_question_added_meanwhile_is_asked_before_sending(client: Client) -> None:
    field = engineers()
    begin(client, field)
    fill(client)
    FieldQuestion.objects.create(field=field, label="New", field_type="singleline", required=True)
    answer = send(client)
    assert answer.url == f"{DRAFT}goals/?missing=1"
    assert errors(client.get(answer.url)) == ["This field is required."]
    assert not Case.objects.exists()


def test_asylum_seekers_and_regulated_professions(client: Client) -> None:
    field = engineers()
    begin(client, field)
    fill(client, "about", "profession", "work", "goals", "meeting")
    assert "asylum" not in client.get(f"{DRAFT}right/").content.decode()
    assert errors(post(client, "right", basis="asylum_seeker")) == ["Choose one of these answers."]
    field.participation.asylum_seekers_may_apply = True
    field.participation.save()
    assert post(client, "right", basis="asylum_seeker").status_code == 302
    assert "recognised" not in client.get(f"{DRAFT}work/").content.decode()
    field.regulated = True
    field.save()
    assert "recognised" in client.get(f"{DRAFT}work/").content.decode()
    assert errors(post(client, "work")) == ["Choose the answer that is closest."]
    assert post(client, "work", recognition="applied").status_code == 302


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_page_in_the_visitors_language(client: Client, language: str) -> None:
    field = engineers()
    headers = {"HTTP_ACCEPT_LANGUAGE": language}
    draft = begin(client, field, **headers)
    assert draft.language == language
    for step in ("about", "profession", "work", "goals", "meeting", "right", "check"):
        page = client.get(f"{DRAFT}{step}/", **headers)
        assert page.status_code == 200 and f'<html lang="{language}"' in page.content.decode()
        if step != "check":
            client.post(f"{DRAFT}{step}/", ANSWERS[step], **headers)
    client.post(f"{DRAFT}check/", {"adult": "on"}, **headers)
    assert client.get(f"{DRAFT}sent/", **headers).status_code == 200
    case = Case.objects.get()
    assert case.language == case.mentee.language == language


def test_without_a_draft_every_page_says_so(client: Client) -> None:
    make_programme()
    for page in ("", "about/", "check/", "stop/", "sent/"):
        answer = client.get(f"{DRAFT}{page}")
        assert answer.status_code == 404 and "no open application here" in answer.content.decode(), page
    assert client.get(f"{DRAFT}nothing/").status_code == 404


def test_pages_are_not_kept_by_browsers_and_have_nothing_inline(client: Client) -> None:
    begin(client, engineers())
    answer = client.get(f"{DRAFT}about/")
    assert "no-store" in answer.headers["Cache-Control"]
    page = answer.content.decode()
    assert not re.search(r"<script|<style| style=| onclick", page)


def test_the_sector_is_asked_only_where_it_decides(client: Client) -> None:
    field = engineers()
    kt = make_field(make_union("kt"), "municipal-engineers")
    rule(["engineer"], kt, degree=["bachelor"], sectors=["municipal"], reason="KT is for municipalities.")
    begin(client)
    fill(client, "about")
    assert post(client, "profession").url.endswith("/work/")
    answer = post(client, "profession", degree_level="bachelor")
    assert answer.url.endswith("/sector/")
    assert client.get(f"{DRAFT}work/").url.endswith("/sector/")
    assert errors(post(client, "sector", {})) == ["Choose where you work or would like to work."]
    assert post(client, "sector", {"sector": "municipal"}).url.endswith("/work/")
    assert ApplicationDraft.objects.get().field == kt != field
    fill(client, "work", "goals", "meeting", "right")
    assert send(client).status_code == 302
    assert Application.objects.get().sector == "municipal"
