"""A newer text: the sample as PDF, where a version is used, and asking running cases to sign again."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_agreement_text, make_case, make_field, make_handler, make_union, make_user, pretend_pdf
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.agreements import again
from wagtail_mentoring.agreements.models import Agreement, AgreementText
from wagtail_mentoring.agreements.parties import current_agreement
from wagtail_mentoring.documents.render import RenderedPdf
from wagtail_mentoring.models import Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def handler() -> Any:
    make_agreement_text()
    return make_handler(make_union("tek"))


@pytest.fixture
def admin(handler: Any) -> Client:
    client = Client()
    client.force_login(handler)
    return client


def newer(union: Any = None, language: str = "en") -> AgreementText:
    """Return version 2 of the text, in force since yesterday."""
    return AgreementText.objects.create(
        participation=union.participations.get() if union else None,
        language=language,
        version=2,
        body="<p>We agree anew.</p>",
        in_force_from=clock.now() - datetime.timedelta(days=1),
    )


def page_of(text: AgreementText) -> str:
    return reverse("mentoring_desk:sign_again_text", args=[text.pk])


def paired(slug: str = "tek", **values: Any) -> Case:
    return make_case(make_field(make_union(slug)), "paired", agreement="out", **values)


def version_of(case: Case) -> int:
    found = current_agreement(case)
    assert found is not None
    return found.text.version


def test_which_cases_are_on_an_older_version(handler: Any) -> None:
    tek = make_union("tek")
    ours, theirs, finnish = paired(), paired("kt"), paired(language="fi")
    make_case(make_field(tek), "closed", closed_from="meeting_1")
    make_case(make_field(tek), "eligible")
    assert again.older_agreements([tek]) == []
    text = newer()
    found = again.older_agreements([tek])
    # The Finnish case got its agreement in English, for want of a Finnish text.
    assert {one.case for one in found} == {ours, finnish} and {one.text for one in found} == {text}
    newer(language="fi")
    assert {one.case for one in again.older_agreements([tek])} == {ours}
    own = newer(make_union("kt"))
    assert [(one.case, one.text) for one in again.older_agreements([make_union("kt")])] == [(theirs, own)]


def test_a_version_to_come_asks_nobody(handler: Any) -> None:
    paired()
    text = newer()
    AgreementText.objects.filter(pk=text.pk).update(in_force_from=clock.now() + datetime.timedelta(days=1))
    assert again.older_agreements([make_union("tek")]) == []


def test_those_chosen_are_asked_and_no_others(admin: Client) -> None:
    first, second, foreign = paired(name="Amina Yusuf"), paired(), paired("kt", name="Foreign Person")
    text = newer()
    overview = admin.get(reverse("mentoring_desk:sign_again")).content.decode()
    assert page_of(text) in overview and "2 running cases" in overview
    shown = admin.get(page_of(text)).content.decode()
    assert "Amina Yusuf" in shown and "Foreign Person" not in shown
    wrong = admin.post(page_of(text), {"cases": [first.pk], "reason": " "})
    assert "reason" in wrong.context["form"].errors
    assert wrong.context["form"]["cases"].value() == [str(first.pk)]
    wrong = admin.post(page_of(text), {"cases": [foreign.pk], "reason": "x"})
    assert "cases" in wrong.context["form"].errors
    assert {version_of(case) for case in (first, second, foreign)} == {1}
    with pretend_pdf():
        answer = admin.post(page_of(text), {"cases": [first.pk], "reason": "New rules <b>"}, follow=True)
    assert [version_of(case) for case in (first, second, foreign)] == [2, 1, 1]
    assert answer.context["results"]["asked"] == 1 and answer.context["number"] == 1
    assert Agreement.objects.get(case=first, superseded_at__isnull=False).superseded_why == "New rules <b>"
    entry = first.log.order_by("-sequence")[0]
    assert (entry.action, entry.user.is_superuser) == ("mentoring.step.reissue", False)


def test_what_could_not_be_asked_is_counted_and_named(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from wagtail_mentoring.documents.errors import DocumentRenderError

    first, second = paired(), paired()
    text = newer()

    def fail(sheet: Any, union: Any) -> bytes:
        if sheet.reference == first.reference:
            raise DocumentRenderError("Pango is missing")
        return b"%PDF-1.7"

    monkeypatch.setattr("wagtail_mentoring.agreements.issue.make_agreement", fail)
    answer = admin.post(page_of(text), {"cases": [first.pk, second.pk], "reason": "New rules"}, follow=True)
    results = answer.context["results"]
    assert (results["asked"], results["refused"], results["under_way"]) == (1, 1, 0)
    assert results["faults"][0]["case"] == first and "Pango is missing" in results["faults"][0]["why"]
    assert [version_of(case) for case in (first, second)] == [1, 2]


def test_a_task_that_runs_twice_asks_once(handler: Any) -> None:
    case, text = paired(), newer()
    with pretend_pdf():
        for _time in range(2):
            told = again.ask_again.call(case.pk, text.pk, handler.pk, "New rules", "en")
            assert told["outcome"] == again.ASKED
    assert Agreement.objects.filter(case=case).count() == 2


def test_a_right_taken_away_before_the_task_runs(handler: Any) -> None:
    case, text = paired(), newer()
    handler.groups.clear()
    before = rows()
    told = again.ask_again.call(case.pk, text.pk, handler.pk, "New rules", "en")
    assert told["outcome"] == again.REFUSED and "no right" in told["why"]
    assert rows() == before


def test_a_worker_that_has_not_come_to_it(admin: Client, handler: Any, settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    case, text = paired(), newer()
    answer = admin.post(page_of(text), {"cases": [case.pk], "reason": "New rules"}, follow=True)
    assert answer.context["results"]["under_way"] == 1 and "look again" in answer.content.decode()
    with pretend_pdf():
        again.ask_again.call(case.pk, text.pk, handler.pk, "New rules", "en")
    assert admin.get(page_of(text)).context["results"]["asked"] == 1


def test_the_text_of_another_union(admin: Client) -> None:
    text = newer(make_union("kt"))
    assert admin.get(page_of(text)).status_code == 404
    assert admin.post(page_of(text), {"reason": "x"}).status_code == 404


# The sample


@pytest.fixture
def editor() -> Client:
    rights = ("view_agreementtext", "add_agreementtext", "change_agreementtext", "change_programme")
    client = Client()
    client.force_login(make_user(rights=rights))
    return client


def typed(body: str) -> dict[str, str]:
    import json

    block = {"key": "a", "text": body, "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
    content = json.dumps({"blocks": [block], "entityMap": {}})
    when = "2030-01-01 00:00"
    return {"language": "en", "participation": "", "summary": "null", "body": content, "in_force_from": when}


def test_a_sample_of_what_is_typed(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    text = make_agreement_text()
    sheets: list[Any] = []

    def made(sheet: Any) -> RenderedPdf:
        sheets.append(sheet)
        return RenderedPdf(b"%PDF-1.7 sample", "", 1)

    monkeypatch.setattr("wagtail_mentoring.agreements.preview.render_agreement", made)
    before = rows()
    saved = reverse("mentoring_agreementtexts:preview", args=[text.pk])
    for answer in (
        editor.get(saved),
        editor.post(saved, typed("We are kind <script>")),
        editor.post(reverse("mentoring_agreementtexts:preview_new"), typed("We are new")),
    ):
        assert answer.content == b"%PDF-1.7 sample", answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"]
    assert rows() == before, "a sample saves nothing"
    assert "We agree." in sheets[0].text and sheets[0].version_label == "1"
    assert "We are kind &lt;script&gt;" in sheets[1].text and sheets[1].version_label == "draft"
    assert "We are new" in sheets[2].text
    for sheet in sheets:
        assert "This is a sample" in sheet.text and sheet.reference == "SAMPLE"


def test_what_must_be_put_right_before_a_sample(editor: Client) -> None:
    text = make_agreement_text()
    answer = editor.post(reverse("mentoring_agreementtexts:preview", args=[text.pk]), typed(""))
    assert answer.status_code == 422
    assert "blank" in answer.content.decode() and "Nothing was saved" in answer.content.decode()


def test_a_real_sample(editor: Client) -> None:
    answer = editor.get(reverse("mentoring_agreementtexts:preview", args=[make_agreement_text().pk]))
    assert answer.content.startswith(b"%PDF-") and b"/ByteRange" not in answer.content, "a sample is not certified"


def test_where_a_version_was_used(editor: Client) -> None:
    paired()
    text = make_agreement_text()
    later = newer()
    content = editor.get(reverse("mentoring_agreementtexts:edit", args=[text.pk])).content.decode()
    assert "1 agreement was issued with this version." in content
    assert "Look at it as PDF" in content and "Version 2" in content
    # Editors do not move cases: they are not led to a page that refuses them.
    content = editor.get(reverse("mentoring_agreementtexts:edit", args=[later.pk])).content.decode()
    assert "0 agreements were issued" in content and "sign-again" not in content
    assert "Agreements issued" in editor.get(reverse("mentoring_agreementtexts:index")).content.decode()


def test_only_so_many_samples_an_hour(editor: Client, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "LIMIT_RENDER": "1/hour"}
    made: list[Any] = []
    sample = RenderedPdf(b"%PDF-1.7 sample", "", 1)
    monkeypatch.setattr("wagtail_mentoring.agreements.preview.render_agreement", lambda one: made.append(one) or sample)
    saved = reverse("mentoring_agreementtexts:preview", args=[make_agreement_text().pk])
    assert [editor.get(saved).status_code, editor.post(saved, typed("We are kind")).status_code] == [200, 429]
    assert "Try again in an hour" in editor.get(saved).content.decode() and len(made) == 1
