"""What the database says of a case, gathered once for a private page."""

import datetime
from dataclasses import dataclass

from wagtail_mentoring.agreements.models import Agreement, Party
from wagtail_mentoring.agreements.parties import current_agreement
from wagtail_mentoring.applications.models import EligibilityDecision
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Meeting, MeetingStatus
from wagtail_mentoring.pairing.models import PairMembership
from wagtail_mentoring.pairing.moves import current_members

from .session import Visit


@dataclass(frozen=True, slots=True)
class Record:
    """The case and its rows, as far as the person may see them."""

    case: Case
    for_mentee: bool
    members: list[PairMembership]
    agreement: Agreement | None
    parties: list[Party]
    own_party: Party | None
    meetings: list[Meeting]
    decision: EligibilityDecision | None

    @property
    def held(self) -> list[Meeting]:
        return [meeting for meeting in self.meetings if meeting.status == MeetingStatus.HELD]

    @property
    def planned(self) -> Meeting | None:
        return next((meeting for meeting in self.meetings if meeting.status == MeetingStatus.PLANNED), None)

    @property
    def accepted_at(self) -> datetime.datetime | None:
        return self.decision.decided_at if self.decision and self.decision.eligible else None

    @property
    def paired_at(self) -> datetime.datetime | None:
        return self.members[0].pair.created_at if self.members else None

    @property
    def unsigned(self) -> list[Party]:
        """Those who must still sign."""
        return [party for party in self.parties if party.required and not hasattr(party, "signature")]

    @property
    def all_signed_at(self) -> datetime.datetime | None:
        """When the last of those who must sign has signed; None before."""
        signed = [party.signature.signed_at for party in self.parties if hasattr(party, "signature")]
        return max(signed) if self.parties and signed and not self.unsigned else None

    @property
    def must_sign(self) -> bool:
        """Whether the reader has an agreement to sign now."""
        return self.own_party is not None and not hasattr(self.own_party, "signature")


def record_of(visit: Visit) -> Record:
    """Gather the record of the visit's case: a constant number of queries."""
    case = visit.case
    agreement = current_agreement(case)
    parties = list(agreement.parties.select_related("signature").order_by("pk")) if agreement else []
    own = next(
        (party for party in parties if (party.mentee_id if visit.is_mentee else party.mentor_id) == visit.person.pk),
        None,
    )
    return Record(
        case=case,
        for_mentee=visit.is_mentee,
        members=current_members(case),
        agreement=agreement,
        parties=parties,
        own_party=own,
        meetings=list(
            Meeting.objects.filter(case=case, status__in=[MeetingStatus.HELD, MeetingStatus.PLANNED]).order_by("number")
        ),
        decision=EligibilityDecision.objects.filter(case=case).first(),
    )
