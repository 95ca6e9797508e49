"""What this room keeps about people: the mails to them, and what they wrote."""

from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.privacy import declared
from wagtail_mentoring.privacy.declared import PersonalData, Reader, about_nobody, columns, declare

from .conversation.models import Concern, Digest, Letter, Reminder
from .models import MailText, OutboxMessage

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
        title=_("Messages that you wrote or got"),
        model=Letter,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        withheld=_("What the others wrote stands on the page of the mentoring. It is theirs."),
        columns=columns(
            Letter,
            circle=_("Who reads it"),
            from_contact=_("The contact person wrote it"),
            body=_("Message"),
            written_at=_("Written at"),
            read_at=_("Read at"),
        ),
        purpose=_("So that you can write to each other without knowing each other’s addresses."),
        readers=(*declared.UNION, Reader.OTHER_TWO),
        kept=declared.with_case,
    ),
    PersonalData(
        name="concern",
        title=_("Concerns that you raised"),
        model=Concern,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        withheld=_("A concern that somebody else raised is protected, as yours is."),
        columns=columns(
            Concern,
            about=_("About"),
            body=_("What happened"),
            raised_at=_("Raised at"),
            taken_at=_("Taken up at"),
            closed_at=_("Settled at"),
        ),
        purpose=_("To help, and to protect you and others. One about the contact person goes to the supervisors."),
        readers=declared.UNION,
        kept=declared.with_case,
        left_out={"outcome": "what was done tells of others; the union tells it to whoever raised the concern"},
    ),
    PersonalData(
        name="reminder",
        title=_("Reminders to you"),
        model=Reminder,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        columns=columns(Reminder, event=_("About"), times=_("How often"), last_at=_("Last at")),
        purpose=_("So that nobody is reminded more often than is right."),
        readers=declared.UNION,
        kept=declared.with_case,
        left_out={"about": "a number inside the software"},
    ),
)
about_nobody("the wording of mails to everybody", MailText)
about_nobody("whether a contact person wants a daily mail", Digest)
