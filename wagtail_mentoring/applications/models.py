"""Drafts of applications, what was answered, the decision on eligibility, and the intake queue."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.contrib.forms.models import AbstractFormField

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.chosen import ChosenField
from wagtail_mentoring.privacy.models import Notice, PrivateFile
from wagtail_mentoring.programme.models import DegreeLevel, ProfessionalField, Programme, Sector
from wagtail_mentoring.workflows import SITUATION_LABELS, Situation


class DegreeStatus(models.TextChoices):
    COMPLETED = "completed", _("Yes, I have finished it")
    ONGOING = "ongoing", _("No, I still study or had to stop")


class Recognition(models.TextChoices):
    RECOGNISED = "recognised", _("My qualification is recognised in Finland")
    APPLIED = "applied", _("I have applied, and wait for the decision")
    NOT_YET = "not_yet", _("Not yet")
    UNSURE = "unsure", _("I do not know")


class EligibilityBasis(models.TextChoices):
    RESIDENCE_PERMIT = "residence_permit", _("I have a residence permit")
    MUNICIPALITY = "municipality", _("I have been granted placement in a municipality")
    CITIZEN = "citizen", _("I am a citizen of Finland, or have a right of residence as an EU citizen")
    ASYLUM_SEEKER = "asylum_seeker", _("I wait for a decision on asylum")


class HeardFrom(models.TextChoices):
    EMPLOYMENT_SERVICES = "employment_services", _("Employment services (formerly TE office)")
    SOCIAL_MEDIA = "social_media", _("Social media")
    UNIVERSITY = "university", _("A university")
    FRIEND = "friend", _("A friend or a colleague")
    UNION = "union", _("A trade union")
    RECEPTION = "reception", _("A reception centre or an organisation for immigrants")
    OTHER = "other", _("Somewhere else")


class FieldQuestion(AbstractFormField):
    """A question that the union's editors add to the application for their field."""

    field = ParentalKey(ProfessionalField, on_delete=models.CASCADE, related_name="questions")

    class Meta(AbstractFormField.Meta):
        verbose_name = _("question of the field")
        verbose_name_plural = _("questions of the field")


class ApplicationDraft(models.Model):
    """An application that has not been sent. No case exists for it; unfinished, it is deleted after some days."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="+")
    field = models.ForeignKey(ProfessionalField, models.CASCADE, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=12, default="en")
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, blank=True, related_name="+")
    never_tell = models.ForeignKey(Notice, models.PROTECT, null=True, blank=True, related_name="+")
    answers = models.JSONField(default=dict)
    done = models.JSONField(default=list)
    cv = models.ForeignKey(PrivateFile, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # What became of it: exactly one of these once it is sent (a refused double becomes neither).
    case = models.ForeignKey(Case, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("unfinished application")
        verbose_name_plural = _("unfinished applications")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.key)


class Application(models.Model):
    """What the applicant answered. What is about the person stands on the mentee, what is asked once stands here."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="application")
    profession = models.CharField(_("profession in own words"), max_length=120)
    degree_level = models.CharField(_("degree"), max_length=12, choices=DegreeLevel.choices)
    degree_field = models.CharField(_("field of the degree"), max_length=160, blank=True)
    degree_status = models.CharField(_("finished"), max_length=12, choices=DegreeStatus.choices)
    degree_year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    degree_country = models.CharField(_("country of the institution"), max_length=80, blank=True)
    recognition = models.CharField(_("recognition"), max_length=12, choices=Recognition.choices, blank=True)
    sector = models.CharField(_("sector"), max_length=12, choices=Sector.choices, blank=True)
    experience_years = models.PositiveSmallIntegerField(_("years of experience"), null=True, blank=True)
    basis = models.CharField(_("basis of eligibility"), max_length=20, choices=EligibilityBasis.choices, blank=True)
    basis_wiped_at = models.DateTimeField(null=True, blank=True)
    goals = ChosenField(_("goals"), default=list, blank=True)
    goals_text = models.TextField(_("in own words"), blank=True)
    formats = ChosenField(_("how to meet"), default=list, blank=True)
    times = ChosenField(_("times that suit"), default=list, blank=True)
    # A note for the handler. It counts for no suggestion, and no mentor reads it.
    mentor_wish = models.TextField(_("wish of the mentors"), blank=True)
    heard_from = models.CharField(_("heard of us from"), max_length=24, choices=HeardFrom.choices, blank=True)
    situation = models.CharField(
        _("situation at the start"),
        max_length=20,
        choices=[(key, label) for key, label in SITUATION_LABELS.items() if key != Situation.UNKNOWN],
        blank=True,
    )
    confidence = models.PositiveSmallIntegerField(_("confidence of finding work, 1 to 5"), null=True, blank=True)
    # The editors' own questions as they stood: [{"label": …, "answer": …}].
    extra = models.JSONField(_("questions of the field"), default=list, blank=True)
    cv = models.ForeignKey(PrivateFile, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("CV"))
    channel = models.CharField(_("came by"), max_length=12, default="web")
    sent_at = models.DateTimeField(_("sent at"), default=clock.now)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.case.reference


class EligibilityDecision(models.Model):
    """A person's decision on eligibility. No document is stored: "seen, date, basis" is. The latest counts."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="decisions")
    eligible = models.BooleanField(_("eligible"))
    seen_on = models.DateField(_("seen on"), null=True, blank=True)
    basis = models.CharField(_("basis"), max_length=20, choices=EligibilityBasis.choices, blank=True)
    basis_wiped_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason told to the applicant"), blank=True)
    decided_at = models.DateTimeField(_("decided at"), default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("decision on eligibility")
        verbose_name_plural = _("decisions on eligibility")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.case.reference


class IntakeReason(models.TextChoices):
    NO_UNION = "no_union", _("No union of the programme covers the profession")
    PAUSED = "paused", _("The field takes no applications now")


class IntakeEntry(models.Model):
    """An application that fits no union, or whose field is paused, kept with consent until somebody routes it."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="intake")
    reason = models.CharField(_("why it waits"), max_length=12, choices=IntakeReason.choices)
    field = models.ForeignKey(
        ProfessionalField, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("paused field")
    )
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"))
    profession = models.CharField(_("profession in own words"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=12, default="en")
    answers = models.JSONField(default=dict)
    cv = models.ForeignKey(PrivateFile, models.SET_NULL, null=True, blank=True, related_name="+")
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, blank=True, related_name="+")
    consented_at = models.DateTimeField(_("consented at"), default=clock.now)
    created_at = models.DateTimeField(_("received at"), default=clock.now, db_index=True)
    routed_at = models.DateTimeField(_("routed at"), null=True, blank=True)
    routed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    case = models.ForeignKey(Case, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("application in the intake queue")
        verbose_name_plural = _("intake queue")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
