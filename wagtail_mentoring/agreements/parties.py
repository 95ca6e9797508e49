"""Who is a party to which agreement, who still has to sign, and what the flow must know of it."""

from collections.abc import Mapping
from typing import Any

from wagtail_mentoring.cases import facts
from wagtail_mentoring.cases.actors import Actor, current_mentors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.models import Mentee, Mentor
from wagtail_mentoring.workflows.states import PAIR_STATES

from .models import Agreement, Party, SignatureUpload


def current_agreements(case: Case) -> list[Agreement]:
    """Return what is out to the case's current pair, with text and document: the agreement, then its supplements."""
    return list(
        Agreement.objects.current()
        .filter(case=case)
        .select_related("text", "document__stored", "supplement_to__document")
        .order_by("pk")
    )


def current_agreement(case: Case) -> Agreement | None:
    """Return the agreement itself, not a supplement, that is out to the case's current pair; or None."""
    return next((found for found in current_agreements(case) if not found.is_supplement), None)


def agreement_of(case: Case, *, mentee: Mentee | None = None, mentor: Mentor | None = None) -> Agreement | None:
    """Return the current agreement to which a person is a party: for a mentor who joined later, the supplement."""
    person = {"parties__mentee": mentee} if mentee else {"parties__mentor": mentor}
    return (
        Agreement.objects.current()
        .filter(case=case, **person)
        .select_related("text", "document__stored", "supplement_to__document")
        .order_by("-pk")
        .first()
    )


def party_of(agreement: Agreement, *, mentee: Mentee | None = None, mentor: Mentor | None = None) -> Party | None:
    """Return the party that a person is in ``agreement``, with the signature if there is one."""
    parties = agreement.parties.select_related("signature")
    return (parties.filter(mentee=mentee) if mentee else parties.filter(mentor=mentor)).first()


def acting_party(case: Case, actor: Actor) -> tuple[Agreement, Party] | None:
    """Return the current agreement and the party that ``actor``, a mentee or mentor, is in it; or None."""
    if actor.mentee is None and actor.mentor is None:
        return None
    agreement = agreement_of(case, mentee=actor.mentee, mentor=actor.mentor)
    party = party_of(agreement, mentee=actor.mentee, mentor=actor.mentor) if agreement else None
    return (agreement, party) if agreement and party else None


def contact_party(case: Case) -> Party | None:
    """Return the contact person's unsigned place in the current agreement, or None."""
    return (
        Party.objects.contact_unsigned()
        .filter(agreement__in=Agreement.objects.current().filter(case=case))
        .select_related("agreement__document")
        .first()
    )


@facts.register
def agreement_facts(case: Case) -> Mapping[str, Any]:
    """Whether an agreement is out to everyone, and who must still sign; asked only while there is a pair."""
    if case.case_state not in PAIR_STATES:
        return {}
    needed = list(
        Party.objects.needed()
        .filter(agreement__in=Agreement.objects.current().filter(case=case))
        .order_by("pk")
        .values_list("name", "mentor_id", "signature__pk")
    )
    # Everything is asked whatever the answer before: a move takes the same number of queries in every case.
    mentors = set(current_mentors(case).values_list("pk", flat=True))
    asked = {mentor for _name, mentor, _signed in needed if mentor}
    return {
        "agreement_out": bool(needed) and mentors <= asked,
        "unsigned": tuple(name for name, _mentor, signed in needed if signed is None),
        "contact_unsigned": contact_party(case) is not None,
        "uploads_waiting": waiting_uploads(case).count(),
    }


def waiting_uploads(case: Case) -> Any:
    """Return the signed copies of the current agreements that a handler must look at, the oldest first.

    Not those of a mentor who has left the pair, and none of an agreement that has its record.
    """
    return SignatureUpload.objects.to_look_at().filter(agreement__case=case).order_by("pk")
