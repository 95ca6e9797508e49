"""The signing record: one certified document with who signed, how and when, made when everyone has signed."""

import datetime
import hashlib
import json
import logging
from dataclasses import dataclass
from typing import Any, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.dispatch import receiver
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_tasks import task

from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.actors import SYSTEM
from wagtail_mentoring.cases.log import save_chain_end
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.signals import case_moved
from wagtail_mentoring.documents import inside
from wagtail_mentoring.documents.models import Document, DocumentKind
from wagtail_mentoring.documents.pdf_tags import long_date
from wagtail_mentoring.documents.record_sheet import DeclinedEntry, Method, RecordSheet, SignatureEntry, render_record
from wagtail_mentoring.documents.render import Attachment
from wagtail_mentoring.documents.uploads import UploadResult
from wagtail_mentoring.privacy import files
from wagtail_mentoring.programme.brand import brand_of
from wagtail_mentoring.programme.localized import localized
from wagtail_mentoring.programme.users import user_name

from .addresses import verify_address
from .files import new_document
from .models import Agreement, AgreementVersion, Party, PartyRole, Signature, SignatureMethod
from .signals import record_made

logger = logging.getLogger(__name__)

RECORD_MADE, RECORD_FAILED = "mentoring.record_made", "mentoring.record_failed"
#: Steps after which an agreement may be complete.
_MAY_COMPLETE = {"sign", "sign_as_contact", "confirm_signature", "record_paper", "replace_mentor"}
#: How often a record is drawn anew because something happened to the case meanwhile; then it waits for its next turn.
_TRIES = 3


@receiver(case_moved, sender=Case, dispatch_uid="wagtail_mentoring.agreements.record")
def after_a_signature(sender: type[Case], case: Case, step: str, **kwargs: Any) -> None:
    """Have the record made, once the transaction is committed, when the step was the last signature."""
    if step not in _MAY_COMPLETE:
        return
    for pk in Agreement.objects.without_record().filter(case=case).values_list("pk", flat=True):
        # Robust: the signature counts whatever happens to the record, which is made by the next run of what is due.
        # No partial: Django names what failed in the log, and a partial has no name.
        transaction.on_commit(lambda pk=pk: _hand_over(pk), robust=True)  # type: ignore[misc]


def _hand_over(pk: int) -> None:
    record_agreement.enqueue(pk)


@task()
def record_agreement(pk: int) -> None:
    """Make the record of one agreement, if it is still to be made."""
    make_record(pk)


def make_due_records() -> tuple[int, int]:
    """Make every record that is still to be made; return how many were made, and how many could not be."""
    pks = list(Agreement.objects.without_record().order_by("pk").values_list("pk", flat=True))
    made = sum(make_record(pk) for pk in pks)
    return made, len(pks) - made


def make_record(pk: int) -> bool:
    """Make the signing record of the agreement ``pk``; return whether it has one afterwards.

    What could not be made is written in the case's history, and can be tried again. It is laid out and certified
    without a lock, and counts only if nothing has happened to the case meanwhile.
    """
    case_id = Agreement.objects.filter(pk=pk).values_list("case_id", flat=True).first()
    if case_id is None:
        return False
    try:
        for _try in range(_TRIES):
            drawn = _draw(pk)
            if drawn is None or _keep(pk, drawn):
                break
    except Exception as error:
        # Whatever it is: the other records, and the mails after them, must not wait for this one.
        logger.exception("The signing record of agreement %s could not be made", pk)
        last = Case.objects.get(pk=case_id).log.order_by("-sequence").values_list("action", flat=True).first()
        if last != RECORD_FAILED:
            moves.note(case_id, RECORD_FAILED, SYSTEM, {"agreement": pk, "why": type(error).__name__})
        return False
    return Agreement.objects.filter(pk=pk, record__isnull=False).exists()


@dataclass(frozen=True)
class _Drawn:
    """A record that is made and not yet stored. ``head`` is the end of the case's history when it was drawn."""

    head: str
    sheet: RecordSheet
    content: bytes
    sealed: bytes | None


def _draw(pk: int) -> _Drawn | None:
    from wagtail_mentoring.documents.certify import certify

    agreement = _due(pk)
    if agreement is None:
        return None
    case = agreement.case
    sealed = _sealed(case, agreement)
    sheet, attachments = sheet_of(case, agreement, sealed)
    content = certify(render_record(sheet, attachments).content, case.union, may_sign=False)
    return _Drawn(case.log_head, sheet, content, sealed)


def _due(pk: int) -> Agreement | None:
    needed = ("document__stored", "text", "case__union", "supplement_to__document")
    return Agreement.objects.without_record().select_related(*needed).filter(pk=pk).first()


def _keep(pk: int, drawn: _Drawn) -> bool:
    """Store what was drawn, and return True; False when something has happened to the case meanwhile."""
    with files.undone_on_failure(), transaction.atomic():
        found = _due(pk)
        if found is None:
            return True
        case = moves.lock(found.case_id)
        agreement = _due(pk)
        if agreement is None:
            return True
        if case.log_head != drawn.head:
            return False
        if drawn.sealed is not None:
            _keep_sealed(case, agreement, drawn.sealed)
        name = f"{case.reference}-record-{drawn.sheet.language}.pdf"
        agreement.record = new_document(
            case, DocumentKind.SIGNING_RECORD, drawn.sheet.title(), drawn.sheet.language, name, drawn.content
        )
        agreement.save(update_fields=["record"])
        data = {"agreement": agreement.pk, "sha256": agreement.record.sha256}
        moves.record(case, RECORD_MADE, SYSTEM, data)
        save_chain_end(case)
        record_made.send(Agreement, agreement=agreement, case=case)
    return True


def _sealed(case: Case, agreement: Agreement) -> bytes | None:
    """Return the file closed by the union's seal, if somebody has signed in it: nobody can add to it any more."""
    versions = agreement.files()
    if len(versions) == 1 or versions[-1].kind == DocumentKind.AGREEMENT_SEALED:
        return None
    from wagtail_mentoring.documents.certify import seal

    return seal(files.read(versions[-1].stored), case.union)


def _keep_sealed(case: Case, agreement: Agreement, content: bytes) -> None:
    versions = agreement.files()
    newest = versions[-1]
    name = _sealed_name(case, versions)
    sealed = new_document(case, DocumentKind.AGREEMENT_SEALED, newest.title, newest.language, name, content)
    AgreementVersion.objects.create(agreement=agreement, document=sealed, number=len(versions))


# What the record says


def sheet_of(case: Case, agreement: Agreement, sealed: bytes | None = None) -> tuple[RecordSheet, list[Attachment]]:
    """Return what the record shows and what it holds: the agreement, the data on its signatures, scans of paper.

    ``sealed`` is the agreement's file with the union's seal, where it has just got one.
    """
    language = agreement.document.language
    parties = list(
        agreement.parties.select_related("signature__upload__stored", "signature__document", "signature__confirmed_by")
    )
    signed = [party for party in parties if hasattr(party, "signature")]
    completed = max(party.signature.signed_at for party in signed)
    with translation.override(language):
        entries = tuple(_entry(party) for party in sorted(signed, key=lambda party: party.signature.signed_at))
        declined = tuple(
            DeclinedEntry(_role(party), party.name, party.declined_at)
            for party in parties
            if party.declined_at is not None and party not in signed
        )
        sheet = RecordSheet(
            union=brand_of(case.union, language),
            reference=case.reference,
            language=language,
            agreement_title=agreement.document.title,
            agreement_sha256=agreement.document.sha256,
            issued_at=agreement.issued_at,
            entries=entries,
            declined=declined,
            completed_at=completed,
            version=str(agreement.text.version),
            verify_address=verify_address(case.union),
        )
        return sheet, _attachments(case, agreement, parties, completed, sealed)


def _role(party: Party) -> str:
    return {
        PartyRole.MENTEE: pgettext("role in an agreement", "Mentee"),
        PartyRole.MENTOR: pgettext("role in an agreement", "Mentor"),
        PartyRole.CONTACT: pgettext("role in an agreement", "Contact person"),
    }[PartyRole(party.role)]


def _how(signature: Signature) -> str:
    if signature.method == SignatureMethod.CERTIFICATE:
        if signature.confirmed_by_id:
            return _("Signed in the file with an own certificate; the contact person looked at it and took it.")
        return _("Signed in the file with an own certificate, which the check found in order.")
    if signature.method == SignatureMethod.PAPER:
        return _("Signed on paper. The contact person looked at the scan and confirmed it; nobody verified it further.")
    if signature.method == SignatureMethod.ACCOUNT:
        return _("Typed the name while signed in to the site: a simple electronic signature.")
    return _("Typed the name on the private page, with a code sent by e-mail: a simple electronic signature.")


def _entry(party: Party) -> SignatureEntry:
    signature: Signature = party.signature
    details: list[tuple[str, str]] = []
    if signature.typed_name:
        details.append((_("Name as typed"), signature.typed_name))
    if signature.link_id:
        details.append((_("Private link"), _("number %d") % signature.link_id))
    if signature.details.get("findings"):
        found = UploadResult.from_report(signature.details)
        if found.signer:
            details += [(_("Name in the certificate"), found.signer.name), (_("Issued by"), found.signer.issuer)]
        details.append((_("What the check found"), found.told))
    if signature.signed_on:
        details.append((_("Date on the paper"), long_date(signature.signed_on)))
    if signature.confirmed_by_id and signature.confirmed_by:
        user = signature.confirmed_by
        details.append((_("Confirmed by"), user_name(user)))
    details.append((_("Document shown (SHA-256)"), signature.shown_sha256))
    return SignatureEntry(
        role_label=_role(party),
        name=party.name,
        how=_how(signature),
        at=signature.signed_at,
        details=tuple(details),
        method=cast(Method, signature.method),
    )


def audit(
    case: Case, agreement: Agreement, parties: list[Party], completed: datetime.datetime, file_sha256: str
) -> dict[str, Any]:
    """Return the data on the signatures for machines. Nothing in it that the parties do not know of each other."""
    return {
        "format": "wagtail-mentoring signing record 1",
        "union": {"name": localized(case.union.names, "en"), "code": case.union.code},
        "reference": case.reference,
        "agreement": {
            "title": agreement.document.title,
            "language": agreement.document.language,
            "text_version": agreement.text.version,
            "issued_at": agreement.issued_at,
            "sha256": agreement.document.sha256,
            "file_sha256": file_sha256,
            "supplement_to": agreement.supplement_to.document.sha256 if agreement.supplement_to else None,
        },
        "parties": [_audit_of(party) for party in parties],
        "completed_at": completed,
        "recorded_at": clock.now(),
        "history": {"entries": case.log_length, "head": case.log_head},
    }


def _audit_of(party: Party) -> dict[str, Any]:
    told: dict[str, Any] = {"role": party.role, "name": party.name, "field": party.field_name}
    if party.declined_at is not None:
        told["declined_at"] = party.declined_at
    signature: Signature | None = getattr(party, "signature", None)
    if signature is None:
        return told | {"signature": None}
    return told | {
        "signature": {
            "method": signature.method,
            "signed_at": signature.signed_at,
            "signed_on": signature.signed_on,
            "typed_name": signature.typed_name,
            "shown_sha256": signature.shown_sha256,
            "link": signature.link_id,
            "code_used_at": signature.code.used_at if signature.code else None,
            "file_sha256": signature.document.sha256 if signature.document else None,
            "scan_sha256": signature.upload.stored.sha256 if signature.upload else None,
            "check": signature.details or None,
            "confirmed": signature.confirmed_by_id is not None,
        }
    }


def _attachments(
    case: Case, agreement: Agreement, parties: list[Party], completed: datetime.datetime, sealed: bytes | None
) -> list[Attachment]:
    versions = agreement.files()
    newest = versions[-1]
    content, name = (sealed, _sealed_name(case, versions)) if sealed is not None else _stored(newest)
    added = sealed is not None or len(versions) > 1
    told = audit(case, agreement, parties, completed, hashlib.sha256(content).hexdigest())
    data = json.dumps(told, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
    found = [
        Attachment(
            name, content, "application/pdf", str(inside.AGREEMENT_SIGNED if added else inside.AGREEMENT), "Source"
        ),
        Attachment(
            f"{case.reference}-signatures.json",
            data.encode(),
            "application/json",
            str(inside.SIGNATURE_DATA),
            "Data",
        ),
    ]
    scans = {
        party.signature.upload_id: party.signature.upload.stored
        for party in parties
        if hasattr(party, "signature") and party.signature.upload and party.signature.method == SignatureMethod.PAPER
    }
    for number, stored in enumerate(scans.values(), start=1):
        ending = stored.name.rpartition(".")[2]
        name = f"{case.reference}-scan-{number}.{ending}"
        found.append(Attachment(name, files.read(stored), stored.content_type, str(inside.SCAN), "Supplement"))
    return found


def _stored(document: Document) -> tuple[bytes, str]:
    return files.read(document.stored), document.stored.name


def _sealed_name(case: Case, versions: list[Document]) -> str:
    """Return what a download of the file that follows ``versions`` is called."""
    return f"{case.reference}-{versions[-1].language}-{len(versions) + 1}.pdf"
