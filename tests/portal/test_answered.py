"""What is found after an answer has left does not show in how long the next answer on the connection takes."""

import pytest

from wagtail_mentoring.portal import answered
from wagtail_mentoring.portal.answered import AnsweredFirst, left_of_slot

pytestmark = pytest.mark.django_db
#: Of the product; while tests run nobody waits.
REAL_WAIT = answered.wait


@pytest.mark.parametrize(("worked", "left"), [(0, 1), (0.25, 0.75), (0.999, 0.001), (1, 0), (1.5, 0.5), (7.25, 0.75)])
def test_work_ends_with_a_slot(worked: float, left: float) -> None:
    assert left_of_slot(worked) == pytest.approx(left)


class Clock:
    """Time that passes when somebody lets it pass."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_much_work_little_work_and_work_that_fails_take_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(answered, "time", clock)
    monkeypatch.setattr(answered, "SLOT", 0.4)
    monkeypatch.setattr(answered, "wait", REAL_WAIT)

    def fails() -> None:
        clock.sleep(0.1)
        raise LookupError

    taken = []
    for work in (lambda: None, lambda: clock.sleep(0.2), fails):
        response, begun = AnsweredFirst("/", work), clock.now
        try:
            response.close()
        except LookupError:
            assert work is fails
        taken.append(clock.now - begun)
        # Servers may close an answer twice: the work is done once.
        response.close()
    assert taken == pytest.approx([0.4, 0.4, 0.4])
