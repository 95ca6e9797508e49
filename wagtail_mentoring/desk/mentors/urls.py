"""Addresses about mentors besides those of their viewset, under ``mentoring/`` in the admin."""

from django.urls import path

from wagtail_mentoring.privacy.uploads import uploads_in_memory

from .choosing import Conflicts, Partner
from .importing import ImportSheet, RunImport, SheetTemplate
from .sending import SendOwnLink
from .steps import Approve, ComeBack, Decline, End

app_name = "mentoring_mentor"

urlpatterns = [
    path("mentors/import/", uploads_in_memory(ImportSheet.as_view()), name="import"),
    path("mentors/import/run/", RunImport.as_view(), name="import_run"),
    path("mentors/import/template/<int:pk>.csv", SheetTemplate.as_view(), {"form": "csv"}, name="template_csv"),
    path("mentors/import/template/<int:pk>.xlsx", SheetTemplate.as_view(), {"form": "xlsx"}, name="template_xlsx"),
    path("mentors/<int:pk>/approve/", Approve.as_view(), name="approve"),
    path("mentors/<int:pk>/decline/", Decline.as_view(), name="decline"),
    path("mentors/<int:pk>/end/", End.as_view(), name="end"),
    path("mentors/<int:pk>/back/", ComeBack.as_view(), name="back"),
    path("mentors/<int:pk>/link/", SendOwnLink.as_view(), name="link"),
    path("mentors/<int:pk>/conflicts/", Conflicts.as_view(), name="conflicts"),
    path("mentors/<int:pk>/partner/", Partner.as_view(), name="partner"),
]
