"""The list of cases: whose, searched, filtered, ordered, and at what cost."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_case, make_field, make_mentee, make_supervisor, make_union, make_user
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.actors import SYSTEM
from wagtail_mentoring.models import Case

pytestmark = pytest.mark.django_db
LIST = "mentoring_desk:cases"


def listed(client: Client, **query: Any) -> list[str]:
    answer = client.get(reverse(LIST), query)
    assert answer.status_code == 200
    return [case.mentee.name for case in answer.context["object_list"]]


def test_only_the_own_unions_cases(admin: Client, field: Any) -> None:
    make_case(field, name="Own Person")
    make_case(make_field(make_union("kt")), name="Foreign Person")
    assert listed(admin) == ["Own Person"]
    content = admin.get(reverse(LIST)).content.decode()
    assert "Foreign Person" not in content
    assert listed(admin, q="Foreign") == []
    # Neither the filter of fields nor that of unions tells of what is not granted.
    assert "KT" not in content


def test_search_by_name_reference_and_mail(admin: Client, field: Any) -> None:
    case = make_case(field, name="Amina Yusuf", email="amina@example.org")
    make_case(field, name="Somebody Else")
    for words in ("amina yu", case.reference, "amina@example"):
        assert listed(admin, q=words) == ["Amina Yusuf"], words
    assert listed(admin, q="' OR 1=1 --") == []


def test_filters(admin: Client, field: Any, handler: Any, union: Any) -> None:
    other = make_field(union, "architects")
    make_case(field, "applied", name="A", handler=handler)
    make_case(field, "eligible", name="B")
    make_case(other, "applied", name="C")
    assert listed(admin, state="applied") == ["C", "A"]
    assert sorted(listed(admin, state=["applied", "eligible"])) == ["A", "B", "C"]
    assert listed(admin, field=other.pk) == ["C"]
    assert listed(admin, mine="me") == ["A"]
    assert listed(admin, mine="nobody") == ["C", "B"]
    pills = admin.get(reverse("mentoring_desk:cases_results"), {"state": "applied", "mine": "me"}).content.decode()
    assert pills.count("w-pill__content") == 2


def test_a_foreign_field_in_the_address_filters_nothing_out_of_it(admin: Client, field: Any) -> None:
    foreign = make_case(make_field(make_union("kt")), name="Foreign Person")
    make_case(field, name="Own Person")
    assert "Foreign Person" not in listed(admin, field=foreign.field_id)
    assert "Foreign Person" not in listed(admin, union=foreign.union_id)


def test_the_union_is_shown_and_filtered_when_there_are_several(field: Any) -> None:
    from django.contrib.auth.models import User

    make_case(field, name="Own Person")
    make_case(make_field(make_union("kt")), name="Foreign Person")
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    assert sorted(listed(client)) == ["Foreign Person", "Own Person"]
    assert listed(client, union=make_union("kt").pk) == ["Foreign Person"]


@pytest.mark.parametrize("ordering", ["pk", "-pk", "state", "-state", "state_since", "-state_since", "mentee__phone"])
def test_orderings(ordering: str, admin: Client, field: Any) -> None:
    names = {make_case(field, state).mentee.name for state in ("applied", "eligible", "paired")}
    assert set(listed(admin, ordering=ordering)) == names


def test_what_a_row_says(admin: Client, field: Any, handler: Any) -> None:
    # From noon to noon, so that an hour of summer time between the two makes no day of difference.
    noon = timezone.localtime(clock.now()).replace(hour=12)
    opened_at = noon - datetime.timedelta(days=40)
    make_case(field, "applied", name="Amina Yusuf", handler=handler, opened_at=opened_at)
    make_case(field, "paired", name="Beatriz Sousa", agreement="out", hide_municipality=True, municipality="Inari")
    content = admin.get(reverse(LIST)).content.decode()
    assert "decision 26 days late" in content
    assert "signature missing" in content
    assert "Sanna Lindqvist" in content
    assert "Inari" not in content


def test_the_number_of_queries_does_not_grow(admin: Client, field: Any, django_assert_max_num_queries: Any) -> None:
    for state in ("applied", "paired", "meeting_1", "closed", "eligible"):
        make_case(field, state)
    admin.get(reverse(LIST))
    with django_assert_max_num_queries(60) as few:
        admin.get(reverse(LIST))
    for _number in range(45):
        moves.open_case(make_mentee(field.union), field, SYSTEM)
    assert Case.objects.count() == 50
    with django_assert_max_num_queries(60) as many:
        admin.get(reverse(LIST))
    assert len(many) == len(few)
    assert len(many) <= 16, [query["sql"][:150] for query in many.captured_queries]


def test_no_export_and_no_menus_in_rows(admin: Client, field: Any) -> None:
    make_case(field, name="=1+1")
    answer = admin.get(reverse(LIST), {"export": "csv"})
    assert answer["Content-Type"].startswith("text/html")
    assert "More options for" not in answer.content.decode()


def test_an_empty_list_says_what_will_come(admin: Client, field: Any) -> None:
    assert "A case appears here when somebody applies" in admin.get(reverse(LIST)).content.decode()


def test_who_may_not_see_cases_sees_no_menu_and_is_sent_away(union: Any, field: Any) -> None:
    make_case(field, name="Amina Yusuf")
    editor, client = make_user("editor"), Client()
    client.force_login(editor)
    assert "/admin/mentoring/cases/" not in client.get(reverse("wagtailadmin_home")).content.decode()
    for name in ("cases", "cases_results", "register_applicant", "mails", "readings"):
        answer = client.get(reverse(f"mentoring_desk:{name}"))
        assert answer.status_code in (302, 403), name
        assert b"Amina" not in answer.content


def test_the_menu_of_a_handler_and_of_a_supervisor(admin: Client, union: Any) -> None:
    def menu(client: Client) -> str:
        return client.get(reverse("mentoring_desk:cases")).content.decode()

    assert reverse("mentoring_desk:mails") in menu(admin)
    assert reverse("mentoring_desk:readings") not in menu(admin)
    client = Client()
    client.force_login(make_supervisor(union))
    assert reverse("mentoring_desk:readings") in menu(client)
    assert reverse("mentoring_desk:register_applicant") not in menu(client)
