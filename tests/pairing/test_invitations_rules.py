"""Who may be asked for a case, and what a reason overrides."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import as_handler, make_case, make_field, make_union
from tests.pairing import asked
from tests.pairing.asked import eligible, handler, held, make_mentor, mentors, no, of, propose, status, yes
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.words import sentence
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.due import expire_due
from wagtail_mentoring.people.models import Mentor, MentorAbsence
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def case() -> Case:
    return eligible()


def refused(case: Case, them: list[Any], **values: Any) -> StepRefused:
    values.setdefault("user", handler())
    return asked.refused(lambda: propose(case, them, **values))


# What no reason overrides


def away() -> Mentor:
    mentor = make_mentor()
    MentorAbsence.objects.create(mentor=mentor, first_day=clock.today(), last_day=clock.today())
    return mentor


def without_room() -> Mentor:
    mentor = make_mentor(name="Maria Korhonen")
    make_case(state="paired", mentors=[mentor, make_mentor()])
    return mentor


def asked_elsewhere() -> Mentor:
    mentor = make_mentor(name="Maria Korhonen")
    propose(eligible(), [mentor])
    return mentor


def of_another_union() -> Mentor:
    mentor = make_mentor(make_field(make_union("kt")))
    mentor.fields.add(make_field())
    return mentor


ABSOLUTE: dict[str, tuple[Callable[[], Mentor], str]] = {
    "of another union": (of_another_union, "not a mentor of this union and profession"),
    "of another profession": (
        lambda: make_mentor(make_field(slug="chemists")),
        "not a mentor of this union and profession",
    ),
    "not approved": (lambda: make_mentor(approved_on=None), "is no mentor now"),
    "not confirmed": (lambda: make_mentor(membership_confirmed_on=None), "is no mentor now"),
    "stopped": (lambda: make_mentor(ended_on=clock.today()), "is no mentor now"),
    "gone": (lambda: make_mentor(anonymised_at=clock.now()), "is no mentor now"),
    "paused": (lambda: make_mentor(paused_until=clock.today()), "paused or away"),
    "away": (away, "paused or away"),
    "without room": (without_room, "Maria Korhonen has no room now"),
    "asked elsewhere": (asked_elsewhere, "Maria Korhonen has no room now"),
}


@pytest.mark.parametrize("why", ABSOLUTE)
def test_no_reason_overrides(case: Case, why: str) -> None:
    make, sentence = ABSOLUTE[why]
    mentor, free = make(), make_mentor()
    for them in ([mentor, free], [free, mentor]):
        error = refused(case, them, override_reason="All the same.")
        assert (set(error.errors), sentence in str(error)) == ({"mentors"}, True), str(error)
        assert mentor.name in str(error) and free.name not in str(error)


def test_nobody_is_asked_twice_for_one_case(case: Case) -> None:
    (a, b, c), (d, e) = mentors(3, capacity=3), mentors()
    first = propose(case, [a, b])
    second = propose(case, [d, e])
    assert status(second) == "queued"
    for mentor in (a, d):
        error = refused(case, [mentor, c], override_reason="All the same.")
        assert "is being asked for this case already" in str(error)
        assert "no room" not in str(error)
    yes(first, a)
    no(first, b)
    with pytest.raises(StepRefused, match="is being asked for this case already"):
        invitations.invite_another(first.pk, d, handler(), override_reason="All the same.")


def test_how_many(case: Case) -> None:
    a, b, c = mentors(3)
    assert set(refused(case, []).errors) == {"mentors"}
    assert set(refused(case, [a, b, c]).errors) == {"mentors"}
    assert "two different" in str(refused(case, [a, a.pk]))
    assert "not there any more" in str(refused(case, [a, 987654]))
    assert set(refused(case, [a], one_mentor_reason="  ").errors) == {"one_mentor_reason"}
    propose(case, [a.pk, b])


def test_one_where_two_are_asked_for(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(one_mentor_allowed=False)
    assert set(refused(case, mentors(1), one_mentor_reason="Nobody else.").errors) == {"mentors"}


def test_a_reason_for_one_mentor_is_not_kept_for_two(case: Case) -> None:
    proposal = propose(case, mentors(), one_mentor_reason="Typed before a second was chosen.")
    assert proposal.one_mentor_reason == ""


@pytest.mark.parametrize("state", ["applied", "paired", "closed"])
def test_a_case_in_which_nobody_is_looked_for(state: str) -> None:
    assert "No mentors are looked for" in str(refused(make_case(state=state), mentors()))


# What a reason overrides


def conflict_with_the_mentee(case: Case, mentor: Mentor) -> None:
    mentor.declared_conflicts.create(mentee=case.mentee)


def mentor_before(case: Case, mentor: Mentor) -> None:
    """The same person's earlier case."""
    before = make_case(state="closed", closed_from="meeting_3", mentors=[mentor, make_mentor()])
    Case.objects.filter(pk=before.pk).update(mentee=case.mentee)


def said_no(case: Case, mentor: Mentor) -> None:
    no(propose(case, [mentor]), mentor)


def has_no_time(case: Case, mentor: Mentor) -> None:
    no(propose(case, [mentor]), mentor, reason="no_time")


def did_not_answer(case: Case, mentor: Mentor) -> None:
    propose(case, [mentor])
    with clock.at(clock.now() + 10 * DAY):
        expire_due()


def conflict_between_the_two(case: Case, mentor: Mentor) -> None:
    other = Mentor.objects.get(name="The other one")
    first, second = sorted((mentor, other), key=lambda one: one.pk)
    first.declared_conflicts.create(other=second)


def change(case: Case, mentor: Mentor, **values: Any) -> None:
    for name, value in values.items():
        setattr(mentor, name, value)
    mentor.save()


def wishes(case: Case, *formats: str) -> None:
    case.application.formats = list(formats)
    case.application.save()


def not_to_be_shown(case: Case, mentor: Mentor) -> None:
    mentor.consents.update(withdrawn_at=clock.now())


def without_a_common_language(case: Case, mentor: Mentor) -> None:
    change(case, mentor, english="b1", finnish="c2")


def who_meets_otherwise(case: Case, mentor: Mentor) -> None:
    wishes(case, "online")
    change(case, mentor, online=False)


def far_away(case: Case, mentor: Mentor) -> None:
    wishes(case, "in_person")
    change(case, mentor, municipality="Oulu")


OVERRIDDEN: dict[str, tuple[Callable[[Case, Mentor], None], str]] = {
    "no consent": (not_to_be_shown, "has not agreed to be shown to a mentee"),
    "no common language": (without_a_common_language, "no language in which both can talk about work"),
    "no common way to meet": (who_meets_otherwise, "no way to meet that both want"),
    "too far away": (far_away, "lives too far away to meet face to face"),
    "conflict with the mentee": (conflict_with_the_mentee, "conflict of interest with the mentee"),
    "conflict between the two": (conflict_between_the_two, "conflict of interest with each other"),
    "mentor before": (mentor_before, "was this mentee’s mentor before"),
    "said no": (said_no, "said no for this case."),
    "said why not": (has_no_time, "said no for this case: “I have no time now”."),
    "did not answer": (did_not_answer, "did not answer in time for this case."),
}


@pytest.mark.parametrize("why", OVERRIDDEN)
@pytest.mark.parametrize("place", [0, 1])
def test_a_reason_overrides(case: Case, why: str, place: int) -> None:
    mentor, other = make_mentor(), make_mentor(name="The other one")
    arrange, sentence = OVERRIDDEN[why]
    arrange(case, mentor)
    them = [mentor, other] if place == 0 else [other, mentor]
    error = refused(case, them, override_reason=" ")
    assert (set(error.errors), sentence in str(error)) == ({"override_reason"}, True), str(error)
    assert mentor.name in str(error)
    proposal = propose(case, them, override_reason="We talked about it.")
    assert (status(proposal), proposal.override_reason) == ("open", "We talked about it.")
    assert "We talked about it." in case.log.order_by("-sequence")[0].text.text


def test_a_second_mentor_without_a_common_language(case: Case) -> None:
    (a, b), other = mentors(), make_mentor(english="a2", name="Jaana Toinen")
    proposal = propose(case, [a, b])
    no(proposal, b)
    with pytest.raises(StepRefused, match="Jaana Toinen") as caught:
        invitations.invite_another(proposal.pk, other, handler())
    assert set(caught.value.errors) == {"override_reason"}
    invitations.invite_another(proposal.pk, other, handler(), override_reason="She learns English.")


def test_what_a_reason_overrode_is_not_asked_again_when_the_turn_comes(case: Case) -> None:
    wishes(case, "in_person")
    first = propose(case, (before := mentors()))
    silent = make_mentor(shown=(), english="a2", municipality="Oulu")
    second = propose(case, [silent, make_mentor()], override_reason="We talked about it.")
    no(first, *before)
    assert status(second) == "open"


@pytest.mark.parametrize(("ended", "becomes"), [("withdrawn", "failed"), ("changed", "open")])
def test_a_consent_withdrawn_while_they_wait_in_line_counts(case: Case, ended: str, becomes: str) -> None:
    first = propose(case, (before := mentors()))
    second = propose(case, [make_mentor(name="Not any more"), make_mentor()])
    mentor = Mentor.objects.get(name="Not any more")
    mentor.consents.update(withdrawn_at=clock.now())
    if ended == "changed":
        mentor.consents.create(kind="shown_to_mentee", fields=["name", "title"])
    no(first, *before)
    assert status(second) == becomes
    if becomes == "failed":
        line = case.log.order_by("-sequence")[0]
        assert line.data["why"] == "consent" and "agreed to be shown" in sentence(line)


def test_of_an_earlier_pair_after_going_back() -> None:
    case = eligible(state="meeting_2", mentors=(them := mentors()))
    moves.move(case.pk, "go_back", as_handler(), {"reason": "Poor fit."})
    assert set(refused(case, [them[0], make_mentor()]).errors) == {"override_reason"}


def test_a_mentor_who_said_yes_was_paired_and_left_may_be_asked_again(case: Case) -> None:
    proposal = propose(case, (them := mentors()))
    yes(proposal, *them)
    assert status(proposal) == "accepted"
    case.refresh_from_db()
    assert case.state == "paired"
    moves.move(case.pk, "go_back", as_handler(), {"reason": "They could not find a time."})
    assert set(refused(case, them).errors) == {"override_reason"}
    second = propose(case, them, override_reason="They have found the time now.")
    assert (status(second), held(*them)) == ("open", [1, 1])


def test_another_mentees_no_and_conflict_do_not_count(case: Case) -> None:
    a, b = mentors()
    other = eligible()
    no(propose(other, [a, b]), a, reason="conflict")
    assert status(propose(case, [a])) == "open"


def test_below_the_unions_minimum(case: Case) -> None:
    case.participation.minimum_fit = 40
    case.participation.save()
    error = refused(case, mentors(), fit=39)
    assert set(error.errors) == {"override_reason"}
    assert "39" in str(error) and "40" in str(error)
    first = propose(case, mentors(), fit=40, why={"points": 40})
    assert (status(first), first.fit, first.why) == ("open", 40, {"points": 40})
    second = propose(case, mentors(), fit=39, override_reason="The only ones who speak Dari.")
    assert status(second) == "queued"
    no(first, *[invitation.mentor for invitation in first.invitations.all()])
    assert status(second) == "open", "what was overridden counts when the turn comes"


@pytest.mark.parametrize("fit", [-1, 101, 60_000])
def test_points_are_of_a_hundred(case: Case, fit: int) -> None:
    with pytest.raises(ValueError, match="0 to 100"):
        propose(case, mentors(), fit=fit)


def test_several_things_at_once_are_all_named(case: Case) -> None:
    a, b = make_mentor(paused_until=clock.today()), without_room()
    text = str(refused(case, [a, b]))
    assert f"{a.name} is paused" in text and f"{b.name} has no room" in text


def test_a_refused_one_holds_no_place(case: Case) -> None:
    free, full = make_mentor(), without_room()
    refused(case, [free, full])
    assert held(free, full) == [0, 0]


def test_places_up_to_the_mentors_own_number() -> None:
    mentor = make_mentor(capacity=2)
    for _case in range(2):
        propose(eligible(), [mentor])
    assert held(mentor) == [2]
    assert "no room" in str(refused(eligible(), [mentor]))


# Constant numbers of queries


def test_the_number_of_queries_does_not_grow_with_the_rows(case: Case, django_assert_num_queries: Any) -> None:
    a, b = mentors(capacity=3)
    chosen = invitations.load_mentors([a, b])
    case = Case.objects.select_related("participation", "mentee").get(pk=case.pk)
    with django_assert_num_queries(11):
        assert invitations.obstacles(case, chosen) == []
    for _other in range(3):
        for mentor in (a, b):
            conflict_with_the_mentee(make_case(), mentor)
        no(propose(case, mentors(1)), Mentor.objects.order_by("-pk")[0])
    a.declared_conflicts.create(other=make_mentor())
    with django_assert_num_queries(11):
        assert invitations.obstacles(case, chosen) == []


def test_who_was_asked_stays_in_the_history_of_the_proposal(case: Case) -> None:
    a, b = mentors()
    proposal = propose(case, [a, b])
    no(proposal, a, reason="not_my_speciality", message="I am a chemist.")
    invitation = of(proposal, a)
    assert (invitation.status, invitation.no_reason) == ("no", "not_my_speciality")
    assert invitation.message == "I am a chemist."
    assert invitation.answered_at is not None and not invitation.answered_by_phone
