"""The card of the case page while the agreement is sent, signed, or a signed copy waits."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring.agreements.models import UploadKind
from wagtail_mentoring.programme import dates

from .card import MISSING, OK, WAITING, Check, NextStep
from .dossier import Dossier
from .next_mentors import replaced


def joins_later(dossier: Dossier) -> bool:
    """Return whether what is sent next is a supplement: somebody has signed what is out, and a mentor joined later."""
    main = dossier.agreement
    return main is not None and any(hasattr(party, "signature") for party in main.signers)  # type: ignore[attr-defined]


def agreement_to_send(dossier: Dossier) -> NextStep:
    """The agreement, or the supplement of a mentor who joined later, has not been sent."""
    asked = {party.mentor_id for party in dossier.parties}
    checks = [Check(OK, _("%(name)s is a mentor of this case") % {"name": mentor.name}) for mentor in dossier.mentors]
    failed = dossier.agreement_failed
    if failed is not None:
        when = {"when": dates.moment(failed.timestamp)}
        again = _("Tried %(when)s. Nothing was sent. Try again; if it fails again, tell your administrator.") % when
        checks.append(Check(MISSING, _("The last try to make the PDF failed"), again))
    if joins_later(dossier):
        new = ", ".join(mentor.name for mentor in dossier.mentors if mentor.pk not in asked)
        what = _("The supplement has not been sent to %(names)s") % {"names": new}
        checks.append(Check(MISSING, what, _("The signatures that were made stay as they are.")))
        return NextStep(
            title=_("Send the supplement to %(names)s") % {"names": new},
            why=_("Only the new mentor signs: a supplement that names the agreement it joins."),
            checks=checks + planned_meeting(dossier),
            main="send_agreement",
        )
    checks.append(
        Check(MISSING, _("The agreement has not been sent"), _("It is made as a PDF in the language of the case."))
    )
    return NextStep(
        title=_("Send the ethics agreement"),
        why=_("The mentee and the mentors read and sign it before they meet."),
        checks=checks + planned_meeting(dossier),
        main="send_agreement",
    )


def copies_to_look_at(dossier: Dossier) -> NextStep:
    """A signed copy waits for the handler."""
    waiting = dossier.copies_waiting
    checks = [Check(MISSING, copy_label(copy), _came(copy)) for copy in waiting]
    name = waiting[0].party.name if waiting and waiting[0].party else ""
    title = _("Look at the signed copy of %(name)s") % {"name": name} if name else _("Look at the signed copy")
    return NextStep(
        title=title,
        why=_("It counts as a signature when you have looked at it and taken it."),
        checks=checks + _signature_checks(dossier, {copy.party_id for copy in waiting}) + planned_meeting(dossier),
        main="confirm_signature",
    )


def copy_label(copy: Any) -> str:
    """Return what a sent copy is and whose: "Scan of a signed paper, from Maria Korhonen"."""
    names = {"kind": copy.get_kind_display(), "name": copy.party.name if copy.party else ""}
    return _("%(kind)s, from %(name)s") % names if names["name"] else str(names["kind"])


def _came(copy: Any) -> str:
    why = _("Sent %(when)s.") % {"when": dates.moment(copy.uploaded_at)}
    if copy.kind == UploadKind.FILE:
        return why + " " + _("The check could not decide on it.")
    return why + " " + _("Only a person can judge a paper.")


def signatures(dossier: Dossier) -> NextStep:
    """The agreement is out and somebody has not signed."""
    number, missing = dossier.next_number, needed(dossier)
    if not missing:
        return NextStep(
            title=replaced(dossier),
            why=_("Who leaves need not sign any more once the new mentor has joined."),
            checks=_signature_checks(dossier) + planned_meeting(dossier),
        )
    declined = [party for party in missing if party.declined_at is not None]
    planned = dossier.planned
    title = ngettext(
        "Get the last signature before meeting %(number)s", "Get the signatures before meeting %(number)s", len(missing)
    ) % {"number": number}
    if declined:
        names = ", ".join(party.name for party in declined)
        title = _("Talk with %(names)s, who does not want to sign") % {"names": names}
    links = (_link_of(dossier, party) for party in missing if party.declined_at is None)
    return NextStep(
        title=title,
        why=_("Meeting %(number)s cannot be recorded until everyone has signed.") % {"number": number},
        checks=_signature_checks(dossier) + planned_meeting(dossier),
        main="plan_meeting" if planned is None and not declined else None,
        remind=next((link for link in links if link is not None), None),
    )


def needed(dossier: Dossier) -> list[Any]:
    """Return those whose signature is asked for: all who are missing but the one in whose place somebody is asked."""
    proposal = dossier.open_proposal
    leaving = proposal.replaces_id if proposal is not None else None
    return [party for party in dossier.missing if leaving is None or party.mentor_id != leaving]


def _signature_checks(dossier: Dossier, sent: Collection[int | None] = ()) -> list[Check]:
    """One line for everybody who is needed, without those who have ``sent`` a copy; who has not signed comes first."""
    checks = [
        Check(MISSING, _("%(name)s has declined to sign") % {"name": party.name}, _declined(party))
        if party.declined_at is not None
        else Check(MISSING, _("%(name)s has not signed the agreement") % {"name": party.name}, _asked(dossier, party))
        for party in needed(dossier)
        if party.pk not in sent
    ]
    for party in dossier.parties:
        if party.required and hasattr(party, "signature") and not dossier.has_left(party):
            what = _("%(name)s has signed") % {"name": party.name}
            checks.append(Check(OK, what, dates.moment(party.signature.signed_at)))
    return checks


def _declined(party: Any) -> str:
    when = _("On %(day)s.") % {"day": dates.day(party.declined_at)}
    reason = f"“{party.decline_reason}”" if party.decline_reason else _("No reason was given.")
    what = _("Whoever declined can still sign.")
    what += " " + (
        _("Otherwise replace this mentor, or look for a new pair.")
        if party.mentor_id
        else _("Otherwise the case ends early.")
    )
    return " ".join((when, reason, what))


def _asked(dossier: Dossier, party: Any) -> str:
    issued = next((one.issued_at for one in dossier.current_agreements if one.pk == party.agreement_id), None)
    asked = _("Asked %(day)s.") % {"day": dates.day(issued)} if issued else ""
    link = _link_of(dossier, party)
    if link is None or link.opened_at is None:
        return asked + " " + _("The private page has not been opened; a new link can be sent.")
    return asked + " " + _("The private page was opened %(day)s.") % {"day": dates.day(link.opened_at)}


def _link_of(dossier: Dossier, party: Any) -> Any:
    """Return the private link of a party of the agreement, None when there is none."""
    who = (party.mentee_id, party.mentor_id)
    return next((link for link in dossier.links if (link.mentee_id, link.mentor_id) == who), None)


def after_signatures(dossier: Dossier) -> list[Check]:
    """What may still be open when everyone who is needed has signed: the contact person, the signing record."""
    checks = []
    contact = dossier.contact_party
    if contact is not None:
        what = _("%(name)s has not signed as contact person") % {"name": contact.name}
        checks.append(Check(WAITING, what, _("No meeting waits for it, but the signing record does.")))
    if dossier.without_record:
        failed = dossier.last_failure("mentoring.record_failed", "mentoring.record_made")
        why = _("The panel “Ethics agreement” has the button.")
        if failed is not None:
            why = _("The last try failed %(when)s.") % {"when": dates.moment(failed.timestamp)} + " " + why
        checks.append(Check(MISSING, _("The signing record has not been made yet"), why))
    return checks


def planned_meeting(dossier: Dossier) -> list[Check]:
    """Whether the next meeting has a time."""
    planned = dossier.planned
    number = {"number": dossier.next_number}
    if planned is None:
        return [Check(WAITING, _("Meeting %(number)s has no time yet") % number)]
    where = f"{dates.moment(planned.starts_at)}, {planned.place}" if planned.place else dates.moment(planned.starts_at)
    return [Check(OK, _("Meeting %(number)s has a time") % number, where)]
