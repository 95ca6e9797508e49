"""A union with a field, its handler logged in, a case of it, a plan of its queue, and somebody who waits."""

from typing import Any

import pytest
from django.test import Client

from tests.desk.plan_pages import text
from tests.desk.volunteers import make_volunteer
from tests.factories import make_agreement_text, make_case, make_field, make_handler, make_mentor, make_union
from tests.pairing.conftest import run as run
from tests.pairing.queues import make_queue, make_waiting
from wagtail_mentoring.messages.texts import load_default_texts
from wagtail_mentoring.models import Case, Mentor
from wagtail_mentoring.pairing import plans
from wagtail_mentoring.pairing.models import PairingPlan


@pytest.fixture
def union(db: None) -> Any:
    return make_union("tek")


@pytest.fixture
def field(union: Any) -> Any:
    make_agreement_text()
    return make_field(union)


@pytest.fixture
def handler(union: Any) -> Any:
    return make_handler(union, "sanna")


@pytest.fixture
def admin(handler: Any) -> Client:
    """A client in which the handler of TEK is logged in."""
    client = Client()
    client.force_login(handler)
    return client


@pytest.fixture
def case(field: Any) -> Any:
    """A case with two mentors whose agreement is out."""
    mentors = [make_mentor(field, name="Maria Korhonen"), make_mentor(field, name="Jukka Laine")]
    return make_case(field, "paired", agreement="out", name="Amina Yusuf", mentors=mentors)


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Any:
    """Call something and let the tasks run that it hands over."""

    def called(function: Any, *arguments: Any, **values: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return function(*arguments, **values)

    return called


@pytest.fixture
def press(admin: Any, commit: Any) -> Any:
    """Press a button, let the tasks run, and return the text of the page to which it leads."""

    def pressed(where: str, sent: dict[str, Any]) -> str:
        return text(admin.get(commit(admin.post, where, sent).url))

    return pressed


@pytest.fixture
def plan(union: Any, handler: Any, commit: Any) -> PairingPlan:
    """A plan that is ready: four people, four mentors with one place each; one speaks no common language."""
    queue = make_queue(3, 4)
    make_waiting(queue, days=50, name="Bao Tran", english="a2", other_languages="Vietnamese")
    made = commit(plans.make_plan, union, handler)
    return PairingPlan.objects.get(pk=made.pk)


@pytest.fixture
def maria(field: Any) -> Mentor:
    return make_volunteer(field, name="Maria Korhonen", municipality="Espoo", topics=["cv", "networks"], capacity=2)


@pytest.fixture
def jukka(field: Any) -> Mentor:
    return make_volunteer(field, name="Jukka Laine", municipality="Helsinki", topics=["labour_market"])


@pytest.fixture
def waiting(field: Any, maria: Mentor, jukka: Mentor) -> Case:
    load_default_texts()
    return make_case(field, "eligible", name="Amina Yusuf", preferred_name="Amina", municipality="Espoo")
