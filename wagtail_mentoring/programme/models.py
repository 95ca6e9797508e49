"""Programmes, unions, professions, themes and the rules that are data."""

import re

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from modelcluster.models import ClusterableModel

from wagtail_mentoring import clock

from .localized import LocalizedRichTextField, LocalizedTextField, localized

hex_colour = RegexValidator(re.compile(r"^#[0-9a-f]{6}\Z"), _("Write the colour as # and six digits, such as #1e4a8c."))


class Programme(models.Model):
    """A mentoring programme that unions take part in."""

    slug = models.SlugField(_("short name in addresses"), unique=True)
    names = LocalizedTextField(_("name"))

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["slug"]

    def __str__(self) -> str:
        return localized(self.names) or self.slug


class Union(models.Model):
    """An affiliate union. Controller of its own data, whatever site it is served on."""

    slug = models.SlugField(_("short name in addresses"), unique=True)
    short = models.CharField(_("abbreviation"), max_length=40, unique=True)
    code = models.CharField(
        _("code in references"),
        max_length=8,
        unique=True,
        validators=[RegexValidator(re.compile(r"^[A-Z]{2,8}\Z"), _("Use two to eight capital letters A to Z."))],
        help_text=_("Begins the reference of every case, for example TEK in TEK-2026-0142."),
    )
    names = LocalizedTextField(_("name"))
    contact_name = models.CharField(_("contact person"), max_length=200, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=40, blank=True)
    website = models.URLField(_("website"), blank=True)
    site = models.ForeignKey(
        "wagtailcore.Site",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("site"),
        help_text=_("The site whose address is used in mails; empty: the base address below or the default."),
    )
    sender_address = models.EmailField(_("sender of mails"), blank=True)
    base_url = models.URLField(_("base address for links in mails"), blank=True)
    accent = models.CharField(_("accent colour"), max_length=7, default="#0b5a4a", validators=[hex_colour])
    accent_soft = models.CharField(_("accent tint"), max_length=7, default="#e4f1ec", validators=[hex_colour])
    accent_dark = models.CharField(_("accent, dark mode"), max_length=7, default="#84d6c0", validators=[hex_colour])
    accent_dark_soft = models.CharField(_("tint, dark mode"), max_length=7, default="#16332c", validators=[hex_colour])
    sort_order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("union")
        verbose_name_plural = _("unions")
        ordering = ["sort_order", "slug"]

    def __str__(self) -> str:
        return localized(self.names) or self.short

    @property
    def name(self) -> str:
        """The name in the active language."""
        return str(self)


class Participation(models.Model):
    """One union in one programme, with that union's rules."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="participations", verbose_name=_("programme"))
    union = models.ForeignKey(Union, models.PROTECT, related_name="participations", verbose_name=_("union"))
    min_meetings = models.PositiveSmallIntegerField(
        _("fewest meetings"), default=3, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    max_meetings = models.PositiveSmallIntegerField(
        _("most meetings"), default=5, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    meeting_minutes = models.PositiveSmallIntegerField(
        _("length of a meeting in minutes"), default=90, validators=[MinValueValidator(15), MaxValueValidator(480)]
    )
    one_mentor_allowed = models.BooleanField(_("one mentor is enough, with a reason"), default=True)
    contact_person_signs = models.BooleanField(_("the contact person signs the agreement too"), default=False)
    mentee_asked_about_pair = models.BooleanField(_("the mentee is asked about the proposed pair"), default=True)
    minimum_fit = models.PositiveSmallIntegerField(
        _("minimum fit of a pair, 0 to 100"), default=0, validators=[MaxValueValidator(100)]
    )
    # Points of each criterion in suggestions, by its name; what is missing here counts as its default.
    weights = models.JSONField(_("points of the criteria"), default=dict, blank=True)
    invitation_days = models.PositiveSmallIntegerField(
        _("days a mentor has to answer"), default=7, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    invitation_reminder_days = models.PositiveSmallIntegerField(
        _("days until a mentor is reminded"), default=3, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    mentor_check_months = models.PositiveSmallIntegerField(
        _("months until a mentor is asked whether the profile is still true"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    asylum_seekers_may_apply = models.BooleanField(_("asylum seekers may apply"), default=False)
    decision_days = models.PositiveSmallIntegerField(_("days promised for the eligibility decision"), default=14)
    pairing_days = models.PositiveSmallIntegerField(_("days promised for finding mentors"), default=60)
    signature_reminder_days = models.PositiveSmallIntegerField(_("days until a signature is asked again"), default=5)
    unplanned_days = models.PositiveSmallIntegerField(
        _("days without a time for the next meeting until the three are reminded"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    unrecorded_days = models.PositiveSmallIntegerField(
        _("days after a meeting until the mentors are asked whether it was held"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    feedback_reminder_days = models.PositiveSmallIntegerField(
        _("days until feedback is asked again"), default=7, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    idle_days = models.PositiveSmallIntegerField(
        _("days without anything happening until the contact person is told"),
        default=30,
        validators=[MinValueValidator(7), MaxValueValidator(365)],
    )
    most_reminders = models.PositiveSmallIntegerField(
        _("how often at most somebody is reminded of one thing"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    retention_unfinished_days = models.PositiveSmallIntegerField(
        _("days an unfinished application is kept"), default=30
    )
    retention_not_eligible_months = models.PositiveSmallIntegerField(
        _("months a refused application is kept"), default=6
    )
    retention_closed_months = models.PositiveSmallIntegerField(_("months a closed case is kept"), default=12)
    retention_follow_up_months = models.PositiveSmallIntegerField(
        _("months a closed case is kept with consent to follow-up"), default=24
    )
    retention_basis_months = models.PositiveSmallIntegerField(
        _("months the noted basis of eligibility is kept after the decision"), default=6
    )

    class Meta:
        verbose_name = _("union's rules")
        verbose_name_plural = _("unions' rules")
        ordering = ["programme", "union"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "union"], name="mentoring_participation_once"),
            models.CheckConstraint(
                condition=models.Q(min_meetings__gte=1)
                & models.Q(max_meetings__lte=5)
                & models.Q(min_meetings__lte=models.F("max_meetings")),
                name="mentoring_participation_meetings",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.union.short} – {self.programme}"

    def clean(self) -> None:
        if self.min_meetings and self.max_meetings and self.min_meetings > self.max_meetings:
            raise ValidationError({"max_meetings": _("Must be at least the fewest meetings.")})


class Area(models.TextChoices):
    """Under which heading a profession stands in the list of all fields. The order is that of the list."""

    HEALTH = "health", _("Health and care")
    EDUCATION = "education", _("Education and research")
    TECHNOLOGY = "technology", _("Technology and building")
    BUSINESS = "business", _("Business and law")
    SOCIETY = "society", _("Society and social work")
    CULTURE = "culture", _("Culture and languages")
    SERVICES = "services", _("Communication and services")
    OTHER = "other", _("Other fields")


class Profession(models.Model):
    """A profession or field of work, by its names."""

    slug = models.SlugField(_("short name in addresses"), unique=True)
    names = LocalizedTextField(_("name"), help_text=_("In the plural and small letters, as in a sentence: architects."))
    area = models.CharField(_("heading in the list of fields"), max_length=12, choices=Area.choices, default=Area.OTHER)

    class Meta:
        verbose_name = _("profession")
        verbose_name_plural = _("professions")
        ordering = ["slug"]

    def __str__(self) -> str:
        return localized(self.names) or self.slug


class ProfessionalField(ClusterableModel):
    """A profession as one union mentors it: what a field page is about and an application is for."""

    participation = models.ForeignKey(
        Participation, models.PROTECT, related_name="fields", verbose_name=_("union and programme")
    )
    profession = models.ForeignKey(Profession, models.PROTECT, related_name="fields", verbose_name=_("profession"))
    regulated = models.BooleanField(
        _("regulated profession"),
        default=False,
        help_text=_("The application then asks about the recognition of the qualification."),
    )
    intake_open = models.BooleanField(_("takes applications"), default=True)
    intake_note = LocalizedTextField(
        _("note while paused"),
        blank=True,
        long=True,
        help_text=_("Shown to visitors while applications are paused: why, and until when."),
    )

    class Meta:
        verbose_name = _("professional field")
        verbose_name_plural = _("professional fields")
        ordering = ["participation__union__sort_order", "profession__slug"]
        constraints = [
            models.UniqueConstraint(fields=["participation", "profession"], name="mentoring_field_once"),
        ]

    def __str__(self) -> str:
        return f"{self.profession} · {self.participation.union.short}"

    @property
    def union(self) -> Union:
        return self.participation.union


class MeetingTheme(models.Model):
    """What meeting ``number`` is about: for the programme, or narrower for one union or one field."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="themes", verbose_name=_("programme"))
    participation = models.ForeignKey(
        Participation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="themes",
        verbose_name=_("only for this union"),
    )
    field = models.ForeignKey(
        ProfessionalField,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="themes",
        verbose_name=_("only for this field"),
    )
    number = models.PositiveSmallIntegerField(_("meeting"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    titles = LocalizedTextField(_("theme"))
    summaries = LocalizedTextField(_("in one or two sentences"), blank=True, long=True)
    guides = LocalizedRichTextField(
        _("guide to the meeting"),
        blank=True,
        long=True,
        help_text=_("The mentee and the mentors read and print it. A case keeps the guide as it was when it began."),
    )

    class Meta:
        verbose_name = _("meeting theme")
        verbose_name_plural = _("meeting themes")
        ordering = ["programme", "participation", "field", "number"]
        constraints = [
            # Coalesced, because SQLite has no NULLS NOT DISTINCT.
            models.UniqueConstraint(
                "programme", Coalesce("participation", 0), Coalesce("field", 0), "number", name="mentoring_theme_once"
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1, number__lte=5), name="mentoring_theme_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {localized(self.titles)}"


class GuideText(models.Model):
    """A guide in one language as it stood when a case was opened. Never changed; many cases share one row."""

    sha256 = models.CharField(max_length=64, unique=True)
    body = models.TextField()

    class Meta:
        verbose_name = _("kept guide")
        verbose_name_plural = _("kept guides")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.sha256[:16]


class DegreeLevel(models.TextChoices):
    BACHELOR = "bachelor", _("Bachelor’s degree")
    MASTER = "master", _("Master’s degree")
    DOCTOR = "doctor", _("Doctoral degree")
    OTHER = "other", _("Another degree, or I am not sure")


class Sector(models.TextChoices):
    MUNICIPAL = "municipal", _("A municipality or a city")
    STATE = "state", _("The state or a university")
    PRIVATE = "private", _("A company")
    OTHER = "other", _("Another, or I do not know yet")


class RoutingRule(models.Model):
    """One row of "which union is mine?". The first rule that matches, in order, decides.

    Empty ``degree_levels`` or ``sectors`` match any. No union: the application goes to the intake queue.
    Two or more unions: the applicant chooses, with ``question`` above the choice.
    """

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="routing_rules", verbose_name=_("programme"))
    sort_order = models.PositiveIntegerField(_("order"), default=0)
    words = models.JSONField(
        _("words in the profession"),
        default=list,
        help_text=_("One a line, in any language. A rule matches when one of them begins a word of the profession."),
    )
    degree_levels = models.JSONField(_("degree levels"), default=list, blank=True)
    sectors = models.JSONField(_("sectors"), default=list, blank=True)
    unions = models.ManyToManyField(Union, blank=True, related_name="routing_rules", verbose_name=_("unions"))
    professions = models.ManyToManyField(
        Profession,
        blank=True,
        related_name="routing_rules",
        verbose_name=_("professions"),
        help_text=_("Which fields of the unions are meant; empty: the field whose name fits best."),
    )
    reasons = LocalizedTextField(_("reason shown to the applicant"), blank=True, long=True)
    question = LocalizedTextField(_("question when the applicant chooses"), blank=True)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return ", ".join(self.words[:3])


class UnionRole(models.TextChoices):
    """What a group may do with the cases of a union that is granted to it."""

    HANDLER = "handler", _("Case handler: read and move cases")
    SUPERVISOR = "supervisor", _("Supervisor: read cases and who read them")


class GroupUnionPermission(models.Model):
    """A union granted to a group: the row right on everything of that union."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="mentoring_union_permissions")
    union = models.ForeignKey(Union, models.CASCADE, related_name="group_permissions", verbose_name=_("union"))
    role = models.CharField(_("role"), max_length=12, choices=UnionRole.choices, default=UnionRole.HANDLER)

    class Meta:
        verbose_name = _("union of a group")
        verbose_name_plural = _("unions of a group")
        constraints = [
            models.UniqueConstraint(fields=["group", "union", "role"], name="mentoring_group_union_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.group} – {self.union}"


class ReviewedText(models.Model):
    """A text by language that a person must have read before it is trusted: legal texts and translations."""

    language = models.CharField(_("language"), max_length=12)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True, editable=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed at"), default=clock.now, editable=False)

    class Meta:
        abstract = True

    @property
    def needs_review(self) -> bool:
        """Whether no native speaker or lawyer has confirmed the text yet."""
        return self.reviewed_at is None


class VersionedText(ReviewedText):
    """A text whose versions stay: what somebody agreed to must be readable years later.

    ``participation`` empty means the programme's default text. Published versions are never changed; a new version is
    a new row, valid ``in_force_from``.
    """

    participation = models.ForeignKey(
        Participation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("union"),
        help_text=_("Empty: the default text of all unions."),
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    body = models.TextField(_("text"))
    in_force_from = models.DateTimeField(_("in force from"), default=clock.now)

    class Meta:
        abstract = True
