"""What will happen when a step's button is pressed: mails, dates and numbers, beside the button."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring.conf import conf
from wagtail_mentoring.workflows import STATE_LABELS, CaseState, state_after_meetings

from . import words
from .dossier import Dossier


def of_step(dossier: Dossier, step: str) -> list[str]:
    """Return what happens when ``step`` is taken, one sentence each."""
    told = _SENTENCES[step](dossier)
    return [sentence for sentence in told if sentence] + [_("Your name and the time are written in the history.")]


def _language(dossier: Dossier) -> str:
    return str(dict(conf.LANGUAGES).get(dossier.case.language, dossier.case.language))


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


def _pair(dossier: Dossier) -> list[str]:
    state = STATE_LABELS[state_after_meetings(len(dossier.held))]
    return [
        _("%(name)s and the mentors each get a mail with a private link.") % {"name": dossier.mentee.called},
        _("Each mentor has one place less."),
        _("The case moves to “%(state)s”. The agreement is sent next.") % {"state": state},
    ]


def _send_agreement(dossier: Dossier) -> list[str]:
    parties = 1 + len(dossier.mentors)
    made = _("The agreement is made as a PDF in %(language)s and cannot be changed afterwards.")
    return [
        made % {"language": _language(dossier)},
        ngettext("%(n)s mail goes out today: %(names)s.", "%(n)s mails go out today: %(names)s.", parties)
        % {"n": parties, "names": ", ".join([dossier.mentee.name, *(mentor.name for mentor in dossier.mentors)])},
    ]


def _plan(dossier: Dossier) -> list[str]:
    planned = dossier.planned
    names = ", ".join([dossier.mentee.name, *(mentor.name for mentor in dossier.mentors)])
    moved = ""
    if planned is not None:
        moved = _("The meeting is moved from %(when)s.") % {"when": words.moment(planned.starts_at)}
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


def _close(dossier: Dossier) -> list[str]:
    rules, mentors = dossier.case.participation, dossier.mentors
    months = rules.retention_follow_up_months if dossier.follow_up_consented else rules.retention_closed_months
    kept = ngettext(
        "Data on persons are due to be erased %(n)s month from now; until then you can reopen the case.",
        "Data on persons are due to be erased %(n)s months from now; until then you can reopen the case.",
        months,
    )
    names = ", ".join([dossier.mentee.name, *(mentor.name for mentor in mentors)])
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
    ]


_SENTENCES: dict[str, Any] = {
    "accept": _accept,
    "refuse": _refuse,
    "pair": _pair,
    "send_agreement": _send_agreement,
    "plan_meeting": _plan,
    "record_meeting": _record,
    "undo_meeting": _undo,
    "go_back": _go_back,
    "complete": _close,
    "end": _close,
    "reopen": _reopen,
}
