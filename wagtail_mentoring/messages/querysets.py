"""Named queries over the outbox."""

import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

#: A mail that was handed over and has no word of its end after so long is perhaps sent; before, it is on its way.
ON_ITS_WAY = datetime.timedelta(minutes=15)
#: "Not empty", so that SQLite finds it by an index too.
_EVER = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
#: A code is asked for anew, and a test was looked at by whoever made it.
_OF_NO_USE = ("code", "code_data", "test")


def _none(*names: str) -> Exact:
    """Return the condition that the columns ``names`` of the outer row are empty."""
    return Exact(Coalesce(*map(OuterRef, names), 0, output_field=models.BigIntegerField()), 0)


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
        unsure = Q(status="sending") & (Q(marked_at__isnull=True) | Q(marked_at__lt=now - ON_ITS_WAY))
        found = self.filter(Q(status="failed") | Q(bounced_at__gt=_EVER) | unsure)
        return found.filter(*self._no_later()).exclude(event__in=_OF_NO_USE).filter(case__anonymised_at__isnull=True)

    def _no_later(self) -> list[Any]:
        """Return the conditions that none about the same, to the same person, was sent after the mail.

        One condition for each way to say who it is, each by an index of its own: together they would read all mails.
        """
        later = self.model._base_manager.filter(event=OuterRef("event"), status="sent", pk__gt=OuterRef("pk"))
        of_case = later.alias(of_case=Coalesce(F("case"), 0)).filter(of_case=Coalesce(OuterRef("case"), 0))
        # To the union, or to one of its users.
        to_union = later.filter(_none("mentee", "mentor"), mentee=None, mentor=None)
        # An account's key may be of any kind; its mails go to the account's own address.
        same_user = Q(user__isnull=True) | Q(address=OuterRef("address"))
        of_no_case = to_union.filter(_none("case"), case=None)
        return [
            ~Exists(of_case.filter(mentee=OuterRef("mentee"))),
            ~Exists(of_case.filter(mentor=OuterRef("mentor"))),
            ~Exists(to_union.filter(same_user, case=OuterRef("case"))),
            # Without a case nothing but the address says to whom.
            ~Exists(of_no_case.filter(address=OuterRef("address"))),
        ]
