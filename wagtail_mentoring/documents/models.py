"""Documents as they were issued: immutable bytes with their hash."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring import clock


class Document(models.Model):
    """A rendered document. A new version is a new row; the bytes are never rendered again to compare."""

    kind = models.CharField(_("kind"), max_length=40)
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
