"""Addresses outside the admin. A site includes them once: ``path("mentoring/", include("wagtail_mentoring.urls"))``."""

from django.urls import URLPattern, URLResolver

from .pages import urls as pages_urls

app_name = "wagtail_mentoring"

urlpatterns: list[URLPattern | URLResolver] = [
    *pages_urls.urlpatterns,
]
