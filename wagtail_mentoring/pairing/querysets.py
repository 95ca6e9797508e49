"""Named queries over pairs."""

from typing import Any

from django.db import models


class MembershipQuerySet(models.QuerySet[Any]):
    """Mentors in pairs."""

    def current(self, case: Any) -> "MembershipQuerySet":
        """Narrow to the mentors who are in the running pair of ``case`` (a case or its key) now."""
        return self.filter(pair__case=case, pair__ended_at__isnull=True, left_at__isnull=True)
