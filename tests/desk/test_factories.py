"""The factories drive real moves: what they make is what the product makes."""

import pytest

from tests.factories import make_case, make_field, make_handler, make_union
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.programme.rights import may_handle
from wagtail_mentoring.workflows import CaseState

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", [state.value for state in CaseState])
def test_a_case_in_every_state(state: str) -> None:
    case = make_case(state=state)
    assert case.state == state
    assert verify_chain(case) == []


@pytest.mark.parametrize("before", ["applied", "eligible", "paired", "meeting_1", "meeting_4"])
def test_a_closed_case_remembers_where_it_came_from(before: str) -> None:
    case = make_case(state="closed", closed_from=before)
    assert case.log.get(data__to="closed").data["from"] == before


def test_a_handler_has_one_union() -> None:
    handler = make_handler(make_union("tek"))
    assert may_handle(handler, make_union("tek").pk)
    assert not may_handle(handler, make_union("kt").pk)


def test_two_unions_have_their_own_fields() -> None:
    assert make_field(make_union("tek")) != make_field(make_union("kt"))
