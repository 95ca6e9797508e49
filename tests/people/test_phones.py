"""Which phone numbers are taken."""

import pytest
from django.core.exceptions import ValidationError

from wagtail_mentoring.people.phones import refuse_no_number


@pytest.mark.parametrize(
    "number",
    ["+358 40 123 4567", "040 1234567", "040-123 45 67", "(09) 123 456", "+358(0)401234567", "00358401234567", "12345"]
    + [" 040 123 4567 ", "040.123.4567", "040 - 123 4567", "040 123/4567", "٠٤٠١٢٣٤٥٦٧"],
)
def test_a_number_as_people_write_it(number: str) -> None:
    refuse_no_number(number)


@pytest.mark.parametrize(
    "number",
    ["²²²²²", "①②③④⑤", "-----12345", "a1b2c3d4e5", "1234", "on Mondays", "040 123 4567 x", "", "....12345", "½12345"],
)
def test_what_nobody_can_call(number: str) -> None:
    with pytest.raises(ValidationError, match="not a whole phone number"):
        refuse_no_number(number)
