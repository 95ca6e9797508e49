"""What will happen when a step's button is pressed: mails, dates and numbers, beside the button."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring.agreements.models import UploadKind
from wagtail_mentoring.pairing.choices import ProposalStatus
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.localized import language_name
from wagtail_mentoring.programme.users import user_name
from wagtail_mentoring.workflows import STATE_LABELS, CaseState, state_after_meetings

from .asking.words import names_of
from .dossier import Dossier
from .next_agreement import joins_later


def of_step(dossier: Dossier, step: str) -> list[str]:
    """Return what happens when ``step`` is taken, one sentence each."""
    told = _SENTENCES[step](dossier)
    return [sentence for sentence in told if sentence] + [_("Your name and the time are written in the history.")]


def _language(dossier: Dossier) -> str:
    return language_name(dossier.case.language)


def _names(dossier: Dossier) -> str:
    return ", ".join(mentor.name for mentor in dossier.mentors)


def _accept(dossier: Dossier) -> list[str]:
    name = {"name": dossier.mentee.called, "language": _language(dossier)}
    wiped = ngettext(
        "The basis is wiped %(n)s month from now.",
        "The basis is wiped %(n)s months from now.",
        dossier.case.participation.retention_basis_months,
    )
    return [
        _("%(name)s gets a mail in %(language)s: the application is accepted, mentors are looked for.") % name,
        _("The case moves to “%(state)s”.") % {"state": STATE_LABELS[CaseState.ELIGIBLE]},
        wiped % {"n": dossier.case.participation.retention_basis_months},
    ]


def _refuse(dossier: Dossier) -> list[str]:
    name = {"name": dossier.mentee.called, "language": _language(dossier)}
    months = dossier.case.participation.retention_not_eligible_months
    kept = ngettext(
        "Data on the person are due to be erased %(n)s month from now; until then you can reopen the case.",
        "Data on the person are due to be erased %(n)s months from now; until then you can reopen the case.",
        months,
    )
    return [
        _("%(name)s gets a mail in %(language)s with your reason.") % name,
        _("The case closes as “not eligible”."),
        kept % {"n": months},
    ]


def _open_questions(dossier: Dossier) -> list[str]:
    """Return that those who are being asked are asked no longer."""
    current = dossier.open_proposal
    waiting = [one for one in dossier.proposals if one.status == ProposalStatus.QUEUED]
    told = _("The open question to %(names)s is withdrawn: each gets a mail with thanks, and the places become free.")
    queued = _("Those who stand next in line are not asked: %(names)s.")
    return [
        told % {"names": names_of(current)} if current is not None else "",
        queued % {"names": "; ".join(names_of(one) for one in waiting)} if waiting else "",
    ]


def _pair(dossier: Dossier) -> list[str]:
    state = STATE_LABELS[state_after_meetings(len(dossier.held))]
    return [
        _("%(name)s and the mentors each get a mail with a private link.") % {"name": dossier.mentee.called},
        _("Each mentor has one place less."),
        _("The case moves to “%(state)s”. The agreement is sent next.") % {"state": state},
        *_open_questions(dossier),
    ]


def _send_agreement(dossier: Dossier) -> list[str]:
    people = [dossier.mentee.name, *(mentor.name for mentor in dossier.mentors)]
    made = _("The agreement is made as a PDF in %(language)s and cannot be changed afterwards.")
    if joins_later(dossier):
        asked = {party.mentor_id for party in dossier.parties}
        people = [mentor.name for mentor in dossier.mentors if mentor.pk not in asked]
        made = _("The supplement is made as a PDF in %(language)s and cannot be changed afterwards.")
    return [
        made % {"language": _language(dossier)},
        ngettext("%(n)s mail goes out today: %(names)s.", "%(n)s mails go out today: %(names)s.", len(people))
        % {"n": len(people), "names": ", ".join(people)},
        "" if joins_later(dossier) else _contact_person(dossier),
    ]


def _contact_person(dossier: Dossier) -> str:
    """Return that the agreement names its issuer too, where the rule of today says so."""
    if not dossier.case.participation.contact_person_signs:
        return ""
    told = _("%(name)s (you) stands in it as contact person and signs too, on this case. No meeting waits for that.")
    return told % {"name": user_name(dossier.user)}


def _last_one(dossier: Dossier, names: set[str]) -> str:
    """Return what follows when nobody but ``names`` was still to sign."""
    contact = dossier.contact_party
    still = {party.name for party in dossier.missing} | ({contact.name} if contact else set())
    return _("Then everyone has signed: the signing record is made.") if still <= names else ""


def _sign_as_contact(dossier: Dossier) -> list[str]:
    contact = dossier.contact_party
    return [
        _("Your typed name counts as a simple electronic signature, with the time and the document that you saw."),
        _last_one(dossier, {contact.name} if contact else set()),
    ]


def _confirm(dossier: Dossier) -> list[str]:
    copy = dossier.copy
    if copy is None or copy.kind == UploadKind.SCAN or copy.party is None:
        return [
            _("The signature of everyone whom you choose counts. It is shown as “on paper, confirmed by you”."),
            _("Other copies that they have sent are put aside."),
        ]
    return [
        _("The signature of %(name)s counts. It is shown that you took it.") % {"name": copy.party.name},
        _("The file becomes the newest version of the agreement."),
        _last_one(dossier, {copy.party.name}),
    ]


def _reject(dossier: Dossier) -> list[str]:
    name = {"name": dossier.copy.party.name if dossier.copy and dossier.copy.party else ""}
    return [
        _("%(name)s is told your reason, and can send another copy or sign in another way.") % name
        if name["name"]
        else _("The copy stays in the case, marked as not taken."),
    ]


def _paper(dossier: Dossier) -> list[str]:
    return [
        _("The scan is stored with the case."),
        _("The signature of everyone whom you choose counts. It is shown as “on paper, confirmed by you”."),
        _("Other copies that they have sent are put aside."),
    ]


def _reissue(dossier: Dossier) -> list[str]:
    people = [dossier.mentee.name, *(mentor.name for mentor in dossier.mentors)]
    signed = [party for party in dossier.parties if hasattr(party, "signature") and not dossier.has_left(party)]
    had = ngettext(
        "%(n)s signature was made already. It stays in the history, with the document that it was made on.",
        "%(n)s signatures were made already. They stay in the history, with the document that they were made on.",
        len(signed),
    )
    return [
        _("The agreement is made as a new PDF in %(language)s, with the text that is in force now.")
        % {"language": _language(dossier)},
        ngettext("%(n)s person signs again: %(names)s.", "%(n)s people sign again: %(names)s.", len(people))
        % {"n": len(people), "names": ", ".join(people)},
        _contact_person(dossier),
        had % {"n": len(signed)} if signed else "",
        _("Signed copies that wait are put aside.") if dossier.copies_waiting else "",
        _("Meeting %(number)s cannot be recorded until everyone has signed.") % {"number": dossier.next_number},
    ]


def _replace(dossier: Dossier) -> list[str]:
    out = dossier.agreement is not None
    if joins_later(dossier):
        next_one = _("The signatures that were made stay. The new mentor signs a supplement, which you send next.")
    elif out:
        next_one = _("Nobody has signed yet: the agreement is made anew for everyone, and you send it next.")
    else:
        next_one = ""
    return [
        _("The place of the mentor who leaves becomes free; the new mentor has one place less."),
        _("The meetings held and the state of the case stay."),
        next_one,
        *_open_questions(dossier),
        _("A planned meeting stays planned: ask the new mentor whether the time suits.") if dossier.planned else "",
    ]


def _plan(dossier: Dossier) -> list[str]:
    planned = dossier.planned
    names = ", ".join([dossier.mentee.name, *(mentor.name for mentor in dossier.mentors)])
    moved = ""
    if planned is not None:
        moved = _("The meeting is moved from %(when)s.") % {"when": dates.moment(planned.starts_at)}
    return [moved, _("%(names)s get a mail with the time and the place.") % {"names": names}]


def _record(dossier: Dossier) -> list[str]:
    state = STATE_LABELS[state_after_meetings(min(dossier.next_number, 5))]
    return [
        _("The case moves to “%(state)s”. No mail is sent.") % {"state": state},
        _("A meeting recorded by mistake can be undone with a reason."),
    ]


def _undo(dossier: Dossier) -> list[str]:
    held = len(dossier.held)
    state = STATE_LABELS[state_after_meetings(max(held - 1, 0))]
    told = _("Meeting %(number)s is marked as recorded by mistake; the case returns to “%(state)s”.")
    return [
        told % {"number": held, "state": state},
        _("A planned meeting is cancelled.") if dossier.planned else "",
    ]


def _go_back(dossier: Dossier) -> list[str]:
    held = len(dossier.held)
    stay = ngettext("%(n)s meeting stays counted.", "%(n)s meetings stay counted.", held) % {"n": held}
    return [
        _("The pair ends: %(names)s. Their places become free.") % {"names": _names(dossier)},
        _("%(name)s gets a mail: new mentors are looked for.") % {"name": dossier.mentee.called},
        stay if held else "",
        _("The case goes first in the waiting queue; the new pair signs a new agreement."),
        _("A planned meeting is cancelled.") if dossier.planned else "",
    ]


def _cancel(dossier: Dossier) -> list[str]:
    return [
        _("A mail that the meeting is cancelled, with a calendar file, goes to: %(names)s.")
        % {"names": _three(dossier)},
        _("Meeting %(number)s needs another time.") % {"number": dossier.next_number},
    ]


def _miss(dossier: Dossier) -> list[str]:
    return [
        _("It does not count as a meeting. Meeting %(number)s needs another time.") % {"number": dossier.next_number},
        _("It stands in the history. Nobody gets a mail."),
    ]


def _three(dossier: Dossier) -> str:
    return ", ".join([dossier.mentee.name, *(mentor.name for mentor in dossier.mentors)])


def _close(dossier: Dossier) -> list[str]:
    rules, mentors = dossier.case.participation, dossier.mentors
    months = rules.retention_follow_up_months if dossier.follow_up_consented else rules.retention_closed_months
    kept = ngettext(
        "Data on persons are due to be erased %(n)s month from now; until then you can reopen the case.",
        "Data on persons are due to be erased %(n)s months from now; until then you can reopen the case.",
        months,
    )
    names = _three(dossier)
    free = ngettext("%(n)s mentor’s place becomes free.", "%(n)s mentors’ places become free.", len(mentors))
    return [
        _("A mail that the mentoring has ended goes to: %(names)s.") % {"names": names},
        free % {"n": len(mentors)} if mentors else "",
        _("A planned meeting is cancelled.") if dossier.planned else "",
        kept % {"n": months},
    ]


def _reopen(dossier: Dossier) -> list[str]:
    before = dossier.facts.closed_from
    state = STATE_LABELS[before] if before else ""
    return [
        _("The case returns to “%(state)s”, with its mentors, agreement and meetings.") % {"state": state},
        _("%(name)s gets a mail: the mentoring goes on.") % {"name": dossier.mentee.called},
        *(
            _("%(name)s has no room by the profile: with this one there are %(number)s mentees, and room for %(room)s.")
            % {"name": mentor.name, "number": mentor.load + 1, "room": mentor.capacity}
            for mentor in dossier.mentors
            if mentor.load >= mentor.capacity
        ),
    ]


_SENTENCES: dict[str, Any] = {
    "accept": _accept,
    "refuse": _refuse,
    "pair": _pair,
    "send_agreement": _send_agreement,
    "sign_as_contact": _sign_as_contact,
    "confirm_signature": _confirm,
    "reject_signature": _reject,
    "record_paper": _paper,
    "reissue": _reissue,
    "replace_mentor": _replace,
    "plan_meeting": _plan,
    "cancel_meeting": _cancel,
    "miss_meeting": _miss,
    "record_meeting": _record,
    "undo_meeting": _undo,
    "go_back": _go_back,
    "complete": _close,
    "end": _close,
    "reopen": _reopen,
}
