"""Asking mentors under random histories of two cases that share mentors with several places, on the database."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from tests.factories import as_handler, make_field
from tests.properties.asking import CAPACITY, DAY, LIVE, AskingWorld, make_world, stored
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.models import Invitation, Place, Proposal
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows.states import PAIR_STATES


class AskingMachine(AskingWorld):
    """Whatever is proposed, answered, forgotten, paired by hand or closed, the places and the pairs are right."""

    # What people do

    @rule(place=st.integers(0, 1), steps=st.integers(2, 7), kind=st.integers(0, 3), data=st.data())
    def the_asking_goes_on(self, place: int, steps: int, kind: int, data: Any) -> None:
        """What usually comes next, several times: random calls alone would hardly ever reach a pair by questions.

        With ``kind`` 0 mostly no is said, else mostly yes.
        """
        for _step in range(steps):
            case = self.case(place)
            opened = Proposal.objects.filter(case=case, status="open").first()
            if opened is None:
                free = [
                    name for name, key in self.world.mentors.items() if self.could_be_asked(case, key, overridden=True)
                ]
                if not free or case.state == "closed":
                    return
                them = data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=2, unique=True))
                if case.state == "eligible":
                    self.propose(place, them, True, "Nobody else.")
                else:
                    self.propose_to_replace(place, them[0], 0)
                continue
            asked = list(opened.invitations.filter(status="asked").order_by("pk"))
            if opened.mentee_asked_at is not None:
                self.mentee(opened, yes=bool(kind))
            elif asked:
                likely = data.draw(st.integers(0, 3)) > 0
                self.answer(data.draw(st.sampled_from(asked)), likely == bool(kind), False, data)
            else:
                self.one(opened)

    @rule(
        place=st.integers(0, 1),
        them=st.lists(st.sampled_from(sorted(CAPACITY)), min_size=1, max_size=2),
        override=st.booleans(),
        reason=st.sampled_from(["", "Nobody else.", "Nobody else."]),
    )
    def propose(self, place: int, them: list[str], override: bool, reason: str) -> None:
        case, keys = self.case(place), [self.world.mentors[name] for name in them]
        right = case.state == "eligible" and len(set(keys)) == len(keys) and (len(keys) == 2 or bool(reason))
        right = right and all(self.could_be_asked(case, key, overridden=override) for key in keys)
        self.call(
            "propose",
            lambda: invitations.propose(
                case.pk,
                keys,
                self.world.user,
                one_mentor_reason=reason,
                override_reason="All the same." if override else "",
            ),
            allowed=right,
        )

    @rule(place=st.integers(0, 1), joins=st.sampled_from(sorted(CAPACITY)), which=st.integers(0, 1))
    def propose_to_replace(self, place: int, joins: str, which: int) -> None:
        case = self.case(place)
        pair = self.pair(case)
        if case.state not in PAIR_STATES or not pair:
            return
        key, leaves = self.world.mentors[joins], pair[which % len(pair)]
        other = Proposal.objects.filter(case=case, status="open").exclude(replaces=leaves).exists()
        right = not other and self.could_be_asked(case, key, overridden=True)
        self.call(
            "propose to replace",
            lambda: invitations.propose(
                case.pk,
                [key],
                self.world.user,
                one_mentor_reason="Moved away.",
                override_reason="All the same.",
                replaces=leaves,
            ),
            allowed=right,
        )

    @precondition(lambda self: Invitation.objects.exists())
    @rule(data=st.data(), yes=st.booleans(), live=st.booleans(), by_phone=st.booleans())
    def a_mentor_answers(self, data: Any, yes: bool, live: bool, by_phone: bool) -> None:
        found = Invitation.objects.select_related("proposal").order_by("pk")
        open_ones = found.filter(status__in=LIVE, proposal__status="open")
        found = (list(open_ones) if live else []) or list(found)
        self.answer(data.draw(st.sampled_from(found)), yes, by_phone, data)

    def answer(self, one: Invitation, yes: bool, by_phone: bool, data: Any) -> None:
        by = self.world.user if by_phone else None
        is_open = one.proposal.status == "open"
        if yes:
            stopped = Mentor.objects.get(pk=one.mentor_id).ended_on is not None
            right = one.status == "yes" or (one.status == "asked" and not stopped)
            self.said_yes |= {(one.proposal.case_id, one.mentor_id)} if right else set()
            self.call("yes", lambda: invitations.answer_yes(one.pk, by=by), allowed=right)
            return
        reason = data.draw(st.sampled_from(["other", "conflict", "no_time"]))
        pause = self.now.astimezone().date() + 20 * DAY if reason == "no_time" else None
        right = one.status != "queued"
        if one.status == "yes":
            right = is_open and (by_phone or one.proposal.mentee_asked_at is None)
        self.call(
            "no",
            lambda: invitations.answer_no(one.pk, reason=reason, pause_until=pause, by=by),
            allowed=right,
        )

    @precondition(lambda self: Proposal.objects.exists())
    @rule(data=st.data(), yes=st.booleans())
    def the_mentee_answers(self, data: Any, yes: bool) -> None:
        asked = Proposal.objects.filter(status="open", mentee_asked_at__isnull=False)
        one = data.draw(st.sampled_from(list(asked.order_by("pk")) or list(Proposal.objects.order_by("pk"))))
        self.mentee(one, yes)

    def mentee(self, one: Proposal, yes: bool) -> None:
        is_asked = one.status == "open" and one.mentee_asked_at is not None
        right = is_asked or one.mentee_answer == ("yes" if yes else "no")
        self.call("mentee", lambda: invitations.mentee_answers(one.pk, yes), allowed=right)
        if is_asked:
            one.refresh_from_db()
            assert one.status == ("accepted" if yes else "failed")

    @precondition(lambda self: Proposal.objects.filter(status="open").exists())
    @rule(data=st.data(), name=st.sampled_from(sorted(CAPACITY)))
    def another_is_asked(self, data: Any, name: str) -> None:
        one = data.draw(st.sampled_from(list(Proposal.objects.filter(status="open").order_by("pk"))))
        live = one.invitations.filter(status__in=LIVE).count()
        right = live < 2 and one.replaces_id is None and one.mentee_asked_at is None
        case = Case.objects.get(pk=one.case_id)
        right = right and self.could_be_asked(case, self.world.mentors[name], overridden=True)
        self.call(
            "another",
            lambda: invitations.invite_another(
                one.pk, self.world.mentors[name], self.world.user, override_reason="All the same."
            ),
            allowed=right,
        )

    @precondition(lambda self: Proposal.objects.filter(status="open").exists())
    @rule(data=st.data())
    def one_is_enough(self, data: Any) -> None:
        one = data.draw(st.sampled_from(list(Proposal.objects.filter(status="open").order_by("pk"))))
        self.one(one)

    def one(self, one: Proposal) -> None:
        right = one.invitations.filter(status="yes").count() == 1 and one.mentee_asked_at is None
        self.call("one", lambda: invitations.go_on_with_one(one.pk, "Nobody else.", self.world.user), allowed=right)

    @precondition(lambda self: Proposal.objects.exists())
    @rule(data=st.data())
    def called_off(self, data: Any) -> None:
        one = data.draw(st.sampled_from(list(Proposal.objects.order_by("-pk")[:4])))
        right = one.status in ("open", "queued", "withdrawn")
        self.call("withdraw", lambda: invitations.withdraw(one.pk, self.world.user), allowed=right)

    # What time and life do

    @rule(days=st.integers(1, 9))
    def time_passes(self, days: int) -> None:
        self.now += days * DAY
        today = self.now.astimezone().date()
        late = Invitation.objects.filter(status="asked", answer_by__lt=today).count()
        # Only the mentees are asked about whom the rows say so, and they have a last day.
        asked = Proposal.objects.filter(status="open", mentee_asked_at__isnull=False)
        silent = set(asked.filter(mentee_answer_by__lt=today).values_list("pk", flat=True))
        assert not asked.filter(mentee_answer_by=None).exists()
        with clock.at(self.now):
            reminded, expired = invitations.remind_due(), invitations.expire_due()
            assert (reminded.failed, expired.failed, len(expired.done)) == ([], [], late)
            assert invitations.remind_due().done == invitations.expire_due().done == []
            mentees, ended = invitations.remind_mentees_due(), invitations.expire_mentees_due()
            assert (mentees.failed, ended.failed, set(ended.done)) == ([], [], silent)
            assert invitations.remind_mentees_due().done == invitations.expire_mentees_due().done == []
        assert all(one.mentee_silent for one in Proposal.objects.filter(pk__in=silent))
        self.reached["expired"] += late
        self.reached["silent"] += len(silent)
        self.check()

    @rule(name=st.sampled_from(sorted(CAPACITY)), days=st.sampled_from([None, 5, 40]))
    def a_pause(self, name: str, days: int | None) -> None:
        until = self.now.astimezone().date() + days * DAY if days else None
        Mentor.objects.filter(pk=self.world.mentors[name]).update(paused_until=until)
        self.check()

    @rule(name=st.sampled_from(sorted(CAPACITY)), room=st.integers(1, 3))
    def another_room(self, name: str, room: int) -> None:
        Mentor.objects.filter(pk=self.world.mentors[name]).update(capacity=room)

    @rule(name=st.sampled_from(["Bertil", "Eero"]))
    def a_mentor_stops(self, name: str) -> None:
        mentor = Mentor.objects.get(pk=self.world.mentors[name])
        Mentor.objects.filter(pk=mentor.pk).update(ended_on=(self.now - DAY).astimezone().date())
        with clock.at(self.now):
            cases = invitations.mentor_leaves(mentor, self.now)
        assert {case.pk for case in cases} == {
            pk
            for pk in self.world.cases
            if Case.objects.get(pk=pk).state != "closed" and mentor.pk in self.pair(Case.objects.get(pk=pk))
        }
        assert not Place.objects.filter(mentor=mentor, invitation__isnull=False).exists()
        self.check()

    # What the handler does by hand

    @rule(place=st.integers(0, 1), them=st.lists(st.sampled_from(sorted(CAPACITY)), min_size=1, max_size=2))
    def paired_by_hand(self, place: int, them: list[str]) -> None:
        case, keys = self.case(place), [self.world.mentors[name] for name in them]
        first, second = ([Mentor.objects.get(pk=key) for key in keys] + [None])[:2]
        before = set(self.said_yes)
        self.said_yes |= {(case.pk, key) for key in keys}
        inputs = {"first": first, "second": second, "one_mentor_reason": "Nobody else."}
        inputs["override_reason"] = "All the same."
        if not self.call("by hand", lambda: moves.move(case.pk, "pair", as_handler(self.world.user), inputs)):
            self.said_yes = before

    @rule(place=st.integers(0, 1), joins=st.sampled_from(sorted(CAPACITY)), which=st.integers(0, 1))
    def replaced_by_hand(self, place: int, joins: str, which: int) -> None:
        case = self.case(place)
        pair = self.pair(case)
        if case.state not in PAIR_STATES:
            return
        before = set(self.said_yes)
        self.said_yes.add((case.pk, self.world.mentors[joins]))
        inputs = {
            "leaving": Mentor.objects.get(pk=pair[which % len(pair)]),
            "joining": Mentor.objects.get(pk=self.world.mentors[joins]),
            "reason": "Moved away.",
            "override_reason": "All the same.",
        }
        work = lambda: moves.move(case.pk, "replace_mentor", as_handler(self.world.user), inputs)  # noqa: E731
        if not self.call("replaced by hand", work):
            self.said_yes = before

    @rule(place=st.integers(0, 1), step=st.sampled_from(["end", "reopen", "reopen", "go_back"]))
    def the_case_goes_another_way(self, place: int, step: str) -> None:
        case = self.case(place)
        inputs = {"reason": "It is so.", "end_reason": "no_contact", "situation": "unknown"}
        most = 3 if step == "reopen" else None
        self.call(step, lambda: moves.move(case.pk, step, as_handler(self.world.user), inputs), most=most)


#: What the histories must have got through at least once.
EXPECTED = ("propose", "yes", "no", "by hand", "withdraw", "end")


@pytest.mark.django_db
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mentee_asked", [False, True])
def test_random_histories_of_asking(mentee_asked: bool) -> None:
    AskingMachine.world = make_world()
    make_field(mentee_asked_about_pair=mentee_asked)
    AskingMachine.reached = Counter()
    before = stored()
    # Chance may leave a kind of call out of nine histories: then there are more of them.
    for _batch in range(6):
        run_state_machine_as_test(
            AskingMachine,
            settings=settings(
                max_examples=9,
                stateful_step_count=20,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                # A failing history is shown as it was found: making it smaller would take longer than the test may.
                phases=[Phase.generate],
            ),
        )
        if all(AskingMachine.reached[what] for what in EXPECTED):
            break
    assert stored() == before, "a history was not rolled back"
    reached = AskingMachine.reached
    missed = [what for what in EXPECTED if not reached[what]]
    assert not missed, f"the histories said nothing about {missed}: {dict(reached)}"
