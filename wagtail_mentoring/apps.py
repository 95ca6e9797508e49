"""The app: registers what the rooms declare."""

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _


class WagtailMentoringConfig(AppConfig):
    name = "wagtail_mentoring"
    label = "wagtail_mentoring"
    verbose_name = _("Mentoring")
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        # Its models are the base of ours: without it Django stops before any system check could say so.
        if self.apps is not None and not self.apps.is_installed("wagtail.contrib.forms"):
            raise ImproperlyConfigured(
                'Add "wagtail.contrib.forms" to INSTALLED_APPS: the questions of an application are made with it.'
            )
        super().import_models()

    def ready(self) -> None:
        from . import registration

        registration.connect()
