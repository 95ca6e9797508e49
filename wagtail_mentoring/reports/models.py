"""Certificates of participation and of thanks."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.constraints import of_one_person
from wagtail_mentoring.documents.models import Document
from wagtail_mentoring.people.models import Mentee, Mentor
from wagtail_mentoring.people.whose import Someone, of_person


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Certificates by whose they are."""

    def of(self, case: Any, person: Someone) -> "CertificateQuerySet":
        """Return the one certificate of ``person`` for ``case`` (or its id), if there is one."""
        return self.filter(case=case, **of_person(person))


class Certificate(models.Model):
    """What the union certifies a mentee, or thanks a mentor for, when a case is closed. Made once for each person."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="certificates", verbose_name=_("case"))
    mentee = models.ForeignKey(Mentee, models.PROTECT, null=True, blank=True, related_name="certificates")
    mentor = models.ForeignKey(Mentor, models.PROTECT, null=True, blank=True, related_name="certificates")
    document = models.OneToOneField(Document, models.PROTECT, related_name="certificate")
    issued_at = models.DateTimeField(_("issued at"))
    # Who asked for it in the admin; empty: the person on the private page.
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["pk"]
        constraints = [
            of_one_person("mentoring_certificate_of_one_person"),
            models.UniqueConstraint(
                fields=["case", "mentee"],
                condition=models.Q(mentee__isnull=False),
                name="mentoring_certificate_mentee_once",
            ),
            models.UniqueConstraint(
                fields=["case", "mentor"],
                condition=models.Q(mentor__isnull=False),
                name="mentoring_certificate_mentor_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.mentee_id or self.mentor_id}"
