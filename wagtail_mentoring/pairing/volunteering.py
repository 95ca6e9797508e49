"""The end of volunteering, and coming back; what the end of a mentor means for running cases."""

from typing import Any

from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.locking import lock_people
from wagtail_mentoring.people.log import BACK, ENDED
from wagtail_mentoring.people.mentors import stopped_words
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.signals import mentor_thanked
from wagtail_mentoring.workflows import CaseState, StepRefused

from .choices import RUNNING, InvitationStatus, ProposalStatus
from .due import mentor_leaves
from .models import Invitation, PairMembership
from .standing import end_standing, partners, standing_pair_of


def running_memberships(mentor: Mentor) -> "QuerySet[PairMembership]":
    """Return the places of ``mentor`` in the pairs of cases that go on, with their cases."""
    return (
        PairMembership.objects.filter(
            mentor=mentor, left_at__isnull=True, pair__ended_at__isnull=True, pair__case__isnull=False
        )
        .exclude(pair__case__state=CaseState.CLOSED.value)
        .select_related("pair__case__field__profession")
        .order_by("pk")
    )


def running_invitations(mentor: Mentor) -> "QuerySet[Invitation]":
    """Return the questions to ``mentor`` that are open, or answered with yes and not yet a pair."""
    return Invitation.objects.filter(mentor=mentor, status__in=RUNNING).select_related("proposal__case").order_by("pk")


def open_invitations(mentor: Mentor) -> list[Invitation]:
    """Return the questions to ``mentor`` that are open, or answered with yes and not decided, the earliest first."""
    wanted = (InvitationStatus.ASKED, InvitationStatus.YES)
    return list(
        Invitation.objects.filter(mentor=mentor, status__in=wanted, proposal__status=ProposalStatus.OPEN)
        .select_related(
            "proposal__case__field__profession", "proposal__case__mentee", "proposal__case__application", "mentor"
        )
        # Those that wait for an answer ("asked") before those with a "yes".
        .order_by("status", "answer_by", "pk")
    )


def memberships_with_meetings(mentor: Mentor) -> "QuerySet[Any]":
    """Return every place of ``mentor`` in the pair of a case, newest first, with ``held``: meetings with the mentor."""
    there = (
        Case.objects.filter(
            pk=OuterRef("pair__case"),
            # By the query names of the room beside this one: who was at which meeting is stored there.
            meetings__status="held",
            meetings__pair=OuterRef("pair"),
            meetings__attendances__mentor=mentor.pk,
            meetings__attendances__present=True,
        )
        .order_by()
        .values("pk")
        .annotate(number=Count("meetings", distinct=True))
    )
    return (
        PairMembership.objects.filter(Q(mentor=mentor), pair__case__isnull=False)
        .select_related("pair__case__field__profession")
        .annotate(held=Coalesce(Subquery(there.values("number")), 0))
        .order_by("-pk")
    )


def end_volunteering(mentor_id: int, user: Any) -> tuple[Mentor, list[Case]]:
    """End the volunteering of a mentor with thanks; return the row, and the running cases that need somebody else.

    Those keep the mentor until another has taken the place. Questions to the mentor count as answered with no, and the
    standing pair ends. Raises :class:`StepRefused` for somebody who has stopped already, or was never approved.
    """
    mentor = _end(mentor_id, user)
    # After the end is committed: each case has a transaction of its own, in which it is locked before the mentor.
    return mentor, mentor_leaves(mentor)


@transaction.atomic
def _end(mentor_id: int, user: Any) -> Mentor:
    # Both at once, in the order of their keys: a partner who stops too, or an invitation of the two, waits its turn.
    lock_people(mentors={mentor_id, *partners([mentor_id]).values()})
    mentor = Mentor.objects.get(pk=mentor_id)
    if mentor.has_stopped:
        raise StepRefused(_("%(why)s It is noted already.") % {"why": stopped_words(mentor)})
    if mentor.approved_on is None:
        raise StepRefused(_("%(name)s waits for approval. Approve or decline the sign-up.") % {"name": mentor.name})
    mentor.ended_on = clock.today()
    mentor.save(update_fields=["ended_on"])
    pair = standing_pair_of(mentor)
    if pair is not None:
        end_standing(pair, user)
    log(mentor, ENDED, user=user)
    mentor_thanked.send(Mentor, mentor=mentor)
    return mentor


@transaction.atomic
def come_back(mentor_id: int, user: Any) -> Mentor:
    """Let somebody who had stopped be a mentor again, and return the row. Raises :class:`StepRefused` otherwise."""
    lock_people(mentors=[mentor_id])
    mentor = Mentor.objects.get(pk=mentor_id)
    if mentor.anonymised_at is not None or mentor.ended_on is None:
        raise StepRefused(_("%(name)s has not stopped volunteering.") % {"name": mentor.name})
    mentor.ended_on = None
    mentor.save(update_fields=["ended_on"])
    log(mentor, BACK, user=user)
    return mentor
