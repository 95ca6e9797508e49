"""Addresses outside the admin. A site includes them once: ``path("mentoring/", include("wagtail_mentoring.urls"))``."""

from django.urls import URLPattern, URLResolver

app_name = "wagtail_mentoring"

urlpatterns: list[URLPattern | URLResolver] = []
