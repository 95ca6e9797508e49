"""What to do next with a case, and why: the card at the top of the case page."""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.meetings.moves import theme_of
from wagtail_mentoring.workflows import END_REASON_LABELS, CaseState, EndReason, Situation, Step

from . import words
from .dossier import Dossier
from .situation import decision_due
from .wording import BASIS_CHOSEN, SITUATIONS

OK, MISSING, WAITING = "ok", "miss", "wait"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the check list: ``kind`` is ``ok``, ``miss`` or ``wait``."""

    kind: str
    what: str
    why: str = ""


@dataclass(slots=True)
class NextStep:
    """The card: a title, why, a check list, and the steps in the order of their weight."""

    title: str
    why: str
    checks: list[Check]
    #: Name of the step with the filled button; None when nothing is due.
    main: str | None = None
    primary: Step | None = None
    others: list[Step] = field(default_factory=list)
    quiet: list[Step] = field(default_factory=list)
    blocked: list[Step] = field(default_factory=list)
    #: The private link of the first party who has not signed: a new one can be sent.
    remind: Any = None


def next_step(dossier: Dossier) -> NextStep:
    """Return the card for the case as it is now."""
    if dossier.facts.state == CaseState.CLOSED:
        card = _closed(dossier)
    elif dossier.facts.state == CaseState.APPLIED:
        card = _applied(dossier)
    elif dossier.facts.state == CaseState.ELIGIBLE:
        card = _eligible(dossier)
    elif not dossier.facts.agreement_out:
        card = _agreement_to_send(dossier)
    elif dossier.facts.unsigned:
        card = _signatures(dossier)
    else:
        card = _meetings(dossier)
    for step in dossier.steps:
        step = replace(step, label=step_label(step, dossier))
        if not step.allowed:
            card.blocked.append(step)
        elif step.quiet:
            card.quiet.append(step)
        elif step.name == card.main:
            card.primary = step
        else:
            card.others.append(step)
    return card


def step_label(step: Step, dossier: Dossier) -> Any:
    """Return what the button of ``step`` says: a planned meeting is moved, not planned again."""
    return plan_label(dossier) if step.name == "plan_meeting" else step.label


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
        sent = _("Sent %(day)s") % {"day": words.day(application.sent_at)}
        if application.channel not in ("web", "intake"):
            sent = _("Registered by the contact person on %(day)s") % {"day": words.day(application.sent_at)}
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
        why=f"{promise}: {when % {'day': words.day(due)}}.",
        checks=checks,
        main="accept",
    )


def _eligible(dossier: Dossier) -> NextStep:
    case, decision, room = dossier.case, dossier.decision, len(dossier.mentors_with_room)
    checks = []
    if decision is not None and decision.eligible:
        seen = _("Basis seen on %(day)s") % {"day": words.day(decision.seen_on)} if decision.seen_on else ""
        checks.append(Check(OK, _("The applicant is eligible"), seen))
    if dossier.pairs:
        what = _("New mentors are looked for; the meetings held stay counted")
        held = ngettext("%(number)s meeting held", "%(number)s meetings held", len(dossier.held))
        checks.append(Check(WAITING, what, held % {"number": len(dossier.held)}))
    needed = 1 if case.one_mentor_allowed else 2
    found = ngettext("%(number)s mentor of this field has room", "%(number)s mentors of this field have room", room) % {
        "number": room
    }
    if room >= 2:
        checks.append(Check(OK, found, _("Ask two of them before you choose.")))
    elif room >= needed:
        checks.append(Check(WAITING, found, _("One mentor is enough when you give a reason.")))
    else:
        checks.append(Check(MISSING, found, _("Register a mentor, or ask one to take one more mentee.")))
    since = {"days": words.days(case.days_in_state), "promised": words.days(case.participation.pairing_days)}
    return NextStep(
        title=_("Choose two mentors for %(name)s") % {"name": dossier.mentee.called},
        why=_("Waiting for %(days)s. The union promises mentors within %(promised)s.") % since,
        checks=checks,
        main="pair",
    )


def _agreement_to_send(dossier: Dossier) -> NextStep:
    checks = [Check(OK, _("%(name)s is a mentor of this case") % {"name": mentor.name}) for mentor in dossier.mentors]
    checks.append(
        Check(MISSING, _("The agreement has not been sent"), _("It is made as a PDF in the language of the case."))
    )
    return NextStep(
        title=_("Send the ethics agreement"),
        why=_("The mentee and the mentors read and sign it before they meet."),
        checks=checks + _planned(dossier),
        main="send_agreement",
    )


def _signatures(dossier: Dossier) -> NextStep:
    agreement, number = dossier.agreement, dossier.next_number
    checks = []
    signers = [party for party in agreement.signers if party.required] if agreement else []  # type: ignore[attr-defined]
    missing = [party for party in signers if not hasattr(party, "signature")]
    for party in sorted(signers, key=lambda one: hasattr(one, "signature")):
        if hasattr(party, "signature"):
            what = _("%(name)s has signed") % {"name": party.name}
            checks.append(Check(OK, what, words.moment(party.signature.signed_at)))
        else:
            what = _("%(name)s has not signed the agreement") % {"name": party.name}
            checks.append(Check(MISSING, what, _asked(dossier, party)))
    planned = dossier.planned
    title = ngettext(
        "Get the last signature before meeting %(number)s", "Get the signatures before meeting %(number)s", len(missing)
    ) % {"number": number}
    return NextStep(
        title=title,
        why=_("Meeting %(number)s cannot be recorded until everyone has signed.") % {"number": number},
        checks=checks + _planned(dossier),
        main="plan_meeting" if planned is None else None,
        remind=next((link for link in map(partial(_link_of, dossier), missing) if link is not None), None),
    )


def _asked(dossier: Dossier, party: Any) -> str:
    agreement = dossier.agreement
    asked = _("Asked %(day)s.") % {"day": words.day(agreement.issued_at)} if agreement else ""
    link = _link_of(dossier, party)
    if link is None or link.opened_at is None:
        return asked + " " + _("The private page has not been opened; a new link can be sent.")
    return asked + " " + _("The private page was opened %(day)s.") % {"day": words.day(link.opened_at)}


def _link_of(dossier: Dossier, party: Any) -> Any:
    """Return the private link of a party of the agreement, None when there is none."""
    who = (party.mentee_id, party.mentor_id)
    return next((link for link in dossier.links if (link.mentee_id, link.mentor_id) == who), None)


def _planned(dossier: Dossier) -> list[Check]:
    planned = dossier.planned
    number = {"number": dossier.next_number}
    if planned is None:
        return [Check(WAITING, _("Meeting %(number)s has no time yet") % number)]
    where = f"{words.moment(planned.starts_at)}, {planned.place}" if planned.place else words.moment(planned.starts_at)
    return [Check(OK, _("Meeting %(number)s has a time") % number, where)]


def _meetings(dossier: Dossier) -> NextStep:
    case, held, planned = dossier.case, len(dossier.held), dossier.planned
    checks = [Check(OK, _("Everyone has signed the agreement"))]
    if held:
        what = ngettext("%(number)s meeting has been held", "%(number)s meetings have been held", held)
        last = words.day(dossier.held[-1].starts_at)
        checks.append(Check(OK, what % {"number": held}, _("The latest on %(day)s") % {"day": last}))
    rules = {"least": case.min_meetings, "most": case.max_meetings, "number": dossier.next_number}
    if held >= case.max_meetings:
        return NextStep(
            _("Close the case as completed"), _("All %(most)s meetings have been held.") % rules, checks, "complete"
        )
    if planned is not None and planned.starts_at <= clock.now():
        checks.append(
            Check(MISSING, _("Meeting %(number)s has not been recorded") % rules, words.moment(planned.starts_at))
        )
        title = _("Record meeting %(number)s") % rules
        return NextStep(title, _("Its time has passed: was it held, and who was there?"), checks, "record_meeting")
    if planned is not None:
        title = _("Nothing to do now: meeting %(number)s is on %(day)s") % {
            **rules,
            "day": words.day(planned.starts_at),
        }
        return NextStep(title, _("Record it here when it has been held."), checks + _planned(dossier), None)
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
    closed = words.day(case.closed_at) if case.closed_at else ""
    return NextStep(
        _("Nothing to do: this case is closed"),
        _("Closed on %(day)s. It can be reopened with a reason until its data are erased.") % {"day": closed},
        checks,
    )
