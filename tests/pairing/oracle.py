"""What mentors are worth to a case, reckoned once more: in plain Python, one pair at a time, with nothing cut off."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from wagtail_mentoring.pairing.matching.facts import MenteeFacts, MentorFacts
from wagtail_mentoring.pairing.matching.tokens import meet, tokens

WEIGHTS = {
    "speciality": 20,
    "goals": 20,
    "languages": 15,
    "place": 10,
    "format": 5,
    "times": 10,
    "experience": 5,
    "load": 5,
    "complementary": 5,
    "partner": 5,
}
ORDER = (
    "asked",
    "no_languages",
    "consent",
    "no_room",
    "away",
    "language",
    "format",
    "distance",
    "earlier",
    "declined",
    "conflict",
)


def ways(mentee: MenteeFacts, mentor: MentorFacts) -> set[str]:
    wished = set(mentee.formats) or {"in_person", "online"}
    return wished & ({"in_person"} if mentor.in_person else set()) | wished & ({"online"} if mentor.online else set())


def common_languages(mentee: MenteeFacts, mentor: MentorFacts) -> dict[str, int]:
    """Return what both can use at work, with the level; 9 for another language."""
    found = {code: 9 for code in mentee.other if code in mentor.other}
    for name in ("english", "finnish", "swedish"):
        level = min(getattr(mentee, name), getattr(mentor, name))
        if level >= 4:
            found[name] = level
    return found


def fails(mentee: MenteeFacts, mentor: MentorFacts) -> list[str]:
    """Return every test that the mentor fails, in order."""
    free = mentor.capacity - mentor.load + (mentor.pk in mentee.holds)
    known = bool(mentee.region and mentor.region)
    tests = {
        "asked": mentor.pk in mentee.asked,
        "no_languages": not (mentor.english or mentor.finnish or mentor.swedish or mentor.other),
        "consent": not mentor.consent,
        "no_room": free < 1,
        "away": mentor.away_until != "",
        "language": not common_languages(mentee, mentor),
        "format": not ways(mentee, mentor),
        "distance": ways(mentee, mentor) == {"in_person"} and known and mentee.region != mentor.region,
        "earlier": mentor.pk in mentee.earlier,
        "declined": mentor.pk in mentee.declined,
        "conflict": mentor.pk in mentee.conflicts,
    }
    assert list(tests) == list(ORDER)
    return [code for code in ORDER if tests[code]]


def _steps(number: int) -> int:
    return (0, 700, 900, 1000)[min(number, 3)]


def _speciality(mentee: MenteeFacts, mentor: MentorFacts) -> int:
    if not mentee.words:
        return 1000
    own = {word for text in (*mentor.specialities, mentor.title) for word in tokens(text)}
    return _steps(sum(any(meet(word, other) for other in mentee.words) for word in own))


def _goals(mentee: MenteeFacts, mentors: Sequence[MentorFacts]) -> int:
    goals = [goal for goal in mentee.goals if goal != "other"]
    if not goals:
        return 1000
    return sum(any(goal in mentor.topics for mentor in mentors) for goal in goals) * 1000 // len(goals)


def _language(mentee: MenteeFacts, mentor: MentorFacts) -> int:
    levels = {4: 700, 5: 800, 6: 850, 9: 1000}
    return max((levels[level] for level in common_languages(mentee, mentor).values()), default=0)


def _place(mentee: MenteeFacts, mentor: MentorFacts) -> int:
    how = ways(mentee, mentor)
    if mentee.formats == ("online",):
        return 1000 if how else 0
    if "in_person" in how and mentee.municipality and mentee.municipality == mentor.municipality:
        return 1000
    if "in_person" in how and mentee.region and mentee.region == mentor.region:
        return 700
    return 500 if "online" in how else 0


def _format(mentee: MenteeFacts, mentor: MentorFacts) -> int:
    how = ways(mentee, mentor)
    return 1000 if len(how) >= max(1, len(mentee.formats)) else 600 if how else 0


def _times(mentee: MenteeFacts, mentors: Sequence[MentorFacts]) -> int:
    common = set.intersection(*(set(mentor.times) for mentor in mentors))
    if not mentee.times:
        return _steps(len(common))
    common &= set(mentee.times)
    return 1000 if common == set(mentee.times) else _steps(len(common))


def _experience(mentee: MenteeFacts, mentor: MentorFacts) -> int:
    wanted = max(5, mentee.experience_years or 0)
    return min(mentor.experience_years or 0, wanted) * 1000 // wanted


def _complementary(one: MentorFacts, other: MentorFacts) -> int:
    share = 0
    first, second = ({word[:5] for text in mentor.specialities for word in tokens(text)} for mentor in (one, other))
    if first and second and not first & second:
        share += 400
    if set(one.topics) - set(other.topics) and set(other.topics) - set(one.topics):
        share += 300
    years = [one.experience_years, other.experience_years]
    if None not in years and (years[0] >= 10) != (years[1] >= 10):  # type: ignore[operator]
        share += 300
    return share


def _partner(one: MentorFacts, other: MentorFacts) -> int:
    if other.pk in one.partners or one.pk in other.partners:
        return 1000
    met = {pk for pk, _year in one.together}, {pk for pk, _year in other.together}
    return 800 if other.pk in met[0] or one.pk in met[1] else 0


def shares(mentee: MenteeFacts, mentors: Sequence[MentorFacts]) -> dict[str, Fraction]:
    """Return the thousandths of each criterion that one or two mentors earn."""

    def mean(reckon) -> Fraction:  # type: ignore[no-untyped-def]
        return Fraction(sum(reckon(mentee, mentor) for mentor in mentors), len(mentors))

    near = sorted((_speciality(mentee, mentor) for mentor in mentors), reverse=True)
    speciality = near[0] * 800 // 1000 if len(near) == 1 else (near[0] * 800 + near[1] * 200) // 1000
    languages = mean(_language)
    if len(mentors) == 2:
        languages = Fraction(int(languages))
        if not set(common_languages(mentee, mentors[0])) & set(common_languages(mentee, mentors[1])):
            languages = Fraction(int(languages) // 2)
    return {
        "speciality": Fraction(speciality),
        "goals": Fraction(_goals(mentee, mentors)),
        "languages": languages,
        "place": mean(_place),
        "format": mean(_format),
        "times": Fraction(_times(mentee, mentors)),
        "experience": mean(_experience),
        "load": mean(lambda _mentee, mentor: (1000, 500, 0)[min(mentor.recent, 2)]),
        "complementary": Fraction(_complementary(*mentors) if len(mentors) == 2 else 0),
        "partner": Fraction(_partner(*mentors) if len(mentors) == 2 else 0),
    }


def value(mentee: MenteeFacts, mentors: Sequence[MentorFacts], most: dict[str, int] | None = None) -> int:
    """Return thousandths of a point."""
    of = most or {code: points * 1000 for code, points in WEIGHTS.items()}
    return int(sum(of[code] * share for code, share in shares(mentee, mentors).items()) / 1000)


def together(one: MentorFacts, other: MentorFacts) -> bool:
    """Whether the two may be in one pair."""
    return other.pk not in one.conflicts and one.pk not in other.conflicts


def ranking(
    mentee: MenteeFacts, mentors: Sequence[MentorFacts], limit: int, *, singles: bool = True
) -> list[tuple[tuple[int, ...], int]]:
    """Return the best answers with their values, by looking at every one there is."""
    field = [mentor for mentor in mentors if mentee.field in mentor.fields]
    order = sorted(field, key=lambda one: (one.recent, one.load, one.pk))
    # Where somebody stands among all mentors, not only among the possible ones, does not change who is before whom.
    free = [mentor for mentor in order if not fails(mentee, mentor)]
    rows = []
    for low, high in combinations(range(len(free)), 2):
        if together(free[low], free[high]):
            worth = value(mentee, (free[low], free[high]))
            rows.append((-((worth + 500) // 1000), False, -worth, high, low))
    if singles:
        for place, mentor in enumerate(free):
            worth = value(mentee, (mentor,))
            rows.append((-((worth + 500) // 1000), True, -worth, place, place))
    return [
        (tuple(free[place].pk for place in ((low, high) if not single else (low,))), -worth)
        for _points, single, worth, high, low in sorted(rows)[:limit]
    ]
