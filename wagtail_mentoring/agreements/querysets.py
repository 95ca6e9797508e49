"""Named queries over agreements and their parties."""

import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from wagtail_mentoring.people.models import Mentor


class PartyQuerySet(models.QuerySet[Any]):
    """Parties by whether their signature is still asked for."""

    def current(self) -> "PartyQuerySet":
        """Those in agreements that count now, as :meth:`AgreementQuerySet.current` finds them."""
        return self.filter(agreement__pair__ended_at__isnull=True, agreement__superseded_at__isnull=True)

    def needed(self) -> "PartyQuerySet":
        """Those whose signature is required: not of a mentor who has left the pair."""
        staying = Mentor.objects.filter(
            pk=OuterRef("mentor"), memberships__pair=OuterRef("agreement__pair"), memberships__left_at__isnull=True
        )
        return self.filter(Q(mentor__isnull=True) | Exists(staying), required=True)

    def unsigned(self) -> "PartyQuerySet":
        """Those who are needed and have not signed."""
        return self.needed().filter(signature__isnull=True)

    def declined(self) -> "PartyQuerySet":
        """Those who are needed in an agreement that counts now, do not want to sign, and have not signed after all."""
        return self.unsigned().current().filter(declined_at__isnull=False)

    def waiting_for(self, user: Any) -> "PartyQuerySet":
        """Places of ``user`` as contact person in agreements that count now, while they can be signed and are not."""
        return self.contact_unsigned().current().filter(user=user)

    def contact_unsigned(self) -> "PartyQuerySet":
        """Contact persons who were to sign, have not, and still can. No meeting waits for them, but the record does."""
        return self.filter(role="contact", signature__isnull=True, user__is_active=True, agreement__record__isnull=True)


class AgreementQuerySet(models.QuerySet[Any]):
    """Agreements by whether they count now."""

    def current(self) -> "AgreementQuerySet":
        """Those out to a case's current pair: the agreement itself and its supplements."""
        return self.filter(pair__ended_at__isnull=True, superseded_at__isnull=True)

    def complete(self) -> "AgreementQuerySet":
        """Those that everyone has signed who is needed, and the contact person where the union asks for it."""
        from .models import Party

        parties = Party.objects.filter(agreement=OuterRef("pk"))
        return self.filter(
            Exists(parties.filter(signature__isnull=False)),
            ~Exists(parties.unsigned()),
            ~Exists(parties.contact_unsigned()),
        )

    def without_record(self) -> "AgreementQuerySet":
        """Complete ones whose signing record is still to be made."""
        return self.current().complete().filter(record__isnull=True, case__anonymised_at__isnull=True)


class SignatureUploadQuerySet(models.QuerySet[Any]):
    """Signed copies by what became of them."""

    def waiting(self) -> "SignatureUploadQuerySet":
        """Those that nobody has decided on."""
        return self.filter(status="waiting")

    def to_look_at(self) -> "SignatureUploadQuerySet":
        """Those of the current agreements that a handler must look at.

        Not those of a mentor who has left the pair, and none of an agreement that has its record.
        """
        from .models import Agreement, Party

        current = Agreement.objects.current().filter(record__isnull=True)
        of_the_needed = Q(party__isnull=True) | Q(party__in=Party.objects.needed()) | Q(party__required=False)
        return self.waiting().filter(of_the_needed, agreement__in=current)

    def of(self, case: Any) -> "SignatureUploadQuerySet":
        """Those of every agreement of ``case``, the earlier ones too."""
        return self.filter(agreement__case=case)

    def sent_by(self, party: Any) -> "SignatureUploadQuerySet":
        """Those of ``party``, the newest first; none when it is None."""
        return self.filter(party=party).order_by("-pk") if party else self.none()

    def put_aside(self, at: datetime.datetime, why: str) -> int:
        """Let those that wait wait no more, and return how many. Nobody decided on them, so nobody is told."""
        return self.waiting().update(status="refused", decided_at=at, reason=why)
