"""What the screens say of a mentor."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.pairing.mentor_states import MentorState, has_agreed, has_language
from wagtail_mentoring.people.checking import months_by_union
from wagtail_mentoring.people.choices import TOPICS, SuitableTime
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.dates import months_after

from ..card import MISSING, OK, WAITING, Check


def labels(values: Any, known: Any) -> list[str]:
    """Return the words for stored ``values`` of a list of choices; what is not known any more as it stands."""
    names = dict(known)
    return [str(names.get(value, value)) for value in values or ()]


def topics(mentor: Mentor) -> list[str]:
    """Return the chosen topics in words."""
    return labels(mentor.topics, TOPICS)


def times(mentor: Mentor) -> list[str]:
    """Return the times that suit, in words."""
    return labels(mentor.times, SuitableTime.choices)


def state_words(mentor: Any) -> str:
    """Return in words what stands between ``mentor`` (see ``with_state``) and the next mentee."""
    state = MentorState(mentor.state_code)
    if state == MentorState.ENDED:
        return _("Stopped volunteering on %(day)s") % {"day": dates.day(mentor.ended_on)}
    if state == MentorState.PAUSED:
        return _("Paused until %(day)s") % {"day": dates.day(mentor.paused_until)}
    if state == MentorState.WAITING and mentor.signed_up_at:
        days = dates.days_since(mentor.signed_up_at)
        return _("Waits for approval, %(days)s") % {"days": dates.days(days)} if days > 0 else str(state.label)
    return str(state.label)


def mentees(number: int) -> str:
    """Return "1 mentee" or "2 mentees"."""
    return ngettext("%(number)s mentee", "%(number)s mentees", number) % {"number": number}


def load_words(mentor: Any) -> str:
    """Return "1 of 2", the mentees and those being asked about, and how many there may be."""
    return _("%(load)s of %(capacity)s") % {"load": mentor.load, "capacity": mentor.capacity}


def full_words(mentor: Any) -> str:
    """Return the sentence for a mentor with more mentees than wanted; "" otherwise."""
    if mentor.load <= mentor.capacity:
        return ""
    return _("%(name)s has %(mentees)s now and wants at most %(most)s: no new ones until that is so.") % {
        "name": mentor.name,
        "mentees": mentees(mentor.load),
        "most": mentor.capacity,
    }


def needs_check(mentor: Mentor, before: Mapping[int, datetime.date]) -> bool:
    """Return whether nobody has said since the day of the union (see :func:`checked_before`) that all is still true."""
    day = before.get(mentor.union_id)
    return mentor.approved_on is not None and day is not None and last_checked(mentor) <= day


def checked_before() -> dict[int, datetime.date]:
    """Return by union the last day on which a confirmation of a profile is too long ago. One query."""
    today = clock.today()
    return {union: months_after(today, -months) for union, months in months_by_union().items()}


def last_checked(mentor: Mentor) -> Any:
    """Return the day on which the profile was last known to be true."""
    return mentor.checked_on or mentor.approved_on or dates.local(mentor.created_at).date()


def no_language_words(mentor: Mentor) -> str:
    """Return the sentence for a mentor without any language; "" otherwise."""
    if has_language(mentor):
        return ""
    return _("No language is noted: %(name)s is offered for no case until there is one.") % {"name": mentor.name}


def not_agreed_words(mentor: Mentor) -> str:
    """Return the sentence for a mentor who has not agreed to be shown to a mentee; "" otherwise. One query."""
    if has_agreed(mentor):
        return ""
    return _(
        "%(name)s has not agreed to be shown to a mentee, and is offered for no case until then. The mentor can agree "
        "on the own page."
    ) % {"name": mentor.name}


def checks(mentor: Any) -> list[Check]:
    """Return what a mentor (see ``with_state``) has and lacks to be offered for a case."""
    found = [
        Check(OK, _("Membership confirmed"), dates.day(mentor.membership_confirmed_on))
        if mentor.membership_confirmed_on
        else Check(MISSING, _("Membership not confirmed"), _("Without it nobody is offered for a case."))
    ]
    if reason := no_language_words(mentor):
        found.append(Check(MISSING, _("No language noted"), reason))
    if reason := not_agreed_words(mentor):
        found.append(Check(MISSING, _("Has not agreed to be shown"), reason))
    found.append(
        Check(OK, _("Orientation acknowledged"), dates.day(mentor.oriented_on))
        if mentor.oriented_on
        else Check(WAITING, _("Orientation not acknowledged yet"), _("It is asked with the first invitation."))
    )
    if reason := full_words(mentor):
        found.append(Check(MISSING, _("More mentees than wanted"), reason))
    if needs_check(mentor, checked_before()):
        found.append(
            Check(
                WAITING,
                _("The profile should be asked about"),
                _("Last confirmed on %(day)s.") % {"day": dates.day(last_checked(mentor))},
            )
        )
    return found
