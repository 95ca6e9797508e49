"""The history of a case in words."""

import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import LogFormatter

from wagtail_mentoring.programme.dates import moment
from wagtail_mentoring.workflows import STATE_LABELS, CaseState

if TYPE_CHECKING:
    from .models import CaseLogEntry

#: What a step's line in the history says, before "from → to".
STEP_SENTENCES: dict[str, Any] = {
    "accept": gettext_lazy("Found eligible"),
    "refuse": gettext_lazy("Found not eligible"),
    "pair": gettext_lazy("Mentor pair chosen"),
    "send_agreement": gettext_lazy("Agreement sent"),
    "sign": gettext_lazy("Signed the agreement"),
    "decline": gettext_lazy("Declined to sign"),
    "sign_as_contact": gettext_lazy("Signed by the contact person"),
    "confirm_signature": gettext_lazy("Signed copy confirmed"),
    "reject_signature": gettext_lazy("Signed copy not taken"),
    "record_paper": gettext_lazy("Signatures on paper recorded"),
    "reissue": gettext_lazy("Everyone asked to sign again"),
    "replace_mentor": gettext_lazy("One mentor replaced"),
    "plan_meeting": gettext_lazy("Meeting planned"),
    "cancel_meeting": gettext_lazy("Meeting cancelled"),
    "miss_meeting": gettext_lazy("Somebody did not come to the meeting"),
    "record_meeting": gettext_lazy("Meeting held"),
    "undo_meeting": gettext_lazy("Latest meeting undone"),
    "go_back": gettext_lazy("New mentors are looked for"),
    "complete": gettext_lazy("Closed as completed"),
    "end": gettext_lazy("Ended early"),
    "withdraw": gettext_lazy("Stopped by the mentee"),
    "reopen": gettext_lazy("Reopened"),
}

#: What happens to a case outside the flow.
OTHER_SENTENCES: dict[str, Any] = {
    "mentoring.opened": gettext_lazy("Application sent"),
    "mentoring.registered": gettext_lazy("Registered by the contact person"),
    "mentoring.double": gettext_lazy("The same person applied again; no second case was opened"),
    "mentoring.link_sent": gettext_lazy("Fresh private link sent"),
    "mentoring.assigned": gettext_lazy("Handler chosen"),
    "mentoring.agreement_failed": gettext_lazy("The agreement could not be made as a PDF; it can be tried again"),
    "mentoring.upload_refused": gettext_lazy("A signed copy was refused by the check"),
    "mentoring.upload_waits": gettext_lazy("A signed copy waits for the contact person"),
    "mentoring.record_made": gettext_lazy("Signing record made"),
    "mentoring.record_failed": gettext_lazy("The signing record could not be made; it is tried again"),
    "mentoring.certificate_made": gettext_lazy("Certificate made"),
    "mentoring.corrected": gettext_lazy("Data corrected"),
    "mentoring.address_asked": gettext_lazy("The mentee asks for another e-mail address"),
    "mentoring.address_changed": gettext_lazy("E-mail address of the mentee changed"),
    "mentoring.consent_withdrawn": gettext_lazy("The mentee took back a consent"),
    "mentoring.exported": gettext_lazy("The mentee downloaded the own data"),
    "mentoring.own_calendar": gettext_lazy("The mentee changed the private address of the own calendar"),
    "mentoring.mentor_leaves": gettext_lazy("A mentor wants to leave"),
    "mentoring.mentor_stays": gettext_lazy("The mentor stays after all"),
    "mentoring.mentors_invited": gettext_lazy("Mentors asked"),
    "mentoring.mentor_invited": gettext_lazy("Another mentor asked"),
    "mentoring.proposal_queued": gettext_lazy("Mentors to be asked next, should those before say no"),
    "mentoring.proposal_withdrawn": gettext_lazy("Mentors no longer asked"),
    "mentoring.proposal_failed": gettext_lazy("The proposed mentors did not come about"),
    "mentoring.one_mentor": gettext_lazy("Goes on with one mentor"),
    "mentoring.mentor_reminded": gettext_lazy("A mentor was reminded"),
    "mentoring.invitation_yes": gettext_lazy("A mentor said yes"),
    "mentoring.invitation_no": gettext_lazy("A mentor said no"),
    "mentoring.invitation_expired": gettext_lazy("A mentor did not answer in time"),
    "mentoring.question_asked": gettext_lazy("A mentor asked a question"),
    "mentoring.question_answered": gettext_lazy("A mentor’s question was answered"),
    "mentoring.mentee_asked": gettext_lazy("The mentee was asked about the mentors"),
    "mentoring.mentee_reminded": gettext_lazy("The mentee was reminded of the question about the mentors"),
    "mentoring.mentee_agreed": gettext_lazy("The mentee agreed to the mentors"),
    "mentoring.mentee_disagreed": gettext_lazy("The mentee would rather have other mentors"),
    "mentoring.times_suggested": gettext_lazy("Times for a meeting suggested"),
    "mentoring.feedback_given": gettext_lazy("Feedback given"),
    "mentoring.letter_three": gettext_lazy("One of the three wrote to the others"),
    "mentoring.letter_to_contact": gettext_lazy("A message to the contact person"),
    "mentoring.letter_answered": gettext_lazy("A message from the contact person"),
    "mentoring.concern_raised": gettext_lazy("A concern was raised"),
    "mentoring.concern_taken": gettext_lazy("A concern was taken up"),
    "mentoring.concern_settled": gettext_lazy("A concern was settled"),
}

#: Why a proposal did not come about, by the code in the line's data.
FAILED_BECAUSE: dict[str, Any] = {
    "all_declined": gettext_lazy("nobody said yes"),
    "mentee_declined": gettext_lazy("the mentee would rather have others"),
    "mentee_silent": gettext_lazy("the mentee did not answer in time"),
    "not_of_field": gettext_lazy("not a mentor of this profession any more"),
    "not_volunteering": gettext_lazy("not a mentor any more"),
    "away": gettext_lazy("paused or away when the turn came"),
    "no_room": gettext_lazy("no room when the turn came"),
    "asked": gettext_lazy("asked for this case already"),
    "in_pair": gettext_lazy("in the pair already"),
    "consent": gettext_lazy("has not agreed to be shown to a mentee any more"),
    "conflict": gettext_lazy("a conflict of interest"),
    "conflict_of_two": gettext_lazy("a conflict of interest"),
    "declined": gettext_lazy("said no meanwhile"),
}


def change_of_state(entry: "CaseLogEntry") -> str:
    """Return "Applied → Eligible" for an entry that changed the state, else ``""``."""
    if "from" not in entry.data:
        return ""
    return f"{STATE_LABELS[CaseState(entry.data['from'])]} → {STATE_LABELS[CaseState(entry.data['to'])]}"


def _meeting(step: str, data: dict[str, Any]) -> str:
    """Return what a line about a meeting says: held, planned, moved from when to when, or otherwise changed."""
    number = {"number": data["number"]}
    if step == "record_meeting":
        return _("Meeting %(number)s held") % number
    if "was_at" in data:
        was, now = (moment(datetime.datetime.fromisoformat(data[name])) for name in ("was_at", "starts_at"))
        return _("Meeting %(number)s moved from %(was)s to %(now)s") % {**number, "was": was, "now": now}
    if data.get("moved"):
        return _("Place or length of meeting %(number)s changed") % number
    return _("Meeting %(number)s planned") % number


def sentence(entry: "CaseLogEntry") -> str:
    """Return one line of the history in words, without personal text."""
    name = entry.action.removeprefix("mentoring.step.")
    words = STEP_SENTENCES.get(name) or OTHER_SENTENCES.get(entry.action) or entry.action
    if name in {"plan_meeting", "record_meeting"} and "number" in entry.data:
        words = _meeting(name, entry.data)
    if entry.action == "mentoring.proposal_failed" and entry.data.get("why") in FAILED_BECAUSE:
        words = f"{words}: {FAILED_BECAUSE[entry.data['why']]}"
    change = change_of_state(entry)
    return f"{words} · {change}" if change else str(words)


def formatter(label: Any) -> type[LogFormatter]:
    """Return a Wagtail log formatter whose messages come from :func:`sentence`."""

    class CaseLogFormatter(LogFormatter):
        def format_message(self, log_entry: Any) -> str:
            return sentence(log_entry)

        def format_comment(self, log_entry: Any) -> str:
            text = getattr(log_entry, "text", None)
            return text.text if text else ""

    CaseLogFormatter.label = label
    return CaseLogFormatter


def register_actions(registry: Any) -> None:
    """Register every action of a case's history with Wagtail's log registry."""
    for name, label in STEP_SENTENCES.items():
        registry.register_action(f"mentoring.step.{name}")(formatter(label))
    for action, label in OTHER_SENTENCES.items():
        registry.register_action(action)(formatter(label))
