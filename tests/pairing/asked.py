"""What the tests about invitations share: a case, mentors, and short ways to ask and answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.dispatch import Signal

from tests import factories
from tests.factories import make_case, make_field, make_handler, make_union
from tests.snapshots import rows
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing import invitations, signals
from wagtail_mentoring.pairing.models import Invitation, Place, Proposal
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import CaseState, StepRefused

#: Every signal about asking mentors, by its name.
SIGNALS = tuple(name for name, value in vars(signals).items() if isinstance(value, Signal))


def eligible(*, mentee_asked: bool = False, state: str = "eligible", **values: Any) -> Case:
    """Return a case for which mentors are looked for; the mentee is asked about the pair only if wished."""
    field = make_field(make_union(), mentee_asked_about_pair=mentee_asked)
    return make_case(field, state=state, **values)


def handler() -> Any:
    return make_handler(make_union())


def make_mentor(*args: Any, **values: Any) -> Mentor:
    """Return a mentor whom nothing stands against: one who has agreed to be shown to a mentee."""
    return factories.make_mentor(*args, **{"shown": ["name"]} | values)


def mentors(number: int = 2, **values: Any) -> list[Mentor]:
    return [make_mentor(make_field(), **values) for _mentor in range(number)]


def propose(case: Case, them: list[Mentor], **values: Any) -> Proposal:
    if len(them) == 1 and "one_mentor_reason" not in values:
        values["one_mentor_reason"] = "Nobody else speaks Dari."
    return invitations.propose(case.pk, them, values.pop("user", None) or handler(), **values)


def of(proposal: Proposal, mentor: Mentor) -> Invitation:
    """Return the newest invitation of ``mentor`` in ``proposal``."""
    return proposal.invitations.filter(mentor=mentor).order_by("-pk")[0]


def yes(proposal: Proposal, *them: Mentor, **values: Any) -> None:
    for mentor in them:
        invitations.answer_yes(of(proposal, mentor).pk, **values)


def no(proposal: Proposal, *them: Mentor, **values: Any) -> None:
    for mentor in them:
        invitations.answer_no(of(proposal, mentor).pk, **{"reason": "other"} | values)


def status(row: Proposal | Invitation) -> str:
    row.refresh_from_db()
    return str(row.status)


def state(case: Case) -> CaseState:
    return CaseState(Case.objects.values_list("state", flat=True).get(pk=case.pk))


def held(*them: Mentor) -> list[int]:
    """Return how many places of each mentor are held by invitations."""
    return [Place.objects.filter(mentor=mentor, invitation__isnull=False).count() for mentor in them]


def taken(*them: Mentor) -> list[int]:
    """Return how many places of each mentor are taken by mentees."""
    return [Place.objects.filter(mentor=mentor, membership__isnull=False).count() for mentor in them]


def told(case: Case) -> list[str]:
    """Return the actions of the history since the case was found eligible."""
    found = case.log.order_by("sequence").values_list("action", flat=True)
    return [action.removeprefix("mentoring.") for action in found][2:]


@contextmanager
def heard() -> Iterator[list[tuple[str, Any]]]:
    """Yield a list that fills with the names of the signals that are sent, and what each is about."""
    found: list[tuple[str, Any]] = []
    receivers = []
    for name in SIGNALS:

        def listen(name: str = name, invitation: Any = None, proposal: Any = None, **kwargs: Any) -> None:
            found.append((name, invitation.mentor if invitation is not None else proposal))

        receivers.append(listen)
        getattr(signals, name).connect(listen, weak=False)
    try:
        yield found
    finally:
        for name, listen in zip(SIGNALS, receivers, strict=True):
            getattr(signals, name).disconnect(listen)


def refused(work: Callable[[], Any]) -> StepRefused:
    """Do what is refused; return the refusal, having seen that nothing was changed."""
    before = rows()
    with pytest.raises(StepRefused) as caught:
        work()
    assert rows() == before, "something half-done stays"
    return caught.value
