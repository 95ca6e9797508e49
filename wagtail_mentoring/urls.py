"""Addresses outside the admin. A site includes them once: ``path("mentoring/", include("wagtail_mentoring.urls"))``."""

from django.urls import URLPattern, URLResolver

from .applications import urls as application_urls
from .pages import urls as pages_urls
from .portal import urls as portal_urls

app_name = "wagtail_mentoring"

urlpatterns: list[URLPattern | URLResolver] = [
    *application_urls.urlpatterns,
    *pages_urls.urlpatterns,
    *portal_urls.urlpatterns,
]
