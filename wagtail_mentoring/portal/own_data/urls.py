"""Addresses of the pages of the own data. They come before that of a token, which looks like anything else."""

from django.urls import path

from . import address, calendar, consents, contact, export, pages, step_up, stopping

urlpatterns = [
    path("p/data/", pages.own_data, name="portal_data"),
    path("p/data/readers/", pages.readers, name="portal_data_readers"),
    path("p/data/code/<slug:purpose>/", step_up.code, name="portal_data_code"),
    path("p/data/contact/", contact.contact, name="portal_data_contact"),
    path("p/data/contact/saved/", contact.saved, name="portal_data_contact_saved"),
    path("p/data/address/", address.ask, name="portal_data_address"),
    path("p/data/address/new/", address.confirm, name="portal_data_new_address"),
    path("p/data/address/changed/", address.changed, name="portal_data_address_changed"),
    path("p/data/address/keep/", address.cancel, name="portal_data_keep_address"),
    path("p/data/address/lost/", address.lost, name="portal_data_lost_address"),
    path("p/data/consents/", consents.consents, name="portal_data_consents"),
    path("p/data/consents/<slug:kind>/", consents.take_back, name="portal_data_take_back"),
    path("p/data/export/", export.export, name="portal_data_export"),
    path("p/data/export.json", export.as_json, name="portal_data_json"),
    path("p/data/export.pdf", export.as_pdf, name="portal_data_pdf"),
    path("p/data/export.zip", export.as_zip, name="portal_data_zip"),
    path("p/data/calendar/", calendar.page, name="portal_data_calendar"),
    path("p/calendar/<str:token>.ics", calendar.feed, name="portal_calendar_feed"),
    path("p/stop/", stopping.stop, name="portal_stop"),
]
