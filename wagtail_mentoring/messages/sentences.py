"""What mails say in other words from case to case: the row holds what decides it, the words are made at delivery."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from wagtail_mentoring.agreements.models import PartyRole, UploadKind
from wagtail_mentoring.programme.localized import language_name

from .models import MailEvent, OutboxMessage

#: What somebody who stays in the pair must still do when a mentor was replaced: in the row's context, "" for nothing.
SIGN_LATER, SIGN_NOW = "later", "now"


def sentences(row: OutboxMessage) -> dict[str, str]:
    """Return the placeholders of ``row`` that hold whole sentences or phrases, in the active language."""
    context = row.context
    return {
        "your_part": _your_part(context) if row.event == MailEvent.MENTOR_JOINED else "",
        "thanks": _thanks(context) if row.event == MailEvent.MENTOR_LEFT else "",
        "who": _who(context),
        "what": _what(context),
        "agreement_language": _language(row),
    }


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
