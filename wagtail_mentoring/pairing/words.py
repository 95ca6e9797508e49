"""Reasons, what is lacking and what would help as plain sentences, from codes, in the active language."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .matching.languages import name_of


def language_name(code: str) -> str:
    """Return the name of a language in the active language, as in a sentence."""
    asked = {"english": _("English"), "finnish": _("Finnish"), "swedish": _("Swedish")}
    return asked[code] if code in asked else name_of(code, get_language() or "en")
