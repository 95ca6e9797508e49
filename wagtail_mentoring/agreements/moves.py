"""The agreement: what the flow must know of it, and what the steps ``send_agreement`` and ``sign`` write."""

import unicodedata
from collections.abc import Mapping
from typing import Any, cast

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases import facts
from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.moves import Move, effect
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.agreement_sheet import (
    AgreementSheet,
    Role,
    SheetParty,
    UnionBrand,
    meetings_label,
    render_agreement,
)
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.models import Document
from wagtail_mentoring.people import codes
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.storage import private_storage
from wagtail_mentoring.programme.localized import localized
from wagtail_mentoring.workflows import StepRefused
from wagtail_mentoring.workflows.states import PAIR_STATES

from .models import Agreement, AgreementText, Party, PartyRole, Signature, SignatureMethod
from .wording import text_in_force

CODE_PURPOSE = "sign"


def current_agreement(case: Case) -> Agreement | None:
    """Return the agreement issued to the case's current pair, with its text and document, or None."""
    return (
        Agreement.objects.filter(case=case, pair__ended_at__isnull=True)
        .select_related("text", "document__stored")
        .first()
    )


@facts.register
def agreement_facts(case: Case) -> Mapping[str, Any]:
    """Whether an agreement is out to the current pair, and who must still sign it; asked only while there is one."""
    if case.case_state not in PAIR_STATES:
        return {}
    rows = list(
        Party.objects.filter(agreement__case=case, agreement__pair__ended_at__isnull=True, required=True)
        .order_by("pk")
        .values_list("name", "signature__pk")
    )
    return {"agreement_out": bool(rows), "unsigned": tuple(name for name, signed in rows if signed is None)}


@effect("send_agreement")
def send_agreement(move: Move) -> None:
    """Issue the agreement in the case's language: render, store, and write its parties. No inputs."""
    case = move.case
    text = text_in_force(case.participation, case.language)
    if text is None:
        raise StepRefused(_("There is no agreement text in force. An editor must publish one first."))
    pair = case.pairs.filter(ended_at__isnull=True).get()
    parties = _parties(move)
    sheet = _sheet(case, text, parties)
    try:
        pdf = render_agreement(sheet)
    except DocumentRenderError as error:
        raise StepRefused(
            _("The agreement could not be made as a PDF. Nothing was sent; try again, or tell your administrator: %s")
            % error
        ) from error
    name = f"{case.reference}-{sheet.language}.pdf"
    stored = files.store(case.union, name, pdf.content, "application/pdf")
    move.take_back.append(lambda: private_storage().delete(stored.file))
    document = Document.objects.create(
        kind="agreement", title=sheet.title(), language=sheet.language, stored=stored, sha256=pdf.sha256
    )
    agreement = Agreement.objects.create(
        case=case, pair=pair, text=text, document=document, issued_at=move.at, issued_by=move.actor.user
    )
    for party in parties:
        party.agreement = agreement
    Party.objects.bulk_create(parties)
    move.data |= {"agreement": agreement.pk, "sha256": pdf.sha256}


def _parties(move: Move) -> list[Party]:
    case = move.case
    parties = [Party(role=PartyRole.MENTEE, mentee=case.mentee, name=case.mentee.name)]
    parties += [Party(role=PartyRole.MENTOR, mentor=mentor, name=mentor.name) for mentor in current_mentors(case)]
    if case.participation.contact_person_signs and move.actor.user is not None:
        user = move.actor.user
        # The union's certification stands for the contact person, so nobody waits for this signature.
        parties.append(
            Party(role=PartyRole.CONTACT, user=user, name=user.get_full_name() or user.get_username(), required=False)
        )
    return parties


def _sheet(case: Case, text: AgreementText, parties: list[Party]) -> AgreementSheet:
    names = dict(conf.LANGUAGES)
    union = case.union
    return AgreementSheet(
        union=UnionBrand(name=localized(union.names, text.language), short=union.short, accent=union.accent),
        reference=case.reference,
        language=text.language,
        language_name=names.get(text.language, text.language),
        parties=tuple(_sheet_party(case, party, text.language) for party in parties),
        text=text.body,
        version_label=str(text.version),
        issued=timezone.localdate(clock.now()),
        field=localized(case.field.profession.names, text.language),
        meetings=meetings_label(case.min_meetings, case.max_meetings),
    )


def _sheet_party(case: Case, party: Party, language: str) -> SheetParty:
    """Return ``party`` as it is printed, with the profession that the parties share, or a mentor's own title."""
    detail = localized(case.field.profession.names, language)
    if party.mentor is not None and party.mentor.title:
        detail = party.mentor.title
    elif party.role == PartyRole.CONTACT:
        detail = localized(case.union.names, language)
    return SheetParty(role=cast(Role, party.role), name=party.name, detail=capfirst(detail), required=party.required)


def party_of(agreement: Agreement, *, mentee: Any = None, mentor: Any = None) -> Party | None:
    """Return the party that a person is in ``agreement``, with the signature if there is one."""
    parties = agreement.parties.select_related("signature")
    return (parties.filter(mentee=mentee) if mentee else parties.filter(mentor=mentor)).first()


def comparable(name: str) -> str:
    """Return ``name`` without what only keyboards differ in: case, spaces, composed letters, kinds of apostrophe."""
    plain = unicodedata.normalize("NFKC", name).translate({ord(mark): "'" for mark in "’‘ʼ`´"})
    return " ".join(plain.split()).casefold()


@effect("sign")
def sign(move: Move) -> None:
    """Inputs: ``typed_name``, ``agreed`` (ticked), ``code`` (a checked code), ``link``, ``shown_sha256``."""
    agreement = current_agreement(move.case)
    person = {"mentee": move.actor.mentee, "mentor": move.actor.mentor}
    party = party_of(agreement, **person) if agreement else None
    if agreement is None or party is None:
        raise StepRefused(_("This agreement is not for you to sign."))
    if hasattr(party, "signature"):
        raise StepRefused(_("You have signed this agreement already."))
    errors: dict[str, Any] = {}
    typed = " ".join(move.inputs.get("typed_name", "").split())
    if not typed:
        errors["typed_name"] = _("Write your name.")
    elif comparable(typed) != comparable(party.name):
        errors["typed_name"] = _("Write your name as it stands in the agreement: %s") % party.name
    if not move.inputs.get("agreed"):
        errors["agreed"] = _("Tick the box if you agree to the agreement.")
    if move.inputs.get("shown_sha256") != agreement.document.sha256:
        errors["agreed"] = _("The agreement has changed since you opened this page. Read it again.")
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
    move.data |= {"party": party.pk, "role": party.role, "sha256": agreement.document.sha256}
