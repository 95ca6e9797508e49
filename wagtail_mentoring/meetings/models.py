"""Meetings of the mentee and the mentors, and who was there."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentee, Mentor

from .querysets import MeetingQuerySet


class MeetingStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")
    UNDONE = "undone", _("Recorded by mistake")


class Meeting(models.Model):
    """Meeting ``number`` of a case: planned or held. Undone and cancelled ones stay as rows."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="meetings")
    pair = models.ForeignKey("wagtail_mentoring.MentorPair", models.RESTRICT, related_name="meetings")
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    status = models.CharField(_("status"), max_length=10, choices=MeetingStatus.choices)
    starts_at = models.DateTimeField(_("starts at"))
    minutes = models.PositiveSmallIntegerField(_("length in minutes"), default=90)
    place = models.CharField(_("place or link"), max_length=300, blank=True)
    theme = models.CharField(_("theme"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
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
        indexes = [models.Index(fields=["status", "starts_at"])]

    def __str__(self) -> str:
        return f"{self.case.reference} {self.number}"


class Attendance(models.Model):
    """Whether one of the three was at a held meeting."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances")
    mentee = models.ForeignKey(Mentee, models.PROTECT, null=True, blank=True, related_name="attendances")
    mentor = models.ForeignKey(Mentor, models.PROTECT, null=True, blank=True, related_name="attendances")
    present = models.BooleanField(_("was there"))

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mentee__isnull=True) ^ models.Q(mentor__isnull=True),
                name="mentoring_attendance_of_one_person",
            ),
            models.UniqueConstraint(
                fields=["meeting", "mentee"],
                condition=models.Q(mentee__isnull=False),
                name="mentoring_attendance_mentee",
            ),
            models.UniqueConstraint(
                fields=["meeting", "mentor"],
                condition=models.Q(mentor__isnull=False),
                name="mentoring_attendance_mentor",
            ),
        ]

    def __str__(self) -> str:
        return str(self.mentee or self.mentor)
