"""About whom an answer after the first meeting was, once the pair is another one than that day's."""

from collections.abc import Iterable

from wagtail_mentoring.meetings.models import Feedback, FeedbackKind
from wagtail_mentoring.pairing.models import PairMembership


def earlier_pair(feedback: Feedback, memberships: Iterable[PairMembership]) -> str:
    """Return the names of the mentors whom ``feedback`` was about, when it is not about the pair of now; else "".

    ``memberships``: all of the case, in the order in which they joined, each with its ``pair`` and ``mentor``.
    """
    if feedback.kind != FeedbackKind.FIRST:
        return ""
    known = list(memberships)
    then = [one for one in known if _in_pair(one, feedback)]
    now = {one.mentor_id for one in known if _is_in(one)}
    if now and now <= {one.mentor_id for one in then}:
        return ""
    return ", ".join(one.mentor.name for one in then)


def have_left(feedback: Feedback, memberships: Iterable[PairMembership]) -> bool:
    """Return whether none of the mentors whom ``feedback`` was about is in the pair any more."""
    known = list(memberships)
    now = {one.mentor_id for one in known if _is_in(one)}
    return not any(one.mentor_id in now for one in known if _in_pair(one, feedback))


def _is_in(one: PairMembership) -> bool:
    return one.left_at is None and one.pair.ended_at is None


def _in_pair(one: PairMembership, feedback: Feedback) -> bool:
    """Return whether ``one`` was in the pair when ``feedback`` was asked."""
    ends = [end for end in (one.left_at, one.pair.ended_at) if end is not None]
    return one.joined_at <= feedback.asked_at and all(end > feedback.asked_at for end in ends)
