"""The facts of those who wait for mentors, from the database in a constant number of queries."""

from collections import defaultdict

from django.db.models import Exists, OuterRef, QuerySet

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.wishes import wishes_of
from wagtail_mentoring.people.models import MentorConflict
from wagtail_mentoring.programme.models import ProfessionalField, Union

from . import as_written
from .choices import RUNNING, UNDECIDED, InvitationStatus
from .matching.facts import MenteeFacts
from .matching.tokens import tokens, without
from .models import Invitation, PairMembership, Place


def mentee_facts(union: Union, cases: "QuerySet[Case]") -> list[MenteeFacts]:
    """Return the facts of the mentees of ``cases`` of ``union``, in the order of the cases, in ten queries."""
    ended = PairMembership.objects.filter(pair__case=OuterRef("pk"), pair__ended_at__isnull=False)
    rows = list(
        cases.annotate(rematch=Exists(ended)).values_list(
            "pk",
            "mentee",
            "field",
            "participation",
            "mentee__english",
            "mentee__finnish",
            "mentee__swedish",
            "mentee__other_languages",
            "mentee__municipality",
            "mentee__hide_municipality",
            "state_since",
            "one_mentor_allowed",
            "rematch",
        )
    )
    wishes = wishes_of([row[0] for row in rows])
    # By a query and not by the keys: a long queue would be too many parameters for some databases. A mentee is of one
    # union; said here as well, SQLite would go through all cases of it.
    earlier = as_written.by_first(
        PairMembership.objects.filter(pair__case__mentee__in=cases.values("mentee"))
        .order_by()
        .values_list("pair__case__mentee", "mentor")
    )
    invited: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    asked: dict[int, list[int]] = defaultdict(list)
    for status, proposal, case, mentor in Invitation.objects.filter(proposal__case__in=cases.values("pk")).values_list(
        "status", "proposal__status", "proposal__case", "mentor"
    ):
        invited[status][case].append(mentor)
        if status in RUNNING and proposal in UNDECIDED:
            asked[case].append(mentor)
    said_no, silent = invited[InvitationStatus.NO], invited[InvitationStatus.EXPIRED]
    conflicts = as_written.by_first(
        MentorConflict.objects.filter(mentee__in=cases.values("mentee")).values_list("mentee", "mentor")
    )
    holds = _holds(cases)
    names = dict(ProfessionalField.objects.filter(participation__union=union).values_list("pk", "profession__names"))
    own_names = {pk: tokens(" ".join(map(str, written.values()))) for pk, written in names.items()}
    found = []
    for pk, mentee, field, participation, en, fi, sv, other, town, hidden, since, alone, rematch in rows:
        wish = wishes[pk]
        found.append(
            MenteeFacts(
                case=pk,
                mentee=mentee,
                field=field,
                participation=participation,
                english=as_written.LEVEL.get(en, 0),
                finnish=as_written.LEVEL.get(fi, 0),
                swedish=as_written.LEVEL.get(sv, 0),
                other=as_written.languages(other),
                municipality=as_written.place(town),
                region=as_written.region(town),
                hidden=hidden,
                goals=tuple(dict.fromkeys(wish.goals)),
                formats=tuple(sorted(set(wish.formats))),
                times=tuple(sorted(set(wish.times))),
                words=without(tokens(wish.words), own_names.get(field, ())),
                experience_years=wish.experience_years,
                holds=as_written.sorted_keys(holds[pk]),
                earlier=as_written.sorted_keys(earlier[mentee]),
                declined=as_written.sorted_keys(said_no[pk] + silent[pk]),
                unanswered=as_written.sorted_keys(set(silent[pk]) - set(said_no[pk])),
                asked=as_written.sorted_keys(asked[pk]),
                conflicts=as_written.sorted_keys(conflicts[mentee]),
                rematch=rematch,
                waited_days=clock.days_since(since),
                one_mentor_allowed=alone,
            )
        )
    return found


def _holds(cases: "QuerySet[Case]") -> dict[int, list[int]]:
    """Return by case the mentors who have a place for it already."""
    keys, found = cases.values("pk"), defaultdict[int, list[int]](list)
    # One after the other: a condition for either would go through the places of everybody.
    taken, held = (
        Place.objects.filter(**{f"{case}__in": keys}).order_by().values_list("mentor", case)
        for case in ("membership__pair__case", "invitation__proposal__case")
    )
    for mentor, case in taken.union(held, all=True):
        found[case].append(mentor)
    return found
