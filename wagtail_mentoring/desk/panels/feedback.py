"""Who was asked what they think, who answered, and how the mentee was then and is now."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from wagtail_mentoring.meetings.feedback import compared, needs_a_person
from wagtail_mentoring.meetings.models import Feedback, FeedbackKind, Fit
from wagtail_mentoring.people.choices import Goal
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.users import user_name
from wagtail_mentoring.workflows import Situation

from ..dossier import Dossier
from ..doubts import earlier_pair, have_left
from ..wording import SITUATIONS
from . import register

#: The answers about the fit, as a contact person reads them.
FITS: dict[str, Any] = {
    Fit.GOOD: gettext_lazy("They fit together"),
    Fit.UNSURE: gettext_lazy("Not sure whether they fit together"),
    Fit.POOR: gettext_lazy("They do not fit together"),
}


def _of_five(number: int) -> str:
    return _("%(number)s of 5") % {"number": number}


def _lines(row: Feedback) -> list[tuple[str, str]]:
    """Return what was answered, as label and answer, without what is empty."""
    goals = dict(Goal.choices)
    reached = ", ".join(str(goals[goal]) for goal in row.goals_reached if goal in goals)
    rows = [
        (_("Goals reached"), reached),
        (_("Confidence"), _of_five(row.confidence) if row.confidence else ""),
        (_("Situation"), str(SITUATIONS[Situation(row.situation)]) if row.situation else ""),
        (_("Satisfaction"), _of_five(row.satisfaction) if row.satisfaction else ""),
        (_("Would mentor again"), str(row.get_again_display()) if row.again else ""),
        (_("In own words"), f"“{row.comment}”" if row.comment else ""),
    ]
    return [(label, value) for label, value in rows if value]


def _row(row: Feedback, dossier: Dossier) -> dict[str, Any]:
    person: Any = row.mentee or row.mentor
    doubt = row.given_at is not None and needs_a_person(row)
    seen = ""
    if doubt and row.seen_at:
        said = {"name": user_name(row.seen_by) or _("somebody who has left"), "day": dates.day(row.seen_at)}
        seen = _("seen by %(name)s on %(day)s") % said
    return {
        "feedback": row,
        "name": person.name,
        "role": _("mentee") if row.mentee_id else _("mentor"),
        "kind": row.get_kind_display(),
        "asked": dates.day(row.asked_at),
        "given": dates.day(row.given_at) if row.given_at else "",
        "fit": str(FITS[Fit(row.fit)]) if row.fit else "",
        "earlier": _earlier(row, dossier) if row.fit else "",
        "doubt": doubt,
        "new": doubt and row.seen_at is None,
        "seen": seen,
        "lines": _lines(row),
    }


def _earlier(row: Feedback, dossier: Dossier) -> str:
    """Return the sentence about whom an answer was, when it is not about the pair of now; else ""."""
    names = earlier_pair(row, dossier.memberships)
    if names and have_left(row, dossier.memberships):
        return _("About %(names)s, who have left") % {"names": names}
    return _("About an earlier pair: %(mentors)s.") % {"mentors": names} if names else ""


def _then_and_now(dossier: Dossier) -> list[dict[str, str]]:
    """Return how the mentee was at the start and later, when something was said later."""
    later = [row for row in dossier.feedback if row.mentee_id and row.given_at and row.kind != FeedbackKind.FIRST]
    if not later:
        return []
    kinds = dict(FeedbackKind.choices) | {"start": pgettext("moment", "At the start")}
    return [
        {
            "when": str(kinds[moment.name]),
            "confidence": _of_five(moment.confidence) if moment.confidence else "",
            "situation": str(SITUATIONS[Situation(moment.situation)]) if moment.situation else "",
        }
        for moment in compared(dossier.case)
    ]


@register("feedback", gettext_lazy("Feedback"), "form", 54)
def feedback(dossier: Dossier) -> Mapping[str, Any]:
    """Everybody who was asked, the newest question first."""
    return {"rows": [_row(row, dossier) for row in reversed(dossier.feedback)], "moments": _then_and_now(dossier)}
