"""What the database says of a case, gathered once for a private page."""

import datetime
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from wagtail_mentoring.agreements.models import Agreement, Party, SignatureUpload, UploadStatus
from wagtail_mentoring.applications.models import EligibilityDecision
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Meeting, MeetingStatus, TimeSearch
from wagtail_mentoring.pairing.choices import InvitationStatus, MenteeAnswer, ProposalStatus
from wagtail_mentoring.pairing.models import Invitation, PairMembership, Proposal
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.workflows import CaseState

from .session import Visit


@dataclass(frozen=True, slots=True)
class Record:
    """The case and its rows, as far as the person may see them.

    ``agreements`` are all that count now, the agreement itself before its supplements, with the documents as issued and
    recorded; ``agreement`` is the one that the reader signs, and ``own_party`` the reader in it. ``parties`` are those
    of all agreements who take part now. ``copy`` is the signed copy of the reader that a person looks at, or has not
    taken; None without one. ``proposals`` are those that the mentee may know of: the one that is asked now, those that
    the mentee did not want, and those about which the mentee was asked and that came to nothing; the newest first.
    ``meetings`` were held or are planned; ``lost`` is the last one in the place of the next, which was cancelled or to
    which somebody did not come. ``search`` is the search for a time that runs now, ``begun`` the numbers of all
    meetings that were ever planned or looked for.
    """

    case: Case
    for_mentee: bool
    members: list[PairMembership]
    agreements: list[Agreement]
    agreement: Agreement | None
    parties: list[Party]
    own_party: Party | None
    copy: SignatureUpload | None
    meetings: list[Meeting]
    lost: Meeting | None
    search: TimeSearch | None
    begun: frozenset[int]
    decision: EligibilityDecision | None
    proposals: list[Proposal]

    @property
    def proposal(self) -> Proposal | None:
        """The mentors who are being asked now; None for everybody but the mentee."""
        return next((row for row in self.proposals if row.status == ProposalStatus.OPEN), None)

    @property
    def mentors_asked(self) -> bool:
        """Whether some mentor is being asked now: not while the handler looks for one in the place of a no."""
        return self.proposal is not None and self.proposal.asks  # type: ignore[attr-defined]

    @property
    def must_choose(self) -> bool:
        """Whether the mentee is asked now if the mentors suit."""
        return self.proposal is not None and self.proposal.mentee_asked_at is not None

    @property
    def wanted_others(self) -> bool:
        """Whether the mentee has said of the last mentors that others would be better."""
        newest = self._newest_known
        return newest is not None and newest.mentee_answer == MenteeAnswer.NO

    @property
    def fell_through(self) -> Proposal | None:
        """The mentors about whom the mentee was asked last, if that came to nothing without the mentee's no."""
        newest = self._newest_known
        return newest if newest is not None and newest.fell_through_at is not None else None

    @property
    def _newest_known(self) -> Proposal | None:
        """The newest of which the mentee has learned what became of it, while it is about what is looked for now."""
        inside = {member.mentor_id for member in self.members}
        for row in self.proposals:
            if row.status == ProposalStatus.OPEN and row.fell_through_at is None:
                continue
            if row.replaces_id is not None:
                return row if row.replaces_id in inside else None
            waits = self.case.case_state == CaseState.ELIGIBLE
            return row if waits and row.opened_at is not None and row.opened_at >= self.case.state_since else None
        return None

    @property
    def alone(self) -> bool:
        """Whether there is one mentor and no second one."""
        return len(self.members) == 1

    @property
    def running(self) -> bool:
        return self.case.case_state != CaseState.CLOSED

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
    def met_with_others(self) -> bool:
        """Whether meetings were held with mentors before those of now."""
        return bool(self.members) and any(meeting.pair_id != self.members[0].pair_id for meeting in self.held)

    @property
    def out_to_all(self) -> bool:
        """Whether every mentor of the pair has been asked to sign; not while one has just joined."""
        return bool(self.parties) and {member.mentor_id for member in self.members} <= {
            party.mentor_id for party in self.parties
        }

    @property
    def unsigned(self) -> list[Party]:
        """Those who must still sign."""
        return [party for party in self.parties if party.required and not hasattr(party, "signature")]

    @property
    def complete(self) -> bool:
        """Whether everybody has been asked to sign, and has signed."""
        return self.out_to_all and not self.unsigned

    @property
    def all_signed_at(self) -> datetime.datetime | None:
        """When the last of those who must sign has signed; None before."""
        signed = [party.signature.signed_at for party in self.parties if hasattr(party, "signature")]
        return max(signed) if signed and self.complete else None

    @property
    def signed(self) -> bool:
        return self.own_party is not None and hasattr(self.own_party, "signature")

    @property
    def must_sign(self) -> bool:
        """Whether the reader has an agreement to sign now."""
        return self.own_party is not None and not self.signed and self.out_to_all and self.running

    @property
    def copy_waits(self) -> bool:
        """Whether a signed copy of the reader waits for the contact person."""
        return self.copy is not None and self.copy.status == UploadStatus.WAITING

    @property
    def declined(self) -> bool:
        """Whether the reader does not want to sign, and has not changed their mind since."""
        return self.own_party is not None and not self.signed and self.own_party.declined_at is not None

    @property
    def copy_refused(self) -> bool:
        """Whether a person has looked at the reader's copy and not taken it, and the reader has not declined."""
        return self.copy is not None and self.copy.status == UploadStatus.REFUSED and not self.declined


def _lost(meetings: list[Meeting], counted: list[Meeting], members: list[PairMembership]) -> Meeting | None:
    pair = members[0].pair_id if members else None
    lost = (MeetingStatus.CANCELLED, MeetingStatus.MISSED)
    found = [one for one in meetings if one.status in lost and one.number > len(counted) and one.pair_id == pair]
    return found[-1] if found else None


def record_of(visit: Visit) -> Record:
    """Gather the record of the visit's case: a constant number of queries."""
    case, members = visit.case, current_members(visit.case)
    everybody = _parties(case)
    inside = {None, *(member.mentor_id for member in members)}
    parties = [party for party in everybody if party.mentor_id in inside]
    agreements = sorted({party.agreement for party in everybody}, key=lambda one: one.pk)
    mine = [one for one in everybody if visit.person.pk == (one.mentee_id if visit.is_mentee else one.mentor_id)]
    newest = max(mine, key=lambda party: party.agreement.pk, default=None)
    own = newest if newest in parties else None
    planned = list(Meeting.objects.filter(case=case).order_by("number", "pk"))
    searches = list(TimeSearch.objects.filter(case=case))
    meetings = [meeting for meeting in planned if meeting.status != MeetingStatus.UNDONE]
    counted = [meeting for meeting in meetings if meeting.status in (MeetingStatus.HELD, MeetingStatus.PLANNED)]
    return Record(
        case=case,
        for_mentee=visit.is_mentee,
        members=members,
        agreements=agreements,
        agreement=newest.agreement if newest else None,
        parties=parties,
        own_party=own,
        copy=_copy(own),
        meetings=counted,
        lost=_lost(meetings, counted, members),
        search=next((search for search in searches if search.ended_at is None), None),
        begun=frozenset({one.number for one in planned} | {one.number for one in searches}),
        # No mentor reads it.
        decision=EligibilityDecision.objects.filter(case=case).first() if visit.is_mentee else None,
        proposals=_proposals(visit),
    )


def _parties(case: Case) -> list[Party]:
    """Return who signs the agreements that count now, with what they have signed: one query."""
    found = Party.objects.current().filter(agreement__case=case)
    return list(found.select_related("signature", "agreement__document", "agreement__record").order_by("pk"))


def _proposals(visit: Visit) -> list[Proposal]:
    if not visit.is_mentee:
        return []
    known = Q(status=ProposalStatus.OPEN) | Q(mentee_answer=MenteeAnswer.NO) | Q(fell_through_at__isnull=False)
    asks = Exists(Invitation.objects.filter(proposal=OuterRef("pk"), status=InvitationStatus.ASKED))
    found = Proposal.objects.filter(known, case=visit.case).annotate(asks=asks)
    return list(found.order_by("-opened_at", "-pk"))


def _copy(party: Party | None) -> SignatureUpload | None:
    """Return the newest copy of ``party`` while it matters: it waits, or a person has refused it since."""
    if party is None or hasattr(party, "signature"):
        return None
    newest = SignatureUpload.objects.sent_by(party).first()
    if newest is None:
        return None
    by_a_person = newest.status == UploadStatus.REFUSED and newest.decided_by_id is not None
    return newest if newest.status == UploadStatus.WAITING or by_a_person else None
