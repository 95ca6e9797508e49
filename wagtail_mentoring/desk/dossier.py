"""Everything about one case, read once: what the case page and the pages of its steps show."""

import datetime
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from wagtail_mentoring.agreements.models import Agreement, AgreementVersion, Party, SignatureUpload, UploadStatus
from wagtail_mentoring.applications.models import Application, EligibilityDecision
from wagtail_mentoring.cases import facts
from wagtail_mentoring.cases.actors import Actor, user_on
from wagtail_mentoring.cases.models import Case, CaseLogEntry
from wagtail_mentoring.meetings.models import Attendance, Feedback, Meeting, MeetingStatus
from wagtail_mentoring.messages.conversation.models import Circle, Concern, Letter, Reminder
from wagtail_mentoring.messages.conversation.services import concerns_for
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.pairing.choices import ProposalStatus
from wagtail_mentoring.pairing.leavers import Leaver, leavers
from wagtail_mentoring.pairing.mentors import available_for, with_load
from wagtail_mentoring.pairing.models import Invitation, MentorPair, PairMembership, Proposal
from wagtail_mentoring.people.finding import called
from wagtail_mentoring.people.models import Mentor, PrivateLink
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.workflows import CaseFacts, CaseState, Step, steps_from


class Dossier:
    """One case as ``user`` reads it. Every part is a query, with its relations one more each, made when asked for."""

    def __init__(self, case: Case, user: Any) -> None:
        self.case = case
        self.user = user
        #: The signed copy that a decision is about.
        self.copy: SignatureUpload | None = None

    @cached_property
    def facts(self) -> CaseFacts:
        return facts.gather(self.case)

    @cached_property
    def actor(self) -> Actor:
        return user_on(self.user, self.case)

    @property
    def may_handle(self) -> bool:
        """Whether the user may move the case, and not only read it."""
        return bool(self.actor.roles)

    @cached_property
    def steps(self) -> list[Step]:
        """The steps that lead on from here for the user, possible ones and, with the reason, others."""
        return steps_from(self.facts, self.actor)

    @property
    def mentee(self) -> Any:
        return self.case.mentee

    @cached_property
    def application(self) -> Application | None:
        return Application.objects.filter(case=self.case).select_related("cv").first()

    @cached_property
    def decision(self) -> EligibilityDecision | None:
        """The latest decision on eligibility."""
        return EligibilityDecision.objects.filter(case=self.case).select_related("decided_by").first()

    @cached_property
    def pairs(self) -> list[MentorPair]:
        """Every pair of the case, the current one first, with ``members`` and their mentors' load."""
        mentors = with_load(Mentor.objects.all())
        members = PairMembership.objects.order_by("pk").prefetch_related(Prefetch("mentor", mentors))
        return list(
            MentorPair.objects.filter(case=self.case)
            .select_related("created_by")
            .prefetch_related(Prefetch("memberships", members, to_attr="members"))
            .order_by("-pk")
        )

    @property
    def memberships(self) -> list[PairMembership]:
        """Whoever is or was a mentor of the case, in the order in which they joined."""
        return sorted((one for pair in self.pairs for one in pair.members), key=lambda one: one.pk)  # type: ignore[attr-defined]

    @property
    def pair(self) -> MentorPair | None:
        """The current pair."""
        return next((pair for pair in self.pairs if pair.ended_at is None), None)

    @property
    def mentors(self) -> list[Mentor]:
        """The mentors of the current pair."""
        pair = self.pair
        return [member.mentor for member in pair.members if member.left_at is None] if pair else []  # type: ignore[attr-defined]

    @cached_property
    def proposals(self) -> list[Proposal]:
        """Everybody who was, is, or will be asked for the case, in the order of asking, with ``asked``: each mentor."""
        mentors = with_load(Mentor.objects.all())
        asked = Invitation.objects.select_related("recorded_by").prefetch_related(Prefetch("mentor", mentors))
        return list(
            Proposal.objects.filter(case=self.case)
            .select_related("created_by", "replaces", "mentee_answer_recorded_by")
            .prefetch_related(Prefetch("invitations", asked.order_by("pk"), to_attr="asked"))
            .order_by("order", "pk")
        )

    @property
    def open_proposal(self) -> Proposal | None:
        """The proposal whose mentors, or whose mentee, are being asked."""
        return next((one for one in self.proposals if one.status == ProposalStatus.OPEN), None)

    @cached_property
    def mentors_with_room(self) -> int:
        """How many mentors of the field could take one more mentee."""
        return int(available_for(self.case.field).count())

    @cached_property
    def agreements(self) -> list[Agreement]:
        """Every agreement and supplement issued, the newest first.

        Each with ``signers`` and their signatures, ``signed_files`` (later versions of the file) and ``copies``.
        """
        parties = Party.objects.select_related("signature__confirmed_by", "user").order_by("pk")
        versions = AgreementVersion.objects.select_related("document__stored").order_by("number")
        copies = SignatureUpload.objects.select_related("party", "stored", "decided_by").order_by("pk")
        return list(
            Agreement.objects.filter(case=self.case)
            .select_related("document__stored", "record__stored", "text", "pair")
            .prefetch_related(
                Prefetch("parties", parties, to_attr="signers"),
                Prefetch("versions", versions, to_attr="signed_files"),
                Prefetch("uploads", copies, to_attr="copies"),
            )
            .order_by("-pk")
        )

    @property
    def current_agreements(self) -> list[Agreement]:
        """What is out to the current pair: the agreement, then its supplements."""
        current = (one for one in self.agreements if one.pair.ended_at is None and one.superseded_at is None)
        return sorted(current, key=lambda one: one.pk)

    @property
    def agreement(self) -> Agreement | None:
        """The agreement itself, not a supplement, that is out to the current pair."""
        return next((found for found in self.current_agreements if not found.is_supplement), None)

    @property
    def parties(self) -> list[Party]:
        """Everybody who is a party to what is out now."""
        return [party for one in self.current_agreements for party in one.signers]  # type: ignore[attr-defined]

    def has_left(self, party: Party) -> bool:
        """Whether ``party`` is a mentor who is not in the pair any more, and so need not sign."""
        return party.mentor_id is not None and party.mentor_id not in {mentor.pk for mentor in self.mentors}

    @property
    def missing(self) -> list[Party]:
        """Those whose signature is still needed before the next meeting."""
        return [
            party
            for party in self.parties
            if party.required and not hasattr(party, "signature") and not self.has_left(party)
        ]

    @property
    def copies_waiting(self) -> list[SignatureUpload]:
        """Signed copies that a handler must look at, the oldest first: as ``agreements.parties.waiting_uploads``."""
        mentors = {mentor.pk for mentor in self.mentors}
        open_now = [one for one in self.current_agreements if one.record_id is None]
        signers = [party for one in open_now for party in one.signers]  # type: ignore[attr-defined]
        left = {party.pk for party in signers if party.mentor_id and party.mentor_id not in mentors}
        return [
            copy
            for one in open_now
            for copy in one.copies  # type: ignore[attr-defined]
            if copy.status == UploadStatus.WAITING and copy.party_id not in left
        ]

    @property
    def contact_party(self) -> Party | None:
        """The contact person's place in the current agreement, while it is not signed and can be."""
        return next(
            (
                party
                for party in self.parties
                if party.role == "contact" and not hasattr(party, "signature") and party.user and party.user.is_active
            ),
            None,
        )

    def open_parties(self) -> QuerySet[Any]:
        """Return the parties who can still sign on paper: who is needed, and the contact person."""
        current = Agreement.objects.current().filter(case=self.case)
        open_ones = Party.objects.unsigned() | Party.objects.contact_unsigned()
        return open_ones.filter(agreement__in=current).select_related("agreement").order_by("agreement", "pk")

    @cached_property
    def without_record(self) -> set[int]:
        """The agreements that everybody has signed and whose signing record is still to be made."""
        return set(Agreement.objects.without_record().filter(case=self.case).values_list("pk", flat=True))

    def last_failure(self, failed: str, *made: str) -> CaseLogEntry | None:
        """Return the entry of the log action ``failed`` when it came after the last one of ``made``."""
        newest = next((entry for entry in reversed(self.log) if entry.action in (failed, *made)), None)
        return newest if newest is not None and newest.action == failed else None

    @property
    def agreement_failed(self) -> CaseLogEntry | None:
        """The last try to make the agreement, when it failed."""
        return self.last_failure(
            "mentoring.agreement_failed", "mentoring.step.send_agreement", "mentoring.step.reissue"
        )

    @cached_property
    def meetings(self) -> list[Meeting]:
        """Every meeting, with ``who`` was there."""
        there = Attendance.objects.select_related("mentee", "mentor")
        return list(
            Meeting.objects.filter(case=self.case)
            .select_related("changed_by_mentor", "changed_by_mentee")
            .prefetch_related(Prefetch("attendances", there, to_attr="who"))
            .order_by("number", "pk")
        )

    @property
    def held(self) -> list[Meeting]:
        return [meeting for meeting in self.meetings if meeting.status == MeetingStatus.HELD]

    @property
    def planned(self) -> Meeting | None:
        return next((meeting for meeting in self.meetings if meeting.status == MeetingStatus.PLANNED), None)

    @property
    def next_number(self) -> int:
        return len(self.held) + 1

    @cached_property
    def links(self) -> list[PrivateLink]:
        """The private links to the case of the mentee and of every mentor who has or had one."""
        return list(
            PrivateLink.objects.filter(case=self.case).select_related("mentee", "mentor").order_by("mentor", "pk")
        )

    @cached_property
    def log(self) -> list[CaseLogEntry]:
        """The history, in the order in which it happened."""
        return list(CaseLogEntry.objects.filter(case=self.case).select_related("user", "text").order_by("sequence"))

    @cached_property
    def mails(self) -> list[OutboxMessage]:
        return list(
            OutboxMessage.objects.filter(case=self.case).select_related("mentee", "mentor", "user").order_by("-pk")
        )

    @cached_property
    def letters(self) -> list[Letter]:
        """What the mentee and the mentors wrote with the contact person, the oldest first; never what the three wrote
        to each other."""
        with_contact = Letter.objects.filter(case=self.case, circle=Circle.CONTACT)
        return list(with_contact.select_related("mentee", "mentor", "user").order_by("written_at", "pk"))

    @property
    def unread(self) -> list[Letter]:
        """What was written to the contact person and is not read yet."""
        return [letter for letter in self.letters if not letter.from_contact and letter.read_at is None]

    @cached_property
    def concerns(self) -> list[Concern]:
        """The concerns of the case that are the user's to deal with; of others the user learns nothing."""
        return list(concerns_for(self.user).filter(case=self.case))

    @cached_property
    def feedback(self) -> list[Feedback]:
        """Whoever was asked what they think, with the answers."""
        return list(
            Feedback.objects.filter(case=self.case)
            .select_related("mentee", "mentor", "seen_by")
            .order_by("asked_at", "pk")
        )

    @cached_property
    def leavers(self) -> dict[int, Leaver]:
        """Which mentors of the pair want to leave, by their key, while the case goes on."""
        if self.case.case_state == CaseState.CLOSED:
            return {}
        return {one.mentor.pk: one for one in leavers([self.case.pk])}

    @cached_property
    def reminders(self) -> list[Reminder]:
        """Who was reminded of what, and how often."""
        found = Reminder.objects.filter(case=self.case).select_related("mentee", "mentor")
        return list(found.order_by("-last_at", "-pk"))

    @cached_property
    def consents(self) -> list[Consent]:
        return list(Consent.objects.filter(mentee=self.mentee).select_related("notice").order_by("pk"))

    @property
    def follow_up_consented(self) -> bool:
        return any(given.kind == ConsentKind.FOLLOW_UP and given.withdrawn_at is None for given in self.consents)

    @cached_property
    def others_running(self) -> list[Case]:
        """Other running cases of what may be the same person: same mail address or same name, same union."""
        mentee = self.mentee
        others = Case.objects.running().filter(union=self.case.union_id).exclude(pk=self.case.pk)
        same = Q(mentee__email__iexact=mentee.email or "-") | called(others, mentee.name, "mentee__name")
        return list(others.filter(same).order_by("pk")[:5])

    def since(self, state: CaseState) -> datetime.datetime | None:
        """When the case came into ``state`` first, None when it never did; for the present one, last.

        A case that waits for a second pair was accepted long before. For the pair see :attr:`pairs`.
        """
        if state == self.case.case_state:
            return self.case.state_since
        return next((entry.timestamp for entry in self.log if entry.data.get("to") == state.value), None)


__all__ = ["Dossier"]
