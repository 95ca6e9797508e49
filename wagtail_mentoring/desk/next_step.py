"""What to do next with a case, and why: the card at the top of the case page."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.meetings.moves import theme_of
from wagtail_mentoring.programme import dates
from wagtail_mentoring.workflows import END_REASON_LABELS, CaseState, EndReason, Situation, Step

from .card import MISSING, OK, WAITING, Check, NextStep
from .dossier import Dossier
from .next_agreement import (
    after_signatures,
    agreement_to_send,
    copies_to_look_at,
    joins_later,
    planned_meeting,
    signatures,
)
from .next_mentors import find_mentors, replacing
from .next_people import said
from .situation import decision_due
from .wording import BASIS_CHOSEN, SITUATIONS


def next_step(dossier: Dossier) -> NextStep:
    """Return the card for the case as it is now."""
    if dossier.facts.state == CaseState.CLOSED:
        card = _closed(dossier)
    elif dossier.facts.state == CaseState.APPLIED:
        card = _applied(dossier)
    elif dossier.facts.state == CaseState.ELIGIBLE:
        card = find_mentors(dossier)
    elif dossier.facts.uploads_waiting:
        card = copies_to_look_at(dossier)
    elif not dossier.facts.agreement_out:
        card = agreement_to_send(dossier)
    elif dossier.facts.unsigned:
        card = signatures(dossier)
    else:
        card = _meetings(dossier)
    card.checks = [*said(dossier), *replacing(dossier), *card.checks]
    for step in dossier.steps:
        if _not_here(step, dossier):
            continue
        step = replace(step, label=step_label(step.name, step.label, dossier))
        if not step.allowed:
            card.blocked.append(step)
        elif step.quiet:
            card.quiet.append(step)
        elif step.name == card.main:
            card.primary = step
        else:
            card.others.append(step)
    return card


def _not_here(step: Step, dossier: Dossier) -> bool:
    """Whether ``step`` has no place on the card: it is taken elsewhere, is somebody else's, or nobody misses it."""
    if step.name == "reject_signature":
        return True
    if step.name == "sign_as_contact":
        return not signs_as_contact(dossier)
    return step.name in ("record_paper", "reissue") and not step.allowed


def signs_as_contact(dossier: Dossier) -> bool:
    """Return whether the user is the contact person whom the agreement names."""
    party = dossier.contact_party
    return party is not None and party.user_id == dossier.user.pk


def step_label(name: str, label: Any, dossier: Dossier) -> Any:
    """Return what the button of a step says, where that depends on the case."""
    if name == "plan_meeting":
        return plan_label(dossier)
    if name == "confirm_signature":
        return _("Look at the copy")
    if name == "send_agreement" and not dossier.facts.agreement_out and joins_later(dossier):
        return _("Send the supplement")
    return label


def plan_label(dossier: Dossier) -> str:
    """Return the name of planning the next meeting, which is moved when it is planned already."""
    number = {"number": dossier.next_number}
    return (_("Move meeting %(number)s") if dossier.planned else _("Plan meeting %(number)s")) % number


def _applied(dossier: Dossier) -> NextStep:
    case, mentee, application = dossier.case, dossier.mentee, dossier.application
    due = decision_due(case)
    late = (clock.today() - due).days
    promise = ngettext(
        "The union promises a decision within %(days)s day",
        "The union promises a decision within %(days)s days",
        case.participation.decision_days,
    ) % {"days": case.participation.decision_days}
    when = _("it was due on %(day)s") if late > 0 else _("it is due on %(day)s")
    checks = []
    if application is not None:
        sent = _("Sent %(day)s") % {"day": dates.day(application.sent_at)}
        if application.channel not in ("web", "intake"):
            sent = _("Registered by the contact person on %(day)s") % {"day": dates.day(application.sent_at)}
        checks.append(Check(OK, _("The application has come"), sent))
    others = dossier.others_running
    if others:
        names = ", ".join(other.reference for other in others)
        what = _("The same name or e-mail has another running case")
        checks.append(Check(WAITING, what, _("Compare with %(cases)s.") % {"cases": names}))
    else:
        what = _("No other running case of this person in the union")
        checks.append(Check(OK, what, _("Compared by name and e-mail")))
    chosen = BASIS_CHOSEN.get(application.basis) if application else None
    ask = _("Ask to see it, and note the date and what it was. No copy is kept.")
    if chosen:
        ask = _("%(name)s chose “%(basis)s”.") % {"name": mentee.called, "basis": chosen} + " " + ask
    checks.append(Check(MISSING, _("The basis of eligibility has not been recorded"), ask))
    return NextStep(
        title=_("Decide whether %(name)s is eligible") % {"name": mentee.called},
        why=f"{promise}: {when % {'day': dates.day(due)}}.",
        checks=checks,
        main="accept",
    )


def _meetings(dossier: Dossier) -> NextStep:
    case, held, planned = dossier.case, len(dossier.held), dossier.planned
    checks = [Check(OK, _("Everyone has signed the agreement")), *after_signatures(dossier)]
    if held:
        what = ngettext("%(number)s meeting has been held", "%(number)s meetings have been held", held)
        last = dates.day(dossier.held[-1].starts_at)
        checks.append(Check(OK, what % {"number": held}, _("The latest on %(day)s") % {"day": last}))
    rules = {"least": case.min_meetings, "most": case.max_meetings, "number": dossier.next_number}
    if held >= case.max_meetings:
        return NextStep(
            _("Close the case as completed"), _("All %(most)s meetings have been held.") % rules, checks, "complete"
        )
    if planned is not None and planned.starts_at <= clock.now():
        checks.append(
            Check(MISSING, _("Meeting %(number)s has not been recorded") % rules, dates.moment(planned.starts_at))
        )
        title = _("Record meeting %(number)s") % rules
        return NextStep(title, _("Its time has passed: was it held, and who was there?"), checks, "record_meeting")
    if planned is not None:
        title = _("Nothing to do now: meeting %(number)s is on %(day)s") % {
            **rules,
            "day": dates.day(planned.starts_at),
        }
        return NextStep(title, _("Record it here when it has been held."), checks + planned_meeting(dossier), None)
    theme = theme_of(case, dossier.next_number)
    checks.append(Check(MISSING, _("Meeting %(number)s has no time yet") % rules, theme))
    if held >= case.min_meetings:
        title = _("Plan meeting %(number)s, or close the case") % rules
        why = _("The %(least)s meetings that the union asks for have been held; up to %(most)s are possible.") % rules
        return NextStep(title, why, checks, "plan_meeting")
    title = _("Plan meeting %(number)s") % rules
    why = _("%(least)s to %(most)s meetings belong to the mentoring.") % rules
    return NextStep(title, why, checks, "plan_meeting")


def _closed(dossier: Dossier) -> NextStep:
    case = dossier.case
    reason = END_REASON_LABELS[EndReason(case.end_reason)] if case.end_reason else ""
    now = SITUATIONS[Situation(case.situation)] if case.situation else ""
    checks: list[Check] = []
    if reason:
        checks.append(Check(OK, _("Why it ended: %(reason)s") % {"reason": reason}))
    if now:
        checks.append(Check(OK, _("The mentee’s situation: %(situation)s") % {"situation": now}))
    closed = dates.day(case.closed_at) if case.closed_at else ""
    return NextStep(
        _("Nothing to do: this case is closed"),
        _("Closed on %(day)s. It can be reopened with a reason until its data are erased.") % {"day": closed},
        checks,
    )
