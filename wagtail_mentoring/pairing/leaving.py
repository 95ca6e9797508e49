"""A mentor who wants to leave a pair says so on the private page. What comes of it, the contact person decides."""

import datetime

from django.db import transaction

from wagtail_mentoring import clock
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.log import save_chain_end
from wagtail_mentoring.cases.models import Case, CaseLogEntry
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import CaseState, StepRefused
from wagtail_mentoring.workflows.steps import NOT_YOURS

from .signals import mentor_leaves

ACTION = "mentoring.mentor_leaves"
#: The contact person has noted that the mentor stays after all.
STAYS = "mentoring.mentor_stays"
#: So many days it is not told again.
AGAIN_DAYS = 30


def wants_to_leave(case: Case, mentor: Mentor) -> bool:
    """Return whether ``mentor`` has said lately of ``case``: I want to leave."""
    since = clock.now() - datetime.timedelta(days=AGAIN_DAYS)
    said = CaseLogEntry.objects.filter(case=case, action__in=[ACTION, STAYS], data__mentor=mentor.pk)
    last = said.order_by("-sequence").first()
    return last is not None and last.action == ACTION and last.timestamp >= since


def ask_to_leave(case_id: int, mentor: Mentor, message: str = "") -> bool:
    """Tell the contact person that ``mentor`` wants to leave the pair; return False when that was told already.

    The case goes on as it is until a contact person replaces the mentor. Raises :class:`StepRefused` for somebody who
    is not in the pair, and when the case has ended.
    """
    with transaction.atomic():
        case = moves.lock(case_id)
        actor = actors.mentor_on(mentor, case)
        if not actor.roles or case.case_state == CaseState.CLOSED:
            raise StepRefused(NOT_YOURS)
        if wants_to_leave(case, mentor):
            return False
        moves.record(case, ACTION, actor, {"mentor": mentor.pk}, message)
        save_chain_end(case)
        mentor_leaves.send(Case, case=case, mentor=mentor, message=message)
    return True
