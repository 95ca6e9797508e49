"""The mentor pair: an object of its own, with dated memberships and each mentor's answer."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme.models import Union


class MentorPair(models.Model):
    """Two mentors (or one) for a case, or a standing pair without a case. Earlier pairs stay in the history."""

    union = models.ForeignKey(Union, models.PROTECT, related_name="pairs")
    case = models.ForeignKey(Case, models.CASCADE, null=True, blank=True, related_name="pairs")
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    one_mentor_reason = models.TextField(_("why one mentor"), blank=True)
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


class MentorAnswer(models.TextChoices):
    ASKED = "asked", _("Asked")
    YES = "yes", _("Said yes")
    NO = "no", _("Said no")


class PairMembership(models.Model):
    """One mentor in one pair, from and until when, and what the mentor answered, by what means."""

    pair = models.ForeignKey(MentorPair, models.CASCADE, related_name="memberships")
    mentor = models.ForeignKey(Mentor, models.PROTECT, related_name="memberships")
    joined_at = models.DateTimeField(default=clock.now)
    left_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=8, choices=MentorAnswer.choices, default=MentorAnswer.ASKED)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answered_by_phone = models.BooleanField(_("answer given to the handler"), default=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

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
