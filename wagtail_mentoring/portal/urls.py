"""Addresses of the private pages."""

from django.urls import path

from . import signing, views

urlpatterns = [
    path("p/", views.home, name="portal_home"),
    path("p/leave/", views.leave, name="portal_leave"),
    path("p/left/", views.left, name="portal_left"),
    path("p/new-link/", views.new_link, name="portal_new_link"),
    path("p/new-link/sent/", views.new_link_sent, name="portal_new_link_sent"),
    path("p/case/<str:reference>/", views.other_case, name="portal_other_case"),
    path("p/agreement/", signing.agreement, name="portal_agreement"),
    path("p/agreement/code/", signing.send_code, name="portal_code"),
    path("p/agreement/signed/", signing.signed, name="portal_signed"),
    path("p/agreement/pdf/", signing.pdf, name="portal_agreement_pdf"),
    # Last: a token looks like anything else.
    path("p/<str:token>/", views.open_link, name="portal_open"),
]
