"""How the demo's mentors are asked, and what they answer. The mentors are those whom the suggestions put first."""

from typing import Any

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.choices import InvitationStatus
from wagtail_mentoring.pairing.models import Invitation
from wagtail_mentoring.pairing.suggestions import suggest

MESSAGES = {
    "no_time": "I have a big delivery until the summer. Please ask me again in August.",
    "not_my_speciality": "I have never worked with buildings. A structural engineer can help more.",
}
QUESTION = "Would evenings after six suit the mentee? I commute, and I am home late."


def invite(case: Case, handler: Any) -> None:
    """Ask the pair that fits ``case`` best."""
    best = next(option for option in suggest(case, limit=5).options if len(option.mentors) == 2)
    invitations.propose(case.pk, best.mentors, handler, fit=best.points, why=best.why)


def _asked(case: Case, who: str) -> Invitation:
    """Return the invitation of the first or the second mentor who was asked for ``case``."""
    asked = Invitation.objects.filter(proposal__case=case).exclude(status=InvitationStatus.QUEUED).order_by("pk")
    return asked[{"first": 0, "second": 1}[who]]


def answer(case: Case, what: str, who: str, reason: str = "") -> None:
    """Let a mentor say yes or no, or ask something."""
    one = _asked(case, who).pk
    if what == "yes":
        invitations.answer_yes(one, oriented=True)
    elif what == "no":
        invitations.answer_no(one, reason=reason, message=MESSAGES.get(reason, ""))
    else:
        invitations.ask(one, QUESTION)


#: Steps of the stories.
ANSWERS = ("yes", "no", "question")
