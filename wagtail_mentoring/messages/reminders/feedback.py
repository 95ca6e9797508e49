"""Feedback that is not given, and the questions months after the end."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Feedback, FeedbackKind

from ..conversation.models import Reminder
from ..meeting_receivers import ask_feedback
from ..models import MailEvent
from .running import PAIR, Rule, about_what, groups, remind, said_enough

#: A question months after the end goes out when it is asked; one that was missed for so long is not sent any more.
_ASKED_LATELY = datetime.timedelta(days=7)


def _feedback_open(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    asked = Feedback.objects.filter(kind=FeedbackKind.FIRST, given_at=None, case__state__in=PAIR)
    asked = asked.annotate(of_reference=F("case__reference"), of_about=about_what("feedback", "kind"))
    for days, keys in groups("feedback_reminder_days"):
        most = "case__participation__most_reminders"
        said = said_enough(MailEvent.FEEDBACK_REMINDER, "case", most, moment - days, person=True)
        late = asked.filter(case__participation__in=keys, asked_at__lte=moment - days)
        yield late.filter(~said).select_related("mentee", "mentor").order_by("asked_at", "pk")


def _ask_feedback_again(case: Case, asked: Any) -> None:
    # Of whoever has left nothing is asked any more: there is no row.
    remind(MailEvent.FEEDBACK_REMINDER, case, asked.mentee or asked.mentor, asked.of_about)


def _follow_ups(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    asked = Feedback.objects.filter(
        kind__in=[FeedbackKind.MONTHS_3, FeedbackKind.MONTHS_12],
        given_at=None,
        asked_at__gt=moment - _ASKED_LATELY,
        case__anonymised_at=None,
    ).annotate(of_reference=F("case__reference"), of_about=about_what("feedback", "kind"))
    told = Reminder.objects.filter(case=OuterRef("case"), event=MailEvent.FEEDBACK_ASKED, about=OuterRef("of_about"))
    told = told.filter(Q(mentee=OuterRef("mentee")) | Q(mentor=OuterRef("mentor")))
    yield asked.filter(~Exists(told)).order_by("asked_at", "pk")


def _ask_how_it_is(case: Case, asked: Any) -> None:
    ask_feedback(case, (asked.kind,))


FEEDBACK = Rule("feedback", _feedback_open, lambda asked: int(asked.case_id), _ask_feedback_again)
FOLLOW_UP = Rule("follow-up", _follow_ups, lambda asked: int(asked.case_id), _ask_how_it_is)
