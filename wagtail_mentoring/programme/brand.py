"""How a union presents itself in a document."""

from wagtail_mentoring.documents.agreement_sheet import UnionBrand

from .localized import localized
from .models import Union


def brand_of(union: Union, language: str) -> UnionBrand:
    """Return the name of ``union`` in ``language``, its abbreviation and its colour."""
    return UnionBrand(name=localized(union.names, language), short=union.short, accent=union.accent)
