"""What is found after an answer has left does not show in how long the next answer on the connection takes."""

import time

import pytest

from wagtail_mentoring.portal import answered
from wagtail_mentoring.portal.answered import AnsweredFirst, left_of_slot

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("worked", "left"), [(0, 1), (0.25, 0.75), (0.999, 0.001), (1, 0), (1.5, 0.5), (7.25, 0.75)])
def test_work_ends_with_a_slot(worked: float, left: float) -> None:
    assert left_of_slot(worked) == pytest.approx(left)


def test_much_work_little_work_and_work_that_fails_take_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answered, "SLOT", 0.4)
    monkeypatch.setattr(answered, "wait", time.sleep)

    def fails() -> None:
        raise LookupError

    taken = []
    for work in (lambda: None, lambda: time.sleep(0.2), fails):
        response, begun = AnsweredFirst("/", work), time.monotonic()
        try:
            response.close()
        except LookupError:
            assert work is fails
        taken.append(time.monotonic() - begun)
        # Servers may close an answer twice: the work is done once.
        response.close()
    assert all(0.4 <= seconds < 0.6 for seconds in taken), taken
