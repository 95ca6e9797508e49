"""About whom an answer after the first meeting was, once the mentors of that day have left."""

from collections.abc import Iterable

from wagtail_mentoring.meetings.models import Feedback, FeedbackKind
from wagtail_mentoring.pairing.models import PairMembership


def earlier_pair(feedback: Feedback, memberships: Iterable[PairMembership]) -> str:
    """Return the names of the mentors whom ``feedback`` was about, when none of them is in the pair any more; else "".

    ``memberships``: all of the case, in the order in which they joined, each with its ``pair`` and ``mentor``.
    """
    if feedback.kind != FeedbackKind.FIRST:
        return ""
    then = [one for one in memberships if _in_pair(one, feedback)]
    if any(one.left_at is None and one.pair.ended_at is None for one in then):
        return ""
    return ", ".join(one.mentor.name for one in then)


def _in_pair(one: PairMembership, feedback: Feedback) -> bool:
    """Return whether ``one`` was in the pair when ``feedback`` was asked."""
    ends = [end for end in (one.left_at, one.pair.ended_at) if end is not None]
    return one.joined_at <= feedback.asked_at and all(end > feedback.asked_at for end in ends)
