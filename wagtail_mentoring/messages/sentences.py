"""What mails say in other words from case to case: the row holds what decides it, the words are made at delivery."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring.agreements.models import PartyRole, UploadKind
from wagtail_mentoring.pairing.choices import NoReason
from wagtail_mentoring.programme.localized import language_name

from .models import MailEvent, OutboxMessage

#: What somebody who stays in the pair must still do when a mentor was replaced: in the row's context, "" for nothing.
SIGN_LATER, SIGN_NOW = "later", "now"
#: How the union knows somebody who signs up as a mentor again.
WAITS_FOR_APPROVAL = "waits"


def sentences(row: OutboxMessage) -> dict[str, str]:
    """Return the placeholders of ``row`` that hold whole sentences or phrases, in the active language."""
    context = row.context
    return {
        "your_part": _your_part(context) if row.event == MailEvent.MENTOR_JOINED else "",
        "thanks": _thanks(context) if row.event == MailEvent.MENTOR_LEFT else "",
        "who": _who(context),
        "what": _what(context),
        "agreement_language": _language(row),
        "meetings": _meetings(row),
        "your_answer": _your_answer(context) if row.event == MailEvent.INVITATION_WITHDRAWN else "",
        "which": _which(context),
        "your_place": _your_place(context) if row.event == MailEvent.MENTOR_KNOWN else "",
        "found": _found(context) if row.event in (MailEvent.PAIR_ASKED, MailEvent.PAIRED_MENTEE) else "",
        "answer": _answer(context),
        "what_next": _what_next(row),
        "what_happened": _what_happened(context) if row.event == MailEvent.PAIR_OVER else "",
        "code_for": _code_for(context) if row.event == MailEvent.CODE_DATA else "",
        "feedback": _feedback(context) if row.event == MailEvent.CLOSED else "",
    }


def _feedback(context: Mapping[str, Any]) -> str:
    if not context.get("feedback"):
        return ""
    return _(
        "How was it for you? Please answer a few questions on your own page. It takes two minutes. "
        "Only the contact persons and supervisors of the union read your answers, and you do not have to answer."
    )


def _your_part(context: Mapping[str, Any]) -> str:
    if context.get("to_sign") == SIGN_NOW:
        return _("You have not signed it yet. You can sign it now on your own page.")
    if context.get("to_sign") == SIGN_LATER:
        return _("You have not signed it yet. We write to you when you can sign it.")
    return _("You do not need to do anything now. If you need to sign something, we write to you.")


def _thanks(context: Mapping[str, Any]) -> str:
    if context.get("declined"):
        return _("Thank you for your answer and for your time.")
    return _("Thank you for your time and for what you gave.")


def _who(context: Mapping[str, Any]) -> str:
    """No name: whoever sees the mail on a screen learns only which kind of person it was."""
    roles = {
        PartyRole.MENTEE.value: _("The mentee"),
        PartyRole.MENTOR.value: _("A mentor"),
    }
    return roles.get(context.get("role", ""), "")


def _what(context: Mapping[str, Any]) -> str:
    kinds = {
        UploadKind.FILE.value: _("A file with a signature in it"),
        UploadKind.SCAN.value: _("A scan of a signed paper"),
    }
    return kinds.get(context.get("kind", ""), "")


def _language(row: OutboxMessage) -> str:
    """Return the language of the agreement when the reader has another one, else ""."""
    code = row.context.get("text_language", "")
    return language_name(code) if code and code != row.language else ""


def _meetings(row: OutboxMessage) -> str:
    """What a mentor is asked for: how many meetings of which length, by the rules of the case."""
    case = row.case
    if case is None:
        return ""
    if case.min_meetings == case.max_meetings:
        words = ngettext("%(most)s of %(minutes)s minutes", "%(most)s of %(minutes)s minutes each", case.max_meetings)
    else:
        words = _("%(fewest)s to %(most)s, of %(minutes)s minutes each")
    return words % {"fewest": case.min_meetings, "most": case.max_meetings, "minutes": case.meeting_minutes}


def _your_answer(context: Mapping[str, Any]) -> str:
    if context.get("said_yes"):
        return _("Thank you for saying yes.")
    return _("You do not need to answer any more.")


def _which(context: Mapping[str, Any]) -> str:
    """Which of the questions that are open it is, for a mentor who has several; "" for the only one."""
    place, number = context.get("which") or (0, 0)
    return _("(%(place)s of %(number)s)") % {"place": place, "number": number} if number > 1 else ""


def _your_place(context: Mapping[str, Any]) -> str:
    if context.get("known") == WAITS_FOR_APPROVAL:
        return _("The contact person reads your first sign-up and writes to you.")
    return _("You are a mentor already. On your own page you can change your details.")


def _found(context: Mapping[str, Any]) -> str:
    if context.get("replaces"):
        if not context.get("stays"):
            return _("Your mentor stops. Another mentor of your profession would take the place.")
        told = _("One of your mentors stops. Another mentor of your profession would take the place.")
        stays = _("Your other mentor stays.")
        return f"{told} {stays}"
    if context.get("mentors") == 1:
        return _("We have found a mentor of your profession for you.")
    return _("We have found two mentors of your profession for you.")


def _answer(context: Mapping[str, Any]) -> str:
    """Why a mentor said no, as far as it was chosen from the list. What was written besides stands on the case page."""
    reason = context.get("no_reason", "")
    return str(NoReason(reason).label) if reason in NoReason.values else ""


def _what_next(row: OutboxMessage) -> str:
    context = row.context
    if row.event == MailEvent.PAIR_SILENT:
        if context.get("next_asked"):
            return _("Whom you chose to ask next is asked now.")
        return _("Nobody else is being asked now.")
    if row.event != MailEvent.INVITATION_NO:
        return ""
    if context.get("others_asked"):
        return _("The other mentor has not answered yet. You can wait, or ask somebody else already now.")
    return _("Whom you chose to ask next is asked now. You do not need to do anything.")


def _what_happened(context: Mapping[str, Any]) -> str:
    """Why it comes to nothing with the mentors about whom the mentee was asked; who of them cannot is nobody's news."""
    one = context.get("mentors") == 1
    if context.get("why") == "silent":
        if one:
            return _(
                "You have not answered, so we do not let the mentor wait any longer. We are looking for another one."
            )
        return _("You have not answered, so we do not let the mentors wait any longer. We are looking for others.")
    if one:
        return _("This mentor is not available after all. We are sorry. We are looking for another one.")
    return _("This pair is not available after all. We are sorry. We are looking for another one.")


def _code_for(context: Mapping[str, Any]) -> str:
    """What a one-time code is asked for, by the ``purpose`` in the row's context."""
    purposes = {
        "contact": _("to change your contact details."),
        "export": _("to download your data."),
        "calendar": _("to see or make the private address of your calendar."),
        "address_old": _("to change your e-mail address. Then we send another code to the new address."),
        "address_new": _("to confirm that this is your e-mail address."),
    }
    return purposes.get(context.get("purpose", ""), _("to show that it is you."))
