"""An answer that says the same whatever is found, and takes as long."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseRedirect


class AnsweredFirst(HttpResponseRedirect):
    """A redirect that does its work once the answer is away, so that the answer takes as long whatever it finds."""

    def __init__(self, to: str, work: Callable[[], Any]) -> None:
        super().__init__(to)
        self._work = work

    def close(self) -> None:
        work, self._work = self._work, lambda: None
        try:
            work()
        finally:
            super().close()
