"""The signing record: one certified document with who signed, how and when, made when everyone has signed."""

import datetime
import json
import logging
from functools import partial
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
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.signals import case_moved
from wagtail_mentoring.documents.agreement_sheet import UnionBrand
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.models import Document
from wagtail_mentoring.documents.pdf_tags import long_date
from wagtail_mentoring.documents.record_sheet import DeclinedEntry, Method, RecordSheet, SignatureEntry, render_record
from wagtail_mentoring.documents.render import Attachment
from wagtail_mentoring.documents.uploads import UploadResult
from wagtail_mentoring.privacy import files
from wagtail_mentoring.programme.localized import localized

from .addresses import verify_address
from .files import new_document
from .models import Agreement, AgreementVersion, Party, PartyRole, Signature, SignatureMethod
from .signals import record_made

logger = logging.getLogger(__name__)

RECORD_MADE, RECORD_FAILED = "mentoring.record_made", "mentoring.record_failed"
#: Steps after which an agreement may be complete.
_MAY_COMPLETE = {"sign", "sign_as_contact", "confirm_signature", "record_paper", "replace_mentor"}


@receiver(case_moved, sender=Case, dispatch_uid="wagtail_mentoring.agreements.record")
def after_a_signature(sender: type[Case], case: Case, step: str, **kwargs: Any) -> None:
    """Have the record made, once the transaction is committed, when the step was the last signature."""
    if step not in _MAY_COMPLETE:
        return
    for pk in Agreement.objects.without_record().filter(case=case).values_list("pk", flat=True):
        # Robust: the signature counts whatever happens to the record, which is made by the next run of what is due.
        transaction.on_commit(partial(_hand_over, pk), robust=True)


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

    What could not be laid out or certified is written in the case's history, and can be tried again.
    """
    case_id = Agreement.objects.filter(pk=pk).values_list("case_id", flat=True).first()
    if case_id is None:
        return False
    try:
        with files.undone_on_failure(), transaction.atomic():
            case = moves.lock(case_id)
            agreement = Agreement.objects.without_record().select_related("document__stored", "text").filter(pk=pk)
            found = agreement.first()
            if found is not None:
                _make(case, found)
    except (DocumentRenderError, files.FileChanged) as error:
        logger.warning("The signing record of agreement %s could not be made: %s", pk, error)
        last = Case.objects.get(pk=case_id).log.order_by("-sequence").values_list("action", flat=True).first()
        if last != RECORD_FAILED:
            moves.note(case_id, RECORD_FAILED, SYSTEM, {"agreement": pk, "why": type(error).__name__})
        return False
    return Agreement.objects.filter(pk=pk, record__isnull=False).exists()


def _make(case: Case, agreement: Agreement) -> None:
    from wagtail_mentoring.documents.certify import certify

    _seal(case, agreement)
    sheet, attachments = sheet_of(case, agreement)
    content = certify(render_record(sheet, attachments).content, case.union, may_sign=False)
    name = f"{case.reference}-record-{sheet.language}.pdf"
    agreement.record = new_document(case, "signing_record", sheet.title(), sheet.language, name, content)
    agreement.save(update_fields=["record"])
    data = {"agreement": agreement.pk, "sha256": agreement.record.sha256}
    moves.record(case, RECORD_MADE, SYSTEM, data)
    case.save(update_fields=["log_length", "log_head"])
    record_made.send(Agreement, agreement=agreement, case=case)


def _seal(case: Case, agreement: Agreement) -> None:
    """Close the agreement's file by the union's seal, if somebody has signed in it: nobody can add to it any more."""
    versions = agreement.files()
    if len(versions) == 1 or versions[-1].kind == "agreement_sealed":
        return
    from wagtail_mentoring.documents.certify import seal

    newest = versions[-1]
    name = f"{case.reference}-{newest.language}-{len(versions) + 1}.pdf"
    content = seal(files.read(newest.stored), case.union)
    sealed = new_document(case, "agreement_sealed", newest.title, newest.language, name, content)
    AgreementVersion.objects.create(agreement=agreement, document=sealed, number=len(versions))


# What the record says


def sheet_of(case: Case, agreement: Agreement) -> tuple[RecordSheet, list[Attachment]]:
    """Return what the record shows and what it holds: the agreement, the data on its signatures, scans of paper."""
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
            union=UnionBrand(
                name=localized(case.union.names, language), short=case.union.short, accent=case.union.accent
            ),
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
        return sheet, _attachments(case, agreement, parties, completed)


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
        details.append((_("Confirmed by"), user.get_full_name() or user.get_username()))
    details.append((_("Document shown (SHA-256)"), signature.shown_sha256))
    return SignatureEntry(
        role_label=_role(party),
        name=party.name,
        how=_how(signature),
        at=signature.signed_at,
        details=tuple(details),
        method=cast(Method, signature.method),
    )


def audit(case: Case, agreement: Agreement, parties: list[Party], completed: datetime.datetime) -> dict[str, Any]:
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
            "file_sha256": agreement.files()[-1].sha256,
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
    case: Case, agreement: Agreement, parties: list[Party], completed: datetime.datetime
) -> list[Attachment]:
    newest = agreement.files()[-1]
    data = json.dumps(audit(case, agreement, parties, completed), cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
    found = [
        _attachment(newest, f"{case.reference}-{newest.language}.pdf", _("The agreement")),
        Attachment(
            f"{case.reference}-signatures.json",
            data.encode(),
            "application/json",
            _("Data on the signatures, for machines"),
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
        description = _("Scan of the signed paper")
        found.append(Attachment(name, files.read(stored), stored.content_type, description, "Supplement"))
    return found


def _attachment(document: Document, name: str, description: str) -> Attachment:
    return Attachment(name, files.read(document.stored), "application/pdf", description, "Source")
