"""Issuing an agreement: the steps ``send_agreement`` and ``reissue``."""

from typing import Any, cast

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.moves import Move, effect
from wagtail_mentoring.documents.agreement_sheet import (
    AgreementSheet,
    Role,
    SheetParty,
    SupplementTo,
    meetings_label,
    render_agreement,
)
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.models import DocumentKind
from wagtail_mentoring.programme.brand import brand_of
from wagtail_mentoring.programme.localized import localized, own_name
from wagtail_mentoring.programme.models import Union
from wagtail_mentoring.programme.users import user_name
from wagtail_mentoring.workflows import StepRefused

from .addresses import verify_address
from .files import store_document
from .models import Agreement, AgreementText, Party, PartyRole, SignatureUpload
from .parties import current_agreement
from .wording import text_in_force


def make_agreement(sheet: AgreementSheet, union: Union) -> bytes:
    """Return the agreement's file, certified by the union: signatures may be added, nothing else.

    Raises DocumentRenderError when it cannot be laid out or certified.
    """
    # Late: a process that makes no documents need not load what signs and asks for timestamps.
    from wagtail_mentoring.documents.certify import certify

    return certify(render_agreement(sheet).content, union, may_sign=True)


@effect("send_agreement")
def send_agreement(move: Move) -> None:
    """Issue the agreement in the case's language; to a mentor who joined later, a supplement. No inputs."""
    main = current_agreement(move.case)
    if main is not None and main.parties.filter(signature__isnull=False).exists():
        _issue(move, main)
        return
    if main is not None:
        # Nobody has signed what names a mentor who is gone: there is nothing to join.
        supersede(move)
    _issue(move, None)


@effect("reissue")
def reissue(move: Move) -> dict[str, Any]:
    """Inputs: ``reason``. What was out stays in the history; everyone gets the text in force now."""
    reason = move.words("reason")
    if reason.strip():
        supersede(move, reason)
        _issue(move, None)
    move.text = reason
    return {"reason": reason}


def supersede(move: Move, why: str = "") -> None:
    """End what is out to the current pair, and the signed copies of it that nobody has decided on."""
    current = Agreement.objects.current().filter(case=move.case)
    copies = SignatureUpload.objects.filter(agreement__in=current)
    copies.put_aside(move.at, _("The agreement was issued anew."))
    current.update(superseded_at=move.at, superseded_why=why)


def _issue(move: Move, joins: Agreement | None) -> None:
    """Render, certify and store; write the agreement and its parties."""
    case = move.case
    text = joins.text if joins else text_in_force(case.participation, case.language)
    if text is None:
        raise StepRefused(_("There is no agreement text in force. An editor must publish one first."))
    parties = _joining(move, joins) if joins else _all_parties(move)
    sheet = _sheet(case, text, parties, joins)
    try:
        content = make_agreement(sheet, case.union)
    except DocumentRenderError as error:
        move.tried = ("mentoring.agreement_failed", {"why": type(error).__name__})
        raise StepRefused(
            _("The agreement could not be made as a PDF. Nothing was sent; try again, or tell your administrator: %s")
            % error
        ) from error
    name = f"{case.reference}-{sheet.language}.pdf"
    kind = DocumentKind.SUPPLEMENT if joins else DocumentKind.AGREEMENT
    document = store_document(move, kind, sheet.title(), sheet.language, name, content)
    agreement = Agreement.objects.create(
        case=case,
        pair=case.pairs.filter(ended_at__isnull=True).get(),
        text=text,
        document=document,
        supplement_to=joins,
        issued_at=move.at,
        issued_by=move.actor.user,
    )
    for party in parties:
        party.agreement = agreement
    Party.objects.bulk_create(parties)
    move.data |= {"agreement": agreement.pk, "sha256": document.sha256}
    if joins:
        move.data["supplement_to"] = joins.pk


def _all_parties(move: Move) -> list[Party]:
    case, user = move.case, move.actor.user
    parties = [Party(role=PartyRole.MENTEE, mentee=case.mentee, name=case.mentee.name, field_name="sig_mentee")]
    parties += [_mentor(mentor, number) for number, mentor in enumerate(current_mentors(case), start=1)]
    if case.participation.contact_person_signs and user is not None:
        name = user_name(user)
        # The union's certification stands for the contact person, so no meeting waits for this signature.
        parties.append(Party(role=PartyRole.CONTACT, user=user, name=name, field_name="sig_contact", required=False))
    return parties


def _mentor(mentor: Any, number: int) -> Party:
    return Party(role=PartyRole.MENTOR, mentor=mentor, name=mentor.name, field_name=f"sig_mentor_{number}")


def _joining(move: Move, joins: Agreement) -> list[Party]:
    """Return the mentors of the pair who are not yet a party to the agreement or one of its supplements."""
    asked = Party.objects.filter(agreement__in=Agreement.objects.current().filter(case=move.case))
    new = current_mentors(move.case).exclude(pk__in=asked.filter(mentor__isnull=False).values("mentor"))
    return [_mentor(mentor, number) for number, mentor in enumerate(new, start=1)]


def _sheet(case: Case, text: AgreementText, parties: list[Party], joins: Agreement | None) -> AgreementSheet:
    union = case.union
    return AgreementSheet(
        union=brand_of(union, text.language),
        reference=case.reference,
        language=text.language,
        language_name=own_name(text.language),
        parties=tuple(_sheet_party(case, party, text.language) for party in parties),
        text=text.body,
        version_label=str(text.version),
        issued=timezone.localdate(clock.now()),
        field=localized(case.field.profession.names, text.language),
        meetings=meetings_label(case.min_meetings, case.max_meetings),
        supplement=_joined(joins) if joins else None,
        verify_address=verify_address(union),
    )


def _joined(agreement: Agreement) -> SupplementTo:
    others = Party.objects.needed().filter(agreement=agreement).select_related("mentor").order_by("pk")
    return SupplementTo(
        reference=agreement.case.reference,
        issued=timezone.localdate(agreement.issued_at),
        sha256=agreement.document.sha256,
        parties=tuple(_sheet_party(agreement.case, party, agreement.text.language) for party in others),
    )


def _sheet_party(case: Case, party: Party, language: str) -> SheetParty:
    """Return ``party`` as it is printed, with the profession that the parties share, or a mentor's own title."""
    detail = localized(case.field.profession.names, language)
    if party.mentor is not None and party.mentor.title:
        detail = party.mentor.title
    elif party.role == PartyRole.CONTACT:
        detail = localized(case.union.names, language)
    return SheetParty(
        role=cast(Role, party.role),
        name=party.name,
        detail=capfirst(detail),
        required=party.required,
        field_name=party.field_name,
    )
