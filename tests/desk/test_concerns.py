"""Concerns: whose they are, taking up, settling; one about the contact person is nowhere to be seen for handlers."""

import datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from tests.desk.test_conversation import text_of
from tests.factories import make_case, make_handler, make_supervisor, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.messages.conversation import services
from wagtail_mentoring.models import Case, Concern, OutboxMessage

pytestmark = pytest.mark.django_db

LIST = "mentoring_desk:concerns"
SECRET = "He shouts at us."


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def supervisor(union: Any) -> Client:
    return client_of(make_supervisor(union))


def page_of(concern: Concern) -> str:
    return reverse("mentoring_desk:concern", args=[concern.pk])


def test_a_concern_is_taken_up_and_settled(admin: Client, case: Case, handler: Any, union: Any) -> None:
    concern = services.raise_concern(case.pk, case.mentee, "mentor", SECRET)
    listed = admin.get(reverse(LIST))
    assert "1 concern is open" in text_of(listed) and "Amina Yusuf" in text_of(listed)
    page = text_of(admin.get(page_of(concern)))
    assert SECRET in page and "A mentor" in page
    assert admin.post(page_of(concern), {"take": "1"}).status_code == 302
    concern.refresh_from_db()
    assert concern.taken_by == handler
    colleague = client_of(make_handler(union, "colleague"))
    late = colleague.post(page_of(concern), {"take": "1"}, follow=True)
    assert "deals with it already" in text_of(late)
    assert f"Taken up by {handler.get_full_name()}" in text_of(colleague.get(reverse(LIST)))
    for outcome, why in (("", "Write what was done."), ("131052-308T", "personal identity code")):
        answer = admin.post(page_of(concern), {"outcome": outcome})
        assert answer.status_code == 200 and why in " ".join(answer.context["form"].errors["outcome"])
    assert admin.post(page_of(concern), {"outcome": "We talked."}).status_code == 302
    concern.refresh_from_db()
    assert (concern.outcome, concern.closed_at is not None) == ("We talked.", True)
    listed = text_of(admin.get(reverse(LIST)))
    assert "No concern is open" in listed and "Settled on" in listed
    page = admin.get(page_of(concern))
    assert "We talked." in text_of(page) and "Settle the concern" not in text_of(page)
    again = admin.post(page_of(concern), {"outcome": "Once more."})
    assert again.status_code == 409 and "settled already" in text_of(again)
    assert SECRET not in text_of(admin.get(reverse("mentoring_desk:case", args=[case.pk])))


def test_one_about_the_contact_person_is_the_supervisors_alone(
    admin: Client, supervisor: Client, case: Case, handler: Any
) -> None:
    Case.objects.filter(pk=case.pk).update(handler=handler)
    concern = services.raise_concern(case.pk, case.mentee, "contact", SECRET)
    assert admin.get(page_of(concern)).status_code == 404
    assert admin.post(page_of(concern), {"take": "1"}).status_code == 404
    assert admin.post(page_of(concern), {"outcome": "Nothing."}).status_code == 404
    assert "Amina Yusuf" not in text_of(admin.get(reverse(LIST)))
    assert "concern" not in [one["row"].kind for one in admin.get(reverse("mentoring_desk:desk")).context["rows"]]
    page = admin.get(reverse("mentoring_desk:case", args=[case.pk]))
    assert "concerns" not in [one.panel.name for row in page.context["rows"] for one in row]
    assert "oncern" not in " ".join(check.what for check in page.context["next"].checks)
    assert SECRET in text_of(supervisor.get(page_of(concern)))
    assert "Only the supervisors of the union read it." in text_of(supervisor.get(page_of(concern)))
    assert supervisor.post(page_of(concern), {"outcome": "We talked."}).status_code == 302
    concern.refresh_from_db()
    assert concern.outcome == "We talked."


def test_its_mail_is_not_in_the_list_of_the_handlers(admin: Client, supervisor: Client, case: Case) -> None:
    services.raise_concern(case.pk, case.mentee, "contact", SECRET)
    mail = OutboxMessage.objects.get(event="concern_supervisor")
    address = reverse("mentoring_desk:mail", args=[mail.pk])
    OutboxMessage.objects.filter(pk=mail.pk).update(status="failed")
    assert admin.get(address).status_code == 404
    assert address not in admin.get(reverse("mentoring_desk:mails")).content.decode()
    assert "mail" not in [one["row"].kind for one in admin.get(reverse("mentoring_desk:desk")).context["rows"]]
    assert supervisor.get(address).status_code == 200


def test_who_may_read_which(admin: Client, supervisor: Client, case: Case, union: Any) -> None:
    of_case = services.raise_concern(case.pk, case.mentee, "mentor", SECRET)
    of_contact = services.raise_concern(case.pk, case.mentee, "contact", SECRET)
    kt = make_union("kt")
    foreign = [client_of(make_handler(kt, "foreign")), client_of(make_supervisor(kt, "foreign-supervisor"))]
    root = client_of(get_user_model().objects.create_superuser("root", "root@example.org", "x"))
    for client, first, second in (
        (admin, 200, 404),
        (supervisor, 404, 200),
        (root, 200, 200),
        *((one, 404, 404) for one in foreign),
    ):
        assert [client.get(page_of(one)).status_code for one in (of_case, of_contact)] == [first, second]
        shown = client.get(reverse(LIST)).context["waiting"]
        expected = [pk for pk, code in ((of_case.pk, first), (of_contact.pk, second)) if code == 200]
        assert [row["concern"].pk for row in shown] == expected


def test_the_menu(admin: Client, supervisor: Client) -> None:
    for client in (admin, supervisor):
        assert '"mentoring-concerns"' in client.get(reverse("wagtailadmin_home")).content.decode()


def test_the_list_takes_constant_queries(admin: Client, field: Any, django_assert_max_num_queries: Any) -> None:
    counts = []
    for number in (1, 6):
        for _time in range(number):
            case = make_case(field)
            one = services.raise_concern(case.pk, case.mentee, "other", SECRET)
            Concern.objects.filter(pk=one.pk).update(about="other")
        admin.get(reverse(LIST))
        with django_assert_max_num_queries(30) as queries:
            admin.get(reverse(LIST))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_fresh_concern_stands_before_what_waits_longer(admin: Client, case: Case, field: Any) -> None:
    """Its mail says "read it today"."""
    make_case(field, "applied", opened_at=clock.now() - datetime.timedelta(days=20))
    services.raise_concern(case.pk, case.mentee, "mentor", SECRET)
    desk = admin.get(reverse("mentoring_desk:desk")).context
    assert [one["row"].kind for one in desk["rows"]][0] == "concern" and len(desk["rows"]) > 1
    assert desk["heading"].endswith("the oldest for 20 days")
    assert "things need you, the oldest for 20 days" in text_of(admin.get(reverse("wagtailadmin_home")))


def test_the_home_page_counts_open_concerns_of_whoever_deals_with_them(
    admin: Client, supervisor: Client, case: Case
) -> None:
    home, address = reverse("wagtailadmin_home"), f'href="{reverse(LIST)}"'

    def told(client: Client) -> bool:
        return "1 concern is open" in text_of(client.get(home))

    assert not told(admin) and not told(supervisor)
    concern = services.raise_concern(case.pk, case.mentee, "contact", SECRET)
    assert told(supervisor) and not told(admin)
    assert address in supervisor.get(home).content.decode()
    assert supervisor.post(page_of(concern), {"outcome": "We talked."}).status_code == 302
    services.raise_concern(case.pk, case.mentee, "mentor", SECRET)
    assert told(admin) and not told(supervisor)
