"""Which lines of a case's history its mentee may know of: those named here, and no other.

What a mentor or the union did in confidence is no business of the mentee: a concern, a wish to leave, which mentors
were asked and what they answered. So the lines are let through by name. The history of a case is given to no mentor.
"""

from django.db.models import Q

from wagtail_mentoring.workflows import Role

from .moves import STEP_ACTION

#: Whoever did it: the mentee's pages and mails tell of it anyway, or it is about the mentee's own data.
SHOWN = (
    *(
        STEP_ACTION(step)
        for step in (
            "accept",
            "refuse",
            "pair",
            "send_agreement",
            "sign",
            "sign_as_contact",
            "record_paper",
            "reissue",
            "replace_mentor",
            "plan_meeting",
            "cancel_meeting",
            "miss_meeting",
            "record_meeting",
            "undo_meeting",
            "go_back",
            "complete",
            "end",
            "withdraw",
            "reopen",
        )
    ),
    "mentoring.opened",
    "mentoring.registered",
    "mentoring.double",
    "mentoring.assigned",
    "mentoring.agreement_failed",
    "mentoring.record_made",
    "mentoring.record_failed",
    "mentoring.corrected",
    "mentoring.address_asked",
    "mentoring.address_changed",
    "mentoring.consent_withdrawn",
    "mentoring.exported",
    "mentoring.own_calendar",
    "mentoring.mentee_asked",
    "mentoring.mentee_reminded",
    "mentoring.mentee_agreed",
    "mentoring.mentee_disagreed",
    "mentoring.times_suggested",
    "mentoring.letter_three",
)
#: What one of the three does, and the others are not told of.
OWN = (
    STEP_ACTION("decline"),
    "mentoring.upload_refused",
    "mentoring.upload_waits",
    "mentoring.feedback_given",
    "mentoring.letter_to_contact",
    "mentoring.concern_raised",
)


def known_to_mentee(line: str = "") -> Q:
    """Return which lines the mentee of their case may know of. ``line`` is the path to the line, with ``__``."""
    shown = Q(**{f"{line}action__in": SHOWN})
    own = Q(**{f"{line}action__in": OWN, f"{line}actor": Role.MENTEE.value})
    link = Q(**{f"{line}action": "mentoring.link_sent"}) & (
        Q(**{f"{line}data__to": "mentee"}) | Q(**{f"{line}data__role": "mentee"})
    )
    certificate = Q(**{f"{line}action": "mentoring.certificate_made", f"{line}data__has_key": "mentee"})
    return shown | own | link | certificate
