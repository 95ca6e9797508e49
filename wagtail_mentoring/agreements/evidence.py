"""Signed files and scans that people send, and what a handler decides on them."""

import datetime
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases import facts, moves
from wagtail_mentoring.cases.actors import Actor
from wagtail_mentoring.cases.log import save_chain_end
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.moves import Move, effect
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.models import Document
from wagtail_mentoring.documents.uploads import UploadRefused, UploadResult, Version, check_scan, check_signed
from wagtail_mentoring.people.models import PrivateLink
from wagtail_mentoring.privacy import files
from wagtail_mentoring.workflows import StepRefused
from wagtail_mentoring.workflows.steps import refusal

from .files import ENDINGS, store_upload
from .models import Agreement, Party, Signature, SignatureMethod, SignatureUpload, UploadKind, UploadStatus
from .parties import acting_party, current_agreements, waiting_uploads
from .refusals import note_refused
from .signals import copy_waits
from .signing import settle
from .versions import add_version, refuse_older, refuse_recorded

MakeActor = Callable[[Case], Actor]


@dataclass(frozen=True)
class Handed:
    """What became of a copy, ``signed`` (it counts) or ``waits`` (for a handler), and what the sender is told."""

    outcome: Literal["signed", "waits"]
    message: str


def hand_in_file(case_id: int, make_actor: MakeActor, content: bytes, link: PrivateLink | None = None) -> Handed:
    """Take a file that a mentee or mentor has signed with an own certificate.

    It is checked outside the lock, in a process with limits. Raises StepRefused with the reason beside ``file``; the
    history then says that a copy was refused, and nothing else has changed.
    """
    case, actor, agreement, party = _may_hand_in(case_id, make_actor)
    versions = agreement.files()
    newest = versions[-1]
    try:
        result = check_signed(
            content,
            latest=files.read(newest.stored),
            earlier=[Version(document.stored.size, document.sha256) for document in versions[:-1]],
            field=party.field_name,
            name=party.name,
            others=dict(agreement.parties.exclude(pk=party.pk).values_list("field_name", "name")),
        )
    except DocumentRenderError as error:
        _refuse(case, actor, party, content, type(error).__name__, str(error), error)
    if result.outcome == "refused":
        _refuse(case, actor, party, content, result.code, result.message)
    try:
        if result.outcome == "accepted":
            inputs = {"result": result, "content": content, "based_on": newest, "link": link}
            moves.move(case_id, "sign", make_actor, inputs)
            return Handed("signed", result.message)
        _keep_for_handler(case.pk, make_actor, party, content, UploadKind.FILE, "application/pdf", result, newest)
    except StepRefused as late:
        # Something has happened while the file was checked.
        _refuse(case, actor, party, content, "too_late", str(late.reason), late)
    return Handed("waits", result.message)


def hand_in_scan(case_id: int, make_actor: MakeActor, content: bytes) -> Handed:
    """Take the scan of a signed paper from a mentee or mentor: a handler looks at it. Raises as hand_in_file."""
    case, actor, _agreement, party = _may_hand_in(case_id, make_actor)
    try:
        found = check_scan(content)
    except (UploadRefused, DocumentRenderError) as error:
        code = error.code if isinstance(error, UploadRefused) else type(error).__name__
        _refuse(case, actor, party, content, code, str(error), error)
    try:
        sent = hashlib.sha256(content).hexdigest()
        _keep_for_handler(case.pk, make_actor, party, found.content, UploadKind.SCAN, found.content_type, sent=sent)
    except StepRefused as late:
        _refuse(case, actor, party, content, "too_late", str(late.reason), late)
    return Handed("waits", _("Thank you. Your contact person looks at the paper, and then it counts."))


def _may_hand_in(case_id: int, make_actor: MakeActor) -> tuple[Case, Actor, Agreement, Party]:
    case = Case.objects.select_related("mentee", "field", "union", "participation").get(pk=case_id)
    actor = make_actor(case)
    return case, actor, *_standing(case, actor)


def _standing(case: Case, actor: Actor) -> tuple[Agreement, Party]:
    """Return the agreement that ``actor`` may sign now, and as which party. Raises StepRefused."""
    reason = refusal(facts.gather(case), actor, "sign")
    acting = acting_party(case, actor) if not reason else None
    if acting is None:
        raise StepRefused(reason or _("This agreement is not for you to sign."))
    agreement, party = acting
    if hasattr(party, "signature"):
        raise StepRefused(_("You have signed this agreement already."))
    return agreement, party


def _refuse(
    case: Case, actor: Actor, party: Party, content: bytes, code: str, message: str, cause: Exception | None = None
) -> NoReturn:
    note_refused(case.pk, actor, code, content, party)
    raise StepRefused(message, {"file": message}) from cause


def _keep_for_handler(
    case_id: int,
    make_actor: MakeActor,
    party: Party,
    content: bytes,
    kind: UploadKind,
    content_type: str,
    result: UploadResult | None = None,
    based_on: Document | None = None,
    sent: str = "",
) -> None:
    """Store a copy for the handler; an earlier one of the same party is put aside.

    ``sent`` is the SHA-256 of the file as it came, when what is kept of it is not the same.
    Who sends it, and what it was checked against, is asked again under the lock. Raises StepRefused.
    """
    with files.undone_on_failure(), transaction.atomic():
        locked = moves.lock(case_id)
        actor = make_actor(locked)
        agreement, standing = _standing(locked, actor)
        if standing.pk != party.pk:
            raise StepRefused(_("The agreement is not what this page shows. Look at it again before you send a copy."))
        if based_on is not None:
            refuse_older(agreement, based_on)
        SignatureUpload.objects.sent_by(party).put_aside(clock.now(), _("A newer copy was sent."))
        # Whoever sends a signed copy wants to sign after all.
        Party.objects.filter(pk=party.pk, declined_at__isnull=False).update(declined_at=None, decline_reason="")
        ending = ENDINGS[content_type]
        role = party.field_name.removeprefix("sig_").replace("_", "-")
        stored = files.store(locked.union, f"{locked.reference}-{role}.{ending}", content, content_type)
        upload = SignatureUpload.objects.create(
            agreement=agreement,
            party=party,
            kind=kind,
            stored=stored,
            based_on=based_on,
            report=result.report() if result else {},
            uploaded_at=clock.now(),
        )
        data = {"upload": upload.pk, "party": party.pk, "kind": kind.value, "sha256": stored.sha256}
        if sent:
            data["sent_sha256"] = sent
        moves.record(locked, "mentoring.upload_waits", actor, data)
        save_chain_end(locked)
        copy_waits.send(SignatureUpload, upload=upload, case=locked)


# What the handler does with it


def _waiting(move: Move) -> SignatureUpload:
    upload = move.inputs.get("upload")
    found = waiting_uploads(move.case).filter(pk=getattr(upload, "pk", upload) or 0).select_related("party").first()
    if found is None:
        raise StepRefused(_("This copy does not wait any more: somebody has decided on it, or a newer one was sent."))
    return found


def _decided(move: Move, upload: SignatureUpload, status: UploadStatus, reason: str = "") -> None:
    upload.status, upload.reason = status, reason
    upload.decided_at, upload.decided_by = move.at, move.actor.user
    upload.save(update_fields=["status", "reason", "decided_at", "decided_by"])
    move.data |= {"upload": upload.pk, "sha256": upload.stored.sha256}


@effect("confirm_signature")
def confirm_signature(move: Move) -> None:
    """Inputs: ``upload``; for a scan ``parties`` (whose signatures it shows) and ``signed_on`` (the date on it)."""
    upload = _waiting(move)
    refuse_recorded(upload.agreement)
    if upload.kind == UploadKind.SCAN:
        _sign_on_paper(move, upload, move.inputs.get("parties") or ())
        _decided(move, upload, UploadStatus.TAKEN)
        return
    party = upload.party
    if party is None or upload.based_on is None:  # pragma: no cover - only scans are without
        raise StepRefused(_("This copy does not say whose signature it holds."))
    document = add_version(move, upload.agreement, party, files.read(upload.stored), upload.based_on)
    Signature.objects.create(
        party=party,
        method=SignatureMethod.CERTIFICATE,
        signed_at=move.at,
        shown_sha256=upload.agreement.document.sha256,
        document=document,
        upload=upload,
        details=upload.report,
        confirmed_by=move.actor.user,
    )
    _decided(move, upload, UploadStatus.TAKEN)
    settle(move, party)
    move.data |= {"party": party.pk, "method": SignatureMethod.CERTIFICATE.value, "file": document.sha256}


@effect("reject_signature")
def reject_signature(move: Move) -> dict[str, Any]:
    """Inputs: ``upload``, ``reason``."""
    upload, reason = _waiting(move), move.words("reason")
    _decided(move, upload, UploadStatus.REFUSED, reason)
    if upload.party_id:
        move.data["party"] = upload.party_id
    return {"reason": reason}


@effect("record_paper")
def record_paper(move: Move) -> None:
    """Inputs: ``content`` and ``content_type`` of a checked scan, ``parties``, ``signed_on``.

    ``sent_sha256`` too, of the file as it came: what is kept of a scan is not the same.
    """
    parties = list(move.inputs.get("parties") or ())
    content, content_type = move.inputs.get("content"), move.inputs.get("content_type")
    if not content or content_type not in ENDINGS:
        message = _("Choose the scan: a PDF, JPEG or PNG.")
        raise StepRefused(message, {"scan": message})
    agreements = {party.agreement_id: party for party in parties}
    if len(agreements) > 1:
        message = _("The agreement and its supplement are two papers: record each with a scan of its own.")
        raise StepRefused(message, {"parties": message})
    current = {agreement.pk: agreement for agreement in current_agreements(move.case)}
    agreement = current.get(next(iter(agreements), 0))
    if agreement is None:
        message = _("Choose who has signed.")
        raise StepRefused(message, {"parties": message})
    refuse_recorded(agreement)
    ending = ENDINGS[content_type]
    stored = store_upload(move, f"{move.case.reference}-scan.{ending}", content, content_type)
    upload = SignatureUpload.objects.create(
        agreement=agreement,
        kind=UploadKind.SCAN,
        stored=stored,
        uploaded_at=move.at,
        uploaded_by=move.actor.user,
    )
    _sign_on_paper(move, upload, parties)
    _decided(move, upload, UploadStatus.TAKEN)
    if sent := move.words("sent_sha256"):
        move.data["sent_sha256"] = sent


def _sign_on_paper(move: Move, upload: SignatureUpload, parties: Iterable[Party]) -> None:
    """Write a signature on paper for each of ``parties``, who must be open in the upload's agreement."""
    agreement, chosen = upload.agreement, {party.pk for party in parties}
    signed_on = move.inputs.get("signed_on")
    errors: dict[str, Any] = {}
    open_parties = {party.pk: party for party in agreement.parties.filter(signature__isnull=True)}
    if not chosen:
        errors["parties"] = _("Choose who has signed.")
    elif not chosen <= open_parties.keys():
        errors["parties"] = _("Somebody of those has signed already. Look at the case again.")
    if not isinstance(signed_on, datetime.date):
        errors["signed_on"] = _("Write the date that stands on the paper.")
    elif signed_on > clock.today():
        errors["signed_on"] = _("The date is in the future.")
    elif signed_on < timezone.localdate(agreement.issued_at):
        errors["signed_on"] = _("The date is before the day on which the agreement was issued.")
    if errors:
        raise StepRefused(_("The signatures are not recorded yet."), errors)
    # Those on the paper are signed by it; only then are copies put aside that they sent besides.
    SignatureUpload.objects.filter(pk=upload.pk).update(status=UploadStatus.TAKEN)
    for pk in sorted(chosen):
        Signature.objects.create(
            party=open_parties[pk],
            method=SignatureMethod.PAPER,
            signed_at=move.at,
            signed_on=signed_on,
            shown_sha256=agreement.document.sha256,
            upload=upload,
            confirmed_by=move.actor.user,
        )
        settle(move, open_parties[pk])
    move.data |= {"parties": sorted(chosen), "method": SignatureMethod.PAPER.value}
