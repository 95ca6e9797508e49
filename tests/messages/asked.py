"""A case whose mentors are asked, the mails that were written of it, and the links in them."""

import re
from typing import Any

from tests.factories import make_case, make_field, make_handler, make_mentor
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.models import Invitation, Proposal
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentor, PrivateLink

LANGUAGES = ("en", "fi", "sv")
#: Names that no mail may hold but the reader's own.
MENTEE, FIRST, SECOND = "Zainab Qasim", "Orvokki Ahtisaari", "Ture Blomqvist"


class Asked:
    """A waiting case of a union, two mentors who can be asked, and a third."""

    def __init__(self, *, mentee_asked: bool = True, language: str = "en") -> None:
        self.field = make_field(mentee_asked_about_pair=mentee_asked)
        self.user = make_handler(self.field.union)
        self.case = make_case(self.field, state="eligible", language=language)
        self.case.mentee.name, self.case.mentee.language = MENTEE, language
        self.case.mentee.save()
        self.first = make_mentor(self.field, name=FIRST, email="first@example.org", language=language)
        self.second = make_mentor(self.field, name=SECOND, email="second@example.org", language=language)
        self.third = make_mentor(self.field, name="Third Mentor", email="third@example.org", language=language)
        self.proposal: Proposal | None = None
        OutboxMessage.objects.all().delete()

    def propose(self, *mentors: Mentor, **values: Any) -> Proposal:
        chosen = mentors or (self.first, self.second)
        made = invitations.propose(self.case.pk, chosen, self.user, override_reason="They know each other.", **values)
        self.proposal = self.proposal or made
        return made

    def invitation(self, mentor: Mentor, proposal: Proposal | None = None) -> Invitation:
        return Invitation.objects.get(proposal=proposal or self.proposal, mentor=mentor)

    def yes(self, *mentors: Mentor) -> None:
        for mentor in mentors:
            invitations.answer_yes(self.invitation(mentor).pk, oriented=True)

    def no(self, mentor: Mentor, **values: Any) -> None:
        invitations.answer_no(self.invitation(mentor).pk, **{"reason": "no_time", **values})


def mails(case: Case | None = None) -> list[tuple[str, str]]:
    """Return event and address of what was written since the last call, in order."""
    rows = OutboxMessage.objects.order_by("pk")
    found = list((rows.filter(case=case) if case else rows).values_list("event", "address"))
    rows.delete()
    return found


CONTACT = "mentoring@tek.example.org"


def opens(content: str) -> set[PrivateLink]:
    """Return the private links to which the addresses in a mail lead."""
    return {links.read_token(token) for token in re.findall(r"http://127.0.0.1:8000/mentoring/p/([\w:-]+)/", content)}
