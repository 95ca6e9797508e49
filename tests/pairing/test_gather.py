"""What is fetched of a case and of the mentors: every fact, nobody else's, in a constant number of queries."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.days import noon
from tests.factories import Drive, make_case, make_field, make_mentor, make_union
from tests.pairing.asked import propose
from tests.pairing.volunteers import away_from_now, standing_pair, volunteer
from wagtail_mentoring import clock
from wagtail_mentoring.models import Application, Case, Mentor
from wagtail_mentoring.pairing.choices import InvitationStatus
from wagtail_mentoring.pairing.gather import Gathered, gather, waiting
from wagtail_mentoring.pairing.invitations import answer_no
from wagtail_mentoring.pairing.looking import Looked
from wagtail_mentoring.pairing.matching.facts import MenteeFacts, MentorFacts
from wagtail_mentoring.pairing.models import Invitation, PairMembership
from wagtail_mentoring.pairing.suggestions import suggest
from wagtail_mentoring.people.models import MentorAbsence, MentorConflict
from wagtail_mentoring.privacy.models import Consent
from wagtail_mentoring.programme.municipalities import region_of

pytestmark = pytest.mark.django_db


def look(case: Case, **how: Any) -> Gathered:
    return gather(case.union, Case.objects.filter(pk=case.pk), **how)


def person(case: Case) -> MenteeFacts:
    return look(case).mentees[0]


def facts_of(mentor: Mentor, case: Case | None = None) -> MentorFacts:
    found = {one.pk: one for one in look(case or make_case(state="eligible")).mentors}
    return found[mentor.pk]


def test_the_mentee() -> None:
    answers = {
        "profession": "software engineers",
        "degree_field": "Health informatics",
        "goals": ["networks", "cv"],
        "goals_text": "I want to build software for hospitals",
        "formats": ["online", "in_person"],
        "times": ["weekends", "evenings"],
        "experience_years": 4,
    }
    field = make_field(slug="software-engineers")
    case = make_case(
        field,
        "eligible",
        answers=answers,
        english="c1",
        finnish="a2",
        swedish="",
        other_languages="Arabic, soomaali",
        municipality=" Esbo ",
        hide_municipality=True,
        opened_at=noon(-20) + datetime.timedelta(hours=4),
    )
    found = person(case)
    assert found == MenteeFacts(
        case=case.pk,
        mentee=case.mentee_id,
        field=field.pk,
        participation=field.participation_id,
        english=5,
        finnish=2,
        other=("ar", "so"),
        municipality="espoo",
        region=region_of("Espoo"),
        hidden=True,
        goals=("networks", "cv"),
        formats=("in_person", "online"),
        times=("evenings", "weekends"),
        # "software" and "engineers" name the profession itself: all its mentors share them.
        words=("health", "informatics", "build", "hospitals"),
        experience_years=4,
        waited_days=18,  # eligible a day and a half after it was sent
    )
    assert found.region


def test_a_wish_of_the_mentors_counts_for_nothing() -> None:
    """It is a note for the handler: neither the facts nor the points know of it."""
    answers = {"goals": ["cv"], "profession": "architect", "goals_text": "bridges"}
    case = make_case(state="eligible", answers=answers)
    near = volunteer(speciality="bridges", topics=["cv"])
    volunteer(speciality="hospitals")
    before, ranked = look(case), suggest(case).options
    Application.objects.filter(case=case).update(mentor_wish="hospitals, English, Espoo, not somebody of bridges")
    after = look(case)
    assert (after.mentees, after.mentors) == (before.mentees, before.mentors)
    assert suggest(case).options == ranked and near.pk in ranked[0].mentors


def test_the_mentor() -> None:
    case = make_case(state="eligible")
    until = clock.today() + datetime.timedelta(days=9)
    mentor = volunteer(
        english="b2",
        finnish="c2",
        swedish="a1",
        other_languages="ranska",
        municipality="Helsingfors",
        online=False,
        topics=["networks", "cv", "cv"],
        times=["weekends"],
        title="Lead developer",
        speciality="Health software ; public sector,,",
        experience_years=12,
        capacity=3,
        paused_until=until,
    )
    assert facts_of(mentor, case) == MentorFacts(
        pk=mentor.pk,
        fields=(case.field_id,),
        english=4,
        finnish=6,
        swedish=1,
        other=("fr",),
        municipality="helsinki",
        region=region_of("Espoo"),
        online=False,
        topics=("cv", "networks"),
        times=("weekends",),
        title="Lead developer",
        specialities=("Health software", "public sector"),
        experience_years=12,
        capacity=3,
        away_until=until.isoformat(),
    )


def test_who_is_looked_at() -> None:
    case = make_case(state="eligible")
    today = clock.today()
    here = volunteer()
    full = volunteer(capacity=1)
    make_case(state="paired", mentors=[full, volunteer()])
    volunteer(make_field(slug="nurses"))
    volunteer(make_field(make_union("other")))
    volunteer(approved_on=None)
    volunteer(membership_confirmed_on=None)
    volunteer(ended_on=today)
    volunteer(anonymised_at=clock.now())
    leaving = volunteer(ended_on=today + datetime.timedelta(days=1))
    found = {one.pk for one in look(case).mentors}
    assert found >= {here.pk, full.pk, leaving.pk} and len(found) == 4


def test_a_mentor_of_two_fields_is_there_once() -> None:
    first, second = make_case(state="eligible"), make_case(make_field(slug="nurses"), "eligible")
    mentor = volunteer()
    mentor.fields.add(second.field)
    both = gather(first.union, Case.objects.filter(pk__in=[first.pk, second.pk]))
    assert [one.fields for one in both.mentors if one.pk == mentor.pk] == [
        tuple(sorted((first.field_id, second.field_id)))
    ]
    assert facts_of(mentor, first).fields == (first.field_id,)


def test_somebody_asked_for_by_hand_comes_too_but_only_of_the_union() -> None:
    case = make_case(state="eligible")
    other_field, other_union = volunteer(make_field(slug="nurses")), volunteer(make_field(make_union("other")))
    stopped = volunteer(ended_on=clock.today())
    found = look(case, also=(other_field.pk, other_union.pk, stopped.pk)).mentors
    assert [(one.pk, one.fields) for one in found] == [(other_field.pk, ())]


def test_consent_withdrawn_is_none() -> None:
    mentor, silent = volunteer(), make_mentor()
    assert facts_of(mentor).consent and not facts_of(silent).consent
    Consent.objects.filter(mentor=mentor).update(withdrawn_at=clock.now())
    assert not facts_of(mentor).consent


@pytest.mark.parametrize(
    ("paused", "absent", "until"), [(None, 3, 3), (-1, 3, 3), (9, 3, 9), (2, 3, 3), (-1, None, None), (0, None, 0)]
)
def test_until_when_somebody_is_away(paused: int | None, absent: int | None, until: int | None) -> None:
    """Days from today; a pause that ended yesterday is none, and the later of pause and absence counts."""

    def day(number: int) -> datetime.date:
        return clock.today() + datetime.timedelta(days=number)

    mentor = volunteer(paused_until=None if paused is None else day(paused))
    if absent is not None:
        away_from_now(mentor, absent)
    MentorAbsence.objects.create(mentor=mentor, first_day=day(20), last_day=day(30))
    assert facts_of(mentor).away_until == ("" if until is None else day(until).isoformat())


def test_load_and_what_holds_a_place() -> None:
    case = make_case(state="eligible")
    mentor, other = volunteer(capacity=3), volunteer(capacity=3)
    make_case(state="paired", mentors=[mentor, other])
    proposal = propose(case, [mentor, other])
    asked = facts_of(mentor, case)
    until = Invitation.objects.filter(proposal=proposal)[0].answer_by
    assert until is not None
    assert (asked.load, asked.held_until, asked.recent) == (2, until.isoformat(), 1)
    assert person(case).holds == (mentor.pk, other.pk)
    assert person(make_case(state="eligible")).holds == ()


def test_a_place_whose_last_day_has_passed_may_be_given_back_any_day() -> None:
    """While a question waits for us, an invitation does not end: no day of the past is told as until when."""
    case, other = make_case(state="eligible"), make_case(state="eligible")
    mentors = [volunteer(capacity=1), volunteer(capacity=1)]
    propose(case, mentors)
    Invitation.objects.update(answer_by=clock.today() - datetime.timedelta(days=1))
    today = clock.today().isoformat()
    assert facts_of(mentors[0], other).held_until == today
    looked = Looked(case.union, other.field_id)
    table = looked.to_rank(looked.table.rows([one.pk for one in mentors]))
    assert looked.facts(table, [one.pk for one in mentors])[0].held_until == today
    (help_with_room,) = (one for one in suggest(other).helps if one["code"] == "no_room")
    assert help_with_room["until"] == today


def test_who_said_no_or_nothing() -> None:
    case = make_case(state="eligible")
    one, other = volunteer(), volunteer()
    proposal = propose(case, [one, other])
    answer_no(proposal.invitations.get(mentor=one).pk, reason="no_time")
    Invitation.objects.filter(mentor=other).update(status=InvitationStatus.EXPIRED)
    assert person(case).declined == (one.pk, other.pk)
    assert person(make_case(state="eligible")).declined == ()


def test_earlier_mentors_of_any_case_of_the_person() -> None:
    before = make_case(state="meeting_1")
    mentors = list(PairMembership.objects.filter(pair__case=before).values_list("mentor", flat=True))
    case = make_case(state="eligible")
    Case.objects.filter(pk=case.pk).update(mentee=before.mentee)
    assert person(case).earlier == tuple(sorted(mentors))
    assert person(make_case(state="eligible")).earlier == ()


def test_conflicts() -> None:
    case = make_case(state="eligible")
    one, other, third = volunteer(), volunteer(), volunteer()
    MentorConflict.objects.create(mentor=one, other=other)
    MentorConflict.objects.create(mentor=third, mentee=case.mentee)
    assert facts_of(one, case).conflicts == (other.pk,)
    assert facts_of(other, case).conflicts == (one.pk,)
    assert facts_of(third, case).conflicts == ()
    assert person(case).conflicts == (third.pk,)


def test_standing_partners_only_while_they_stand() -> None:
    one, other, third = volunteer(), volunteer(), volunteer()
    standing_pair(one, other)
    ended = standing_pair(one, third)
    ended.ended_at = clock.now()
    ended.save()
    assert (facts_of(one).partners, facts_of(other).partners, facts_of(third).partners) == ((other.pk,), (one.pk,), ())
    PairMembership.objects.filter(mentor=other).update(left_at=clock.now())
    assert facts_of(one).partners == ()


def test_who_mentored_together() -> None:
    one, other, joined = volunteer(), volunteer(), volunteer()
    case = make_case(state="paired", mentors=[one, other])
    members = PairMembership.objects.filter(pair__case=case)
    year = members[0].joined_at.year
    assert facts_of(one).together == ((other.pk, year),) and facts_of(other).together == ((one.pk, year),)
    # The other left on the 3rd of May; somebody joined on the 4th, who never met the one who left.
    moment = datetime.datetime(2031, 5, 3, tzinfo=datetime.UTC)
    members.filter(mentor=other).update(left_at=moment)
    pair = members[0].pair
    PairMembership.objects.create(pair=pair, mentor=joined, joined_at=moment + datetime.timedelta(days=1))
    assert facts_of(joined).together == ((one.pk, 2031),)
    assert facts_of(other).together == ((one.pk, year),)
    assert facts_of(one).together == tuple(sorted([(other.pk, year), (joined.pk, 2031)]))


def test_recent_mentees_are_those_of_a_year() -> None:
    mentor = volunteer(capacity=3)
    make_case(state="paired", mentors=[mentor, volunteer()])
    old = make_case(state="paired", mentors=[mentor, volunteer()])
    moment = clock.now() - datetime.timedelta(days=366)
    PairMembership.objects.filter(pair__case=old).update(joined_at=moment)
    standing_pair(mentor, volunteer())
    assert facts_of(mentor).recent == 1


def test_a_rematch_is_known() -> None:
    case = make_case(state="paired")
    Drive(case, clock.now(), None, False).go("go_back", reason="It did not fit.")
    assert person(case).rematch and not person(make_case(state="eligible")).rematch


def test_the_rules_of_the_union() -> None:
    case = make_case(make_field(weights={"goals": 40}, minimum_fit=55), "eligible")
    found = look(case)
    rules = found.rules_of(found.mentees[0])
    assert (rules.weights, rules.minimum_fit) == ({"goals": 40}, 55)


def test_who_waits_and_in_which_order() -> None:
    now = clock.now()
    later = make_case(state="eligible", opened_at=now - datetime.timedelta(days=5))
    first = make_case(state="eligible", opened_at=now - datetime.timedelta(days=50))
    asked = make_case(state="eligible")
    propose(asked, [volunteer(), volunteer()])
    make_case(make_field(make_union("other")), "eligible")
    make_case(state="applied")
    back = make_case(state="paired", opened_at=now - datetime.timedelta(days=4))
    Drive(back, now, None, False).go("go_back", reason="It did not fit.")
    assert list(waiting(later.union)) == [back, first, later]


def test_a_constant_number_of_queries() -> None:
    case = make_case(state="eligible")
    mentors = [volunteer(capacity=3), volunteer(capacity=3)]
    standing_pair(*mentors)

    def number() -> int:
        with CaptureQueriesContext(connection) as queries:
            gather(case.union, waiting(case.union))
        return len(queries)

    look(case)
    few = number()
    for _ in range(4):
        make_case(state="eligible", other_languages="Arabic")
        extra = [volunteer(capacity=3), volunteer(capacity=3)]
        standing_pair(*extra)
        make_case(state="meeting_1", mentors=extra)
        away_from_now(extra[0], 3)
        MentorConflict.objects.create(mentor=extra[0], other=extra[1])
    propose(make_case(state="eligible"), mentors)
    assert number() == few
    assert few == 16
