"""A programme page with field pages, as an editor would have published them."""

from typing import Any

from wagtail.models import Page, Site

from tests.factories import make_field, make_programme
from wagtail_mentoring.models import FieldPage, ProfessionalField, ProgrammePage


def make_programme_page(**values: Any) -> ProgrammePage:
    """Return the published programme page, made at the first call below the site's first page."""
    found = ProgrammePage.objects.first()
    if found:
        return found
    defaults: dict[str, Any] = {
        "title": "Meet two people who do your job",
        "slug": "programme",
        "programme": make_programme(),
        "lead": "They are volunteers.",
    }
    page = ProgrammePage(**(defaults | values))
    Site.objects.get(is_default_site=True).root_page.add_child(instance=page)
    return Page.objects.get(pk=page.pk).specific


def make_field_page(field: ProfessionalField | None = None, **values: Any) -> FieldPage:
    """Return a published page about ``field``."""
    field = field or make_field()
    defaults: dict[str, Any] = {
        "title": f"Mentoring for {field.profession}",
        "slug": f"{field.participation.union.slug}-{field.profession.slug}",
        "field": field,
        "lead": "Talk with two colleagues.",
    }
    page = FieldPage(**(defaults | values))
    make_programme_page().add_child(instance=page)
    return page
