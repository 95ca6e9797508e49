"""The guides to the meetings of a case: read on a page, or printed."""

import datetime
import logging
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.guide_sheet import GuideSheet, render_guide
from wagtail_mentoring.documents.render import RenderedPdf
from wagtail_mentoring.documents.sanitize import sanitize
from wagtail_mentoring.programme.brand import brand_of
from wagtail_mentoring.programme.localized import language_of, localized
from wagtail_mentoring.programme.themes import kept_guide, themes_for

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Guide:
    """The guide to meeting ``number`` of ``of``, in ``language``; ``issued`` is the day from which this text is."""

    number: int
    of: int
    title: str
    summary: str
    html: SafeString
    language: str
    issued: datetime.date


def guide_for(case: Case, number: int, language: str | None = None) -> Guide | None:
    """Return the guide to meeting ``number`` in ``language`` (default: the active one), else in another, or None.

    It is the text as it was when the case was opened. A case that kept none, or whose text is lost, gets that of today.
    """
    theme, issued = _theme(case, number)
    code = language_of(theme.get("guides"), language)
    if not code or not 1 <= number <= case.max_meetings:
        return None
    text = theme["guides"][code]
    if issued is not None:
        text = kept_guide(text)
        if not text:
            # A page without its text helps nobody: today's is nearly always the same.
            logger.error("The guide to meeting %s that %s keeps is not in the database", number, case.reference)
            themes = themes_for(case.field, case.max_meetings)
            theme, issued = next((one for one in themes if one["number"] == number), {}), None
            code = language_of(theme.get("guides"), language)
            if not code:
                return None
            text = theme["guides"][code]
    return Guide(
        number=number,
        of=case.max_meetings,
        title=localized(theme["titles"], code),
        summary=localized(theme["summaries"], code),
        html=sanitize(text),
        language=code,
        issued=issued or clock.today(),
    )


def guide_numbers(case: Case) -> list[int]:
    """Return the numbers of the meetings to which there is a guide. At most one query."""
    themes, _kept = _themes(case)
    return [theme["number"] for theme in themes if theme.get("guides") and theme["number"] <= case.max_meetings]


def guide_pdf(case: Case, number: int, language: str | None = None) -> RenderedPdf | None:
    """Return the guide to meeting ``number`` as a PDF, None when there is no guide. Raises DocumentRenderError."""
    guide = guide_for(case, number, language)
    if guide is None:
        return None
    union = case.union
    return render_guide(
        GuideSheet(
            union=brand_of(union, guide.language),
            language=guide.language,
            number=guide.number,
            of=guide.of,
            title=guide.title,
            summary=guide.summary,
            body_html=guide.html,
            issued=guide.issued,
        )
    )


def _themes(case: Case) -> tuple[list[dict[str, Any]], bool]:
    """Return the themes that hold the guides, and whether they are those that the case keeps."""
    if any(theme.get("guides") for theme in case.themes):
        return case.themes, True
    return themes_for(case.field, case.max_meetings), False


def _theme(case: Case, number: int) -> tuple[dict[str, Any], datetime.date | None]:
    """Return the theme with the guide to meeting ``number``, and since when the case keeps it; None: it does not."""
    themes, kept = _themes(case)
    theme = next((one for one in themes if one["number"] == number), {})
    return theme, timezone.localdate(case.opened_at) if kept else None
