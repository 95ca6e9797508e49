"""Mails around finding a time, meetings, notes and feedback. Runs in the transaction of the cause.

What somebody wrote stands in none of them: it is read on a page that asks for a link or a login first.
"""

from typing import Any

from django.db.models import Count, Q
from django.dispatch import receiver

from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import (
    Feedback,
    FeedbackKind,
    Fit,
    Meeting,
    MeetingStatus,
    Note,
    SlotAnswer,
    TimeSearch,
)
from wagtail_mentoring.meetings.signals import (
    feedback_given,
    meeting_ended,
    note_shared,
    times_answered,
    times_suggested,
)
from wagtail_mentoring.meetings.whose import PairHistory

from .addressing import NOT_GONE, to_contacts, to_others, to_person
from .calendars import CANCEL, holders, of_meeting
from .conversation.models import Reminder
from .models import MailEvent, OutboxMessage
from .outbox import put

_UID = "wagtail_mentoring.messages.{}".format
#: Mails that ask for feedback and say nothing else.
_ASKING = (MailEvent.FEEDBACK_ASKED, MailEvent.FEEDBACK_REMINDER, MailEvent.FOLLOW_UP)


@receiver(times_suggested, dispatch_uid=_UID("times_suggested"))
def suggested(sender: Any, search: TimeSearch, case: Case, by: Any = None, **kwargs: Any) -> None:
    """The other two are asked which times suit."""
    to_others(MailEvent.TIMES_SUGGESTED, case, by, number=search.number)


@receiver(times_answered, dispatch_uid=_UID("times_answered"))
def answered(sender: Any, search: TimeSearch, case: Case, by: Any = None, **kwargs: Any) -> None:
    """When all three have said of every time whether it suits, the others learn that one can be fixed: once."""
    mentors = list(current_mentors(case))
    asked = Q(answers__mentee=case.mentee_id) | Q(answers__mentor__in=mentors)
    asked &= Q(answers__in=SlotAnswer.objects.standing().filter(slot__search=search))
    slots = list(search.slots.annotate(said=Count("answers", filter=asked)).values_list("said", flat=True))
    if not slots or min(slots) < len(mentors) + 1:
        return
    about = {"search": search.pk, "slots": len(slots), "minutes": search.minutes}
    told = OutboxMessage.objects.filter(case=case, event=MailEvent.TIMES_ANSWERED)
    if not told.filter(**{f"context__{name}": value for name, value in about.items()}).exists():
        to_others(MailEvent.TIMES_ANSWERED, case, by, number=search.number, **about)


@receiver(meeting_ended, dispatch_uid=_UID("meeting_ended"))
def not_held(sender: Any, meeting: Meeting, case: Case, **kwargs: Any) -> None:
    """A cancelled meeting leaves every calendar. Somebody who did not come is told to the union."""
    if meeting.status == MeetingStatus.MISSED:
        if meeting.changed_by_mentor_id or meeting.changed_by_mentee_id:
            to_contacts(MailEvent.MEETING_MISSED, case, number=meeting.number)
        return
    if meeting.status != MeetingStatus.CANCELLED:
        return
    context = of_meeting(meeting, CANCEL)
    now = {case.mentee, *current_mentors(case)}
    for person in holders(case, meeting):
        if person in now:
            to_person(MailEvent.MEETING_CANCELLED, case, person, **context)
        else:
            # The page of somebody who is not in the pair any more shows nothing.
            put(MailEvent.MEETING_CANCELLED, to=person, case=case, context=context)


@receiver(note_shared, dispatch_uid=_UID("note_shared"))
def shared(sender: Any, note: Note, case: Case, by: Any = None, **kwargs: Any) -> None:
    """The other two learn of a shared note, once for each note."""
    told = OutboxMessage.objects.filter(case=case, event=MailEvent.NOTE_SHARED, context__note=note.pk)
    if not told.exists():
        to_others(MailEvent.NOTE_SHARED, case, by, number=note.number, note=note.pk)


@receiver(feedback_given, dispatch_uid=_UID("feedback_given"))
def given(sender: Any, feedback: Feedback, case: Case, **kwargs: Any) -> None:
    """The union learns when somebody is unsure whether the three fit together, or says no.

    A mail that asks for it and has not left yet never does: who records a meeting answers on the same page.
    """
    waiting = OutboxMessage.objects.filter(case=case, event__in=_ASKING, status__in=NOT_GONE, digest=None)
    waiting.filter(mentee=feedback.mentee_id, mentor=feedback.mentor_id).delete()
    if feedback.fit in (Fit.UNSURE, Fit.POOR):
        to_contacts(MailEvent.FEEDBACK_DOUBT, case)


def newly_asked(case: Case, kinds: tuple[str, ...]) -> list[Feedback]:
    """Return what is asked of ``kinds`` and was not told yet; whoever calls it tells it.

    The row of the reminders says that somebody was told, and counts for what comes later. What was told about other
    mentors than those of now is told anew, and then reminded of as often as is allowed.
    """
    history = PairHistory(case)
    told = Reminder.objects.filter(case=case, event=MailEvent.FEEDBACK_ASKED)
    known = {(row.about, row.mentee_id, row.mentor_id): row.last_at for row in told}
    found = []
    for asked in Feedback.objects.filter(case=case, kind__in=kinds, given_at=None).select_related("mentee", "mentor"):
        about = f"feedback:{asked.kind}"
        last = known.get((about, asked.mentee_id, asked.mentor_id))
        if last is not None and (asked.kind != FeedbackKind.FIRST or last >= asked.asked_at or history.knew_all(last)):
            continue
        person: dict[str, Any] = {"mentee": asked.mentee, "mentor": asked.mentor}
        Reminder.objects.filter(case=case, event=MailEvent.FEEDBACK_REMINDER, about=about, **person).delete()
        Reminder.objects.update_or_create(
            case=case, event=MailEvent.FEEDBACK_ASKED, about=about, **person, defaults={"last_at": asked.asked_at}
        )
        found.append(asked)
    return found


def ask_feedback(case: Case, kinds: tuple[str, ...] = (FeedbackKind.FIRST, FeedbackKind.END)) -> int:
    """Write to everybody who is asked for feedback of ``kinds`` and was not told yet; return to how many."""
    found = newly_asked(case, kinds)
    for asked in found:
        late = asked.kind in (FeedbackKind.MONTHS_3, FeedbackKind.MONTHS_12)
        event = MailEvent.FOLLOW_UP if late else MailEvent.FEEDBACK_ASKED
        person = asked.mentee or asked.mentor
        if person is not None:
            to_person(event, case, person)
    return len(found)
