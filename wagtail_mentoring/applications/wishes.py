"""What the application says about the mentee's wishes, for whoever looks for mentors."""

from collections.abc import Mapping, Sequence

from wagtail_mentoring.cases import wishes
from wagtail_mentoring.cases.wishes import Wishes

from .models import Application

#: So many keys in one query: SQLite takes no more than some thousand parameters.
_AT_ONCE = 900


@wishes.register
def wishes_in_applications(cases: Sequence[int]) -> Mapping[int, Wishes]:
    """Return the wishes in the applications of ``cases`` (keys)."""
    known: dict[int, Wishes] = {}
    for start in range(0, len(cases), _AT_ONCE):
        rows = Application.objects.filter(case__in=cases[start : start + _AT_ONCE])
        for row in rows.only(
            "case", "goals", "goals_text", "formats", "times", "profession", "degree_field", "experience_years"
        ):
            known[row.case_id] = Wishes(
                goals=tuple(row.goals),
                formats=tuple(row.formats),
                times=tuple(row.times),
                words=" · ".join(filter(None, (row.degree_field, row.profession, row.goals_text))),
                experience_years=row.experience_years,
            )
    return known
