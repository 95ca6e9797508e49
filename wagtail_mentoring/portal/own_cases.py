"""The running mentorings of a mentor in a list: whose each is, how far it is, and what the mentor has to do in it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Party, UploadStatus
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Feedback, Meeting, MeetingStatus, Slot, SlotAnswer
from wagtail_mentoring.pairing.models import PairMembership
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import PUBLIC_STATE_LABELS, meeting_number


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A running mentoring as a line of a list. ``task`` is what the mentor has to do in it now, "" for nothing."""

    reference: str
    title: str
    state: str
    task: str


def own_cases(mentor: Mentor, *, without: Case | None = None) -> list[OwnCase]:
    """Return the running mentorings of ``mentor``, but not the case ``without``. One query."""
    cases = Case.objects.running().mentored_by(mentor).select_related("field__profession", "mentee")
    if without is not None:
        cases = cases.exclude(pk=without.pk)
    return [
        OwnCase(
            case.reference,
            f"{case.mentee.called} · {capfirst(case.field_name)}",
            _state(case),
            task_of(case),
        )
        for case in with_tasks(cases, mentor).order_by("pk")
    ]


def _state(case: Case) -> str:
    """Return how far a mentoring is, to its mentor. Before the first meeting the public words speak to the mentee."""
    if meeting_number(case.case_state):
        return str(PUBLIC_STATE_LABELS[case.case_state])
    return _("You have not met yet")


def with_tasks(cases: "QuerySet[Any]", mentor: Mentor) -> "QuerySet[Any]":
    """Add to ``cases`` what :func:`task_of` reads: what the pages of the cases look up one by one."""
    now = clock.now()
    mine = Party.objects.filter(
        mentor=mentor,
        agreement__case=OuterRef("pk"),
        agreement__pair__ended_at__isnull=True,
        agreement__superseded_at__isnull=True,
    )
    # A copy that waits for the contact person, and a no, are not asked about again.
    to_sign = mine.filter(signature__isnull=True, declined_at__isnull=True).exclude(
        uploads__status=UploadStatus.WAITING
    )
    planned = Meeting.objects.filter(case=OuterRef("pk"), status=MeetingStatus.PLANNED)
    slots = Slot.objects.filter(search__case=OuterRef("pk"), search__ended_at=None, starts_at__gt=now)
    said = SlotAnswer.objects.standing().filter(slot=OuterRef("pk"))
    inside = PairMembership.objects.filter(
        pair__case=OuterRef("search__case"), pair__ended_at=None, left_at__isnull=True
    )
    theirs = SlotAnswer.objects.standing().filter(slot=OuterRef(OuterRef("pk")), suits=True, mentor=OuterRef("mentor"))
    suits_all = slots.filter(
        Exists(said.filter(suits=True, mentee__isnull=False)), ~Exists(inside.filter(~Exists(theirs)))
    )
    return cases.with_situation().annotate(  # type: ignore[attr-defined]
        is_party=Exists(mine),
        to_sign=Exists(to_sign.filter(agreement__supplement_to__isnull=True)),
        to_join=Exists(to_sign.filter(agreement__supplement_to__isnull=False)),
        has_signed=Exists(mine.filter(signature__isnull=False)),
        begun=Exists(planned.filter(starts_at__lte=now)),
        times_there=Exists(slots),
        times_to_tick=Exists(slots.filter(~Exists(said.filter(mentor=mentor)))),
        time_found=Exists(suits_all),
        time_possible=Exists(slots.filter(~Exists(said.filter(suits=False)))),
        two_mentors=Exists(
            PairMembership.objects.filter(pair__case=OuterRef("pk"), pair__ended_at=None, left_at__isnull=True).exclude(
                mentor=mentor
            )
        ),
        feedback_asked=Exists(Feedback.objects.filter(case=OuterRef("pk"), mentor=mentor, given_at=None)),
    )


def task_of(case: Any) -> str:
    """Return what the mentor has to do in ``case``, a row of :func:`with_tasks`; "" for nothing.

    In the order of the head of the page of a case (``overview``, ``meeting_now``), and in its words.
    """
    if case.agreement_out and case.is_party and not case.has_signed:
        if case.to_join:
            return _("Read and sign the supplement")
        return _("Read and sign the agreement") if case.to_sign else ""
    return _about_meetings(case) or (_("Tell us how your first meeting together was") if case.feedback_asked else "")


def _about_meetings(case: Any) -> str:
    if not (case.agreement_out and case.has_signed):
        return ""
    held = meeting_number(case.case_state) or 0
    number = {"number": held + 1}
    if case.begun and not case.signature_missing:
        return _("How did meeting %(number)s go?") % number
    if case.time_found:
        return _("A time suits all three of you") if case.two_mentors else _("A time suits both of you")
    if case.times_to_tick:
        return _("Which times suit you for meeting %(number)s?") % number
    if case.times_there:
        if case.time_possible:
            return ""
        return _("No time suits all of you yet") if case.two_mentors else _("No time suits both of you yet")
    if case.signature_missing or case.next_meeting_at is not None or held >= case.max_meetings:
        return ""
    return _("Find a time for meeting %(number)s.") % number
