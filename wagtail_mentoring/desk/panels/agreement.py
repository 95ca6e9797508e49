"""The ethics agreement: who has signed, when and how, the documents with their hashes, and copies that wait."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.agreements.models import SignatureMethod, UploadStatus
from wagtail_mentoring.agreements.wording import text_in_force
from wagtail_mentoring.documents.models import DocumentKind
from wagtail_mentoring.documents.uploads import UploadResult
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.localized import language_name
from wagtail_mentoring.programme.users import user_name

from ..addresses import file_address
from ..dossier import Dossier
from ..next_agreement import copy_label
from . import register


@register("agreement", gettext_lazy("Ethics agreement"), "doc-full", 40)
def agreement(dossier: Dossier) -> Mapping[str, Any]:
    """The parties of what is out to the current pair, every document issued, and what waits or failed."""
    current = dossier.current_agreements
    issued_at = {one.pk: one.issued_at for one in current}
    return {
        "signers": [_signer(dossier, party, issued_at[party.agreement_id]) for party in dossier.parties],
        "agreements": [_issued(dossier, one) for one in dossier.agreements],
        "waiting": [
            {"pk": copy.pk, "label": copy_label(copy), "when": dates.moment(copy.uploaded_at)}
            for copy in dossier.copies_waiting
        ],
        "failed": _failed(dossier),
    }


def _failed(dossier: Dossier) -> dict[str, Any] | None:
    """Return when the last try to make a PDF failed, and the step that tries it again."""
    entry = dossier.agreement_failed
    step = "reissue" if dossier.facts.agreement_out else "send_agreement"
    possible = any(one.name == step and one.allowed for one in dossier.steps) or not dossier.may_handle
    return {"when": dates.moment(entry.timestamp), "step": step} if entry is not None and possible else None


def _signer(dossier: Dossier, party: Any, issued_at: Any) -> dict[str, Any]:
    signature = getattr(party, "signature", None)
    row = {"name": party.name, "role": party.get_role_display(), "kind": "wait"}
    if signature is not None:
        row |= {"kind": "ok", "state": _("Signed %(when)s") % {"when": dates.moment(signature.signed_at)}}
        left = [_("Has left the pair since")] if dossier.has_left(party) else []
        row |= {"how": signature.get_method_display(), "details": _details(signature) + left}
    elif dossier.has_left(party):
        row["state"] = _("Need not sign any more: has left the pair")
    elif party.declined_at is not None:
        declined = _("Declined %(when)s") % {"when": dates.moment(party.declined_at)}
        row |= {"kind": "miss", "state": declined, "reason": party.decline_reason}
    elif party.required:
        waiting = dates.days(max(0, dates.days_since(issued_at)))
        row |= {"kind": "miss", "state": _("Not signed, %(days)s") % {"days": waiting}}
    else:
        row["state"] = _("Not signed. No meeting waits for it: the union’s certification stands for it")
    return row


def _details(signature: Any) -> list[str]:
    """Return what is known of a signature besides when and how."""
    lines = []
    if signature.typed_name:
        lines.append(_("Typed: %(name)s") % {"name": signature.typed_name})
    if signature.signed_on:
        lines.append(_("Date on the paper: %(day)s") % {"day": dates.day(signature.signed_on)})
    if signature.method == SignatureMethod.CERTIFICATE and signature.details:
        signer = UploadResult.from_report(signature.details).signer
        if signer is not None:
            lines.append(_("Certificate of %(name)s") % {"name": signer.name})
            known, unknown = _("issued by %(issuer)s, known to us"), _("issued by %(issuer)s, not known to us")
            lines.append((known if signer.trusted else unknown) % {"issuer": signer.issuer})
    if signature.confirmed_by is not None:
        lines.append(_("Taken by %(name)s") % {"name": user_name(signature.confirmed_by)})
    return lines


def _issued(dossier: Dossier, one: Any) -> dict[str, Any]:
    """One agreement or supplement with its files, the newest state of each file last."""
    parts = {
        "language": language_name(one.document.language),
        "version": one.text.version,
        "day": dates.day(one.issued_at),
    }
    title = _("Agreement, %(language)s, version %(version)s, of %(day)s")
    if one.is_supplement:
        title = _("Supplement, %(language)s, version %(version)s, of %(day)s")
    current = one in dossier.current_agreements
    missing = one.pk in dossier.without_record
    return {
        "pk": one.pk,
        "title": title % parts,
        "current": current,
        "state": _state(one, current),
        "why": one.superseded_why,
        "files": _files(one),
        "copies": [_copy(copy) for copy in one.copies if copy.status != UploadStatus.WAITING],
        "record_missing": missing,
        "record_failed": _record_failed(dossier) if missing else "",
        "newer_text": _newer_text(dossier, one) if current and not one.is_supplement else "",
    }


def _state(one: Any, current: bool) -> str:
    if one.superseded_at is not None:
        return _("Replaced %(day)s") % {"day": dates.short_day(one.superseded_at)}
    return _("In use") if current else _("Earlier pair")


def _files(one: Any) -> list[dict[str, Any]]:
    named = [(_("As issued (PDF)"), one.document)]
    for version in one.signed_files:
        sealed = version.document.kind == DocumentKind.AGREEMENT_SEALED
        title = _("Closed by the union’s seal (PDF)") if sealed else _("With signature %(number)s in the file (PDF)")
        named.append((title % {"number": version.number}, version.document))
    if one.record is not None:
        named.append((_("Signing record (PDF)"), one.record))
    return [
        {
            "title": title,
            "address": file_address(document.stored),
            "when": dates.moment(document.created_at),
            "sha256": document.sha256,
        }
        for title, document in named
    ]


def _copy(copy: Any) -> dict[str, Any]:
    state = copy.get_status_display()
    if copy.decided_at is not None:
        state = f"{state}, {dates.moment(copy.decided_at)}"
    if copy.decided_by is not None:
        state = f"{state}, {user_name(copy.decided_by)}"
    return {"pk": copy.pk, "label": copy_label(copy), "state": state, "reason": copy.reason}


def _record_failed(dossier: Dossier) -> str:
    entry = dossier.last_failure("mentoring.record_failed", "mentoring.record_made")
    return _("The last try failed %(when)s.") % {"when": dates.moment(entry.timestamp)} if entry else ""


def _newer_text(dossier: Dossier, one: Any) -> str:
    """Say that a newer text is in force than the one that was signed, while signing again is possible."""
    if not any(step.name == "reissue" and step.allowed for step in dossier.steps):
        return ""
    text = text_in_force(dossier.case.participation, one.text.language)
    if text is None or text.pk == one.text_id or text.language != one.text.language:
        return ""
    parts = {"version": text.version, "day": dates.day(text.in_force_from)}
    return _("Version %(version)s of the text is in force since %(day)s.") % parts
