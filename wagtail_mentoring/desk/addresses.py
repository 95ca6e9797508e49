"""Addresses of other rooms that the handlers' screens link to."""

from typing import Any

from django.urls import NoReverseMatch, reverse


def file_address(stored: Any) -> str:
    """Return the address of the checked view that serves a private file."""
    try:
        return reverse("wagtail_mentoring_private_file", args=[stored.pk])
    except NoReverseMatch:
        # A site that has not included the files' addresses: the name is shown without a link.
        return ""
