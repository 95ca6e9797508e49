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


def number_of(phone: str) -> str:
    """Return ``phone`` as backends take it: digits with one "+" before them; ``""`` for nothing that can be called.

    A Finnish number without a country code, such as ``040 123 4567``, gets +358.
    """
    # "+44 (0)20": the zero in brackets is not dialled from abroad.
    plain = phone.replace("(0)", "") if phone.strip().startswith("+") else phone
    digits = "".join(sign for sign in plain if sign.isdigit())
    if plain.strip().startswith("+"):
        number = f"+{digits}"
    elif digits.startswith("00"):
        number = f"+{digits[2:]}"
    elif digits.startswith("0"):
        number = f"+358{digits[1:]}"
    else:
        return ""
    return number if 8 <= len(number) <= 16 else ""
