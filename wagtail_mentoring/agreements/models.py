"""The ethics agreement: its text, what was issued, the parties, and their signatures."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.models import Document
from wagtail_mentoring.people.models import Mentee, Mentor, OneTimeCode, PrivateLink
from wagtail_mentoring.privacy.models import PrivateFile
from wagtail_mentoring.programme.models import VersionedText

from .querysets import AgreementQuerySet, PartyQuerySet, SignatureUploadQuerySet


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
    """An agreement as it was issued to one pair and the mentee.

    ``document`` holds the bytes as issued and certified; they never change. A signature made in the file adds to them:
    each such file is one of ``versions``. ``record`` is made when everyone has signed. A supplement is an agreement of
    its own that a new mentor signs.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="agreements")
    # RESTRICT here and below: what goes with the whole case or agreement may go, and is not deleted alone.
    pair = models.ForeignKey("wagtail_mentoring.MentorPair", models.RESTRICT, related_name="agreements")
    text = models.ForeignKey(AgreementText, models.PROTECT, related_name="agreements")
    document = models.OneToOneField(Document, models.PROTECT, related_name="agreement")
    record = models.OneToOneField(Document, models.PROTECT, null=True, blank=True, related_name="recorded_agreement")
    supplement_to = models.ForeignKey("self", models.RESTRICT, null=True, blank=True, related_name="supplements")
    issued_at = models.DateTimeField(_("issued at"), default=clock.now)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    superseded_at = models.DateTimeField(_("superseded at"), null=True, blank=True)
    superseded_why = models.TextField(_("why everyone signs again"), blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pair"],
                condition=models.Q(superseded_at__isnull=True, supplement_to__isnull=True),
                name="mentoring_one_current_agreement",
            ),
        ]
        # Those whose record may have to be made still.
        indexes = [
            models.Index(
                fields=["case"],
                condition=models.Q(record__isnull=True, superseded_at__isnull=True),
                name="mentoring_agreement_open",
            ),
        ]

    def __str__(self) -> str:
        return self.case.reference

    @property
    def is_supplement(self) -> bool:
        return self.supplement_to_id is not None

    def files(self) -> list[Document]:
        """Return the file as issued, then each later version; the last one is what people download."""
        versions = self.versions.select_related("document__stored").order_by("number")
        return [self.document, *(version.document for version in versions)]


class AgreementVersion(models.Model):
    """The agreement's file with one more signature in it, made by a party's certificate or by the union's seal."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="versions")
    document = models.OneToOneField(Document, models.PROTECT, related_name="version_of")
    number = models.PositiveSmallIntegerField(_("version"))

    class Meta:
        verbose_name = _("version of an agreement")
        verbose_name_plural = _("versions of an agreement")
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="mentoring_agreement_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.number}"


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
    field_name = models.CharField(_("signature field in the file"), max_length=30)
    declined_at = models.DateTimeField(_("declined at"), null=True, blank=True)
    decline_reason = models.TextField(_("why declined"), blank=True)

    objects = PartyQuerySet.as_manager()

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
            models.UniqueConstraint(fields=["agreement", "field_name"], name="mentoring_party_field"),
            models.CheckConstraint(
                condition=models.Q(role="mentee", mentee__isnull=False, mentor__isnull=True, user__isnull=True)
                | models.Q(role="mentor", mentee__isnull=True, mentor__isnull=False, user__isnull=True)
                # The account of a contact person may be deleted; the name stays.
                | models.Q(role="contact", mentee__isnull=True, mentor__isnull=True),
                name="mentoring_party_person",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SignatureMethod(models.TextChoices):
    TYPED = "typed", _("Typed name, code by mail")
    ACCOUNT = "account", _("Typed name, signed in to the site")
    CERTIFICATE = "certificate", _("Own certificate, in the file")
    PAPER = "paper", _("On paper, confirmed by the contact person")


class UploadKind(models.TextChoices):
    FILE = "file", _("Signed file")
    SCAN = "scan", _("Scan of a signed paper")


class UploadStatus(models.TextChoices):
    WAITING = "waiting", _("Waits for the contact person")
    TAKEN = "taken", _("Taken as signature")
    REFUSED = "refused", _("Not taken")


class SignatureUpload(models.Model):
    """A signed file that the check could not decide, or the scan of a paper: a handler looks at it.

    ``party`` is who sent it or whose signature the file holds; None when a handler added a scan.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="uploads")
    party = models.ForeignKey(Party, models.CASCADE, null=True, blank=True, related_name="uploads")
    kind = models.CharField(_("kind"), max_length=8, choices=UploadKind.choices)
    stored = models.OneToOneField(PrivateFile, models.PROTECT, related_name="signature_upload")
    #: The version that a signed file was made from: no longer the newest, no longer usable.
    based_on = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    report = models.JSONField(_("what the check found"), default=dict, blank=True)
    status = models.CharField(
        _("status"), max_length=8, choices=UploadStatus.choices, default=UploadStatus.WAITING, db_index=True
    )
    uploaded_at = models.DateTimeField(_("sent at"), default=clock.now)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.TextField(_("why it was not taken"), blank=True)

    objects = SignatureUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("signed copy")
        verbose_name_plural = _("signed copies")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["party"],
                condition=models.Q(party__isnull=False, status="waiting"),
                name="mentoring_one_waiting_copy",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.get_kind_display()}"


class Signature(models.Model):
    """One party's signature and what is known of it.

    ``typed``: what was shown, when, by which link, after which code. ``account``: the same for a signed-in contact
    person. ``certificate``: the version of the file that holds it, and what the check found (``details``). ``paper``:
    the scan, and who confirmed it. A typed name is a simple electronic signature and nothing more.
    """

    party = models.OneToOneField(Party, models.CASCADE, related_name="signature")
    method = models.CharField(_("how"), max_length=12, choices=SignatureMethod.choices)
    signed_at = models.DateTimeField(_("signed at"), default=clock.now)
    signed_on = models.DateField(_("date on the paper"), null=True, blank=True)
    typed_name = models.CharField(_("typed name"), max_length=200, blank=True)
    shown_sha256 = models.CharField(_("hash of what was shown"), max_length=64)
    link = models.ForeignKey(PrivateLink, models.SET_NULL, null=True, blank=True, related_name="+")
    code = models.OneToOneField(OneTimeCode, models.RESTRICT, null=True, blank=True, related_name="signature")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    document = models.OneToOneField(Document, models.PROTECT, null=True, blank=True, related_name="signature_in_file")
    upload = models.ForeignKey(SignatureUpload, models.RESTRICT, null=True, blank=True, related_name="signatures")
    details = models.JSONField(_("what the check found"), default=dict, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["signed_at"]

    def __str__(self) -> str:
        return str(self.party)
