"""Small views behind the public pages: the language, the unions' colours, the public texts."""

import hashlib
import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from wagtail_mentoring.privacy.models import NoticeKind
from wagtail_mentoring.privacy.public_texts import public_text
from wagtail_mentoring.programme.localized import page_language
from wagtail_mentoring.programme.models import Participation, Union

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_SECONDS = 300


# Exempt, because it changes nothing but the visitor's own language cookie, and because the pages that show the
# buttons can then be cached and need no further cookie. Django's view checks that `next` stays on this site.
@csrf_exempt
@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Remember the language in ``language`` and go back to the address in ``next``."""
    return set_language(request)


def union_rule(union: Union) -> str:
    """Return the style rule that gives pages marked with the union its colours; empty without proper colours."""
    colours = {
        "--mtg-u": union.accent,
        "--mtg-u-soft": union.accent_soft,
        "--mtg-ud": union.accent_dark,
        "--mtg-ud-soft": union.accent_dark_soft,
    }
    if not all(_COLOUR.match(colour) for colour in colours.values()):
        return ""
    values = ";".join(f"{name}:{colour}" for name, colour in colours.items())
    return f'.mtg[data-mtg-union="{union.slug}"]{{{values}}}\n'


@require_safe
def unions_css(request: HttpRequest) -> HttpResponseBase:
    """Serve the colours of all unions as one style sheet, so that pages need no inline style."""
    css = "".join(union_rule(union) for union in Union.objects.order_by("slug"))
    etag = f'"{hashlib.sha256(css.encode()).hexdigest()[:24]}"'
    response: HttpResponseBase = get_conditional_response(request, etag=etag) or HttpResponse(
        css, content_type="text/css; charset=utf-8"
    )
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, max_age=_SECONDS)
    return response


@require_safe
def text(request: HttpRequest, kind: str, union: str | None = None) -> HttpResponse:
    """Show the public text ``kind`` that is in force: a union's wording, or the programme's with a way to each.

    Raises Http404 for an unknown kind or union.
    """
    if kind not in NoticeKind.values:
        raise Http404
    taking_part = list(
        Participation.objects.select_related("union", "programme").order_by("union__sort_order", "union__slug", "pk")
    )
    participation = next((row for row in taking_part if row.union.slug == union), None)
    if union is not None and participation is None:
        raise Http404
    language = page_language()
    unions = {row.union_id: row.union for row in taking_part}
    context = {
        "text": public_text(kind, participation, language),
        "mentoring_union": participation.union if participation else None,
        "unions": unions.values() if participation is None else [],
    }
    return render(request, "wagtail_mentoring/pages/text.html", context)
