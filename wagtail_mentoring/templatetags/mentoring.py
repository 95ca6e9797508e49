"""Template tags of the public pages and of the forms on them."""

from typing import Any

from django import template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import check_for_language, get_language

from wagtail_mentoring.conf import conf
from wagtail_mentoring.pages import addresses
from wagtail_mentoring.pages.icons import DIRECTED, SHAPES
from wagtail_mentoring.pages.questions import Question, focus_id, question
from wagtail_mentoring.privacy.models import NoticeKind
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.localized import localized as localized_text

register = template.Library()


@register.simple_tag
def mentoring_icon(name: str, classes: str = "") -> SafeString:
    """Draw the icon ``name`` of :mod:`wagtail_mentoring.pages.icons`. Raises KeyError for a name that is not there."""
    direction = " mtg-i--dir" if name in DIRECTED else ""
    return format_html(
        '<svg class="mtg-i{}{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        direction,
        f" {classes}" if classes else "",
        mark_safe(SHAPES[name]),  # noqa: S308 - a constant of ours
    )


@register.filter
def mentoring_question(field: BoundField) -> Question:
    """Return the bound field with what ``wagtail_mentoring/includes/field.html`` needs."""
    return question(field)


@register.filter
def mentoring_focus_id(field: BoundField) -> str:
    """Return the id of the input that takes the focus for the bound field."""
    return focus_id(field)


@register.filter
def mentoring_localized(texts: dict[str, str] | None) -> str:
    """Return the text of a localized value in the active language."""
    return localized_text(texts)


@register.filter
def mentoring_hours(minutes: int) -> str:
    """Return a length in minutes as people say it: 45 minutes, 1.5 hours, 1 hour 20 minutes."""
    return dates.length(int(minutes))


@register.inclusion_tag("wagtail_mentoring/includes/language_switch.html", takes_context=True)
def mentoring_language_switch(context: Context) -> dict[str, Any]:
    """Buttons that change the language and stay on the page. They work without JavaScript."""
    offered = {code for code, _name in settings.LANGUAGES}
    current = get_language() or settings.LANGUAGE_CODE
    languages = [
        {"code": code, "name": capfirst(name), "current": current.split("-")[0] == code.split("-")[0]}
        for code, name in conf.LANGUAGES
        if code in offered and check_for_language(code)
    ]
    request = context.get("request")
    return {"languages": languages, "address": request.get_full_path() if request else "/"}


@register.simple_tag(takes_context=True)
def mentoring_home(context: Context) -> str:
    """Return the address of the programme's page: ``mentoring_home`` of the context, or the first one published."""
    return str(context.get("mentoring_home") or addresses.programme_address(context.get("request")))


@register.simple_tag
def mentoring_public_texts(union: Any = None) -> list[dict[str, str]]:
    """Return name and address of every public text, in the wording of ``union`` where one is given."""
    order = (
        NoticeKind.NEVER_TELL,
        NoticeKind.PRIVACY,
        NoticeKind.GUIDELINES,
        NoticeKind.ACCESSIBILITY,
        NoticeKind.COOKIES,
    )
    return [{"name": str(kind.label), "address": addresses.text_address(kind, union)} for kind in order]


@register.simple_tag
def mentoring_text_address(kind: str, union: Any = None) -> str:
    """Return the address of one public text, such as ``never_tell``."""
    return addresses.text_address(kind, union)
