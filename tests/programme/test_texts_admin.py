"""Texts in the admin: the mark of review, and versions that stay as they were."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from tests.factories import make_union, make_user
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import AgreementText
from wagtail_mentoring.agreements.texts import agreement_summary, agreement_text
from wagtail_mentoring.models import MailText, Notice
from wagtail_mentoring.privacy.texts import privacy_text

pytestmark = pytest.mark.django_db

FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link"]
RIGHTS = ("change_programme", *(f"{action}_{model}" for action in ("add", "change", "delete") for model in
          ("notice", "agreementtext", "mailtext")))  # fmt: skip


def typed(html: str) -> str:
    """Return what the rich text editor sends for ``html``."""
    return ContentstateConverter(FEATURES).from_database_format(html)


@pytest.fixture
def user() -> Any:
    return make_user("texts", RIGHTS)


@pytest.fixture
def client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def moment(days: int = 0) -> str:
    return (clock.now() + datetime.timedelta(days=days)).strftime("%d.%m.%Y %H:%M")


def notice_data(body: str, **values: Any) -> dict[str, Any]:
    return {
        "kind": "cookies",
        "language": "en",
        "participation": "",
        "body": typed(body),
        "in_force_from": moment(-1),
    } | values


def edit(client: Client, notice: Notice, body: str, **values: Any) -> Any:
    return client.post(reverse("mentoring_notices:edit", args=[notice.pk]), notice_data(body, **values))


class TestReview:
    def test_the_mark_is_visible_until_somebody_takes_responsibility(self, client: Client, user: Any) -> None:
        notice = Notice.objects.create(kind="cookies", language="fi", body="<p>Teksti</p>")
        index, address = reverse("mentoring_notices:index"), reverse("mentoring_notices:edit", args=[notice.pk])
        assert "Not yet reviewed" in client.get(index).content.decode()
        assert "Not yet reviewed by a native speaker or lawyer." in client.get(address).content.decode()
        review = reverse("mentoring_notices:review", args=[notice.pk])
        assert review in client.get(address).content.decode()
        assert client.get(review).status_code == 200
        assert Notice.objects.get().needs_review, "reading the question changes nothing"
        assert client.post(review).status_code == 302
        notice.refresh_from_db()
        assert notice.reviewed_by == user and notice.reviewed_at is not None
        assert "Not yet reviewed" not in client.get(index).content.decode()
        assert "Reviewed by texts" in client.get(address).content.decode()

    def test_changed_words_need_a_new_review(self, client: Client) -> None:
        text = MailText.objects.create(event="eligible", language="en", subject="Good news", body="Dear {name}")
        address = reverse("mentoring_mailtexts:edit", args=[text.pk])
        client.post(reverse("mentoring_mailtexts:review", args=[text.pk]))
        data = {"event": "eligible", "language": "en", "participation": "", "subject": "Good news"}
        client.post(address, data | {"body": "Dear {name}"})
        assert not MailText.objects.get().needs_review
        client.post(address, data | {"body": "Hello {name}"})
        assert MailText.objects.get().body == "Hello {name}"
        assert MailText.objects.get().needs_review

    def test_a_mail_names_only_what_is_known(self, client: Client) -> None:
        data = {
            "event": "eligible",
            "language": "en",
            "participation": "",
            "subject": "For {name}",
            "body": "{nonsense}",
        }
        html = client.post(reverse("mentoring_mailtexts:add"), data).content.decode()
        assert MailText.objects.count() == 0
        assert html.count("error-message") >= 2 and "{nonsense}" in html


class TestVersions:
    def test_a_change_of_a_text_in_force_makes_the_next_version(self, client: Client) -> None:
        old = Notice.objects.create(kind="cookies", language="en", body="<p>Old</p>", reviewed_at=clock.now())
        before = Notice.objects.filter(pk=old.pk).values().get()
        assert edit(client, old, "<p>New</p>").status_code == 302
        new = Notice.objects.exclude(pk=old.pk).get()
        assert Notice.objects.filter(pk=old.pk).values().get() == before
        assert (new.version, new.body, new.needs_review) == (2, "<p>New</p>", True)
        assert old.in_force_from < new.in_force_from <= clock.now()

    def test_saving_without_a_change_leaves_every_byte(self, client: Client) -> None:
        shipped = privacy_text("privacy_notice", "en")
        old = Notice.objects.create(kind="privacy_notice", language="en", body=shipped)
        before = Notice.objects.values().get()
        assert edit(client, old, shipped, kind="privacy_notice").status_code == 302
        assert Notice.objects.values().get() == before

    def test_the_shipped_agreement_survives_the_editor(self, client: Client) -> None:
        text = AgreementText.objects.create(language="fi", body=agreement_text("fi"), summary=agreement_summary("fi"))
        before = AgreementText.objects.values().get()
        data = {
            "language": "fi",
            "participation": "",
            "body": typed(text.body),
            "summary": typed(text.summary),
            "in_force_from": moment(),
        }
        assert client.post(reverse("mentoring_agreementtexts:edit", args=[text.pk]), data).status_code == 302
        assert AgreementText.objects.values().get() == before

    def test_a_text_of_the_future_is_changed_in_place(self, client: Client) -> None:
        later = clock.now() + datetime.timedelta(days=5)
        notice = Notice.objects.create(kind="cookies", language="en", body="<p>Old</p>", in_force_from=later)
        assert edit(client, notice, "<p>New</p>", in_force_from=moment(6)).status_code == 302
        notice = Notice.objects.get()
        assert (notice.version, notice.body) == (1, "<p>New</p>")

    def test_kind_language_and_union_stay(self, client: Client) -> None:
        notice = Notice.objects.create(kind="cookies", language="en", body="<p>Old</p>")
        rules = make_union("safa").participations.get()
        edit(client, notice, "<p>New</p>", kind="never_tell", language="sv", participation=rules.pk)
        assert {(n.kind, n.language, n.participation) for n in Notice.objects.all()} == {("cookies", "en", None)}

    def test_a_version_in_force_is_not_deleted(self, client: Client) -> None:
        notice = Notice.objects.create(kind="cookies", language="en", body="<p>Old</p>")
        later = clock.now() + datetime.timedelta(days=5)
        future = Notice.objects.create(kind="cookies", language="en", version=2, body="<p>x</p>", in_force_from=later)
        for row in (notice, future):
            assert client.post(reverse("mentoring_notices:delete", args=[row.pk])).status_code == 302
        assert list(Notice.objects.all()) == [notice]

    def test_numbers_are_given_and_count_per_union(self, client: Client) -> None:
        Notice.objects.create(kind="cookies", language="en", body="<p>Old</p>", version=4)
        rules = make_union("safa").participations.get()
        for participation, expected in (("", 5), (rules.pk, 1)):
            data = notice_data("<p>New</p>", participation=participation)
            assert client.post(reverse("mentoring_notices:add"), data).status_code == 302
            newest = Notice.objects.order_by("-pk").first()
            assert newest is not None and newest.version == expected

    def test_a_copy_for_a_union_starts_unreviewed_at_one(self, client: Client) -> None:
        rules = make_union("safa").participations.get()
        notice = Notice.objects.create(
            kind="cookies", language="en", body="<p>Old</p>", version=4, reviewed_at=clock.now()
        )
        address = reverse("mentoring_notices:copy", args=[notice.pk])
        assert client.post(address, notice_data("<p>Old</p>", participation=rules.pk)).status_code == 302
        copied = Notice.objects.get(participation=rules)
        assert (copied.version, copied.needs_review) == (1, True)

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ("<p>Ask {nobody}</p>", "Nothing fills {nobody}."),
            ('<p><a linktype="page" id="1">here</a></p>', "Write links with their full address"),
        ],
    )
    def test_faults_are_told_and_nothing_is_lost(self, client: Client, body: str, message: str) -> None:
        response = client.post(reverse("mentoring_notices:add"), notice_data(body))
        assert response.status_code == 200
        html = response.content.decode()
        assert message in html
        assert "Ask {nobody}" in html or "here" in html
        assert not Notice.objects.exists()
