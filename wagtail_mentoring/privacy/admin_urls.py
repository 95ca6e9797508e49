"""Addresses of private files inside the admin."""

from django.urls import path

from . import views

urlpatterns = [path("mentoring/files/<int:pk>/", views.private_file, name="wagtail_mentoring_private_file")]
