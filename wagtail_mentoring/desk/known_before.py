"""What a handler should know before inviting: own words of the mentors, and a mentee who has not answered before."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing.choices import InvitationStatus, ProposalStatus
from wagtail_mentoring.pairing.models import Invitation, Proposal
from wagtail_mentoring.pairing.sentences import listed
from wagtail_mentoring.programme import dates

#: So many letters of what somebody wrote stand in a row of a table.
SHORT = 120


def own_words(mentors: Iterable[Any]) -> list[str]:
    """Return what ``mentors`` wrote of conflicts and of whom they would like to mentor with, a sentence each."""
    said = []
    for mentor in mentors:
        if mentor.conflicts.strip():
            said.append(_about_conflicts(mentor.name, mentor.conflicts))
        if mentor.partner_wish.strip():
            said.append(
                _("%(name)s would like to mentor together with: “%(words)s”")
                % {"name": mentor.name, "words": mentor.partner_wish.strip()}
            )
    return said


def conflicts_in_short(mentors: Iterable[Any]) -> list[str]:
    """Return what ``mentors`` wrote of conflicts, cut where it is long."""
    return [
        _about_conflicts(mentor.name, Truncator(mentor.conflicts).chars(SHORT))
        for mentor in mentors
        if mentor.conflicts.strip()
    ]


def _about_conflicts(name: str, words: str) -> str:
    return _("%(name)s wrote about conflicts: “%(words)s”") % {"name": name, "words": words.strip()}


def not_answered(cases: "QuerySet[Any]") -> dict[int, Proposal]:
    """Return by case the last proposal of those of ``cases`` (keys) whose mentees did not answer about it.

    ``asked`` holds its invitations. At most three queries.
    """
    silent = Case.objects.filter(pk__in=cases).with_asking().filter(asking="silent").order_by()
    keys = list(silent.values_list("pk", flat=True))
    if not keys:
        return {}
    asked = Prefetch("invitations", Invitation.objects.select_related("mentor"), to_attr="asked")
    failed = Proposal.objects.filter(
        case__in=cases, status=ProposalStatus.FAILED, mentee_asked_at__isnull=False, mentee_answer=""
    )
    found = failed.prefetch_related(asked).order_by("ended_at", "pk")
    return {proposal.case_id: proposal for proposal in found if proposal.case_id in set(keys)}


def call_first(proposal: Any, mentee: str, mentors: Collection[int] = ()) -> str:
    """Return that ``mentee`` did not answer about ``proposal``, and should be called before anybody is asked.

    ``mentors``: the keys of those who are proposed now; of those who said yes then it is told.
    """
    said_yes = (InvitationStatus.YES, InvitationStatus.WITHDRAWN)
    asked = [one.mentor for one in proposal.asked if one.status in said_yes and one.answered_at]
    again = [mentor.name for mentor in asked if mentor.pk in mentors]
    until = proposal.mentee_answer_by or dates.local(proposal.ended_at).date()
    told = {"mentee": mentee, "day": dates.day(until), "names": listed(again or [mentor.name for mentor in asked])}
    if not again:
        return _("%(mentee)s did not answer about %(names)s by %(day)s. Call first.") % told
    if len(again) == 2:
        return _("Asked before, both said yes; %(mentee)s did not answer by %(day)s. Call first.") % told
    return _("Asked before, %(names)s said yes; %(mentee)s did not answer by %(day)s. Call first.") % told
