"""What the tests of plans share: who makes them, and a way to let the task run that works them out."""

from typing import Any

import pytest

from tests.factories import make_handler, make_union
from wagtail_mentoring.pairing.models import PairingPlan


@pytest.fixture
def handler() -> Any:
    """The handler of the union."""
    return make_handler(make_union())


@pytest.fixture
def run(django_capture_on_commit_callbacks: Any) -> Any:
    """Call something that hands a task over, let the task run, and return the plan as it is afterwards."""

    def called(function: Any, *arguments: Any) -> PairingPlan:
        with django_capture_on_commit_callbacks(execute=True):
            plan = function(*arguments)
        return PairingPlan.objects.get(pk=plan.pk)

    return called
