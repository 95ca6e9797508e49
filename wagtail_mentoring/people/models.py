"""Mentees, mentors, their private links and one-time codes. Each person belongs to one union."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.models import ClusterableModel
from wagtail.models import BaseLogEntry

from wagtail_mentoring import clock
from wagtail_mentoring.programme.models import ProfessionalField, Union

from .log import MentorLogEntryManager


class LanguageLevel(models.TextChoices):
    NONE = "", _("Not at all")
    A1 = "a1", _("A1 – a few words")
    A2 = "a2", _("A2 – simple everyday things")
    B1 = "b1", _("B1 – I manage in daily life")
    B2 = "b2", _("B2 – I can talk about my work")
    C1 = "c1", _("C1 – I can talk about nearly everything")
    C2 = "c2", _("C2 – like a native speaker")


class Person(models.Model):
    """What a mentee and a mentor have in common."""

    union = models.ForeignKey(Union, models.PROTECT, related_name="%(class)ss", verbose_name=_("union"))
    name = models.CharField(_("name"), max_length=200)
    preferred_name = models.CharField(_("preferred name"), max_length=100, blank=True)
    # Not unique: two people may share one address, and the same address at another union is another person.
    email = models.EmailField(_("e-mail"), db_index=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    municipality = models.CharField(_("municipality"), max_length=100, blank=True)
    language = models.CharField(_("language of mails and pages"), max_length=12, default="en")
    english = models.CharField(_("English"), max_length=2, choices=LanguageLevel.choices, blank=True)
    finnish = models.CharField(_("Finnish"), max_length=2, choices=LanguageLevel.choices, blank=True)
    swedish = models.CharField(_("Swedish"), max_length=2, choices=LanguageLevel.choices, blank=True)
    other_languages = models.CharField(_("other languages"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    anonymised_at = models.DateTimeField(_("anonymised at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def called(self) -> str:
        """How to address the person."""
        return self.preferred_name or self.name


class Mentee(Person):
    """A person who applied for mentoring."""

    safe_contact = models.CharField(_("safe way to contact"), max_length=200, blank=True)
    hide_municipality = models.BooleanField(_("only the contact person may see the municipality"), default=False)
    access_needs = models.TextField(_("access needs"), blank=True)

    class Meta:
        verbose_name = _("mentee")
        verbose_name_plural = _("mentees")
        ordering = ["name"]
        indexes = [models.Index(fields=["union", "name"])]


class Mentor(Person, ClusterableModel):
    """A volunteer of a union. Never shown publicly."""

    fields = models.ManyToManyField(
        ProfessionalField, related_name="mentors", verbose_name=_("professional fields"), blank=True
    )
    title = models.CharField(_("title and speciality"), max_length=200, blank=True)
    experience_years = models.PositiveSmallIntegerField(
        _("years of experience"), null=True, blank=True, validators=[MaxValueValidator(70)]
    )
    online = models.BooleanField(_("can meet online"), default=True)
    in_person = models.BooleanField(_("can meet in person"), default=True)
    capacity = models.PositiveSmallIntegerField(
        _("mentees at the same time"), default=1, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    topics = models.TextField(_("topics"), blank=True)
    partner = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("standing partner")
    )
    conflicts = models.TextField(_("conflicts of interest"), blank=True)
    membership_confirmed_on = models.DateField(_("membership confirmed on"), null=True, blank=True)
    oriented_on = models.DateField(_("orientation acknowledged on"), null=True, blank=True)
    ended_on = models.DateField(_("ended volunteering on"), null=True, blank=True)

    class Meta:
        verbose_name = _("mentor")
        verbose_name_plural = _("mentors")
        ordering = ["name"]
        indexes = [models.Index(fields=["union", "name"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(capacity__gte=1, capacity__lte=3), name="mentoring_mentor_capacity"
            ),
        ]


class LinkPurpose(models.TextChoices):
    CASE = "case", _("The person's page about one case")
    DRAFT = "draft", _("An application to go on with")


class PrivateLink(models.Model):
    """A private link. The address is a signed value over id and generation, built only when it is delivered."""

    purpose = models.CharField(_("purpose"), max_length=12, choices=LinkPurpose.choices, default=LinkPurpose.CASE)
    case = models.ForeignKey(
        "wagtail_mentoring.Case", models.CASCADE, null=True, blank=True, related_name="private_links"
    )
    mentee = models.ForeignKey(Mentee, models.CASCADE, null=True, blank=True, related_name="private_links")
    mentor = models.ForeignKey(Mentor, models.CASCADE, null=True, blank=True, related_name="private_links")
    draft = models.ForeignKey(
        "wagtail_mentoring.ApplicationDraft", models.CASCADE, null=True, blank=True, related_name="private_links"
    )
    generation = models.PositiveIntegerField(_("generation"), default=1)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    opened_at = models.DateTimeField(_("last opened at"), null=True, blank=True)

    class Meta:
        verbose_name = _("private link")
        verbose_name_plural = _("private links")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "mentee"], condition=models.Q(mentee__isnull=False), name="mentoring_link_mentee_once"
            ),
            models.UniqueConstraint(
                fields=["case", "mentor"], condition=models.Q(mentor__isnull=False), name="mentoring_link_mentor_once"
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(purpose="case", case__isnull=False, draft__isnull=True)
                    & (models.Q(mentee__isnull=True) ^ models.Q(mentor__isnull=True))
                )
                | models.Q(
                    purpose="draft", draft__isnull=False, case__isnull=True, mentee__isnull=True, mentor__isnull=True
                ),
                name="mentoring_link_of_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.pk}"


class OneTimeCode(models.Model):
    """A code sent to the person's address, asked before signing. Only its hash is stored."""

    link = models.ForeignKey(PrivateLink, models.CASCADE, related_name="codes")
    purpose = models.CharField(max_length=20)
    code_hash = models.CharField(max_length=128)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["link", "purpose", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"


class MentorLogEntry(BaseLogEntry):
    """A line of Wagtail's history of a mentor. Its label holds no name; only the union's people see it."""

    mentor = models.ForeignKey(Mentor, models.DO_NOTHING, db_constraint=False, related_name="log")
    union = models.ForeignKey(Union, models.CASCADE, related_name="+")

    objects = MentorLogEntryManager()

    class Meta(BaseLogEntry.Meta):
        abstract = False
        verbose_name = _("mentor log entry")
        verbose_name_plural = _("mentor log entries")
        indexes = [
            *BaseLogEntry.Meta.indexes,
            models.Index(fields=["mentor", "-timestamp"], name="mentoring_mentor_log"),
        ]

    @cached_property
    def object_id(self) -> int:
        return self.mentor_id
