"""Mentees, mentors, their private links and one-time codes. Each person belongs to one union."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import BaseLogEntry

from wagtail_mentoring import clock
from wagtail_mentoring.constraints import of_one_person
from wagtail_mentoring.programme.models import ProfessionalField, Union

from .chosen import ChosenField
from .log import MentorLogEntryManager
from .querysets import PrivateLinkQuerySet


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
    # Empty: that of the site. Times of meetings are shown in it.
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True)
    daily_digest = models.BooleanField(_("one mail a day, with everything that can wait"), default=False)
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
    title = models.CharField(_("title"), max_length=200, blank=True)
    speciality = models.CharField(
        _("speciality"),
        max_length=200,
        blank=True,
        help_text=_("Areas of the profession, with commas between: health software, public sector."),
    )
    experience_years = models.PositiveSmallIntegerField(
        _("years of experience"), null=True, blank=True, validators=[MaxValueValidator(70)]
    )
    online = models.BooleanField(_("can meet online"), default=True)
    in_person = models.BooleanField(_("can meet in person"), default=True)
    capacity = models.PositiveSmallIntegerField(
        _("mentees at the same time"), default=1, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    # Values of choices.TOPICS and choices.SuitableTime.
    topics = ChosenField(_("topics"), default=list, blank=True)
    topics_text = models.TextField(_("topics in own words"), blank=True)
    times = ChosenField(_("times that suit"), default=list, blank=True)
    partner_wish = models.CharField(_("would like to mentor together with"), max_length=200, blank=True)
    conflicts = models.TextField(_("conflicts of interest in own words"), blank=True)
    membership_number = models.CharField(_("membership number"), max_length=40, blank=True)
    membership_confirmed_on = models.DateField(_("membership confirmed on"), null=True, blank=True)
    signed_up_at = models.DateTimeField(_("signed up at"), null=True, blank=True, editable=False)
    # Empty while somebody who signed up on the site waits for the contact person.
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    interview_note = models.TextField(_("note on the interview"), blank=True)
    oriented_on = models.DateField(_("orientation acknowledged on"), null=True, blank=True)
    checked_on = models.DateField(_("profile confirmed on"), null=True, blank=True)
    check_asked_on = models.DateField(_("asked to confirm the profile on"), null=True, blank=True, editable=False)
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

    @property
    def has_stopped(self) -> bool:
        """Whether the mentor has ended volunteering, today or earlier."""
        return self.ended_on is not None and self.ended_on <= clock.today()


class MentorAbsence(models.Model):
    """Days on which a mentor is away. Shorter than a pause: nobody has to end it."""

    mentor = ParentalKey(Mentor, on_delete=models.CASCADE, related_name="absences")
    first_day = models.DateField(_("first day away"))
    last_day = models.DateField(_("last day away"))

    class Meta:
        verbose_name = _("time away")
        verbose_name_plural = _("times away")
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="mentoring_absence_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"

    def clean(self) -> None:
        """Refuse a last day before the first, beside the last."""
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": _("The last day is before the first. Change one of them.")})


class MentorConflict(models.Model):
    """A mentor who must not meet somebody in the programme: a mentee, or another mentor (then in both directions)."""

    mentor = models.ForeignKey(Mentor, models.CASCADE, related_name="declared_conflicts")
    other = models.ForeignKey(
        Mentor, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("another mentor")
    )
    mentee = models.ForeignKey(
        Mentee, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("a mentee")
    )
    declared_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["mentor", "other"], name="mentoring_conflict_of_mentors_once"),
            models.UniqueConstraint(fields=["mentor", "mentee"], name="mentoring_conflict_with_mentee_once"),
            # Two mentors are stored once, the earlier one first: whoever declared it, it holds for both.
            models.CheckConstraint(
                condition=models.Q(other__isnull=True, mentee__isnull=False)
                | models.Q(mentee__isnull=True, other__gt=models.F("mentor")),
                name="mentoring_conflict_of_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mentor_id} – {self.other_id or self.mentee_id}"


class LinkPurpose(models.TextChoices):
    CASE = "case", _("The person's page about one case")
    DRAFT = "draft", _("An application to go on with")
    MENTOR = "mentor", _("A mentor's own page, without a case")
    INVITATION = "invitation", _("A question to a mentor: would you mentor?")
    CALENDAR = "calendar", _("A person's meetings, read by a calendar program")


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
    invitation = models.OneToOneField(
        "wagtail_mentoring.Invitation", models.CASCADE, null=True, blank=True, related_name="private_link"
    )
    generation = models.PositiveIntegerField(_("generation"), default=1)
    #: The highest generation that an address was ever made of: one that was taken back is not made a second time.
    newest_generation = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    opened_at = models.DateTimeField(_("last opened at"), null=True, blank=True)

    objects = PrivateLinkQuerySet.as_manager()

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
            *(
                models.UniqueConstraint(
                    fields=[person],
                    condition=models.Q(("purpose", "calendar"), (f"{person}__isnull", False)),
                    name=f"mentoring_link_calendar_{person}",
                )
                for person in ("mentee", "mentor")
            ),
            models.UniqueConstraint(
                fields=["mentor"], condition=models.Q(purpose="mentor"), name="mentoring_link_own_page_once"
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(purpose="case", case__isnull=False, draft__isnull=True, invitation__isnull=True)
                    & (models.Q(mentee__isnull=True) ^ models.Q(mentor__isnull=True))
                )
                | models.Q(
                    purpose="draft",
                    draft__isnull=False,
                    case__isnull=True,
                    mentee__isnull=True,
                    mentor__isnull=True,
                    invitation__isnull=True,
                )
                | (
                    models.Q(case__isnull=True, draft__isnull=True, mentee__isnull=True, mentor__isnull=False)
                    & (
                        models.Q(purpose="mentor", invitation__isnull=True)
                        | models.Q(purpose="invitation", invitation__isnull=False)
                    )
                )
                | (
                    models.Q(purpose="calendar", case__isnull=True, draft__isnull=True, invitation__isnull=True)
                    & (models.Q(mentee__isnull=True) ^ models.Q(mentor__isnull=True))
                ),
                name="mentoring_link_of_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.pk}"

    @property
    def works(self) -> bool:
        """Whether its newest address opens something: it is not revoked, and its time is not over."""
        return self.revoked_at is None and self.expires_at >= clock.now()


class OneTimeCode(models.Model):
    """A code sent to the person by mail or by SMS, asked before signing and on the pages of the own data.

    ``purpose`` says for what it counts. Only its hash is stored.
    """

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


class AddressChange(models.Model):
    """A new e-mail address that a person has asked for. It counts when it is confirmed.

    The page asks a code from the old address first, then one from the new address. Whoever cannot read the old one
    any more asks the contact person: ``by_handler``, and that person decides.
    """

    mentee = models.ForeignKey(Mentee, models.CASCADE, null=True, blank=True, related_name="address_changes")
    mentor = models.ForeignKey(Mentor, models.CASCADE, null=True, blank=True, related_name="address_changes")
    old_email = models.EmailField(_("old address"))
    new_email = models.EmailField(_("new address"))
    by_handler = models.BooleanField(_("the old address cannot be read any more"), default=False)
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    # When the code from the old address was typed.
    allowed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    refused_at = models.DateTimeField(_("refused at"), null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("change of address")
        verbose_name_plural = _("changes of address")
        ordering = ["pk"]
        constraints = [
            of_one_person("mentoring_address_change_of_one_person"),
            *(
                models.UniqueConstraint(
                    fields=[person],
                    condition=models.Q((f"{person}__isnull", False), ("done_at", None), ("refused_at", None)),
                    name=f"mentoring_address_change_{person}",
                )
                for person in ("mentee", "mentor")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.pk}"

    @property
    def person(self) -> "Mentee | Mentor | None":
        """Whose address it is; a constraint sees to it that it is somebody's."""
        return self.mentee or self.mentor


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
