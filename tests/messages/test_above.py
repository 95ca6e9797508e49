"""Who reads a concern about the contact person: supervisors, else administrators, never the person concerned."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse

from tests.factories import make_case, make_field, make_handler, make_supervisor, make_union, make_user
from tests.portal.asking import text
from tests.portal.conftest import address
from tests.portal.three import CONCERN
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.desk.rights import may_be_seen_by
from wagtail_mentoring.messages.addressing import Above, above, contact_person, contacts_by_name
from wagtail_mentoring.messages.conversation import services
from wagtail_mentoring.messages.conversation.models import Concern
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.programme.models import GroupUnionPermission, UnionRole
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db
SECRET = "Never answers, and shouts."


def both_roles(union: Any, name: str, **values: Any) -> Any:
    """Return a handler of ``union`` who is its supervisor too, and whom no page names as the contact person."""
    user = make_handler(union, name, **{"first_name": name.title()} | values)
    user.groups.add(*make_supervisor(union, f"{name}-group", is_active=False).groups.all())
    return user


def told() -> list[Any]:
    return [row.user for row in OutboxMessage.objects.filter(event="concern_supervisor").order_by("pk")]


@pytest.fixture
def case() -> Case:
    return make_case(make_field(make_union(website="https://tek.example.org/")), "paired")


def reads(user: Any, concern: Concern) -> bool:
    """Return whether ``user`` may open ``concern``: in the list, on its page, on the desk and for each step alike."""
    user = get_user_model().objects.get(pk=user.pk)
    found = concern in services.concerns_for(user)
    client = Client()
    client.force_login(user)
    page = client.get(reverse("mentoring_desk:concern", args=[concern.pk]))
    listed = client.get(reverse("mentoring_desk:concerns")).content.decode()
    home = client.get(reverse("mentoring_desk:desk")).content.decode()
    address = reverse("mentoring_desk:concern", args=[concern.pk])
    assert (page.status_code == 200, SECRET in page.content.decode()) == (found, found)
    assert (address in listed) == found and (address in home) <= found
    assert services.may_deal_with(user, concern) == found
    return found


def given_to(case: Case, user: Any) -> Case:
    Case.objects.filter(pk=case.pk).update(handler=user)
    return Case.objects.get(pk=case.pk)


def opened(case: Case) -> Client:
    client = Client()
    assert client.post(address(case, case.mentee)).status_code == 302
    return client


def test_the_only_supervisor_handles_the_case(case: Case) -> None:
    both, root = both_roles(case.union, "both"), make_user("root", is_superuser=True)
    case = given_to(case, both)
    assert above(case.union, both) == (Above.ADMINISTRATORS, [root])
    client = opened(case)
    assert "The people who look after this site read it, and the contact person does not." in text(client.get(CONCERN))
    assert client.post(CONCERN, {"about": "contact", "body": SECRET}).status_code == 302
    concern = Concern.objects.get()
    assert told() == [root] and concern.concerned == both
    assert not services.may_deal_with(both, concern) and list(services.concerns_for(both)) == []
    assert list(services.concerns_for(root)) == [concern]
    assert "The people who look after this site read it" in text(client.get(f"{CONCERN}sent/"))


def test_a_second_supervisor_reads_it(case: Case) -> None:
    both, second = both_roles(case.union, "both"), make_supervisor(case.union, "second")
    make_user("root", is_superuser=True)
    case = given_to(case, both)
    assert "The supervisor reads it" in text(opened(case).get(CONCERN))
    services.raise_concern(case.pk, case.mentee, "contact", SECRET)
    assert told() == [second]


def test_it_stays_shut_for_whom_it_is_about_when_somebody_else_handles_the_case(case: Case) -> None:
    first, second = both_roles(case.union, "first"), both_roles(case.union, "second")
    concern = services.raise_concern(given_to(case, first).pk, case.mentee, "contact", SECRET)
    assert told() == [second]
    assert reads(second, concern)
    given_to(case, second)
    assert not reads(first, concern)
    # The contact person of now does not begin to read it, and whoever deals with it goes on.
    assert not reads(second, concern)
    Case.objects.filter(pk=case.pk).update(handler=None)
    services.take_up(concern.pk, second)
    given_to(case, second)
    assert reads(second, concern) and not reads(first, concern)
    with pytest.raises(StepRefused):
        services.settle(concern.pk, first, "Nothing to see.")
    assert services.settle(concern.pk, second, "We talked.").outcome == "We talked."


def test_the_contact_person_of_a_case_that_nobody_has_taken(case: Case) -> None:
    """It is who has the union's address; a mailbox that several share is nobody's own."""
    assert case.handler is None and contact_person(case) is None and contacts_by_name(case.union) == []
    both = both_roles(case.union, "both", is_staff=True)
    both.email = case.union.contact_email.upper()
    both.save()
    assert contact_person(case) == both
    concern_for = make_supervisor(case.union, "other")
    concern = services.raise_concern(case.pk, case.mentee, "contact", SECRET)
    assert told() == [concern_for] and not services.may_deal_with(both, concern)
    concern_for.email = case.union.contact_email
    concern_for.save()
    assert contact_person(case) is None


def test_whom_the_pages_name_as_the_contact_person_reads_none(case: Case) -> None:
    """The pages name one person, and another may handle the case: it can be about either."""
    named = both_roles(case.union, "named", first_name="Sanna", last_name=" LINDQVIST")
    handler, second = both_roles(case.union, "handler"), make_supervisor(case.union, "second")
    assert contacts_by_name(case.union) == [named] and contact_person(case) == named
    concern = services.raise_concern(case.pk, case.mentee, "contact", SECRET)
    assert concern.concerned == named and told() == [handler, second]
    later = services.raise_concern(given_to(case, handler).pk, case.mentee, "contact", SECRET)
    assert later.concerned == handler and told() == [handler, second, second]
    assert not reads(named, concern) and not reads(handler, concern) and reads(second, concern)
    assert not reads(named, later) and not reads(handler, later) and reads(second, later)
    # Not any more the contact person, and still the one whom it was about.
    case.union.contact_name = ""
    case.union.save()
    given_to(case, second)
    assert not reads(named, concern) and not reads(handler, later) and not reads(second, later)


def test_an_administrator_does_not_learn_of_one_about_themselves(case: Case) -> None:
    root, other = make_user("root", is_superuser=True), make_user("other", is_superuser=True)
    concern = services.raise_concern(given_to(case, root).pk, case.mentee, "contact", SECRET)
    mail = OutboxMessage.objects.get(event="concern_supervisor")
    assert told() == [other] and reads(other, concern) and not reads(root, concern)
    seen = {user: mail in OutboxMessage.objects.filter(may_be_seen_by(user)) for user in (root, other)}
    assert seen == {root: False, other: True}
    given_to(case, other)
    services.take_up(concern.pk, make_user("third", is_superuser=True))
    assert not reads(root, concern) and not reads(other, concern)


@pytest.mark.parametrize("lacking", ["rights", "address", "active"])
def test_a_supervisor_who_cannot_be_reached_or_cannot_read_is_none(case: Case, lacking: str) -> None:
    user = make_supervisor(case.union, "above")
    assert above(case.union, None) == (Above.SUPERVISORS, [user])
    if lacking == "rights":
        user.user_permissions.clear()
    elif lacking == "address":
        user.email = ""
    else:
        user.is_active = False
    user.save()
    assert above(case.union, None) == (Above.NOBODY, [])


def test_where_nobody_could_read_it_the_page_says_so_before(case: Case) -> None:
    both = both_roles(case.union, "both", is_superuser=True)
    # Coordinators see nobody's data, and a colleague is not above the contact person.
    make_handler(case.union, "colleague")
    client = opened(given_to(case, both))
    page = client.get(CONCERN)
    shown = text(page)
    assert "nobody else at TEK could read it now" in shown and "https://tek.example.org/" in shown
    assert 'value="contact"' not in page.content.decode() and 'value="mentor"' in page.content.decode()
    answer = client.post(CONCERN, {"about": "contact", "body": SECRET})
    assert answer.status_code == 422 and SECRET in answer.content.decode() and not Concern.objects.exists()
    with pytest.raises(StepRefused, match="Nobody but the contact person") as refused:
        services.raise_concern(case.pk, case.mentee, "contact", SECRET)
    assert "about" in refused.value.errors and not Concern.objects.exists()
    # Any other concern goes to the union as ever.
    assert client.post(CONCERN, {"about": "other", "body": SECRET}).status_code == 302


def warnings() -> list[str]:
    found = run_checks(databases=["default"])
    return [str(message.msg) for message in found if message.id == "wagtail_mentoring.W301"]


def test_a_check_warns_of_a_union_that_nobody_supervises() -> None:
    union, other = make_union(), make_union("kt")
    assert warnings() == []
    handler = make_handler(union, "sanna")
    (message,) = warnings()
    assert "“tek” has nobody" in message
    root = make_user("root", is_superuser=True)
    assert "goes to the administrators" in warnings()[0]
    group = handler.groups.get()
    GroupUnionPermission.objects.create(group=group, union=union, role=UnionRole.SUPERVISOR)
    assert "has one supervisor, who handles its cases too" in warnings()[0]
    second = make_supervisor(union, "above")
    assert warnings() == []
    second.first_name, second.last_name = "Sanna", "Lindqvist"
    second.save()
    GroupUnionPermission.objects.filter(group=group, role=UnionRole.SUPERVISOR).delete()
    assert "has no supervisor besides the contact person whom it names" in warnings()[0]
    second.first_name = "Satu"
    second.save()
    assert warnings() == []
    root.delete()
    make_supervisor(other, "elsewhere")
    assert warnings() == []
