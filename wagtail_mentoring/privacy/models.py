"""Notices and consents, private files, and who read what."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring import clock
from wagtail_mentoring.constraints import of_one_person
from wagtail_mentoring.programme.models import VersionedText


class NoticeKind(models.TextChoices):
    PRIVACY = "privacy_notice", _("Privacy notice")
    NEVER_TELL = "never_tell", _("Whom we never tell")
    GUIDELINES = "ethical_guidelines", _("Ethical guidelines")
    ORIENTATION = "orientation", _("Orientation for mentors")
    COOKIES = "cookies", _("Cookies")
    ACCESSIBILITY = "accessibility", _("Accessibility statement")


class Notice(VersionedText):
    """A public text with versions: the privacy notice, whom we never tell, and the like."""

    kind = models.CharField(_("kind"), max_length=24, choices=NoticeKind.choices)

    class Meta:
        verbose_name = _("public text")
        verbose_name_plural = _("public texts")
        ordering = ["kind", "participation", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                "kind", Coalesce("participation", 0), "language", "version", name="mentoring_notice_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.language} · {self.version}"


class ConsentKind(models.TextChoices):
    NOTICE = "notice", _("Has read the privacy notice")
    ADULT = "adult", _("Is 18 or older")
    FOLLOW_UP = "follow_up", _("May be asked 3 and 12 months after the end")
    INTAKE_QUEUE = "intake_queue", _("Application may wait in the intake queue")
    OTHER_UNION = "other_union", _("May be passed to another union")
    SHOWN_TO_MENTEE = "shown_to_mentee", _("May be shown to a mentee")
    SHOWN_TO_PARTNER = "shown_to_partner", _("May be shown to the partner mentor")


#: What the two consents to be shown may name in ``Consent.fields``; ``people.choices.SHOWABLE`` has the words.
NAMES_OF_SHOWN = ("name", "title", "experience_years", "languages", "municipality", "topics", "email", "phone")
#: What they name when nothing narrower was asked.
SHOWN_OF_MENTOR = ("name", "title", "languages", "municipality")


class Consent(models.Model):
    """A consent given, or a notice acknowledged, by one mentee or one mentor. Withdrawing ends it; the row stays."""

    mentee = models.ForeignKey(
        "wagtail_mentoring.Mentee", models.CASCADE, null=True, blank=True, related_name="consents"
    )
    mentor = models.ForeignKey(
        "wagtail_mentoring.Mentor", models.CASCADE, null=True, blank=True, related_name="consents"
    )
    kind = models.CharField(_("consent"), max_length=20, choices=ConsentKind.choices)
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, blank=True, related_name="+")
    fields = models.JSONField(_("fields consented to"), default=list, blank=True)
    given_at = models.DateTimeField(_("given at"), default=clock.now)
    given_how = models.CharField(_("given how"), max_length=20, default="form")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["given_at"]
        # Of each of a union's mentors it is asked whether they may be shown: answered by the index alone.
        indexes = [models.Index(fields=["mentor", "kind", "withdrawn_at"])]
        constraints = [
            of_one_person("mentoring_consent_of_one_person"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def named(self) -> frozenset[str]:
        """What may be shown by it. Whatever else stands in ``fields`` (no list, a name of nothing) shows nothing."""
        given = self.fields if isinstance(self.fields, list) else []
        return frozenset(name for name in NAMES_OF_SHOWN if name in given)


class PrivateFile(models.Model):
    """A stored file that only the checked view serves. The bytes are encrypted; ``key_id`` says with which key."""

    union = models.ForeignKey("wagtail_mentoring.Union", models.PROTECT, related_name="+")
    file = models.CharField(_("name in the storage"), max_length=255, unique=True)
    name = models.CharField(_("file name"), max_length=255)
    content_type = models.CharField(_("type"), max_length=120)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    key_id = models.CharField(_("key"), max_length=16)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("private file")
        verbose_name_plural = _("private files")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class ReadingLogEntry(models.Model):
    """Who read a sensitive field or a private file of whom, and when."""

    union = models.ForeignKey("wagtail_mentoring.Union", models.CASCADE, related_name="+")
    case = models.ForeignKey("wagtail_mentoring.Case", models.CASCADE, null=True, blank=True, related_name="readings")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("reader")
    )
    what = models.CharField(_("what was read"), max_length=80)
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["-at"]
        indexes = [models.Index(fields=["union", "-at"]), models.Index(fields=["case", "-at"])]

    def __str__(self) -> str:
        return f"{self.what} · {self.at:%Y-%m-%d %H:%M}"
