"""The mentor pair, who is asked to become one, the places that this takes, and plans for a whole queue."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme.models import Union

from .choices import (
    InvitationStatus,
    MenteeAnswer,
    MentorAnswer,
    NoReason,
    PlanRowStatus,
    PlanStatus,
    ProposalStatus,
)
from .querysets import MembershipQuerySet

#: So many mentees at most has a mentor at the same time, whatever was entered.
MOST_PLACES = 3


class MentorPair(models.Model):
    """Two mentors (or one) for a case, or a standing pair without a case. Earlier pairs stay in the history."""

    union = models.ForeignKey(Union, models.PROTECT, related_name="pairs")
    case = models.ForeignKey(Case, models.CASCADE, null=True, blank=True, related_name="pairs")
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    one_mentor_reason = models.TextField(_("why one mentor"), blank=True)
    proposal = models.OneToOneField(
        "wagtail_mentoring.Proposal", models.SET_NULL, null=True, blank=True, related_name="pair"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mentor pair")
        verbose_name_plural = _("mentor pairs")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="mentoring_one_current_pair"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class PairMembership(models.Model):
    """One mentor in one pair, from and until when, and what the mentor answered, by what means."""

    pair = models.ForeignKey(MentorPair, models.CASCADE, related_name="memberships")
    mentor = models.ForeignKey(Mentor, models.PROTECT, related_name="memberships")
    joined_at = models.DateTimeField(default=clock.now)
    left_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=8, choices=MentorAnswer.choices, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answered_by_phone = models.BooleanField(_("answer given to the handler"), default=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentor of a pair")
        verbose_name_plural = _("mentors of a pair")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pair", "mentor"],
                condition=models.Q(left_at__isnull=True),
                name="mentoring_mentor_in_pair_once",
            ),
        ]
        indexes = [models.Index(fields=["mentor", "left_at"])]

    def __str__(self) -> str:
        return str(self.mentor)


class Proposal(models.Model):
    """A pair, or one mentor, proposed for a case: who is asked, in what order, why these, and what became of it.

    Becomes a :class:`MentorPair` when all have said yes. ``replaces``: only one mentor of a running pair is replaced.
    ``why`` keeps the suggestion as it stood: points, reasons, weights and the facts they were made of.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="proposals")
    replaces = models.ForeignKey(Mentor, models.CASCADE, null=True, blank=True, related_name="+")
    status = models.CharField(_("status"), max_length=10, choices=ProposalStatus.choices, default=ProposalStatus.QUEUED)
    order = models.PositiveSmallIntegerField(_("asked as number"), default=1)
    one_mentor_reason = models.TextField(_("why one mentor"), blank=True)
    override_reason = models.TextField(_("why somebody whom the rules leave out"), blank=True)
    fit = models.PositiveSmallIntegerField(_("points of 100"), null=True, blank=True)
    why = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # When the mentee was asked about these mentors, where the union's rules say so, and what the mentee answered.
    mentee_asked_at = models.DateTimeField(null=True, blank=True)
    mentee_answer_by = models.DateField(null=True, blank=True)
    mentee_reminded_at = models.DateTimeField(null=True, blank=True)
    mentee_answer = models.CharField(_("mentee"), max_length=3, choices=MenteeAnswer.choices, blank=True)
    mentee_answered_at = models.DateTimeField(null=True, blank=True)
    mentee_note = models.TextField(_("what the mentee wrote"), blank=True)
    mentee_answer_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # When the mentee, who had been asked about these mentors, was told that it comes to nothing. Empty once asked anew.
    fell_through_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("proposed pair")
        verbose_name_plural = _("proposed pairs")
        ordering = ["case", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(status="open"), name="mentoring_one_open_proposal"
            ),
        ]
        indexes = [models.Index(fields=["status", "opened_at"], name="mentoring_proposal_due")]

    def __str__(self) -> str:
        return f"{self.case_id} · {self.order}"

    @property
    def mentee_silent(self) -> bool:
        """Whether it came to nothing because the mentee, who was asked about the mentors, did not answer in time."""
        asked = self.mentee_asked_at is not None
        return asked and not self.mentee_answer and self.status == ProposalStatus.FAILED


class Invitation(models.Model):
    """The question to one mentor. While it is asked, or answered with yes, it holds one of the mentor's places."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="invitations")
    mentor = models.ForeignKey(Mentor, models.PROTECT, related_name="invitations")
    status = models.CharField(
        _("status"), max_length=10, choices=InvitationStatus.choices, default=InvitationStatus.QUEUED
    )
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    answer_by = models.DateField(_("answer by"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by_phone = models.BooleanField(_("answer given to the handler"), default=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    no_reason = models.CharField(_("why not"), max_length=20, choices=NoReason.choices, blank=True)
    message = models.TextField(_("message to the contact person"), blank=True)
    question = models.TextField(_("question to the contact person"), blank=True)
    question_at = models.DateTimeField(null=True, blank=True)
    reply = models.TextField(_("answer of the contact person"), blank=True)
    reply_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation of a mentor")
        verbose_name_plural = _("invitations of mentors")
        ordering = ["pk"]
        constraints = [
            # Asked twice for one proposal only after an answer that ended the first time.
            models.UniqueConstraint(
                fields=["proposal", "mentor"],
                condition=models.Q(status__in=["queued", "asked", "yes"]),
                name="mentoring_mentor_asked_once",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "answer_by"], name="mentoring_invitation_due"),
            models.Index(fields=["mentor", "status"], name="mentoring_invitation_mentor"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} · {self.mentor_id}"


class Place(models.Model):
    """One of a mentor's places, taken by a mentee or held by an invitation.

    A mentor's load is the number of these rows and stands nowhere else. The constraints keep two handlers who act in
    the same moment from giving away one place twice.
    """

    mentor = models.ForeignKey(Mentor, models.CASCADE, related_name="places")
    number = models.PositiveSmallIntegerField()
    membership = models.OneToOneField(PairMembership, models.CASCADE, null=True, blank=True, related_name="place")
    invitation = models.OneToOneField(Invitation, models.CASCADE, null=True, blank=True, related_name="place")

    class Meta:
        verbose_name = _("place of a mentor")
        verbose_name_plural = _("places of mentors")
        ordering = ["mentor", "number"]
        constraints = [
            models.UniqueConstraint(fields=["mentor", "number"], name="mentoring_place_once"),
            models.CheckConstraint(
                condition=models.Q(number__gte=1, number__lte=MOST_PLACES), name="mentoring_place_number"
            ),
            models.CheckConstraint(
                condition=models.Q(membership__isnull=True) ^ models.Q(invitation__isnull=True),
                name="mentoring_place_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mentor_id} · {self.number}"


class PairingPlan(models.Model):
    """A staged plan for everybody who waits at one union: nothing of it is sent until a handler approves.

    ``inputs`` and ``result`` are what it was made of and what was found and proven, so that "why this pair?" has an
    answer later. They hold facts about people by number, without names, and are deleted with the plan.
    """

    union = models.ForeignKey(Union, models.CASCADE, related_name="pairing_plans")
    status = models.CharField(_("status"), max_length=8, choices=PlanStatus.choices, default=PlanStatus.WAITING)
    created_at = models.DateTimeField(_("made at"), default=clock.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # The task's last sign of life: of one that was killed there is none for a while.
    alive_at = models.DateTimeField(null=True, blank=True)
    # 0 to 100, and what is being done, as a code that the screen puts in words.
    progress = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=20, blank=True)
    # Counts up with each solving, so that a slow task of an earlier one writes nothing over a later one.
    round = models.PositiveIntegerField(default=1)
    inputs = models.JSONField(default=dict, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("pairing plan")
        verbose_name_plural = _("pairing plans")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["union", "-id"], name="mentoring_plan_union")]

    def __str__(self) -> str:
        return f"{self.union_id} · {self.pk}"


class PlanRow(models.Model):
    """What a plan proposes for one case: two mentors, one, or nobody, and why."""

    plan = models.ForeignKey(PairingPlan, models.CASCADE, related_name="rows")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    first = models.ForeignKey(Mentor, models.SET_NULL, null=True, blank=True, related_name="+")
    second = models.ForeignKey(Mentor, models.SET_NULL, null=True, blank=True, related_name="+")
    waited_days = models.PositiveIntegerField(default=0)
    rematch = models.BooleanField(default=False)
    fit = models.PositiveSmallIntegerField(null=True, blank=True)
    # Reasons and what is lacking for a proposed pair; counts of who was ruled out for nobody. Codes, not sentences.
    why = models.JSONField(default=dict, blank=True)
    locked = models.BooleanField(_("locked"), default=False)
    edited = models.BooleanField(_("chosen by hand"), default=False)
    override_reason = models.TextField(blank=True)
    # Why a handler chose one mentor alone; of one whom the solver found, ``why`` tells.
    one_mentor_reason = models.TextField(blank=True)
    # The mentors (keys) whom the round before proposed; None in the first round, and for who waits since.
    before = models.JSONField(null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=PlanRowStatus.choices, default=PlanRowStatus.PROPOSED)
    # Why it was held back: a sentence in the language of whoever approved.
    held_back = models.TextField(blank=True)
    proposal = models.OneToOneField(Proposal, models.SET_NULL, null=True, blank=True, related_name="plan_row")

    class Meta:
        verbose_name = _("row of a plan")
        verbose_name_plural = _("rows of a plan")
        ordering = ["-rematch", "-waited_days", "case"]
        constraints = [models.UniqueConstraint(fields=["plan", "case"], name="mentoring_plan_case_once")]

    def __str__(self) -> str:
        return f"{self.plan_id} · {self.case_id}"
