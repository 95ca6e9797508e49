"""An answer that says the same whatever is found, and takes as long."""

import math
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpResponseRedirect

#: The work takes a whole number of so many seconds.
SLOT = 1.0


class AnsweredFirst(HttpResponseRedirect):
    """A redirect that does its work once the answer is away, so that the answer takes as long whatever it finds.

    On a connection that is kept alive the server reads the next request only after the work, whose length would tell
    what was found: so it lasts whole slots of time. ``Connection: close`` is the server's to say, by WSGI's rules.
    """

    def __init__(self, to: str, work: Callable[[], Any]) -> None:
        super().__init__(to)
        self._work: Callable[[], Any] | None = work

    def close(self) -> None:
        work, self._work = self._work, None
        begun = time.monotonic()
        try:
            if work is not None:
                work()
        finally:
            super().close()
            if work is not None:
                wait(left_of_slot(time.monotonic() - begun))


def left_of_slot(seconds: float) -> float:
    """Return how long the slot lasts still in which work of ``seconds`` has ended."""
    return max(1, math.ceil(seconds / SLOT)) * SLOT - seconds


def wait(seconds: float) -> None:
    """Let ``seconds`` pass."""
    time.sleep(seconds)
