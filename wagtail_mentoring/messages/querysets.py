"""Named queries over the outbox."""

import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

#: A mail that was handed over and has no word of its end after so long is perhaps sent; before, it is on its way.
ON_ITS_WAY = datetime.timedelta(minutes=15)
_WHOM = ("case", "mentee", "mentor")
#: A code is asked for anew, and a test was looked at by whoever made it.
_OF_NO_USE = ("code", "code_data", "test")


class OutboxQuerySet(models.QuerySet[Any]):
    """Mails by whether they have left."""

    def due(self, now: datetime.datetime) -> "OutboxQuerySet":
        """Those that wait, and are not in the pause after a server has refused them; the oldest first."""
        ready = Q(next_try_at__isnull=True) | Q(next_try_at__lte=now)
        return self.filter(ready, status="waiting").order_by("pk")

    def to_look_at(self, now: datetime.datetime) -> "OutboxQuerySet":
        """Those that could not be sent, were perhaps sent, or came back, and that a person may ask for again.

        Not those after which one about the same, to the same person, was sent; nor of a case whose data are erased.
        """
        same: dict[str, Any] = {f"same_{name}": Coalesce(OuterRef(name), 0) for name in _WHOM}
        later = (
            self.model._base_manager.filter(event=OuterRef("event"), status="sent", pk__gt=OuterRef("pk"))
            .annotate(**{f"same_{name}": Coalesce(F(name), 0) for name in _WHOM})
            # An account's key may be of any kind; its mails go to the account's own address.
            .filter(Q(user__isnull=True) | Q(address=OuterRef("address")), **same)
        )
        unsure = Q(status="sending") & (Q(marked_at__isnull=True) | Q(marked_at__lt=now - ON_ITS_WAY))
        return (
            self.filter(Q(status="failed") | Q(bounced_at__isnull=False) | unsure, ~Exists(later))
            .exclude(event__in=_OF_NO_USE)
            .filter(case__anonymised_at__isnull=True)
        )
