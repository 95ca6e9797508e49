"""Phone numbers, as anybody writes them."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Fewer digits than in any number that can be called.
FEWEST_DIGITS = 5


def refuse_no_number(value: str) -> None:
    """Raise ValidationError for a phone number that nobody can call: one with fewer than five digits."""
    if sum(sign.isdigit() for sign in value) < FEWEST_DIGITS:
        raise ValidationError(
            _("This is not a whole phone number. It looks like +358 40 123 4567."), code="phone_number"
        )
