"""What the applicant answered."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring.people.choices import Goal, MeetingFormat, SuitableTime
from wagtail_mentoring.workflows import Situation

from ..addresses import file_address
from ..dossier import Dossier
from ..wording import BASIS_CHOSEN, SITUATIONS
from . import register


def _labels(choices: Any, values: list[str]) -> str:
    known = dict(choices.choices)
    return " · ".join(str(known.get(value, value)) for value in values)


def _degree(application: Any) -> str:
    status = _("completed") if application.degree_status == "completed" else _("not finished")
    where = ", ".join(str(part) for part in (application.degree_year, application.degree_country) if part)
    first = ", ".join(part for part in (application.get_degree_level_display(), application.degree_field) if part)
    return " · ".join(part for part in (first, f"{status} {where}".strip()) if part)


def _situation(application: Any) -> str:
    parts = [str(SITUATIONS[Situation(application.situation)])] if application.situation else []
    if application.confidence:
        parts.append(_("confidence %(number)s of 5") % {"number": application.confidence})
    return " · ".join(parts)


@register("answers", gettext_lazy("Answers"), "form", 10, half=True)
def answers(dossier: Dossier) -> Mapping[str, Any]:
    """Every answer that was given, in the order of the form, and the CV."""
    application = dossier.application
    if application is None:
        return {"answers": []}
    profession = application.profession
    if application.experience_years is not None:
        years = ngettext(
            "%(years)s year of experience", "%(years)s years of experience", application.experience_years
        ) % {"years": application.experience_years}
        profession = f"{profession} · {years}" if profession else years
    meetings = [_labels(MeetingFormat, application.formats), _labels(SuitableTime, application.times)]
    basis = BASIS_CHOSEN.get(application.basis, "")
    if application.basis_wiped_at:
        basis = _("Wiped after the decision, as the privacy notice says")
    rows = [
        (_("Profession"), profession),
        (_("Degree"), _degree(application)),
        (_("Recognition"), application.get_recognition_display()),
        (_("Sector"), application.get_sector_display()),
        (_("Basis chosen"), basis),
        (_("Goals"), _labels(Goal, application.goals)),
        (_("In own words"), f"“{application.goals_text}”" if application.goals_text else ""),
        (_("Meetings"), " · ".join(part for part in meetings if part)),
        (_("Wish of the mentors"), f"“{application.mentor_wish}”" if application.mentor_wish else ""),
        (_("Situation at the start"), _situation(application)),
        (_("Heard of us from"), application.get_heard_from_display()),
    ]
    rows += [(item.get("label", ""), item.get("answer", "")) for item in application.extra]
    cv = application.cv
    return {
        "answers": [(label, value) for label, value in rows if value],
        "cv": cv,
        "cv_address": file_address(cv) if cv else "",
    }
