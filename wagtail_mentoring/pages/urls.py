"""Addresses of the public texts and of what the public pages need."""

from django.urls import path

from . import verify, views

urlpatterns = [
    path("language/", views.language, name="language"),
    path("unions.css", views.unions_css, name="unions_css"),
    path("verify/", verify.verify_document, name="verify"),
    path("texts/<slug:kind>/", views.text, name="text"),
    path("texts/<slug:kind>/<slug:union>/", views.text, name="union_text"),
]
