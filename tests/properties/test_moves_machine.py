"""The one way to move a case under random histories of two cases that share mentors, on the database."""

import datetime
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.factories import (
    make_agreement_text,
    make_field,
    make_handler,
    make_mentee,
    make_mentor,
    make_supervisor,
    make_union,
    make_user,
    pretend_pdf,
)
from tests.properties import oracle
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement, Party
from wagtail_mentoring.agreements.parties import agreement_of
from wagtail_mentoring.cases import actors, facts, moves
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.models import Meeting
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import Mentor, OneTimeCode
from wagtail_mentoring.workflows import Role, StepRefused, steps_from

OURS = ("Aino", "Bertil", "Cecilia", "Daniel")
STRANGERS = ("of another union", "of another profession", "listed here by mistake")
USERS = ("handler", "superuser", "foreign handler", "supervisor", "anonymous")
PEOPLE = (*USERS, "system", "mentee", "other mentee", *OURS, STRANGERS[0])
DAY = datetime.timedelta(days=1)


@dataclass
class World:
    """What stays the same in all histories."""

    field: Any
    users: dict[str, Any]
    mentors: dict[str, Mentor]
    now: datetime.datetime


def make_world() -> World:
    """Make two unions, a user of every kind, four mentors of the field, and three who do not suit."""
    tek, kt = make_union("tek"), make_union("kt")
    ours, theirs = make_field(tek), make_field(kt)
    mentors = {name: make_mentor(ours, name=name, capacity=1 + (name == "Daniel")) for name in OURS}
    mentors["of another union"] = make_mentor(theirs, name="Eero")
    mentors["of another profession"] = make_mentor(make_field(tek, "chemists"), name="Fatima")
    mentors["listed here by mistake"] = make_mentor(theirs, name="Greta")
    mentors["listed here by mistake"].fields.add(ours)
    make_agreement_text()
    users = {
        "handler": make_handler(tek),
        "superuser": make_user(is_superuser=True),
        "foreign handler": make_handler(kt),
        "supervisor": make_supervisor(tek),
        "anonymous": AnonymousUser(),
    }
    return World(ours, users, mentors, clock.now())


class MovesMachine(RuleBasedStateMachine):
    """Two cases of one field. Whatever anybody tries, the database tells the same story as the domain."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = self.world.now
        self.paused: set[str] = set()
        self.cases: list[Case] = []
        self.pictures: list[oracle.Picture] = []
        self.pairs: list[list[str]] = []
        self.lengths: list[int] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(
        least=st.integers(1, 3), more=st.integers(0, 2), one=st.booleans(), ahead=st.integers(0, 14), data=st.data()
    )
    def begin(self, least: int, more: int, one: bool, ahead: int, data: Any) -> None:
        field = make_field(min_meetings=least, max_meetings=least + more, one_mentor_allowed=one)
        with clock.at(self.now):
            for name in ("Hodan", "Igor"):
                mentee = make_mentee(field.union, name=name)
                actor = actors.Actor(frozenset({Role.MENTEE}), mentee=mentee)
                self.cases.append(moves.open_case(mentee, field, actor))
        self.pictures = [oracle.Picture(least=least, most=least + more, one_mentor_allowed=one) for _case in range(2)]
        self.pairs, self.lengths = [[], []], [1, 1]
        self.earlier: list[set[str]] = [set(), set()]
        # Who was replaced since the mentors were found. Whoever comes back has signed, or was asked, before.
        self.replaced: list[set[str]] = [set(), set()]
        self.planned: list[Any] = [None, None]
        self.the_work_goes_on_here(0, ahead, data)
        self.the_work_goes_on_here(1, 1, data)  # eligible, beside a case that may have taken mentors already

    # What changes around the cases

    @rule(name=st.sampled_from(OURS))
    def a_mentor_pauses_or_comes_back(self, name: str) -> None:
        self.paused ^= {name}
        until = (self.now + 900 * DAY).date() if name in self.paused else None
        Mentor.objects.filter(pk=self.world.mentors[name].pk).update(paused_until=until)

    @precondition(lambda self: any(picture.state == "closed" for picture in self.pictures))
    @rule()
    def the_data_of_a_closed_case_are_erased(self) -> None:
        place = [picture.state for picture in self.pictures].index("closed")
        self.pictures[place] = replace(self.pictures[place], erased=True)
        Case.objects.filter(pk=self.cases[place].pk).update(anonymised_at=self.now)

    # Steps

    @rule(
        place=st.integers(0, 1),
        step=st.sampled_from(sorted(oracle.STEPS)),
        who=st.sampled_from(PEOPLE),
        careless=st.booleans(),
        data=st.data(),
    )
    def anybody_tries(self, place: int, step: str, who: str, careless: bool, data: Any) -> None:
        self.take(place, step, who, data, careless)

    @rule(place=st.integers(0, 1), steps=st.integers(1, 6), data=st.data())
    def the_work_goes_on(self, place: int, steps: int, data: Any) -> None:
        """What usually comes next, several times: random steps alone would hardly ever reach a meeting."""
        self.the_work_goes_on_here(place, steps, data)

    def the_work_goes_on_here(self, place: int, steps: int, data: Any) -> None:
        for _step in range(steps):
            picture = self.pictures[place]
            if picture.state in ("applied", "eligible"):
                step = {"applied": "accept", "eligible": "pair"}[picture.state]
            elif picture.state == "closed":
                return
            elif not picture.agreement_out:
                step = "send_agreement"
            elif picture.unsigned and picture.agreement_out:
                party = data.draw(st.sampled_from(sorted(picture.unsigned)))
                who = "mentee" if party == "mentee" else self.pairs[place][int(party[-1])]
                self.take(place, "sign", who, data, careless=False)
                continue
            else:
                step = data.draw(st.sampled_from(["record_meeting", "record_meeting", "plan_meeting"]))
            self.take(place, step, "handler", data, careless=False)

    @rule(place=st.integers(0, 1), careless=st.booleans(), data=st.data())
    def the_handler_tries_what_stands_near(self, place: int, careless: bool, data: Any) -> None:
        """A step that leads on from this state, perhaps too early, perhaps with a mistake in the form."""
        state = self.pictures[place].state
        with_pair = ["record_meeting"] * 3 + [
            "plan_meeting",
            "cancel_meeting",
            "miss_meeting",
            "send_agreement",
            "undo_meeting",
            "go_back",
            "complete",
        ]
        with_pair += ["replace_mentor", "replace_mentor", "send_agreement", "reissue", "record_paper"]
        near = {
            "applied": ["accept", "refuse", "end"],
            "eligible": ["pair", "pair", "pair", "complete", "end"],
            "closed": ["reopen"],
        }
        self.take(place, data.draw(st.sampled_from(near.get(state, with_pair))), "handler", data, careless)

    def take(self, place: int, step: str, who: str, data: Any, careless: bool) -> None:
        self.now += datetime.timedelta(hours=data.draw(st.integers(2, 30)))
        case, picture = Case.objects.get(pk=self.cases[place].pk), self.pictures[place]
        seen = data.draw(st.sampled_from([None, 0, 0, 0, -1, 1] if careless else [None, 0]))
        with clock.at(self.now), pretend_pdf():
            inputs, entered = self.inputs_of(place, step, who, data, careless)
            expected = oracle.after(picture, step, self.role_of(place, who), entered)
            if seen:
                expected = None
            before = rows()
            try:
                moves.move(
                    case.pk,
                    step,
                    lambda locked: self.actor_of(place, who, locked),
                    inputs,
                    seen=None if seen is None else case.log_length + seen,
                )
            except StepRefused as error:
                assert expected is None, (
                    f"{step} by {who} is allowed by the domain and was refused: {error} {error.errors}"
                )
                assert str(error.reason)
                assert rows() == before, "a refused move changed something"
            else:
                assert expected is not None, f"{step} by {who} is forbidden by the domain and went through"
                self.pictures[place] = expected
                self.lengths[place] += 1
                if step == "plan_meeting":
                    self.planned[place] = inputs["starts_at"]
                if step == "pair":
                    self.pairs[place] = entered["names"]
                elif step == "go_back":
                    self.earlier[place] |= set(self.pairs[place])
                    self.replaced[place].clear()
                    self.pairs[place] = []
                elif step == "replace_mentor":
                    left = int(entered["leaves"][-1])
                    self.pairs[place] = [*self.pairs[place]]
                    self.earlier[place].add(self.pairs[place][left])
                    self.replaced[place].add(self.pairs[place][left])
                    self.pairs[place][left] = entered["joins"]
            self.compare()

    def actor_of(self, place: int, who: str, case: Case) -> actors.Actor:
        if who in self.world.users:
            return actors.user_on(self.world.users[who], case)
        if who == "system":
            return actors.SYSTEM
        if who in ("mentee", "other mentee"):
            return actors.mentee_on(self.cases[place if who == "mentee" else 1 - place].mentee, case)
        return actors.mentor_on(self.world.mentors[who], case)

    def role_of(self, place: int, who: str) -> str:
        if who in ("handler", "superuser"):
            return "handler"
        if who in self.pairs[place]:
            return "mentor"
        return who if who in ("mentee", "system") else "nobody"

    def suitable(self) -> set[str]:
        """Mentors who could take one more mentee."""
        running = [pair for pair, picture in zip(self.pairs, self.pictures, strict=True) if picture.state != "closed"]
        return {
            name
            for name in OURS
            if name not in self.paused and sum(name in pair for pair in running) < self.world.mentors[name].capacity
        }

    def inputs_of(
        self, place: int, step: str, who: str, data: Any, careless: bool
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the inputs of the step, and the same as the domain sees them."""

        def draw(good: list[Any], bad: list[Any]) -> Any:
            return data.draw(st.sampled_from(good * 3 + bad if careless else good))

        picture, case = self.pictures[place], self.cases[place]
        reason = draw(["a reason"], ["", "  ", None])
        entered: dict[str, Any] = {"reason": reason, "room": len(self.suitable())}
        if step == "accept":
            day = draw([clock.today()], [None, clock.today() + DAY])
            basis = draw(["residence_permit"], [""])
            return {"seen_on": day, "basis": basis}, entered | {
                "seen_on": day == clock.today(),
                "basis": basis,
            }
        if step == "pair":
            names = [*OURS, *STRANGERS, None] if careless else sorted(self.suitable()) or [None]
            first = data.draw(st.sampled_from(names))
            second = data.draw(
                st.sampled_from(names if careless else [name for name in names if name != first] or [None])
            )
            chosen = [name for name in (first, second) if name]
            fits = set(chosen) <= self.suitable() and len(set(chosen)) == len(chosen)
            mentors = self.world.mentors
            inputs = {
                "first": mentors[first] if first else None,
                "second": mentors[second] if second else None,
                "one_mentor_reason": reason,
                "override_reason": (override := draw(["It went well."], ["", " ", None])),
            }
            entered |= {"again": bool(set(chosen) & self.earlier[place]), "override": override}
            return inputs, entered | {"mentors": len(chosen) if fits else None, "names": chosen}
        if step == "sign":
            return self.signing(place, who, entered, draw)
        if step == "decline":
            party = self.party_of(place, who)
            return {"reason": reason}, entered | {"party": party}
        if step == "record_paper":
            return self.on_paper(place, entered, draw)
        if step == "replace_mentor":
            override = draw(["It went well."], ["", " ", None])
            inputs, entered = self.replacing(place, entered | {"override": override}, data, careless)
            return inputs | {"override_reason": override}, entered
        if step == "plan_meeting":
            moment = draw([self.now + DAY], [None, self.now, self.now - DAY])
            # The three plan what they have agreed on in a search for a time, and here there is none.
            fits = moment is not None and moment > self.now and self.role_of(place, who) not in ("mentee", "mentor")
            return {"starts_at": moment}, entered | {"time_fits": fits}
        if step == "miss_meeting":
            there = draw([[*self.pairs[place]], []], [[STRANGERS[0]]])
            mentee = draw([False], [True])
            inputs = {"mentee_absent": mentee, "mentors_absent": [self.world.mentors[name] for name in there]}
            begun = self.planned[place] is not None and self.planned[place] <= self.now
            somebody = (mentee or bool(there)) and set(there) <= set(self.pairs[place])
            return inputs, entered | {"begun": begun, "somebody": somebody}
        if step == "record_meeting":
            return self.recording(place, entered, draw)
        if step in ("complete", "end"):
            situation = draw(sorted(oracle.SITUATIONS), ["", "asleep", None])
            end_reason = draw(sorted(oracle.EARLY_REASONS), ["", "completed", "bored", None])
            inputs = {"situation": situation, "end_reason": end_reason}
            return inputs, entered | inputs
        assert case.pk and picture
        return {"reason": reason}, entered

    def recording(self, place: int, entered: dict[str, Any], draw: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        number = draw([self.pictures[place].held + 1], [0, 1, 3, 5])
        moment = draw([self.now], [None, self.now + DAY, self.world.now - DAY])
        pair = self.pairs[place]
        there = draw([pair, pair[:1]], [[], [STRANGERS[0]], [*pair, STRANGERS[1]]])
        mentee = draw([True], [False])
        inputs = {
            "number": number,
            "starts_at": moment,
            "mentee_present": mentee,
            "mentors_present": [self.world.mentors[name] for name in there],
        }
        present = mentee and bool(there) and set(there) <= set(pair)
        return inputs, entered | {"number": number, "time_fits": moment == self.now, "present": present}

    def signing(
        self, place: int, who: str, entered: dict[str, Any], draw: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        case = self.cases[place]
        person = self.world.mentors.get(who) or self.cases[1 - place if who == "other mentee" else place].mentee
        owner = {"mentor": person} if who in self.world.mentors else {"mentee": person}
        fault = draw([""], ["name", "tick", "document", "no code", "used code", "old code", "link of another"])
        link = links.link_for(self.cases[1 - place] if fault == "link of another" else case, **owner)
        code = OneTimeCode.objects.create(
            link=link,
            purpose="sign",
            code_hash="",
            expires_at=self.now + (-DAY if fault == "old code" else DAY),
            used_at=self.now if fault == "used code" else None,
        )
        agreement = agreement_of(case, **owner)
        inputs = {
            "typed_name": "Somebody Else" if fault == "name" else person.name,
            "agreed": fault != "tick",
            "shown_sha256": "0" * 64 if fault == "document" or not agreement else agreement.document.sha256,
            "code": None if fault == "no code" else code,
            "link": link,
        }
        return inputs, entered | {"party": None if fault else self.party_of(place, who)}

    def party_of(self, place: int, who: str) -> str | None:
        pair = self.pairs[place]
        return "mentee" if who == "mentee" else f"mentor {pair.index(who)}" if who in pair else None

    def on_paper(self, place: int, entered: dict[str, Any], draw: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """One place at the table, and whether the scan and the date on it are right."""
        case = self.cases[place]
        label = draw(sorted(self.pictures[place].asked) or [None], [None])
        open_party = None
        if label is not None:
            person = case.mentee if label == "mentee" else self.world.mentors[self.pairs[place][int(label[-1])]]
            owner = {"mentee": person} if label == "mentee" else {"mentor": person}
            open_party = Party.objects.filter(
                agreement__in=Agreement.objects.current().filter(case=case), **owner
            ).first()
        day = draw([clock.today()], [None, clock.today() + DAY, clock.today() - 400 * DAY])
        content = draw([b"%PDF-1.7 a scan"], [b""])
        inputs = {
            "parties": [open_party] if open_party else [],
            "signed_on": day,
            "content": content,
            "content_type": "application/pdf",
        }
        right = open_party is not None and day == clock.today() and bool(content)
        return inputs, entered | {"party": label if right else None}

    def replacing(
        self, place: int, entered: dict[str, Any], data: Any, careless: bool
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        pair, suitable = self.pairs[place], self.suitable()
        leaving = data.draw(st.sampled_from([*pair, *(STRANGERS if careless else ())] or [None]))
        others = suitable - set(pair)
        # What a mentor who comes back has signed is looked at in tests/agreements.
        drawn = sorted({*OURS, *STRANGERS} - self.replaced[place] if careless else others - self.replaced[place])
        joining = data.draw(st.sampled_from([*drawn, None] if careless else drawn or [None]))
        fits = leaving in pair and joining in others
        mentors = self.world.mentors
        inputs = {
            "leaving": mentors[leaving] if leaving else None,
            "joining": mentors[joining] if joining else None,
            "reason": entered["reason"],
        }
        place_of = f"mentor {pair.index(leaving)}" if fits else None
        entered["again"] = joining in self.earlier[place]
        return inputs, entered | {"leaves": place_of, "joins": joining, "others": len(others)}

    # What must be true after every step

    def compare(self) -> None:
        for place, picture in enumerate(self.pictures):
            case = Case.objects.get(pk=self.cases[place].pk)
            assert case.state == picture.state
            assert verify_chain(case) == []
            assert case.log_length == self.lengths[place] == case.log.count()
            assert (case.closed_at is not None) == (picture.state == "closed") == bool(case.end_reason)
            self.compare_with_log(case)
            known = facts.gather(case)
            assert known.meetings_held == picture.held
            assert known.meeting_planned == picture.planned or picture.state == "applied"
            numbers = (
                Meeting.objects.filter(case=case, status="held").order_by("number").values_list("number", flat=True)
            )
            assert list(numbers) == list(range(1, picture.held + 1))
            if oracle.works_with_pair(picture.state):
                assert known.mentors == picture.mentors == len(self.pairs[place])
                waiting = Agreement.objects.without_record().filter(case=case)
                assert waiting.exists() <= bool(picture.asked - picture.unsigned)
                assert (known.agreement_out, len(known.unsigned)) == (picture.agreement_out, len(picture.unsigned))
            handler = actors.user_on(self.world.users["handler"], case)
            ways = {step.name: step.allowed for step in steps_from(known, handler)}
            assert ways["reopen"] != picture.erased if picture.state == "closed" else ways["end"]

    @staticmethod
    def compare_with_log(case: Case) -> None:
        state, held = "", 0
        for action, told in case.log.order_by("sequence").values_list("action", "data"):
            assert told.get("from", state) == state
            state = told.get("to", state)
            held += action.endswith(".record_meeting") - action.endswith(".undo_meeting")
        assert state == case.state
        if state.startswith("meeting_"):
            assert state == f"meeting_{held}"


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_random_histories_of_two_cases() -> None:
    MovesMachine.world = make_world()
    before = rows()
    run_state_machine_as_test(
        MovesMachine,
        settings=settings(
            max_examples=22,
            stateful_step_count=15,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            # A failing history is shown as it was found: making it smaller would take longer than the test may.
            phases=[Phase.generate],
        ),
    )
    assert rows() == before, "a history was not rolled back"
