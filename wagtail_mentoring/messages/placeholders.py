"""What a mail's text may name in braces, by what the mail is about."""

import re
from collections.abc import Iterable

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

#: Everything in one pair of braces; what is not a plain name is refused as unknown.
_IN_BRACES = re.compile(r"\{([^{}]*)\}")
#: A placeholder in the middle of a web address, with or without its scheme.
_IN_ADDRESS = re.compile(r"(?:://\S*|[/?&=#@])(\{[^{}]*\})")
#: Placeholders that hold a private address or a code: nothing but an opening bracket or quote may touch them in front,
#: because mail programs make an address of much that has no scheme.
_PRIVATE = frozenset(
    (
        "link",
        "invitation",
        "case_address",
        "mentor_address",
        "concern_address",
        "desk_address",
        "code",
        "mails",
        "waiting",
    )
)
#: What stands before a placeholder without a space between.
_TOUCHING = re.compile(r"([^ \t\r\n]*)(\{([^{}]*)\})")
_OPENING = "([\"'“”„‘’«»‹›"

#: About the union: known in every mail.
UNION = ("union", "union_short", "contact", "contact_email")
#: About the receiver's case.
CASE = ("reference", "field", "link")
#: Known in the subject, if the body knows them: nothing personal stands on a locked screen.
IN_SUBJECT = ("union", "union_short", "reference", "which")

#: What a mail to the contact person knows of a case.
_OF_CASE = ("name", *UNION, "reference", "field", "case_address")

#: By the value of :class:`~.models.MailEvent`: what its body may name.
KNOWN: dict[str, tuple[str, ...]] = {
    "application_received": ("name", *UNION, *CASE, "answer_by"),
    "application_double": ("name", *UNION, *CASE),
    "draft_link": (*UNION, "link", "until"),
    "intake_received": ("name", "contact_email"),
    "registered_mentee": ("name", *UNION, *CASE, "answer_by", "notice"),
    "registered_mentor": ("name", *UNION, "notice"),
    "new_case": ("name", *UNION, "reference", "field", "answer_by", "case_address"),
    "eligible": ("name", *UNION, *CASE, "look_until"),
    "not_eligible": ("name", *UNION, *CASE, "reason"),
    "paired_mentee": ("name", *UNION, *CASE, "found"),
    "paired_mentor": ("name", *UNION, *CASE),
    "agreement_out": ("name", *UNION, *CASE, "agreement_language", "fingerprint"),
    "agreement_again": ("name", *UNION, *CASE, "reason", "agreement_language", "fingerprint"),
    "supplement_out": ("name", *UNION, *CASE, "agreement_language", "fingerprint"),
    "agreement_signed": ("name", *UNION, *CASE),
    "copy_waits": ("name", *UNION, "reference", "field", "who", "what", "case_address"),
    "copy_refused": ("name", *UNION, *CASE, "reason"),
    "declined": ("name", *UNION, "reference", "field", "who", "case_address"),
    "mentor_joined": ("name", *UNION, *CASE, "new_mentor", "your_part"),
    "mentor_left": ("name", *UNION, "reference", "field", "thanks"),
    "meeting_planned": ("name", *UNION, *CASE, "number", "when", "place", "theme"),
    "new_mentors": ("name", *UNION, *CASE),
    "closed": ("name", *UNION, *CASE, "feedback"),
    "reopened": ("name", *UNION, *CASE),
    "mentor_signed_up": ("name", *UNION, "notice"),
    "mentor_known": ("name", *UNION, "link", "your_place"),
    "mentor_approved": ("name", *UNION, "link", "orientation"),
    "mentor_declined": ("name", *UNION, "reason"),
    "mentor_check": ("name", *UNION, "link"),
    "mentor_thanks": ("name", *UNION),
    "new_mentor": ("name", *UNION, "mentor_address"),
    "mentor_stops": ("name", *UNION, "message", "mentor_address"),
    "invitation": ("name", *UNION, "reference", "field", "meetings", "answer_by", "which", "invitation"),
    "invitation_reminder": ("name", *UNION, "reference", "field", "meetings", "answer_by", "which", "invitation"),
    "invitation_withdrawn": ("name", *UNION, "reference", "field", "your_answer"),
    "invitation_expired": ("name", *UNION, "reference", "field", "answer_by", "link"),
    "question_answered": ("name", *UNION, "reference", "field", "answer_by", "which", "invitation"),
    "invitation_no": ("name", *UNION, "reference", "field", "answer", "what_next", "case_address"),
    "invitation_question": ("name", *UNION, "reference", "field", "answer_by", "case_address"),
    "proposal_failed": ("name", *UNION, "reference", "field", "case_address"),
    "mentor_missing": ("name", *UNION, "reference", "field", "case_address"),
    "pair_asked": ("name", *UNION, *CASE, "found", "answer_by"),
    "pair_reminder": ("name", *UNION, *CASE, "answer_by"),
    "pair_over": ("name", *UNION, *CASE, "what_happened"),
    "pair_silent": ("name", *UNION, "reference", "field", "what_next", "case_address"),
    "pair_refused": ("name", *UNION, "reference", "field", "case_address"),
    "times_suggested": ("name", *UNION, *CASE, "number"),
    "times_answered": ("name", *UNION, *CASE, "number"),
    "times_reminder": ("name", *UNION, *CASE, "number"),
    "meeting_tomorrow": ("name", *UNION, *CASE, "number", "when", "place", "theme"),
    "meeting_cancelled": ("name", *UNION, *CASE, "number", "when"),
    "meeting_missed": (*_OF_CASE, "number"),
    "meeting_unrecorded": ("name", *UNION, *CASE, "number", "when"),
    "signature_reminder": ("name", *UNION, *CASE),
    "note_shared": ("name", *UNION, *CASE, "number"),
    "feedback_asked": ("name", *UNION, *CASE),
    "feedback_reminder": ("name", *UNION, *CASE),
    "feedback_doubt": _OF_CASE,
    "follow_up": ("name", *UNION, *CASE),
    "idle": (*_OF_CASE, "days"),
    "letter_three": ("name", *UNION, *CASE),
    "letter_to_contact": _OF_CASE,
    "letter_answered": ("name", *UNION, *CASE),
    "concern": _OF_CASE,
    "concern_supervisor": ("name", *UNION, "concern_address"),
    "mentee_withdrew": _OF_CASE,
    "mentor_leaves": _OF_CASE,
    "address_asked": ("name", *UNION, "desk_address"),
    "address_changed": ("name", *UNION),
    "daily": ("name", *UNION, "mails"),
    "daily_handler": ("name", "waiting", "desk_address"),
    "fresh_link": ("name", *UNION, *CASE),
    "fresh_mentor_link": ("name", *UNION, "link"),
    "code": ("name", *UNION, "reference", "code", "minutes"),
    "code_data": ("name", *UNION, "code", "minutes", "code_for"),
    "test": UNION,
}

#: What stands alone in a paragraph and then becomes a button, with the button's words.
BUTTONS = {
    "link": _("Open my page"),
    "invitation": _("Read and answer"),
    "case_address": _("Open the case"),
    "mentor_address": _("Open the mentor"),
    "concern_address": _("Read the concern"),
    "desk_address": _("Open my desk"),
}


def named_in(text: str) -> list[str]:
    """Return what stands in braces in ``text``, each once, in the order of the text."""
    return list(dict.fromkeys(_IN_BRACES.findall(text)))


def known_in(event: str, *, subject: bool = False) -> tuple[str, ...]:
    """Return the placeholders that the body, or the subject, of the mail for ``event`` may hold."""
    known = KNOWN[event]
    return tuple(name for name in known if name in IN_SUBJECT) if subject else known


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def fault(event: str, text: str, *, subject: bool = False) -> object:
    """Return a sentence about what is wrong with the placeholders of ``text``, or ``""``."""
    known = known_in(event, subject=subject)
    listed = _listed(known)
    unknown = [name for name in named_in(text) if name not in known]
    if unknown:
        message = _("Nothing fills {wrong} here. You can use: {known}.")
        return format_lazy(message, wrong=_listed(unknown), known=listed)
    inside = _inside(text)
    if inside:
        # Whoever runs that address would get the receiver's private link or code with a click.
        message = _("{wrong} stands inside an address. Put a space before it, or give it a line of its own.")
        return format_lazy(message, wrong=inside)
    if re.search(r"[{}]", _IN_BRACES.sub("", text)):
        return format_lazy(_("A brace has no partner. Placeholders look like this: {known}."), known=listed)
    return ""


def _inside(text: str) -> str:
    """Return the first placeholder that stands, or could stand, inside an address; "" for none."""
    if found := _IN_ADDRESS.search(text):
        return found[1]
    touching = _TOUCHING.finditer(text)
    return next((found[2] for found in touching if found[3] in _PRIVATE and found[1].strip(_OPENING)), "")


def put_in(line: str, values: dict[str, str]) -> str:
    """Return ``line`` with its placeholders filled.

    Not by ``str.format``, which in a text that editors change would reach attributes of the values. A value is taken
    as it is: braces in a person's name name nothing.
    """
    return _IN_BRACES.sub(lambda match: values.get(match[1], match[0]), line)
