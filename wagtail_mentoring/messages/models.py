"""The outbox, and the texts of mails."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentee, Mentor, PrivateLink
from wagtail_mentoring.programme.models import Participation, ReviewedText, Union

from . import placeholders
from .querysets import OutboxQuerySet


class MailEvent(models.TextChoices):
    """What a mail is about. Each has default texts in every shipped language."""

    APPLICATION_RECEIVED = "application_received", _("Application received")
    APPLICATION_DOUBLE = "application_double", _("Second application for the same field")
    DRAFT_LINK = "draft_link", _("Link to an unfinished application")
    INTAKE_RECEIVED = "intake_received", _("Application kept in the intake queue")
    REGISTERED_MENTEE = "registered_mentee", _("Mentee registered by the contact person")
    REGISTERED_MENTOR = "registered_mentor", _("Mentor registered by the contact person")
    NEW_CASE = "new_case", _("New application (to the contact person)")
    ELIGIBLE = "eligible", _("Application accepted")
    NOT_ELIGIBLE = "not_eligible", _("Application refused")
    PAIRED_MENTEE = "paired_mentee", _("Mentors found (to the mentee)")
    PAIRED_MENTOR = "paired_mentor", _("Mentee found (to a mentor)")
    AGREEMENT_OUT = "agreement_out", _("Agreement to read and sign")
    AGREEMENT_AGAIN = "agreement_again", _("Agreement to sign again")
    SUPPLEMENT_OUT = "supplement_out", _("Supplement to sign (to a new mentor)")
    AGREEMENT_SIGNED = "agreement_signed", _("Everyone has signed")
    COPY_WAITS = "copy_waits", _("Signed copy waits (to the contact person)")
    COPY_REFUSED = "copy_refused", _("Signed copy not taken")
    DECLINED = "declined", _("Agreement declined (to the contact person)")
    MENTOR_JOINED = "mentor_joined", _("A mentor was replaced (to those who stay)")
    MENTOR_LEFT = "mentor_left", _("A mentor was replaced (to the one who left)")
    MEETING_PLANNED = "meeting_planned", _("Meeting planned or moved")
    NEW_MENTORS = "new_mentors", _("New mentors are looked for")
    CLOSED = "closed", _("Mentoring has ended")
    REOPENED = "reopened", _("Mentoring goes on")
    MENTOR_SIGNED_UP = "mentor_signed_up", _("Sign-up as a mentor received")
    MENTOR_KNOWN = "mentor_known", _("Second sign-up of the same mentor")
    MENTOR_APPROVED = "mentor_approved", _("Mentor approved")
    MENTOR_DECLINED = "mentor_declined", _("Sign-up as a mentor declined")
    MENTOR_CHECK = "mentor_check", _("Is the mentor’s profile still true?")
    MENTOR_THANKS = "mentor_thanks", _("Thanks to a mentor who stops")
    NEW_MENTOR = "new_mentor", _("New sign-up of a mentor (to the contact person)")
    MENTOR_STOPS = "mentor_stops", _("A mentor wants to stop (to the contact person)")
    INVITATION = "invitation", _("Invitation of a mentor")
    INVITATION_REMINDER = "invitation_reminder", _("Reminder of an invitation")
    INVITATION_WITHDRAWN = "invitation_withdrawn", _("Invited mentor not needed")
    INVITATION_EXPIRED = "invitation_expired", _("Invitation not answered in time")
    QUESTION_ANSWERED = "question_answered", _("Answer to an invited mentor’s question")
    INVITATION_NO = "invitation_no", _("An invited mentor said no (to the contact person)")
    INVITATION_QUESTION = "invitation_question", _("An invited mentor asks (to the contact person)")
    PROPOSAL_FAILED = "proposal_failed", _("No mentor came of the invitations (to the contact person)")
    MENTOR_MISSING = "mentor_missing", _("One mentor is missing (to the contact person)")
    PAIR_ASKED = "pair_asked", _("The mentee is asked about the mentors")
    PAIR_REMINDER = "pair_reminder", _("Reminder of the question about the mentors")
    PAIR_OVER = "pair_over", _("The proposed mentors are not available after all")
    PAIR_SILENT = "pair_silent", _("The mentee has not answered about the mentors (to the contact person)")
    PAIR_REFUSED = "pair_refused", _("The mentee wants other mentors (to the contact person)")
    TIMES_SUGGESTED = "times_suggested", _("Times for a meeting suggested")
    TIMES_ANSWERED = "times_answered", _("All have said which times suit")
    TIMES_REMINDER = "times_reminder", _("No time for the next meeting yet")
    MEETING_TOMORROW = "meeting_tomorrow", _("Reminder of a meeting")
    MEETING_CANCELLED = "meeting_cancelled", _("Meeting cancelled")
    MEETING_MISSED = "meeting_missed", _("Somebody did not come to a meeting (to the contact person)")
    MEETING_UNRECORDED = "meeting_unrecorded", _("Was the meeting held? (to the mentors)")
    SIGNATURE_REMINDER = "signature_reminder", _("Reminder of the agreement")
    NOTE_SHARED = "note_shared", _("A note on a meeting is shared")
    FEEDBACK_ASKED = "feedback_asked", _("Feedback is asked")
    FEEDBACK_REMINDER = "feedback_reminder", _("Reminder of the feedback")
    FEEDBACK_DOUBT = "feedback_doubt", _("Feedback that needs somebody (to the contact person)")
    FOLLOW_UP = "follow_up", _("How are you, months after the end?")
    IDLE = "idle", _("Nothing has happened for long (to the contact person)")
    LETTER_THREE = "letter_three", _("The mentee or a mentor has written to the others")
    LETTER_TO_CONTACT = "letter_to_contact", _("A message (to the contact person)")
    LETTER_ANSWERED = "letter_answered", _("The contact person has written")
    CONCERN = "concern", _("A concern (to the contact person)")
    CONCERN_SUPERVISOR = "concern_supervisor", _("A concern about the contact person (to the supervisors)")
    MENTEE_WITHDREW = "mentee_withdrew", _("The mentee has stopped (to the contact person)")
    MENTOR_LEAVES = "mentor_leaves", _("A mentor wants to leave a mentoring (to the contact person)")
    ADDRESS_ASKED = "address_asked", _("Somebody asks for another e-mail address (to the contact person)")
    ADDRESS_CHANGED = "address_changed", _("The e-mail address was changed (to the old address)")
    DAILY = "daily", _("The daily mail")
    DAILY_HANDLER = "daily_handler", _("The daily mail of a contact person")
    FRESH_LINK = "fresh_link", _("A fresh private link")
    FRESH_MENTOR_LINK = "fresh_mentor_link", _("A fresh link to a mentor’s own page")
    CODE = "code", _("One-time code")
    CODE_DATA = "code_data", _("One-time code for own data")
    TEST = "test", _("Test of the mail settings")


#: Mails to the people who look after a site or a union: they lead to no private page.
NOT_TO_A_PERSON = (
    MailEvent.NEW_CASE,
    MailEvent.COPY_WAITS,
    MailEvent.DECLINED,
    MailEvent.NEW_MENTOR,
    MailEvent.MENTOR_STOPS,
    MailEvent.INVITATION_NO,
    MailEvent.INVITATION_QUESTION,
    MailEvent.PROPOSAL_FAILED,
    MailEvent.MENTOR_MISSING,
    MailEvent.PAIR_REFUSED,
    MailEvent.PAIR_SILENT,
    MailEvent.MEETING_MISSED,
    MailEvent.FEEDBACK_DOUBT,
    MailEvent.IDLE,
    MailEvent.LETTER_TO_CONTACT,
    MailEvent.CONCERN,
    MailEvent.CONCERN_SUPERVISOR,
    MailEvent.MENTEE_WITHDREW,
    MailEvent.MENTOR_LEAVES,
    MailEvent.ADDRESS_ASKED,
    MailEvent.DAILY_HANDLER,
    MailEvent.TEST,
)


#: Mails with a one-time code: they are never sent again, because the code is wiped.
CODES = (MailEvent.CODE, MailEvent.CODE_DATA)

#: What a person who wants one mail a day reads in it. Never codes, links that were asked for, what is about the next
#: day (a meeting, "I am late"), a cancellation, or a warning.
CAN_WAIT = frozenset(
    {
        MailEvent.ELIGIBLE,
        MailEvent.NOT_ELIGIBLE,
        MailEvent.PAIRED_MENTEE,
        MailEvent.PAIRED_MENTOR,
        MailEvent.AGREEMENT_OUT,
        MailEvent.AGREEMENT_AGAIN,
        MailEvent.SUPPLEMENT_OUT,
        MailEvent.AGREEMENT_SIGNED,
        MailEvent.COPY_REFUSED,
        MailEvent.MENTOR_JOINED,
        MailEvent.NEW_MENTORS,
        MailEvent.MENTOR_APPROVED,
        MailEvent.MENTOR_CHECK,
        MailEvent.INVITATION,
        MailEvent.INVITATION_REMINDER,
        MailEvent.INVITATION_WITHDRAWN,
        MailEvent.INVITATION_EXPIRED,
        MailEvent.QUESTION_ANSWERED,
        MailEvent.PAIR_ASKED,
        MailEvent.PAIR_REMINDER,
        MailEvent.PAIR_OVER,
        MailEvent.TIMES_SUGGESTED,
        MailEvent.TIMES_ANSWERED,
        MailEvent.TIMES_REMINDER,
        MailEvent.MEETING_UNRECORDED,
        MailEvent.SIGNATURE_REMINDER,
        MailEvent.NOTE_SHARED,
        MailEvent.FEEDBACK_ASKED,
        MailEvent.FEEDBACK_REMINDER,
        MailEvent.FOLLOW_UP,
        MailEvent.LETTER_ANSWERED,
    }
)
#: What nobody needs any more when the mentoring has ended before the daily mail was written.
ONLY_WHILE_OPEN = (
    MailEvent.TIMES_SUGGESTED,
    MailEvent.TIMES_ANSWERED,
    MailEvent.TIMES_REMINDER,
    MailEvent.MEETING_UNRECORDED,
    MailEvent.SIGNATURE_REMINDER,
    MailEvent.AGREEMENT_OUT,
    MailEvent.AGREEMENT_AGAIN,
    MailEvent.SUPPLEMENT_OUT,
    MailEvent.FEEDBACK_REMINDER,
    MailEvent.INVITATION,
    MailEvent.INVITATION_REMINDER,
    MailEvent.PAIR_ASKED,
    MailEvent.PAIR_REMINDER,
)


class MailText(ReviewedText):
    """Subject and body of the mail for an event, by language; for all unions, or narrower for one.

    Named placeholders stand in braces, such as ``{reference}``. Nothing personal belongs into the subject.
    """

    event = models.CharField(_("event"), max_length=24, choices=MailEvent.choices)
    participation = models.ForeignKey(
        Participation, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("only for this union")
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    # The fingerprint of what shipped when this was made, or last looked at: tells a newer default from own words.
    based_on = models.CharField(max_length=64, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("e-mail text")
        verbose_name_plural = _("e-mail texts")
        ordering = ["event", "participation", "language"]
        constraints = [
            models.UniqueConstraint("event", Coalesce("participation", 0), "language", name="mentoring_mail_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()} · {self.language}"

    def clean(self) -> None:
        """Refuse placeholders that nothing fills, naming those that are known."""
        if self.event not in placeholders.KNOWN:
            return
        faults = {
            "subject": placeholders.fault(self.event, self.subject, subject=True),
            "body": placeholders.fault(self.event, self.body),
        }
        wrong = {field: str(fault) for field, fault in faults.items() if fault}
        if wrong:
            raise ValidationError(wrong)


class OutboxStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Perhaps sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    HELD = "held", _("For the daily mail")


class OutboxMessage(models.Model):
    """A mail that is to leave, written in the transaction of its cause. The row, not the task, is the truth.

    It is marked ``sending`` before it is handed over; one found so after a crash is shown as perhaps sent, and not
    repeated unasked. ``context`` holds what the text needs, never an address of a private link or a code in clear:
    links are built at delivery, and what is stored for display has them redacted (except in a demonstration).

    One that is refused for a while waits until ``next_try_at``. One that can wait for the daily mail of a person who
    wants one mail a day is ``held``, and gone with the row ``digest`` once that is written. ``bounced_at`` is when the
    receiver's server sent it back after it had left.
    """

    union = models.ForeignKey(Union, models.CASCADE, null=True, blank=True, related_name="+")
    case = models.ForeignKey(Case, models.CASCADE, null=True, blank=True, related_name="outbox")
    event = models.CharField(_("event"), max_length=24, choices=MailEvent.choices)
    mentee = models.ForeignKey(Mentee, models.CASCADE, null=True, blank=True, related_name="+")
    mentor = models.ForeignKey(Mentor, models.CASCADE, null=True, blank=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    address = models.EmailField(_("to"))
    language = models.CharField(_("language"), max_length=12, default="en")
    link = models.ForeignKey(PrivateLink, models.SET_NULL, null=True, blank=True, related_name="+")
    context = models.JSONField(default=dict, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=OutboxStatus.choices, default=OutboxStatus.WAITING)
    message_uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    body = models.TextField(_("text"), blank=True)
    created_at = models.DateTimeField(_("written at"), default=clock.now)
    marked_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    digest = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="digested")
    bounced_at = models.DateTimeField(_("came back at"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "id"], name="mentoring_outbox_waiting"),
            models.Index(fields=["union", "-id"], name="mentoring_outbox_union"),
            models.Index(fields=["message_uuid"], name="mentoring_outbox_uuid"),
            # Few of many: what did not leave or came back, and mails of which only the address says to whom.
            models.Index(
                fields=["status"],
                condition=models.Q(status="failed") | models.Q(status="sending"),
                name="mentoring_outbox_look_at",
            ),
            models.Index(
                fields=["bounced_at"], condition=models.Q(bounced_at__isnull=False), name="mentoring_outbox_bounced"
            ),
            models.Index(
                fields=["address", "event"],
                condition=models.Q(case__isnull=True, mentee__isnull=True, mentor__isnull=True),
                name="mentoring_outbox_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()} · {self.get_status_display()}"
