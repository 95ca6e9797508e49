"""The pages that editors publish: one for the programme, one for each professional field.

Both come as an abstract mixin and a thin page, so that a site can put the behaviour on a page class of its own.
"""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from wagtail_mentoring.programme.models import ProfessionalField, Programme

from .blocks import BodyBlock
from .contexts import field_context, programme_context
from .forms import FieldPageForm


class ProgrammePageMixin(models.Model):
    """What the programme is, who may apply, and the way to every field."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name=_("programme"))
    lead = models.TextField(
        _("lead"), max_length=400, help_text=_("What this is, for whom, and that it costs nothing.")
    )
    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)  # type: ignore[misc]
        return context | programme_context(self, self.programme, request)


class FieldPageMixin(models.Model):
    """One professional field of one union, with "Apply"."""

    field = models.ForeignKey(ProfessionalField, models.PROTECT, related_name="+", verbose_name=_("professional field"))
    lead = models.TextField(_("lead"), max_length=400)
    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)  # type: ignore[misc]
        field = ProfessionalField.objects.select_related(
            "profession", "participation__union", "participation__programme"
        ).get(pk=self.field_id)
        return context | field_context(self, field, request)


class ProgrammePage(ProgrammePageMixin, Page):  # noqa: DJ008 - Page has __str__
    """The programme's page: the parent of its field pages."""

    template = "wagtail_mentoring/pages/programme_page.html"
    subpage_types = ["wagtail_mentoring.FieldPage"]
    content_panels = [*Page.content_panels, FieldPanel("programme"), FieldPanel("lead"), FieldPanel("body")]

    class Meta:
        verbose_name = _("mentoring programme page")
        verbose_name_plural = _("mentoring programme pages")


class FieldPage(FieldPageMixin, Page):  # noqa: DJ008 - Page has __str__
    """The page of one professional field."""

    template = "wagtail_mentoring/pages/field_page.html"
    base_form_class = FieldPageForm
    parent_page_types = ["wagtail_mentoring.ProgrammePage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("field", heading=_("Professional field")),
        HelpPanel(content=_("The union, its contact person, the themes and “Apply” come from the field.")),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("professional field page")
        verbose_name_plural = _("professional field pages")
