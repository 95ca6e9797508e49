"""What a suggested time says of the three, in one short sentence from the side of whoever reads it."""

from collections.abc import Sequence
from enum import StrEnum

from django.utils.translation import gettext as _

from .whose import Party


class Answer(StrEnum):
    """Whether a slot suits somebody, as the others may know it."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def sentence(marks: Sequence[tuple[Party, Answer]]) -> str:
    """Return who can come: "All three can", "Only the mentors can", "Erik has not answered"."""
    can, cannot, silent = (
        [party for party, answer in marks if answer == wanted] for wanted in (Answer.YES, Answer.NO, Answer.UNKNOWN)
    )
    if len(can) == len(marks):
        return _("All three can") if len(marks) > 2 else _("Both can")
    if not cannot:
        return _not_answered(silent, len(marks))
    if not silent:
        return _only(can, marks)
    return _cannot(cannot)


def _you_and_others(people: Sequence[Party]) -> tuple[bool, list[Party]]:
    return any(party.you for party in people), [party for party in people if not party.you]


def _two(people: Sequence[Party]) -> dict[str, str]:
    return {"first": people[0].name, "second": people[1].within}


def _not_answered(silent: Sequence[Party], of: int) -> str:
    if len(silent) == of:
        return _("Nobody has answered yet")
    you, others = _you_and_others(silent)
    if not others:
        return _("You have not answered")
    if you:
        return _("You and %(name)s have not answered") % {"name": others[0].within}
    if len(others) == 1:
        return _("%(name)s has not answered") % {"name": others[0].name}
    return _("%(first)s and %(second)s have not answered") % _two(others)


def _cannot(people: Sequence[Party]) -> str:
    you, others = _you_and_others(people)
    if not others:
        return _("You cannot")
    if you:
        return _("You and %(name)s cannot") % {"name": others[0].within}
    if len(others) == 1:
        return _("%(name)s cannot") % {"name": others[0].name}
    return _("%(first)s and %(second)s cannot") % _two(others)


def _only(can: Sequence[Party], marks: Sequence[tuple[Party, Answer]]) -> str:
    you, others = _you_and_others(can)
    if not can:
        return _("Nobody can")
    if not others:
        return _("Only you can")
    if you:
        return _("Only you and %(name)s can") % {"name": others[0].within}
    if len(others) == 1:
        return _("Only %(name)s can") % {"name": others[0].within}
    if all(party.is_mentor for party in others):
        return _("Only the mentors can")
    return _("Only %(first)s and %(second)s can") % {"first": others[0].within, "second": others[1].within}
