"""Documents as they were issued: immutable bytes with their hash; and the keys that certify them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring import clock

from .document_kinds import DocumentKind as DocumentKind


class Document(models.Model):
    """A rendered document. A new version is a new row; the bytes are never rendered again to compare."""

    kind = models.CharField(_("kind"), max_length=24, choices=DocumentKind.choices)
    title = models.CharField(_("title"), max_length=255)
    language = models.CharField(_("language"), max_length=12)
    stored = models.OneToOneField("wagtail_mentoring.PrivateFile", models.PROTECT, related_name="document")
    sha256 = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    """Finds the key that a union signs with, and those it signed with before."""

    def current(self) -> "SigningKeyQuerySet":
        """Return the keys that are in use: at most one for each union."""
        return self.filter(retired_at=None)

    def of(self, union_id: int) -> "SigningKeyQuerySet":
        """Return the keys of one union, the newest first."""
        return self.filter(union=union_id).order_by("-pk")


class SigningKey(models.Model):
    """What a union certifies its documents with. The private key lies here sealed, and nowhere in clear.

    A retired key signs nothing any more; its certificate stays, so that documents of its time can be verified. Of a
    revoked key, somebody else may have had it, and only documents with a timestamp from before still count.
    """

    union = models.ForeignKey(
        "wagtail_mentoring.Union", models.PROTECT, related_name="signing_keys", verbose_name=_("union")
    )
    # DER. The chain holds the certificates of the issuers, one after the other; empty for a key that signed itself.
    certificate = models.BinaryField()
    chain = models.BinaryField(default=bytes, blank=True)
    # PKCS#8 in DER, encrypted with one of FILE_KEYS; key_id says with which.
    sealed_key = models.BinaryField()
    key_id = models.CharField(_("sealed with"), max_length=16)
    fingerprint = models.CharField(_("SHA-256 of the certificate"), max_length=64, unique=True)
    not_before = models.DateTimeField(_("valid from"))
    not_after = models.DateTimeField(_("valid until"))
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_why = models.CharField(_("why it was revoked"), max_length=255, blank=True)

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ["union", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["union"], condition=models.Q(retired_at=None), name="mentoring_signing_key_current"
            ),
            models.CheckConstraint(
                condition=models.Q(not_before__lt=models.F("not_after")), name="mentoring_signing_key_dates"
            ),
            # So that a revoked key can never be the one in use.
            models.CheckConstraint(
                condition=models.Q(revoked_at=None) | models.Q(retired_at__isnull=False),
                name="mentoring_signing_key_revoked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.union_id}: {self.fingerprint[:16]}"
