"""Two cases that share mentors, told by the rows themselves: what must hold, and what may be done next."""

import datetime
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine

from tests.factories import make_case, make_field, make_handler, make_mentor
from wagtail_mentoring import clock
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.models import Invitation, MentorConflict, PairMembership, Place, Proposal
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import StepRefused
from wagtail_mentoring.workflows.states import PAIR_STATES

CAPACITY = {"Aino": 1, "Bertil": 2, "Cecilia": 2, "Daniel": 3, "Eero": 1}
DAY = datetime.timedelta(days=1)
LIVE, RUNNING = ("asked", "yes"), ("queued", "asked", "yes")


@dataclass
class World:
    """What stays the same in all histories."""

    cases: list[int]
    mentors: dict[str, int]
    user: Any
    now: datetime.datetime


def make_world() -> World:
    field = make_field(invitation_days=7)
    mentors = {name: make_mentor(field, shown=["name"], name=name, capacity=room).pk for name, room in CAPACITY.items()}
    cases = [make_case(field, state="eligible").pk for _case in range(2)]
    return World(cases, mentors, make_handler(field.union), clock.now())


def stored() -> list[Any]:
    """Return everything that a refused call must leave as it was."""
    tables = (Proposal, Invitation, Place, PairMembership, MentorConflict, Mentor)
    return [list(model._default_manager.order_by("pk").values()) for model in tables] + [
        list(Case.objects.order_by("pk").values_list("state", "log_length", "log_head"))
    ]


class AskingWorld(RuleBasedStateMachine):
    """Two cases and some mentors; what is true of them at all times, and which calls must be possible."""

    world: World
    reached: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = self.world.now
        self.said_yes: set[tuple[int, int]] = set()

    def teardown(self) -> None:
        for pk in self.world.cases:
            assert verify_chain(Case.objects.get(pk=pk)) == []
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # Around the call: nothing half-done, and no place given that is not there

    def call(self, what: str, work: Callable[[], Any], *, allowed: bool | None = None, most: int | None = None) -> bool:
        """Do ``work``; ``allowed`` says whether it must be possible (None: whichever). Return whether it was."""
        self.now += datetime.timedelta(minutes=7)
        before, loads = stored(), self.loads()
        try:
            with clock.at(self.now):
                work()
        except StepRefused as error:
            assert allowed is not True, f"{what} is allowed and was refused: {error} {error.errors}"
            assert str(error.reason)
            assert stored() == before, f"{what} was refused and changed something"
            return False
        assert allowed is not False, f"{what} is forbidden and went through"
        self.reached[what] += 1
        rooms = dict(Mentor.objects.values_list("pk", "capacity"))
        for pk, load in self.loads().items():
            room = most or rooms[pk]
            assert load <= loads[pk] or load <= room, f"{what} gave away a place that is not there"
        self.check()
        return True

    @staticmethod
    def loads() -> Counter[int]:
        return Counter(Place.objects.values_list("mentor", flat=True))

    def check(self) -> None:
        """What is true at all times, told by the rows themselves."""
        for mentor, load in self.loads().items():
            assert load <= 3, mentor
        open_proposals = list(Proposal.objects.filter(status="open"))
        assert len({proposal.case_id for proposal in open_proposals}) == len(open_proposals)
        holding = set(Place.objects.filter(invitation__isnull=False).values_list("invitation", "mentor"))
        live = Invitation.objects.filter(status__in=LIVE, proposal__status="open")
        assert holding == set(live.values_list("pk", "mentor")), "a place is held for what is not asked, or not held"
        taken = set(Place.objects.filter(membership__isnull=False).values_list("membership", "mentor"))
        members = PairMembership.objects.filter(left_at=None, pair__ended_at=None).exclude(pair__case__state="closed")
        assert taken == set(members.values_list("pk", "mentor")), "a mentee without a place, or a place without"
        ended = Invitation.objects.filter(proposal__status__in=["failed", "withdrawn"], status__in=RUNNING)
        assert not ended.exists(), "a proposal that has ended still asks somebody"
        for case, mentor in members.values_list("pair__case", "mentor"):
            assert (case, mentor) in self.said_yes, "somebody is in a pair who did not say yes"
        for proposal in open_proposals:
            case = Case.objects.get(pk=proposal.case_id)
            expected = PAIR_STATES if proposal.replaces_id else ("eligible",)
            assert case.state in expected, "somebody is asked for a case that needs nobody"
        for case in Case.objects.filter(state__in=[*PAIR_STATES]):
            assert 1 <= members.filter(pair__case=case).count() <= 2
        waiting = Proposal.objects.filter(status="queued").values_list("case", flat=True)
        assert set(waiting) <= {proposal.case_id for proposal in open_proposals}, "somebody waits for nobody"

    # What is known of the rules, apart from the code

    def case(self, place: int) -> Case:
        return Case.objects.get(pk=self.world.cases[place])

    def could_be_asked(self, case: Case, mentor: int, *, overridden: bool) -> bool:
        row = Mentor.objects.get(pk=mentor)
        today = self.now.astimezone().date()
        mine = Invitation.objects.filter(proposal__case=case, mentor=mentor)
        if row.paused_until is not None and row.paused_until >= today:
            return False
        if row.ended_on is not None or Place.objects.filter(mentor=mentor).count() >= row.capacity:
            return False
        # A yes to a proposal that was accepted long ago is no question any more.
        if mine.filter(status__in=RUNNING, proposal__status__in=["queued", "open"]).exists() or mentor in self.pair(
            case
        ):
            return False
        before = PairMembership.objects.filter(pair__case=case, mentor=mentor).exists()
        conflict = MentorConflict.objects.filter(mentor=mentor, mentee=case.mentee_id).exists()
        return overridden or not (mine.filter(status__in=["no", "expired"]).exists() or before or conflict)

    @staticmethod
    def pair(case: Case) -> list[int]:
        here = PairMembership.objects.filter(pair__case=case, left_at=None, pair__ended_at=None)
        return list(here.order_by("pk").values_list("mentor", flat=True))
