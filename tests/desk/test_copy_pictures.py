"""A scan is looked at from its end, where the signatures stand; a signed file from its beginning."""

import pytest
from django.test import Client

from wagtail_mentoring.models import Case

from .agreement_pages import copy_for, copy_page

pytestmark = pytest.mark.django_db


def test_a_scan_is_shown_from_its_end(admin: Client, case: Case) -> None:
    shown = admin.get(copy_page(copy_for(case, "scan"))).content.decode()
    assert shown.count('class="mtg-roll"') == 2 and "scroll up for the pages before" in shown


def test_a_signed_file_is_shown_from_its_beginning(admin: Client, case: Case) -> None:
    shown = admin.get(copy_page(copy_for(case, "file"))).content.decode()
    assert "mtg-side" in shown and "mtg-roll" not in shown


def test_the_date_is_the_browsers_own(admin: Client, case: Case) -> None:
    """The calendar of the admin would open over the button under the field."""
    assert 'type="date" name="signed_on"' in admin.get(copy_page(copy_for(case, "scan"))).content.decode().replace(
        'name="signed_on" type="date"', 'type="date" name="signed_on"'
    )
