"""The card of an eligible case: finding mentors, and how far the questions to them have come."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring.pairing.asking import wanted
from wagtail_mentoring.pairing.choices import InvitationStatus
from wagtail_mentoring.programme import dates

from .asking.words import names_of, seen_by_mentee, state_of
from .card import GONE, MISSING, OK, WAITING, CardLink, Check, NextStep
from .dossier import Dossier


def find_mentors(dossier: Dossier) -> NextStep:
    """Return the card of an eligible case."""
    made = _MADE.get(dossier.case.asking, _seek)(dossier)
    return made


def _first_checks(dossier: Dossier) -> list[Check]:
    decision, checks = dossier.decision, []
    if decision is not None and decision.eligible:
        seen = _("Basis seen on %(day)s") % {"day": dates.day(decision.seen_on)} if decision.seen_on else ""
        checks.append(Check(OK, _("The applicant is eligible"), seen))
    if dossier.pairs:
        what = _("New mentors are looked for; the meetings held stay counted")
        held = ngettext("%(number)s meeting held", "%(number)s meetings held", len(dossier.held))
        checks.append(Check(WAITING, what, held % {"number": len(dossier.held)}))
    return checks


def _waits(dossier: Dossier) -> str:
    case = dossier.case
    since = {"days": dates.days(case.days_in_state), "promised": dates.days(case.participation.pairing_days)}
    if not case.days_in_state:
        return _("Waiting since today. The union promises mentors within %(promised)s.") % since
    return _("Waiting for %(days)s. The union promises mentors within %(promised)s.") % since


def _find(dossier: Dossier, label: str, main: bool = True) -> CardLink:
    return CardLink(label, reverse("mentoring_desk:find_mentors", args=[dossier.case.pk]), main)


def _seek(dossier: Dossier) -> NextStep:
    room = dossier.mentors_with_room
    found = ngettext("%(number)s mentor of this field has room", "%(number)s mentors of this field have room", room) % {
        "number": room
    }
    checks = _first_checks(dossier)
    if room >= 2:
        checks.append(Check(OK, found, _("“Find mentors” shows who fits best, and why.")))
    elif room and dossier.case.one_mentor_allowed:
        checks.append(Check(WAITING, found, _("One mentor is enough when you give a reason.")))
    else:
        checks.append(Check(MISSING, found, _("Register a mentor, or ask one to take one more mentee.")))
    return NextStep(
        title=_("Find two mentors for %(name)s") % {"name": dossier.mentee.called},
        why=_waits(dossier),
        checks=checks,
        links=[_find(dossier, _("Find mentors"))],
    )


def _nobody(dossier: Dossier) -> NextStep:
    card = _seek(dossier)
    last = dossier.proposals[-1]
    said = ", ".join(f"{one.mentor.name}: {state_of(one)}" for one in last.asked)  # type: ignore[attr-defined]
    what = _("Everybody who was asked has said no")
    if any(one.status == InvitationStatus.EXPIRED for one in last.asked):  # type: ignore[attr-defined]
        what = _("Everybody who was asked has said no, or did not answer")
    card.checks.insert(0, Check(MISSING, what, said))
    card.title = _("Find others for %(name)s: nobody is left to ask") % {"name": dossier.mentee.called}
    return card


def _refused(dossier: Dossier) -> NextStep:
    card = _seek(dossier)
    last = next(one for one in reversed(dossier.proposals) if one.mentee_answer == "no")
    what = _("%(name)s would rather have others than %(names)s") % {
        "name": dossier.mentee.called,
        "names": seen_by_mentee(last),
    }
    card.checks.insert(0, Check(MISSING, what, last.mentee_note))
    card.title = _("Find other mentors for %(name)s") % {"name": dossier.mentee.called}
    return card


def _silent(dossier: Dossier) -> NextStep:
    card = _seek(dossier)
    last = next(one for one in reversed(dossier.proposals) if one.mentee_silent)
    what = _("%(name)s has not answered about the pair") % {"name": dossier.mentee.called}
    why = _("The places of %(names)s are free again. Perhaps the mails do not arrive: call %(name)s.") % {
        "names": seen_by_mentee(last),
        "name": dossier.mentee.called,
    }
    card.checks.insert(0, Check(MISSING, what, why))
    card.title = _("Talk with %(name)s, then find mentors") % {"name": dossier.mentee.called}
    return card


def _answers(dossier: Dossier) -> list[Check]:
    """Return one line for each mentor who is asked."""
    checks: list[Check] = []
    if (proposal := dossier.open_proposal) is None:
        return checks
    asked: list[Any] = proposal.asked  # type: ignore[attr-defined]
    over = _over(asked, wanted(proposal))
    for place, one in enumerate(asked):
        kind = {InvitationStatus.YES: OK, InvitationStatus.ASKED: WAITING}.get(one.status, MISSING)
        if place in over:
            kind = GONE
        until = ""
        if one.status == InvitationStatus.ASKED and one.answer_by:
            until = _("Answer by %(day)s") % {"day": dates.day(one.answer_by)}
            if one.reminded_at:
                until += " · " + _("reminded on %(day)s") % {"day": dates.day(one.reminded_at)}
        checks.append(Check(kind, f"{one.mentor.name}: {state_of(one)}", until))
        if one.question and one.reply_at is None:
            checks.append(Check(MISSING, _("%(name)s has a question") % {"name": one.mentor.name}, one.question))
    return checks


def _over(asked: list[Any], most: int) -> set[int]:
    """Return the places in ``asked`` of those who are gone and missed by nobody: somebody was asked in their stead, or
    fewer are enough now. ``most``: how many mentors are wanted. Those who went last are the ones who are missing.
    """
    with_us = (InvitationStatus.ASKED, InvitationStatus.YES)
    gone = [number for number, one in enumerate(asked) if one.status not in with_us]
    missing = max(0, most - (len(asked) - len(gone)))
    return set(gone[: max(0, len(gone) - missing)])


def _questions(dossier: Dossier) -> list[CardLink]:
    """Return a button for each question of a mentor that has no answer yet."""
    return [
        CardLink(
            _("Answer %(name)s") % {"name": one.mentor.name},
            reverse("mentoring_desk:invitation_reply", args=[dossier.case.pk, one.pk]),
            main=number == 0,
        )
        for number, one in enumerate(
            invitation
            for invitation in (dossier.open_proposal.asked if dossier.open_proposal else [])  # type: ignore[attr-defined]
            if invitation.question and invitation.reply_at is None
        )
    ]


def _asked(dossier: Dossier) -> NextStep:
    questions = _questions(dossier)
    title = _("Answer the mentor’s question") if questions else _("Nothing to do now: mentors are being asked")
    return NextStep(
        title=title,
        why=_waits(dossier),
        checks=[*_first_checks(dossier), *_answers(dossier)],
        links=[*questions, _find(dossier, _("Choose who comes next"), main=False)],
    )


def _missing(dossier: Dossier) -> NextStep:
    said_yes = next(
        one.mentor
        for one in dossier.open_proposal.asked  # type: ignore[union-attr]
        if one.status == InvitationStatus.YES
    )
    link = CardLink(_("See who could join"), "#asked-section", main=True)
    return NextStep(
        title=_("Ask somebody to mentor together with %(name)s") % {"name": said_yes.called},
        why=_("One mentor said yes, the other did not. Those who fit best are below, under “Mentors being asked”."),
        checks=[*_first_checks(dossier), *_answers(dossier)],
        links=[link, *_questions(dossier)],
    )


def _mentee(dossier: Dossier) -> NextStep:
    proposal: Any = dossier.open_proposal
    asked = _asked_on(proposal)
    waits = Check(WAITING, _("%(name)s has not answered yet") % {"name": dossier.mentee.called}, asked)
    record = reverse("mentoring_desk:proposal_mentee", args=[dossier.case.pk, proposal.pk])
    return NextStep(
        title=_("Nothing to do now: %(name)s is being asked about the mentors") % {"name": dossier.mentee.called},
        why=_("With a yes the pair is made and the agreement is sent by itself."),
        checks=[*_first_checks(dossier), *_answers(dossier), waits],
        links=[*_questions(dossier), CardLink(_("Record the mentee’s answer"), record)],
    )


def _asked_on(proposal: Any) -> str:
    """Return when the mentee was asked about ``proposal``, until when the answer is awaited, and of a reminder."""
    parts = [_("Asked on %(day)s") % {"day": dates.day(proposal.mentee_asked_at)}]
    if proposal.mentee_answer_by:
        parts.append(_("Answer by %(day)s") % {"day": dates.day(proposal.mentee_answer_by)})
    if proposal.mentee_reminded_at:
        parts.append(_("reminded on %(day)s") % {"day": dates.day(proposal.mentee_reminded_at)})
    return " · ".join(parts)


def replacing(dossier: Dossier) -> list[Check]:
    """Return who is asked, of a running pair, to take whose place, and how far that has come; [] when nobody is."""
    proposal = dossier.open_proposal
    if proposal is None or proposal.replaces is None:
        return []
    said = {"new": names_of(proposal), "leaving": proposal.replaces.name, "mentee": dossier.mentee.called}
    if proposal.mentee_asked_at is None:
        return [Check(WAITING, _("%(new)s is asked to take the place of %(leaving)s") % said), *_answers(dossier)]
    asked = _asked_on(proposal)
    what = _("%(mentee)s is asked whether %(new)s may take the place of %(leaving)s") % said
    return [Check(WAITING, what, asked), *_answers(dossier)]


def replaced(dossier: Dossier) -> str:
    """Return what is waited for, as a title, while somebody is asked in the place of a mentor."""
    check = replacing(dossier)[0]
    return _("Nothing to do now: %(what)s") % {"what": check.what}


_MADE = {
    "mentors": _asked,
    "missing": _missing,
    "mentee": _mentee,
    "refused": _refused,
    "silent": _silent,
    "nobody": _nobody,
}
