"""Reading mails as their receivers do."""

import re

from django.core import mail


def newest_mail(address: str) -> str:
    """Return the text of the newest mail to ``address``; fails when nothing has come there."""
    found = [message for message in mail.outbox if message.to == [address]]
    assert found, f"no mail to {address}, only to {sorted({to for message in mail.outbox for to in message.to})}"
    return str(found[-1].body)


def link_in(text: str) -> str:
    """Return the path of the private link in a mail."""
    found = re.search(r"https?://[^/]+(/mentoring/p/\S+/)", text)
    assert found is not None, text
    return found[1]


def code_in(text: str) -> str:
    """Return the one-time code in a mail."""
    found = re.search(r"\b\d{6}\b", text)
    assert found is not None, text
    return found[0]
