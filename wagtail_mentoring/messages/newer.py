"""A default text that has changed since editors wrote their own: seen beside it, and taken or not."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from wagtail.admin.panels import HelpPanel
from wagtail.admin.ui.tables import BaseColumn
from wagtail.log_actions import log

from wagtail_mentoring.compat import permission_policy

from .models import MailText
from .texts import default_for, keep_words, newer_default, take_default

EDIT = "mentoring_mailtexts:edit"


class DefaultColumn(BaseColumn):
    """A tag where the default has changed since the text was written."""

    cell_template_name = "wagtail_mentoring/messages/default_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return context | {"newer": newer_default(instance) is not None}


class DefaultPanel(HelpPanel):
    """The hint in the edit view, with the way to both texts."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("template", "wagtail_mentoring/messages/default_panel.html")
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            text = self.instance
            newer = text.pk is not None and newer_default(text) is not None
            address = reverse("mentoring_mailtexts:default", args=[text.pk]) if newer else ""
            return context | {"newer": newer, "default_address": address}


class DefaultView(View):
    """Shows the text beside what ships now; POST takes that, or keeps the own words."""

    def get_text(self) -> MailText:
        text = get_object_or_404(MailText, pk=self.kwargs["pk"])
        policy = permission_policy(MailText)
        if not policy.user_has_permission_for_instance(self.request.user, "change", text):
            raise Http404
        return text

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        text = self.get_text()
        context = {
            "text": text,
            "default": default_for(text),
            "newer": newer_default(text),
            "edit_address": reverse(EDIT, args=[text.pk]),
        }
        return render(request, "wagtail_mentoring/messages/default.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        text = self.get_text()
        if request.POST.get("what") == "take" and default_for(text) is not None:
            take_default(text)
            log(instance=text, action="wagtail.edit", user=request.user)
            messages.success(request, _("The text has the new words. Somebody should review it."))
        elif request.POST.get("what") == "keep":
            keep_words(text)
            messages.success(request, _("The text stays as it is."))
        return redirect(EDIT, text.pk)
