"""Meetings of the mentee and the mentors, who was there, how a time is found, notes, and what they thought of it."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.constraints import of_one_person, once_for_each
from wagtail_mentoring.people.models import Mentee, Mentor
from wagtail_mentoring.workflows import SITUATION_LABELS

from .querysets import MeetingQuerySet, SlotAnswerQuerySet


class MeetingStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")
    MISSED = "missed", _("Somebody did not come")
    UNDONE = "undone", _("Recorded by mistake")


class Meeting(models.Model):
    """Meeting ``number`` of a case: planned or held. Undone, cancelled and missed ones stay as rows.

    ``uid`` and ``sequence`` are those of its calendar entry: the same for as long as the row is planned anew, and a
    sequence higher at each change.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="meetings")
    pair = models.ForeignKey("wagtail_mentoring.MentorPair", models.RESTRICT, related_name="meetings")
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    status = models.CharField(_("status"), max_length=10, choices=MeetingStatus.choices)
    starts_at = models.DateTimeField(_("starts at"))
    minutes = models.PositiveSmallIntegerField(_("length in minutes"), default=90)
    place = models.CharField(_("place or link"), max_length=300, blank=True)
    theme = models.CharField(_("theme"), max_length=300, blank=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    recorded_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    # Or the mentor who recorded, cancelled or planned it last on the private page.
    changed_by_mentor = models.ForeignKey(Mentor, models.SET_NULL, null=True, blank=True, related_name="+")
    changed_by_mentee = models.ForeignKey(Mentee, models.SET_NULL, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(_("cancelled or missed at"), null=True, blank=True)
    # Personal text of whoever cancelled; the contact person reads it.
    why = models.CharField(_("reason"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["case", "number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "number"],
                condition=models.Q(status__in=["planned", "held"]),
                name="mentoring_meeting_number_once",
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1, number__lte=5), name="mentoring_meeting_number"),
        ]
        indexes = [
            models.Index(fields=["status", "starts_at"]),
            # What is planned in one case: by the index of what is planned that would read all plans.
            models.Index(fields=["case", "status", "starts_at"], name="mentoring_meeting_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.case.reference} {self.number}"

    @property
    def stamp(self) -> str:
        """What a page carries, so that a press on it is not taken for another meeting, or for one moved since."""
        return f"{self.pk}.{self.sequence}"


class Attendance(models.Model):
    """Whether one of the three was at a held meeting, or failed to come to a missed one."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances")
    mentee = models.ForeignKey(Mentee, models.PROTECT, null=True, blank=True, related_name="attendances")
    mentor = models.ForeignKey(Mentor, models.PROTECT, null=True, blank=True, related_name="attendances")
    present = models.BooleanField(_("was there"))

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ["pk"]
        constraints = [
            of_one_person("mentoring_attendance_of_one_person"),
            *once_for_each("mentoring_attendance", "meeting"),
        ]

    def __str__(self) -> str:
        return str(self.mentee or self.mentor)


class TimeSearch(models.Model):
    """The search for a time of meeting ``number``: a place, and slots on which the three say what suits.

    Open until ``ended_at``; at most one of a case is open. ``meeting`` is the one that was fixed by it.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="time_searches")
    pair = models.ForeignKey("wagtail_mentoring.MentorPair", models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    place = models.CharField(_("place or link"), max_length=300, blank=True)
    minutes = models.PositiveSmallIntegerField(_("length in minutes"), default=90)
    begun_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    meeting = models.ForeignKey(Meeting, models.SET_NULL, null=True, blank=True, related_name="time_searches")

    class Meta:
        verbose_name = _("search for a time")
        verbose_name_plural = _("searches for a time")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="mentoring_time_search_once"
            ),
        ]
        indexes = [models.Index(fields=["ended_at", "changed_at"], name="mentoring_time_search_open")]

    def __str__(self) -> str:
        return f"{self.case.reference} {self.number}"


class Slot(models.Model):
    """A time that one of the three has suggested."""

    search = models.ForeignKey(TimeSearch, models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField(_("starts at"))
    mentee = models.ForeignKey(Mentee, models.CASCADE, null=True, blank=True, related_name="+")
    mentor = models.ForeignKey(Mentor, models.CASCADE, null=True, blank=True, related_name="+")
    suggested_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("suggested time")
        verbose_name_plural = _("suggested times")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["search", "starts_at"], name="mentoring_slot_once"),
            of_one_person("mentoring_slot_of_one_person"),
        ]

    def __str__(self) -> str:
        return self.starts_at.isoformat()


class SlotAnswer(models.Model):
    """Whether a slot suits one of the three for a meeting of ``minutes``. No row: not answered yet.

    The length of a search may change. A yes holds for a meeting that is as long or shorter, a no for one that is as
    long or longer; to another length the person has not answered.
    """

    slot = models.ForeignKey(Slot, models.CASCADE, related_name="answers")
    mentee = models.ForeignKey(Mentee, models.CASCADE, null=True, blank=True, related_name="+")
    mentor = models.ForeignKey(Mentor, models.CASCADE, null=True, blank=True, related_name="+")
    suits = models.BooleanField(_("suits"))
    minutes = models.PositiveSmallIntegerField(_("length in minutes"))
    answered_at = models.DateTimeField(default=clock.now)

    objects = SlotAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a suggested time")
        verbose_name_plural = _("answers to suggested times")
        ordering = ["pk"]
        constraints = [
            of_one_person("mentoring_slot_answer_of_one_person"),
            *once_for_each("mentoring_slot_answer", "slot"),
        ]

    def __str__(self) -> str:
        return str(self.suits)

    def holds_for(self, minutes: int) -> bool:
        """Return whether this is an answer for a meeting of so many ``minutes``, as ``standing`` finds them."""
        return minutes <= self.minutes if self.suits else minutes >= self.minutes


class Note(models.Model):
    """A note of one of the three on a meeting: private, or shared with the other two. No contact person reads it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notes")
    number = models.PositiveSmallIntegerField(_("meeting"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    mentee = models.ForeignKey(Mentee, models.CASCADE, null=True, blank=True, related_name="notes")
    mentor = models.ForeignKey(Mentor, models.CASCADE, null=True, blank=True, related_name="notes")
    shared = models.BooleanField(_("the three of you read it"), default=False)
    body = models.TextField(_("note"))
    written_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("note on a meeting")
        verbose_name_plural = _("notes on meetings")
        ordering = ["number", "pk"]
        constraints = [of_one_person("mentoring_note_of_one_person")]

    def __str__(self) -> str:
        return f"{self.case.reference} {self.number}"


class FeedbackKind(models.TextChoices):
    FIRST = "first", _("After the first meeting")
    END = "end", _("At the end")
    MONTHS_3 = "months_3", _("3 months later")
    MONTHS_12 = "months_12", _("12 months later")


class Fit(models.TextChoices):
    GOOD = "good", _("Yes")
    UNSURE = "unsure", _("I am not sure")
    POOR = "poor", _("No")


class Again(models.TextChoices):
    YES = "yes", _("Yes")
    PERHAPS = "perhaps", _("Perhaps")
    NO = "no", _("No")


class Feedback(models.Model):
    """What one of the three was asked, and answered. Only the union reads it. It stops no case from closing.

    Made when it is asked; ``given_at`` is empty until it is answered, and stays so when it is not.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="feedback")
    kind = models.CharField(_("asked"), max_length=10, choices=FeedbackKind.choices)
    mentee = models.ForeignKey(Mentee, models.CASCADE, null=True, blank=True, related_name="feedback")
    mentor = models.ForeignKey(Mentor, models.CASCADE, null=True, blank=True, related_name="feedback")
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    given_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    fit = models.CharField(_("Do you three fit together?"), max_length=8, choices=Fit.choices, blank=True)
    # Of the mentee: the goals of the application that were reached (values of people.choices.Goal).
    goals_reached = models.JSONField(_("goals reached"), default=list, blank=True)
    confidence = models.PositiveSmallIntegerField(
        _("confidence of finding work, 1 to 5"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    situation = models.CharField(_("situation now"), max_length=20, choices=list(SITUATION_LABELS.items()), blank=True)
    satisfaction = models.PositiveSmallIntegerField(
        _("satisfaction, 1 to 5"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    again = models.CharField(_("would mentor again"), max_length=8, choices=Again.choices, blank=True)
    comment = models.TextField(_("anything we should know"), blank=True)
    # A contact person has seen an answer that needs one: not sure, or no.
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["asked_at", "pk"]
        constraints = [
            of_one_person("mentoring_feedback_of_one_person"),
            # About each pair anew, but never two open questions at once; everything else once.
            *once_for_each("mentoring_feedback", "case", "kind", only=~models.Q(kind="first")),
            *once_for_each("mentoring_feedback_open", "case", only=models.Q(kind="first", given_at=None)),
        ]
        indexes = [models.Index(fields=["given_at", "asked_at"], name="mentoring_feedback_open")]

    def __str__(self) -> str:
        return f"{self.case.reference} {self.get_kind_display()}"
