"""The steps by which a party signs or declines: ``sign``, ``sign_as_contact``, ``decline``."""

from typing import Any

from django.utils.translation import gettext as _

from wagtail_mentoring.cases.moves import Move, effect
from wagtail_mentoring.documents.names import comparable
from wagtail_mentoring.documents.uploads import UploadResult
from wagtail_mentoring.people import codes
from wagtail_mentoring.workflows import StepRefused

from .models import Agreement, Party, PartyRole, Signature, SignatureMethod, SignatureUpload
from .parties import acting_party, contact_party
from .versions import add_version, refuse_recorded

CODE_PURPOSE = "sign"


@effect("sign")
def sign(move: Move) -> None:
    """A mentee or a mentor signs.

    By name: ``typed_name``, ``agreed`` (ticked), ``code`` (a checked code), ``link``, ``shown_sha256``. By a file that
    the check has accepted: ``result`` (its UploadResult), ``content``, ``based_on`` (the document it was checked
    against), ``link``.
    """
    acting = acting_party(move.case, move.actor)
    if acting is None:
        raise StepRefused(_("This agreement is not for you to sign."))
    agreement, party = acting
    if hasattr(party, "signature"):
        raise StepRefused(_("You have signed this agreement already."))
    refuse_recorded(agreement)
    if move.inputs.get("result") is not None:
        _sign_in_file(move, agreement, party)
    else:
        _sign_by_name(move, agreement, party)
    settle(move, party)
    move.data |= {"party": party.pk, "role": party.role, "sha256": agreement.document.sha256}


def settle(move: Move, party: Party) -> None:
    """Forget that ``party`` declined before, and put aside copies that waited: it has signed now."""
    if party.declined_at is not None:
        Party.objects.filter(pk=party.pk).update(declined_at=None, decline_reason="")
    _put_aside(move, party, _("Signed in another way meanwhile."))


def _put_aside(move: Move, party: Party, why: str) -> None:
    """Let the copies of ``party`` that wait wait no more. Nobody decided on them, so nobody is told."""
    SignatureUpload.objects.sent_by(party).put_aside(move.at, why)


def _name_errors(move: Move, agreement: Agreement, party: Party) -> tuple[str, dict[str, Any]]:
    """Return the name as typed and what is wrong with it, the tick and the text that was shown."""
    errors: dict[str, Any] = {}
    typed = " ".join(move.words("typed_name").split())
    if not typed:
        errors["typed_name"] = _("Write your name.")
    elif comparable(typed) != comparable(party.name):
        errors["typed_name"] = _("Write your name as it stands in the agreement: %s") % party.name
    if not move.inputs.get("agreed"):
        errors["agreed"] = _("Tick the box if you agree to the agreement.")
    if move.inputs.get("shown_sha256") != agreement.document.sha256:
        errors["agreed"] = _("The agreement has changed since you opened this page. Read it again.")
    return typed, errors


def _sign_by_name(move: Move, agreement: Agreement, party: Party) -> None:
    typed, errors = _name_errors(move, agreement, party)
    code, link = move.inputs.get("code"), move.inputs.get("link")
    # The code proves who signs: it must have gone to this person, by the link to this case.
    owner = (move.case.pk, party.mentee_id, party.mentor_id)
    if (
        code is None
        or link is None
        or (link.case_id, link.mentee_id, link.mentor_id) != owner
        or code.link_id != link.pk
        or code.purpose != CODE_PURPOSE
    ):
        errors["code"] = _("Write the code from the e-mail.")
    if errors or code is None:
        raise StepRefused(_("The agreement is not signed yet."), errors)
    try:
        codes.use(code)
    except codes.CodeRefused as error:
        raise StepRefused(str(error), {"code": str(error)}) from error
    Signature.objects.create(
        party=party,
        method=SignatureMethod.TYPED,
        signed_at=move.at,
        typed_name=typed,
        shown_sha256=agreement.document.sha256,
        link=link,
        code=code,
    )
    move.data["method"] = SignatureMethod.TYPED.value


def _sign_in_file(move: Move, agreement: Agreement, party: Party) -> None:
    result: UploadResult = move.inputs["result"]
    if result.outcome != "accepted":
        raise StepRefused(result.message)
    document = add_version(move, agreement, party, move.inputs["content"], move.inputs["based_on"])
    Signature.objects.create(
        party=party,
        method=SignatureMethod.CERTIFICATE,
        signed_at=move.at,
        shown_sha256=agreement.document.sha256,
        link=move.inputs.get("link"),
        document=document,
        details=result.report(),
    )
    move.data |= {"method": SignatureMethod.CERTIFICATE.value, "file": document.sha256}


@effect("sign_as_contact")
def sign_as_contact(move: Move) -> None:
    """Inputs: ``typed_name``, ``agreed``, ``shown_sha256``. Only the user whose name the agreement prints."""
    party = contact_party(move.case)
    if party is None or party.user_id is None or move.actor.user is None or party.user_id != move.actor.user.pk:
        named = party.name if party else ""
        raise StepRefused(_("The agreement names %s as contact person. Only that person can sign here.") % named)
    agreement = party.agreement
    refuse_recorded(agreement)
    typed, errors = _name_errors(move, agreement, party)
    if errors:
        raise StepRefused(_("The agreement is not signed yet."), errors)
    Signature.objects.create(
        party=party,
        method=SignatureMethod.ACCOUNT,
        signed_at=move.at,
        typed_name=typed,
        shown_sha256=agreement.document.sha256,
        user=move.actor.user,
    )
    settle(move, party)
    move.data |= {"party": party.pk, "role": PartyRole.CONTACT.value, "sha256": agreement.document.sha256}


@effect("decline")
def decline(move: Move) -> None:
    """Inputs: ``reason``, which may be empty. Whoever declined may still sign; a copy sent before counts no more."""
    acting = acting_party(move.case, move.actor)
    if acting is None:
        raise StepRefused(_("This agreement is not for you to sign."))
    party = acting[1]
    if hasattr(party, "signature"):
        raise StepRefused(_("You have signed this agreement already."))
    if party.declined_at is not None:
        raise StepRefused(_("You have declined already. Your contact person knows."))
    reason = move.words("reason").strip()
    Party.objects.filter(pk=party.pk).update(declined_at=move.at, decline_reason=reason)
    _put_aside(move, party, _("Declined to sign meanwhile."))
    move.data |= {"party": party.pk, "role": party.role}
