"""What this room registers with Wagtail, besides its menu."""

from typing import Any

from django.templatetags.static import static
from django.urls import include, path
from django.utils.html import format_html
from wagtail import hooks

from . import home, menu  # noqa: F401
from .mentors import MentorViewSet


@hooks.register("register_admin_urls")
def addresses() -> list[Any]:
    return [
        path("mentoring/", include("wagtail_mentoring.desk.urls")),
        path("mentoring/", include("wagtail_mentoring.desk.mentors.urls")),
    ]


@hooks.register("register_admin_viewset")
def mentors() -> MentorViewSet:
    return MentorViewSet()


@hooks.register("insert_global_admin_css")
def style() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("wagtail_mentoring/desk/desk.css"))
