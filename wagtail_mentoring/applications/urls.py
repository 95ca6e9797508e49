"""Addresses of the application: the two starts, the steps of the draft, its private link."""

from django.urls import path

from . import views

urlpatterns = [
    # What belongs to the draft of this browser stands before the programmes, whose short names it therefore takes away.
    path("apply/draft/", views.go_on, name="apply_draft"),
    path("apply/draft/stop/", views.stop, name="apply_stop"),
    path("apply/draft/sent/", views.receipt, name="apply_receipt"),
    path("apply/draft/leave/", views.leave, name="apply_leave"),
    path("apply/draft/<slug:key>/", views.step, name="apply_step"),
    path("apply/resume/<str:token>/", views.resume, name="apply_resume"),
    path("apply/<slug:programme>/", views.start, name="apply"),
    path("apply/<slug:programme>/<slug:union>/<slug:profession>/", views.start, name="apply_field"),
]
