"""What this room keeps about people: agreements, and how each has signed."""

from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.documents.models import Document, SigningKey
from wagtail_mentoring.privacy import declared
from wagtail_mentoring.privacy.declared import Column, PersonalData, Reader, about_nobody, columns, declare

from .models import Agreement, AgreementText, AgreementVersion, Party, Signature, SignatureUpload

_SHOW = _("To be able to show what was agreed, and by whom.")
_THREE = (*declared.UNION, Reader.OTHER_TWO)

declare(
    PersonalData(
        name="agreement",
        title=_("Agreements"),
        model=Agreement,
        of_mentee=("case__mentee",),
        of_mentor=("parties__mentor",),
        related=("document",),
        columns=(
            Column("document", _("Document"), lambda row: str(row.document.title)),
            *columns(Agreement, "issued_at", "superseded_at", "superseded_why"),
        ),
        purpose=_SHOW,
        readers=_THREE,
        kept=declared.with_case,
    ),
    PersonalData(
        name="party",
        title=_("Your place in the agreement"),
        model=Party,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        columns=columns(Party, "role", "name", "declined_at", "decline_reason"),
        purpose=_SHOW,
        readers=_THREE,
        narrowed=lambda person: {"declined_at": declared.UNION, "decline_reason": declared.UNION},
        kept=declared.with_case,
        left_out={"required": "a rule of the union", "field_name": "a name inside the file"},
    ),
    PersonalData(
        name="signature",
        title=_("Your signatures"),
        model=Signature,
        of_mentee=("party__mentee",),
        of_mentor=("party__mentor",),
        columns=columns(Signature, "method", "signed_at", "signed_on", "typed_name", "shown_sha256", "details"),
        purpose=_SHOW,
        readers=_THREE,
        kept=declared.with_case,
    ),
    PersonalData(
        name="signed_copy",
        title=_("Signed copies that you sent"),
        model=SignatureUpload,
        of_mentee=("party__mentee",),
        of_mentor=("party__mentor",),
        related=("stored",),
        file=lambda row: row.stored,
        columns=(
            *columns(SignatureUpload, "kind"),
            Column("stored", _("File"), lambda row: str(row.stored.name)),
            *columns(SignatureUpload, "status", "uploaded_at", "decided_at", "reason", "report"),
        ),
        purpose=_SHOW,
        readers=declared.UNION,
        kept=declared.with_case,
    ),
)
about_nobody("the wording for everybody", AgreementText)
about_nobody("numbers of a file; the signatures in it are declared", AgreementVersion)
# Here, because the room of the documents knows no people.
about_nobody("title and check value of a file; agreements and certificates, which lead to it, are declared", Document)
about_nobody("a key of a union", SigningKey)
