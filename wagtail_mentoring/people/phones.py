"""Phone numbers, as anybody writes them."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Fewer digits than in any number that can be called.
FEWEST_DIGITS = 5


def refuse_no_number(value: str) -> None:
    """Raise ValidationError for a phone number that nobody can call.

    That is one with fewer than five digits, with a letter, or that begins with anything but a digit, "+" or "(".
    """
    written = value.strip()
    digits = sum(sign.isdecimal() for sign in written)
    begins = written[:1].isdecimal() or written[:1] in ("+", "(")
    if digits < FEWEST_DIGITS or not begins or any(sign.isalpha() for sign in written):
        raise ValidationError(
            _("This is not a whole phone number. It looks like +358 40 123 4567."), code="phone_number"
        )
