"""Addresses that documents name."""

from django.urls import NoReverseMatch, reverse

from wagtail_mentoring.programme.addresses import base_url
from wagtail_mentoring.programme.models import Union


def verify_address(union: Union) -> str:
    """Return where a reader can check a document of ours, or ``""`` on a site without that page."""
    try:
        return base_url(union) + reverse("wagtail_mentoring:verify")
    except NoReverseMatch:
        return ""
