"""What this room keeps about people: the mails to them, and what they wrote."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.privacy import declared
from wagtail_mentoring.privacy.declared import Column, PersonalData, Reader, about_nobody, columns, declare

from .addressing import Above, above
from .conversation.models import Circle, Concern, ConcernAbout, Digest, LastRead, Letter, Reminder
from .models import MailEvent, MailText, OutboxMessage

#: Who reads a concern about the contact person, in the words of whoever raised it.
_ABOVE = {
    Above.SUPERVISORS: Reader.SUPERVISORS,
    Above.ADMINISTRATORS: Reader.ADMINISTRATORS,
    Above.NOBODY: Reader.NOBODY,
}


def _of_a_case(rows: QuerySet[Any], person: Any) -> QuerySet[Any]:
    return rows.exclude(about=ConcernAbout.CONTACT)


def _above(person: Any) -> Mapping[str, tuple[Reader, ...]]:
    """Who reads what ``person`` wrote about a contact person: never that one. A query for each who was meant."""
    raised = person.concerns.filter(about=ConcernAbout.CONTACT).select_related("concerned")
    meant = {concern.concerned for concern in raised}
    readers = tuple(dict.fromkeys(_ABOVE[above(person.union, one)[0]] for one in meant))
    return dict.fromkeys((column.name for column in _CONCERN["columns"]), readers) if readers else {}


#: What letters of both circles have in common.
_LETTER: dict[str, Any] = {
    "model": Letter,
    "of_mentee": ("mentee",),
    "of_mentor": ("mentor",),
    "kept": declared.with_case,
}
#: What concerns of both kinds have in common.
_CONCERN: dict[str, Any] = {
    "model": Concern,
    "of_mentee": ("mentee",),
    "of_mentor": ("mentor",),
    "kept": declared.with_case,
    "columns": columns(
        Concern,
        about=_("About"),
        body=_("What happened"),
        raised_at=_("Raised at"),
        taken_at=_("Taken up at"),
        closed_at=_("Settled at"),
    ),
    "left_out": {"outcome": "what was done tells of others; the union tells it to whoever raised the concern"},
}

declare(
    PersonalData(
        name="mail",
        title=_("Mails to you"),
        model=OutboxMessage,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        columns=columns(
            OutboxMessage, "event", "address", "language", "subject", "body", "status", "created_at", "sent_at"
        )
        + columns(OutboxMessage, "bounced_at"),
        purpose=_("To tell you what happens, and to see whether a mail has arrived."),
        readers=declared.UNION,
        kept=declared.with_case,
        left_out={
            "context": "what the text is made of; the text is given",
            "message_uuid": "the number of the mail",
            **dict.fromkeys(("marked_at", "attempts", "next_try_at", "error"), "how the delivery went"),
        },
    ),
    PersonalData(
        name="letter",
        title=_("What you wrote to the others in your mentoring"),
        only=declared.where(circle=Circle.THREE),
        withheld=_("What the others wrote stands on the page of the mentoring. It is theirs."),
        columns=columns(Letter, body=_("Message"), written_at=_("Written at")),
        purpose=_(
            "So that you can write to each other without knowing each other’s addresses. "
            "A mentor who joins later does not read what was written before."
        ),
        readers=(Reader.OTHER_TWO,),
        left_out={
            "circle": "who reads it is said above",
            "from_contact": "the contact persons do not read these, and do not write them",
            "read_at": "is noted of what was written with the contact person alone",
        },
        **_LETTER,
    ),
    PersonalData(
        name="last_read",
        title=_("How far you have read the messages of your mentoring"),
        model=LastRead,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        columns=columns(LastRead, until=_("Read what was written until")),
        purpose=_("To mark on your page what is new."),
        readers=(Reader.NOBODY,),
        kept=declared.with_case,
    ),
    PersonalData(
        name="letter_contact",
        title=_("What you and the contact person wrote to each other"),
        only=declared.where(circle=Circle.CONTACT),
        columns=columns(
            Letter,
            from_contact=_("The contact person wrote it"),
            body=_("Message"),
            written_at=_("Written at"),
            read_at=_("Read at"),
        ),
        purpose=_("So that you can ask, and get an answer that the others in your mentoring do not read."),
        readers=declared.UNION,
        left_out={"circle": "who reads it is said above"},
        **_LETTER,
    ),
    PersonalData(
        name="concern",
        title=_("Concerns that you raised"),
        only=_of_a_case,
        withheld=_("A concern that somebody else raised is protected, as yours is."),
        purpose=_("To help, and to protect you and others."),
        readers=(Reader.CONTACTS,),
        **_CONCERN,
    ),
    PersonalData(
        name="concern_contact",
        title=_("Concerns about the contact person that you raised"),
        only=declared.where(about=ConcernAbout.CONTACT),
        purpose=_("To help, and to protect you and others. The contact person does not read it."),
        readers=(Reader.SUPERVISORS,),
        narrowed=_above,
        **_CONCERN,
    ),
    PersonalData(
        name="reminder",
        title=_("Reminders to you"),
        model=Reminder,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        columns=(
            Column("event", _("About"), lambda row: str(dict(MailEvent.choices).get(row.event, ""))),
            *columns(Reminder, times=_("How often"), last_at=_("Last at")),
        ),
        purpose=_("So that nobody is reminded more often than is right."),
        readers=declared.UNION,
        kept=declared.with_case,
        left_out={"about": "a number inside the software"},
    ),
)
about_nobody("the wording of mails to everybody", MailText)
about_nobody("whether a contact person wants a daily mail", Digest)
