"""A model as large as a case, and a page as large as a field page, without any of the plugin's logic."""

from django.conf import settings
from django.db import models
from wagtail.fields import StreamField
from wagtail.models import Page

from wagtail_mentoring.pages.blocks import BodyBlock


class Peer(models.Model):
    """As many columns and relations as a case has, edited by Wagtail's own form."""

    reference = models.CharField(max_length=24, unique=True)
    union = models.ForeignKey("wagtail_mentoring.Union", models.PROTECT, related_name="+")
    participation = models.ForeignKey("wagtail_mentoring.Participation", models.PROTECT, related_name="+")
    field = models.ForeignKey("wagtail_mentoring.ProfessionalField", models.PROTECT, related_name="+")
    mentor = models.ForeignKey("wagtail_mentoring.Mentor", models.PROTECT, null=True, blank=True, related_name="+")
    handler = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, default="applied")
    state_since = models.DateTimeField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=12, default="en")
    min_meetings = models.PositiveSmallIntegerField(default=3)
    max_meetings = models.PositiveSmallIntegerField(default=5)
    meeting_minutes = models.PositiveSmallIntegerField(default=90)
    one_mentor_allowed = models.BooleanField(default=True)
    themes = models.JSONField(default=list, blank=True)
    end_reason = models.CharField(max_length=20, blank=True)
    situation = models.CharField(max_length=20, blank=True)
    seen_on = models.DateField(null=True, blank=True)
    basis = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True)
    log_length = models.PositiveIntegerField(default=0)
    log_head = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.reference


class PlainPage(Page):
    """A title, a lead and a stream field."""

    template = "peer/plain_page.html"
    lead = models.TextField(max_length=400)
    body = StreamField(BodyBlock(), blank=True)
