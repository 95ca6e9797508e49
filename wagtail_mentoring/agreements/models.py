"""The ethics agreement: its text, what was issued, the parties, and their signatures."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.models import Document
from wagtail_mentoring.people.models import Mentee, Mentor, OneTimeCode, PrivateLink
from wagtail_mentoring.programme.models import VersionedText


class AgreementText(VersionedText):
    """The wording of the agreement per union and language. Publishing a new version never touches issued ones."""

    summary = models.TextField(_("plain-language summary"), blank=True)

    class Meta:
        verbose_name = _("agreement text")
        verbose_name_plural = _("agreement texts")
        ordering = ["participation", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                Coalesce("participation", 0), "language", "version", name="mentoring_agreement_text_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language} · {self.version}"


class Agreement(models.Model):
    """An agreement as it was issued to one pair and the mentee. The document's bytes never change."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="agreements")
    pair = models.ForeignKey("wagtail_mentoring.MentorPair", models.PROTECT, related_name="agreements")
    text = models.ForeignKey(AgreementText, models.PROTECT, related_name="+")
    document = models.OneToOneField(Document, models.PROTECT, related_name="agreement")
    supplement_to = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="supplements")
    issued_at = models.DateTimeField(_("issued at"), default=clock.now)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.case.reference


class PartyRole(models.TextChoices):
    MENTEE = "mentee", _("mentee")
    MENTOR = "mentor", _("mentor")
    CONTACT = "contact", _("contact person")


class Party(models.Model):
    """Somebody who signs an agreement, with the name as it was printed."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="parties")
    role = models.CharField(_("role"), max_length=8, choices=PartyRole.choices)
    mentee = models.ForeignKey(Mentee, models.PROTECT, null=True, blank=True, related_name="+")
    mentor = models.ForeignKey(Mentor, models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    required = models.BooleanField(_("must sign before meeting 1"), default=True)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "mentee"], condition=models.Q(mentee__isnull=False), name="mentoring_party_mentee"
            ),
            models.UniqueConstraint(
                fields=["agreement", "mentor"], condition=models.Q(mentor__isnull=False), name="mentoring_party_mentor"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SignatureMethod(models.TextChoices):
    TYPED = "typed", _("Typed name, code by mail")


class Signature(models.Model):
    """One party's simple electronic signature: what was shown, when, by which link, after which code."""

    party = models.OneToOneField(Party, models.CASCADE, related_name="signature")
    method = models.CharField(_("how"), max_length=12, choices=SignatureMethod.choices)
    signed_at = models.DateTimeField(_("signed at"), default=clock.now)
    typed_name = models.CharField(_("typed name"), max_length=200, blank=True)
    shown_sha256 = models.CharField(_("hash of what was shown"), max_length=64)
    link = models.ForeignKey(PrivateLink, models.SET_NULL, null=True, blank=True, related_name="+")
    code = models.OneToOneField(OneTimeCode, models.PROTECT, null=True, blank=True, related_name="signature")

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["signed_at"]

    def __str__(self) -> str:
        return str(self.party)
