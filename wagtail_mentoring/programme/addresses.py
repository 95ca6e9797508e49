"""Where a union's pages are, for what is read away from a page: mails and documents."""

from django.conf import settings

from wagtail_mentoring.conf import conf

from .models import Union


def base_url(union: Union | None) -> str:
    """Return the address before every link in mails of ``union``: its own, its site's, else the configured one."""
    candidates = (
        union.base_url if union else "",
        union.site.root_url if union and union.site else "",
        conf.BASE_URL,
        getattr(settings, "WAGTAILADMIN_BASE_URL", ""),
    )
    return next((str(found).rstrip("/") for found in candidates if found), "")
