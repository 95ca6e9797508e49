"""Whether a union's colours can be read, and are not mistaken for the red of errors."""

import colorsys
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .models import Union

_WHITE = "#ffffff"
_DARK_PAGE = "#121816"
#: WCAG's enhanced contrast for text on the page, and its minimum on a tint.
ON_PAGE = 7.0
ON_TINT = 4.5
#: Hues this near to red (degrees), this saturated, look like the red of error messages (#b0221c, #ffaea5).
_RED_HUE = 18
_RED_SATURATION = 0.35


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours such as ``#1e4a8c``, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def looks_like_error(colour: str) -> bool:
    """Return whether readers would take the colour for that of an error message."""
    hue, _lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    degrees = hue * 360
    return min(degrees, 360 - degrees) <= _RED_HUE and saturation >= _RED_SATURATION


def check_colours(union: Union) -> None:
    """Raise ValidationError by field when the union's colours are too weak or too near to the red of errors."""
    errors: dict[str, Any] = {}
    for name, page, tint in (("accent", _WHITE, "accent_soft"), ("accent_dark", _DARK_PAGE, "accent_dark_soft")):
        colour = getattr(union, name)
        on_page, on_tint = contrast(colour, page), contrast(colour, getattr(union, tint))
        if on_page < ON_PAGE:
            errors[name] = _("The contrast on the page is %(found).1f to 1; choose a colour with at least 7 to 1.") % {
                "found": on_page
            }
        elif looks_like_error(colour):
            errors[name] = _("This red looks like that of error messages; choose another colour.")
        if on_tint < ON_TINT:
            errors[tint] = _("The contrast of accent and tint is %(found).1f to 1; it must be at least 4.5 to 1.") % {
                "found": on_tint
            }
    if errors:
        raise ValidationError(errors)
