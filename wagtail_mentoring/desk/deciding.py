"""What the screens on which a case is decided on have in common: what is said when somebody was quicker."""

from typing import Any

from wagtail_mentoring.cases.words import sentence
from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.programme.users import user_name

from .base import CaseScreen


class DecidingScreen(CaseScreen):
    """A screen whose form carries how much of the history it showed (``seen``), so that a press can come too late."""

    def news(self) -> list[Any]:
        """Return the lines that the history got since the page was shown."""
        seen = whole_number(self.request.POST.get("seen"))
        return [entry for entry in self.dossier.log if seen is not None and entry.sequence > seen]

    def happened(self) -> list[str]:
        """Return what the history got since the page was shown, in words."""
        return [
            f"{sentence(entry)} ({user_name(entry.user)})" if entry.user else sentence(entry) for entry in self.news()
        ]

    def with_seen(self) -> Any:
        """Return what was typed, with all that has happened until now as seen."""
        data = self.request.POST.copy()
        data["seen"] = str(self.case.log_length)
        return data
