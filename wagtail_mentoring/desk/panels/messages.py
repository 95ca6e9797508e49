"""The mails about the case, as they were sent, and who was reminded of what."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring.messages.conversation.models import Reminder
from wagtail_mentoring.messages.models import MailEvent
from wagtail_mentoring.programme import dates

from ..dossier import Dossier
from ..mail_words import row_of
from . import register


def _reminder(row: Reminder) -> dict[str, str]:
    person: Any = row.mentee or row.mentor
    events = dict(MailEvent.choices)
    return {
        "to": person.name if person else _("The contact person"),
        "what": str(events.get(row.event, row.event)),
        "times": ngettext("%(n)s time", "%(n)s times", row.times) % {"n": row.times},
        "last": dates.day(row.last_at),
    }


def _was_sent(row: Reminder) -> bool:
    """Whether ``row`` stands for mails to one person, not for a whole round or a first question."""
    if row.event == MailEvent.FEEDBACK_ASKED:
        return False
    return row.event == MailEvent.IDLE or bool(row.mentee_id or row.mentor_id)


@register("messages", gettext_lazy("Messages"), "mail", 60)
def messages(dossier: Dossier) -> Mapping[str, Any]:
    """Every mail of the case, the newest first, and the reminders among them, counted."""
    return {
        "mails": [row_of(mail) for mail in dossier.mails],
        "reminders": [_reminder(row) for row in dossier.reminders if _was_sent(row)],
        "most": dossier.case.participation.most_reminders,
    }
