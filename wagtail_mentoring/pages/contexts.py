"""What the templates of the two pages are given."""

from typing import Any

from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import ngettext
from wagtail.models import Page

from wagtail_mentoring.programme.localized import localized
from wagtail_mentoring.programme.models import Participation, ProfessionalField, Programme, RoutingRule
from wagtail_mentoring.programme.themes import themes_for

from .listing import alternatives, by_area, listed_fields, search
from .waiting import usual_waiting

_LONGEST_QUESTION = 100


def _meetings(rules: list[Participation]) -> dict[str, int]:
    """Return the range of meetings and their usual length over the rules of one or more unions."""
    rules = rules or [Participation()]
    return {
        "fewest": min(rule.min_meetings for rule in rules),
        "most": max(rule.max_meetings for rule in rules),
        "minutes": max(rule.meeting_minutes for rule in rules),
    }


def programme_context(page: Page, programme: Programme, request: HttpRequest) -> dict[str, Any]:
    """Return the context of a programme page. ``q`` of the query string searches among the fields."""
    fields = listed_fields(page, request)
    participations = list(programme.participations.select_related("union"))
    question = request.GET.get("q", "").strip()[:_LONGEST_QUESTION]
    context: dict[str, Any] = {
        "programme": programme,
        "areas": by_area(fields),
        "fields_count": len(fields),
        "unions_count": len(participations),
        "meetings": _meetings(participations),
        "asylum_seekers": any(rules.asylum_seekers_may_apply for rules in participations),
        "decision_weeks": max(1, round(max([rules.decision_days for rules in participations] or [14]) / 7)),
        "question": question,
        "mentoring_union": None,
        "mentoring_home": page.get_url(request),
        "mentoring_subtitle": ngettext("%(number)s Finnish union", "%(number)s Finnish unions", len(participations))
        % {"number": len(participations)},
    }
    if question:
        rules = RoutingRule.objects.filter(programme=programme, active=True).prefetch_related("unions", "professions")
        context["found"] = search(fields, question, list(rules))
    return context


def field_context(page: Page, field: ProfessionalField, request: HttpRequest) -> dict[str, Any]:
    """Return the context of a field page."""
    rules = field.participation
    union = rules.union
    parent = page.get_parent()
    home = (parent.get_url(request) if parent else None) or "/"
    context: dict[str, Any] = {
        "field": field,
        "rules": rules,
        "profession": str(field.profession),
        "meetings": _meetings([rules]),
        "themes": [
            {
                "number": theme["number"],
                "title": localized(theme["titles"]),
                "summary": localized(theme["summaries"]),
            }
            for theme in themes_for(field, with_guides=False)
        ],
        "waiting": usual_waiting(field),
        "decision_weeks": max(1, round(rules.decision_days / 7)),
        "mentoring_union": union,
        "mentoring_home": home,
        "mentoring_subtitle": f"{capfirst(str(field.profession))} · {union.short}",
    }
    if not field.intake_open:
        listed = {row.field.pk: row for row in listed_fields(parent, request)} if parent else {}
        context["alternatives"] = [listed[other.pk] for other in alternatives(field) if other.pk in listed]
    return context
