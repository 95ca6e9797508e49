"""The page that a mail's button means: by a name of a closed list in the address, and in words on the button.

The name is all that the address of a private link says besides its token; the portal knows which page it is, and the
press that opens the link leads there. A name that is not in the list means the home page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .placeholders import CASE, KNOWN

#: What a link to the page of a case says after its token: ``?to=feedback``.
PARAMETER = "to"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a case: its ``name`` in addresses, and what is asked there in words, for buttons."""

    name: str
    words: Promise


AGREEMENT = Page("agreement", _("Read and sign the agreement"))
SUPPLEMENT = Page("supplement", _("Read and sign the supplement"))
MENTORS = Page("mentors", _("Read and answer"))
TICK = Page("tick", _("Tick your times"))
TIMES = Page("times", _("See the times"))
MEETING = Page("meeting", _("Open the meeting"))
RECORD = Page("record", _("Say how it went"))
NOTES = Page("notes", _("Read the note"))
FEEDBACK = Page("feedback", _("Give feedback"))
MESSAGES = Page("messages", _("Read the message"))
CONTACT = Page("contact", _("Read the message"))

#: By the value of :class:`~.models.MailEvent`; the other mails to the page of a case mean its head, the home page.
_MEANT = {
    "agreement_out": AGREEMENT,
    "agreement_again": AGREEMENT,
    "signature_reminder": AGREEMENT,
    "copy_refused": AGREEMENT,
    "supplement_out": SUPPLEMENT,
    "pair_asked": MENTORS,
    "pair_reminder": MENTORS,
    "times_suggested": TICK,
    "times_answered": TIMES,
    "times_reminder": TIMES,
    "meeting_planned": MEETING,
    "meeting_tomorrow": MEETING,
    "meeting_unrecorded": RECORD,
    "note_shared": NOTES,
    "feedback_asked": FEEDBACK,
    "feedback_reminder": FEEDBACK,
    "follow_up": FEEDBACK,
    "letter_three": MESSAGES,
    "letter_answered": CONTACT,
}
#: Their link is that of a mentor's own page, which belongs to no case.
_TO_OWN_PAGE = ("invitation_expired",)

#: Every page that a link may name, by its name.
PAGES: dict[str, Page] = {page.name: page for page in _MEANT.values()}


def opens_case(event: str) -> bool:
    """Return whether the link of the mail for ``event`` opens the page of a case."""
    return set(CASE) <= set(KNOWN[event]) and event not in _TO_OWN_PAGE


def meant(event: str, context: Mapping[str, Any]) -> Page | None:
    """Return the page that the mail for ``event`` means, with what its row holds as ``context``; None for the home."""
    if event == "closed":
        # The end comes with the question how it was, where that is asked.
        return FEEDBACK if context.get("feedback") else None
    return _MEANT.get(event)
