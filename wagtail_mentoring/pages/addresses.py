"""Where the public pages are."""

from django.http import HttpRequest
from django.urls import reverse

from wagtail_mentoring.programme.models import Union

from .models import ProgrammePage


def programme_address(request: HttpRequest | None = None) -> str:
    """Return the address of the first published programme page, or the site's first page."""
    page = ProgrammePage.objects.live().public().order_by("path").first()
    return (page.get_url(request) if page else None) or "/"


def text_address(kind: str, union: Union | None = None) -> str:
    """Return the address of the public text ``kind``, in the wording of ``union`` or of the programme."""
    if not union:
        return reverse("wagtail_mentoring:text", kwargs={"kind": str(kind)})
    return reverse("wagtail_mentoring:union_text", kwargs={"kind": str(kind), "union": union.slug})
