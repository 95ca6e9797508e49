"""What this room keeps about people: the certificates that they got."""

from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.privacy import declared
from wagtail_mentoring.privacy.declared import Column, PersonalData, columns, declare

from .models import Certificate

declare(
    PersonalData(
        name="certificate",
        title=_("Your certificates"),
        model=Certificate,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        related=("document",),
        columns=(
            Column("document", _("Document"), lambda row: str(row.document.title)),
            *columns(Certificate, "issued_at"),
        ),
        purpose=_("So that you can show what you have done."),
        readers=declared.UNION,
        kept=declared.with_case,
    ),
)
