"""Made-up mentors of a union in the database, as many as wanted, with all that a suggestion looks at.

Written in bulk: a union of 20,000 is made in some seconds. What the product would refuse (a place beyond the room) is
among it as well, because the facts are read whatever stands in the database.
"""

import datetime
from collections.abc import Mapping
from random import Random
from typing import Any

from tests.factories import make_mentee
from tests.statistics import analyze
from wagtail_mentoring import clock
from wagtail_mentoring.models import Case, Consent, Mentor, ProfessionalField, Union
from wagtail_mentoring.pairing.choices import InvitationStatus, ProposalStatus
from wagtail_mentoring.pairing.models import Invitation, MentorPair, PairMembership, Place, Proposal
from wagtail_mentoring.people.models import MentorAbsence, MentorConflict
from wagtail_mentoring.privacy.models import SHOWN_OF_MENTOR, ConsentKind
from wagtail_mentoring.programme.municipalities import regions

TOPICS = ("labour_market", "cv", "networks", "recognition", "language", "culture", "studies", "other")
TIMES = ("mornings", "afternoons", "evenings", "weekends")
AREAS = (
    "bridges roads concrete steel timber acoustics lighting energy heating water soil mapping planning housing schools "
    "hospitals libraries museums harbours railways tunnels mines forests fields gardens parks interiors textiles glass"
).split()
KINDS = "public,private,small,large,sustainable,digital,regional,old,northern,shared,clinical,applied".split(",")
TITLES = "Lead developer,Planner,Project manager,Head of unit,Researcher,Adviser,Teacher of fields,Designer".split(",")
TONGUES = ("Arabic", "farsi, dari", "venäjä", "Ukrainian", "soomaali", "espanja", "ranska ja saksa", "kiina", "viro")
#: How often a mentor was asked lately is what rules out most: the room, in parts of a hundred.
CAPACITY, TAKEN = (60, 25, 15), (35, 40, 15, 10)
AT_ONCE = 500


def populate(union: Union, fields: Mapping[ProfessionalField, float], number: int, seed: object = 42) -> list[int]:
    """Make ``number`` mentors of ``union``, each of ``fields`` with that weight; return their keys.

    7 % are away or paused, 13 % have not agreed to be shown, 47 % have no room, 10 % speak a further language, 4 % are
    of two fields, 3 % wait for approval or have stopped.
    """
    random = Random(f"{seed}")
    today, a_day = clock.today(), datetime.timedelta(days=1)
    towns = [one.finnish for region in regions() for one in region.municipalities]
    weights = [1 + 40 * (place < 6) for place in range(len(towns))]
    mentors = Mentor.objects.bulk_create(
        (_mentor(random, union, place, today, random.choices(towns, weights)[0]) for place in range(number)),
        batch_size=AT_ONCE,
    )
    them = [mentor.pk for mentor in mentors]
    _fields(random, them, fields)
    Consent.objects.bulk_create(
        (
            Consent(
                mentor_id=pk,
                kind=kind,
                fields=list(SHOWN_OF_MENTOR),
                withdrawn_at=clock.now() if random.random() < 0.03 else None,
            )
            for pk in them
            for kind, likely in ((ConsentKind.SHOWN_TO_MENTEE, 0.9), (ConsentKind.SHOWN_TO_PARTNER, 0.7))
            if random.random() < likely
        ),
        batch_size=AT_ONCE,
    )
    MentorAbsence.objects.bulk_create(
        (
            MentorAbsence(mentor_id=pk, first_day=first, last_day=first + a_day * random.randint(0, 40))
            for pk in them
            for first in [today + a_day * random.randint(-40, 40)]
            if random.random() < 0.1
        ),
        batch_size=AT_ONCE,
    )
    _couples(random, union, them)
    _mentees(random, union, next(iter(fields)), mentors)
    analyze()
    return them


def _mentor(random: Random, union: Union, number: int, today: datetime.date, town: str) -> Mentor:
    def level(high: float) -> str:
        return random.choice(("b2", "c1", "c2")) if random.random() < high else random.choice(("", "a1", "a2", "b1"))

    areas = [f"{random.choice(KINDS)} {random.choice(AREAS)}" for _area in range(random.choice((0, 1, 1, 2, 2, 3)))]
    in_person, online = random.choice([(True, True), (True, True), (True, False), (False, True)])
    silent = random.random() < 0.01
    return Mentor(
        union=union,
        name=f"Mentor {number}",
        email=f"mentor{number}@{union.slug}.example.org",
        municipality=random.choice(("", town)) if random.random() < 0.1 else town,
        english="" if silent else level(0.75),
        finnish="" if silent else level(0.95),
        swedish="" if silent else level(0.15),
        other_languages="" if silent or random.random() > 0.1 else random.choice(TONGUES),
        title=random.choice(TITLES),
        speciality=", ".join(areas),
        experience_years=random.choice((None, *range(2, 36))),
        online=online,
        in_person=in_person,
        topics=random.sample(TOPICS, random.randint(0, 4)),
        times=random.sample(TIMES, random.randint(0, 3)),
        capacity=random.choices((1, 2, 3), CAPACITY)[0],
        paused_until=today + datetime.timedelta(days=random.randint(-5, 60)) if random.random() < 0.05 else None,
        topics_text="I have worked in three countries and like to talk about how things are done here. " * 2,
        membership_confirmed_on=today,
        approved_on=None if random.random() < 0.02 else today,
        ended_on=today + datetime.timedelta(days=random.randint(-9, 9)) if random.random() < 0.02 else None,
    )


def _fields(random: Random, them: list[int], fields: Mapping[ProfessionalField, float]) -> None:
    keys = [field.pk for field in fields]
    rows = []
    for pk in them:
        first = random.choices(keys, list(fields.values()))[0]
        of_two = len(keys) > 1 and random.random() < 0.05
        rows += [(pk, field) for field in {first, random.choice(keys) if of_two else first}]
    Mentor.fields.through.objects.bulk_create(
        (Mentor.fields.through(mentor_id=pk, professionalfield_id=field) for pk, field in rows), batch_size=AT_ONCE
    )


def _couples(random: Random, union: Union, them: list[int]) -> None:
    """Standing pairs of one in twenty, and conflicts of one in a hundred."""
    some = max(1, len(them) // 40)
    pairs = MentorPair.objects.bulk_create(
        (MentorPair(union=union, ended_at=clock.now() if random.random() < 0.2 else None) for _pair in range(some)),
        batch_size=AT_ONCE,
    )
    if len(them) > 1:
        PairMembership.objects.bulk_create(
            (PairMembership(pair=pair, mentor_id=pk) for pair in pairs for pk in random.sample(them, 2)),
            batch_size=AT_ONCE,
        )
        conflicts = {tuple(sorted(random.sample(them, 2))) for _conflict in range(max(1, len(them) // 200))}
        MentorConflict.objects.bulk_create(MentorConflict(mentor_id=one, other_id=two) for one, two in conflicts)


def _mentees(random: Random, union: Union, field: ProfessionalField, mentors: list[Mentor]) -> None:
    """Cases with pairs that run, and with pairs of before: they take the room, and are counted as recent."""
    wanted = [
        mentor.pk
        for mentor in mentors
        for _place in range(min(mentor.capacity, random.choices((0, 1, 2, 3), TAKEN)[0]))
    ]
    random.shuffle(wanted)
    running = [tuple(dict.fromkeys(wanted[at : at + 2])) for at in range(0, len(wanted), 2)]
    before = [tuple(random.sample([one.pk for one in mentors], min(2, len(mentors)))) for _pair in mentors[::4]]
    mentee = make_mentee(union)
    now = clock.now()
    cases = Case.objects.bulk_create(
        (
            Case(
                reference=f"{union.code}-{seed_of(union)}-{number}",
                union=union,
                participation=field.participation,
                field=field,
                mentee=mentee,
                state="closed" if number >= len(running) else "meeting_1",
                closed_at=now if number >= len(running) else None,
            )
            for number in range(len(running) + len(before))
        ),
        batch_size=AT_ONCE,
    )
    number: dict[int, int] = {}
    places: list[dict[str, Any]] = []
    asked: list[Invitation] = []
    for case, them in zip(cases, (*running, *before), strict=True):
        runs = case.state == "meeting_1"
        if runs and random.random() < 0.15:  # still being asked
            proposal = Proposal(case=case, status=ProposalStatus.OPEN)
            until = clock.today() + datetime.timedelta(days=random.randint(0, 9))
            for pk in them:
                asked.append(
                    Invitation(proposal=proposal, mentor_id=pk, status=InvitationStatus.ASKED, answer_by=until)
                )
                places.append({"mentor_id": pk, "invitation": asked[-1]})
            continue
        joined = now - datetime.timedelta(days=random.randint(1, 330 if runs else 1500))
        pair = MentorPair(union=union, case=case, ended_at=None if runs else now)
        left = None if runs else joined + datetime.timedelta(days=random.randint(1, 90))
        for pk in them:
            member = PairMembership(pair=pair, mentor_id=pk, joined_at=joined, left_at=left)
            places.append({"mentor_id": pk, "membership": member, "runs": runs})
    Proposal.objects.bulk_create({id(one.proposal): one.proposal for one in asked}.values(), batch_size=AT_ONCE)
    Invitation.objects.bulk_create(asked, batch_size=AT_ONCE)
    members = [row["membership"] for row in places if "membership" in row]
    MentorPair.objects.bulk_create({id(one.pair): one.pair for one in members}.values(), batch_size=AT_ONCE)
    PairMembership.objects.bulk_create(members, batch_size=AT_ONCE)
    rows = []
    for row in places:
        if row.pop("runs", True):
            number[row["mentor_id"]] = number.get(row["mentor_id"], 0) + 1
            rows.append(Place(number=number[row["mentor_id"]], **row))
    Place.objects.bulk_create(rows, batch_size=AT_ONCE)


def seed_of(union: Union) -> int:
    """Return a number that keeps the references of several populations apart."""
    return Case.objects.filter(union=union).count()
