"""What the three write to each other, what they write with the contact person, concerns, and who was reminded."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.constraints import of_one_person, once_for_each
from wagtail_mentoring.people.models import Mentee, Mentor


class Circle(models.TextChoices):
    """Who reads what was written."""

    THREE = "three", _("The mentee and the mentors")
    CONTACT = "contact", _("One of the three and the contact person")


class Letter(models.Model):
    """Something that was written on a page of a case.

    In the circle of the three, ``mentee`` or ``mentor`` wrote it, and no contact person reads it, nor a mentor who
    joined later. With the contact person, ``mentee`` or ``mentor`` is whose thread it is, and ``user`` wrote it when it
    is set.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="letters")
    circle = models.CharField(max_length=8, choices=Circle.choices)
    mentee = models.ForeignKey(Mentee, models.CASCADE, null=True, blank=True, related_name="letters")
    mentor = models.ForeignKey(Mentor, models.CASCADE, null=True, blank=True, related_name="letters")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    # Stays when the user is gone.
    from_contact = models.BooleanField(default=False)
    body = models.TextField(_("message"))
    written_at = models.DateTimeField(_("written at"), default=clock.now)
    # By the other side of a thread with the contact person.
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["written_at", "pk"]
        constraints = [
            of_one_person("mentoring_letter_of_one_person"),
            models.CheckConstraint(
                condition=models.Q(circle="contact") | models.Q(from_contact=False, user__isnull=True),
                name="mentoring_letter_of_three",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "circle", "written_at"], name="mentoring_letter_thread"),
            models.Index(fields=["circle", "from_contact", "read_at"], name="mentoring_letter_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.case.reference} {self.pk}"


class LastRead(models.Model):
    """Up to which of the letters of the three one of them has read. No row: nothing yet. The others do not see it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    mentee = models.ForeignKey(Mentee, models.CASCADE, null=True, blank=True, related_name="+")
    mentor = models.ForeignKey(Mentor, models.CASCADE, null=True, blank=True, related_name="+")
    # When the newest letter that was shown was written: one that came while the page was on its way is new still.
    until = models.DateTimeField(_("read what was written until"))

    class Meta:
        verbose_name = _("last message read")
        verbose_name_plural = _("last messages read")
        ordering = ["pk"]
        constraints = [
            of_one_person("mentoring_last_read_of_one_person"),
            *once_for_each("mentoring_last_read", "case"),
        ]

    def __str__(self) -> str:
        return self.until.isoformat()


class ConcernAbout(models.TextChoices):
    MENTOR = "mentor", _("A mentor")
    MENTEE = "mentee", _("The mentee")
    CONTACT = "contact", _("The contact person")
    OTHER = "other", _("Something else")


class Concern(models.Model):
    """A concern of one of the three. The pair never reads it; one about the contact person goes to the supervisors."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="concerns")
    mentee = models.ForeignKey(Mentee, models.CASCADE, null=True, blank=True, related_name="concerns")
    mentor = models.ForeignKey(Mentor, models.CASCADE, null=True, blank=True, related_name="concerns")
    about = models.CharField(_("about"), max_length=8, choices=ConcernAbout.choices)
    # Whom one about the contact person is about: by now somebody else may handle the case.
    concerned = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    body = models.TextField(_("what happened"))
    raised_at = models.DateTimeField(_("raised at"), default=clock.now)
    # Somebody has read it and deals with it; then: it has been dealt with, and how.
    taken_at = models.DateTimeField(_("taken up at"), null=True, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    outcome = models.TextField(_("what was done"), blank=True)

    class Meta:
        verbose_name = _("concern")
        verbose_name_plural = _("concerns")
        ordering = ["raised_at", "pk"]
        constraints = [
            of_one_person("mentoring_concern_of_one_person"),
        ]
        indexes = [models.Index(fields=["closed_at", "raised_at"], name="mentoring_concern_open")]

    def __str__(self) -> str:
        return f"{self.case.reference} {self.pk}"


class Reminder(models.Model):
    """That somebody was reminded of one thing, how often, and when last. So nobody is reminded more than is allowed.

    ``event`` is the mail's; ``about`` tells the things of one kind apart (``meeting:12``, ``agreement:7``). A row
    without ``mentee`` and ``mentor`` counts what went to the contact person, or a round to the three, beside their own.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="reminders")
    event = models.CharField(max_length=24)
    about = models.CharField(max_length=40)
    mentee = models.ForeignKey(Mentee, models.CASCADE, null=True, blank=True, related_name="+")
    mentor = models.ForeignKey(Mentor, models.CASCADE, null=True, blank=True, related_name="+")
    times = models.PositiveSmallIntegerField(default=1)
    last_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "event", "about", "mentee"],
                condition=models.Q(mentee__isnull=False),
                name="mentoring_reminder_mentee",
            ),
            models.UniqueConstraint(
                fields=["case", "event", "about", "mentor"],
                condition=models.Q(mentor__isnull=False),
                name="mentoring_reminder_mentor",
            ),
            models.UniqueConstraint(
                fields=["case", "event", "about"],
                condition=models.Q(mentee__isnull=True, mentor__isnull=True),
                name="mentoring_reminder_of_nobody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.about}"


class Digest(models.Model):
    """Whether a handler wants the daily mail, and when the last one was written. No row: yes, and never yet."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentoring_digest")
    wanted = models.BooleanField(_("a daily mail with what needs me"), default=True)
    last_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("daily mail")
        verbose_name_plural = _("daily mails")

    def __str__(self) -> str:
        return str(self.wanted)
