"""The pages that editors publish: one for the programme, one for each professional field.

Both come as an abstract mixin and a thin page, so that a site can put the behaviour on a page class of its own.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from wagtail_mentoring.programme.models import ProfessionalField, Programme

from .blocks import BodyBlock
from .contexts import field_context, programme_context
from .forms import FieldPageForm


def in_language(page: Any, names: Mapping[str, str]) -> dict[str, str]:
    """Return ``heading`` and ``content_language`` of a page whose visitor may read another language than it is in.

    The heading is the page's title, or, where the visitor reads another language that ``names`` has, the name in it.
    The language is that of the editors' words when it is not the visitor's, so that a screen reader speaks them right.
    """
    written, read = page.locale.language_code, get_language() or ""
    if written.split("-")[0] == read.split("-")[0]:
        return {"heading": page.title, "content_language": ""}
    name = names.get(read) or names.get(read.split("-")[0]) or ""
    return {"heading": name[:1].upper() + name[1:] or page.title, "content_language": written}


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
        words = in_language(self, self.programme.names)
        return context | programme_context(self, self.programme, request) | words


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
        return context | field_context(self, field, request) | in_language(self, field.profession.names)


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
