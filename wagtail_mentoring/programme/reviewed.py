"""The admin of texts that a person must have read: the visible mark, its removal, and versions that stay."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin.panels import HelpPanel
from wagtail.admin.ui.tables import BaseColumn
from wagtail.admin.widgets import Button
from wagtail.log_actions import log

from wagtail_mentoring import clock
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.sanitize import sanitize

from .admin_forms import UnionBoundForm
from .admin_views import DeleteView, EditorViewSet, EditView, IndexView
from .models import VersionedText


def in_force_now(text: Any) -> bool:
    """Return whether the version counts, or has counted, so that somebody may have read it."""
    return isinstance(text, VersionedText) and text.pk is not None and text.in_force_from <= clock.now()


def _as_read(html: str | None) -> str:
    """Return the text without what no reader sees: the spaces and line ends between its elements."""
    return re.sub(r"\s*(</?(?:h2|h3|p|ul|ol|li|br)>)\s*", r"\1", " ".join(sanitize(html or "").split()))


class ReviewColumn(BaseColumn):
    """A tag that says whether a native speaker or lawyer has read the text."""

    cell_template_name = "wagtail_mentoring/programme/review_cell.html"


class ReviewPanel(HelpPanel):
    """The mark in the edit view, and what saving will do."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("template", "wagtail_mentoring/programme/review_panel.html")
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            text = self.instance
            stored = text.pk is not None
            return context | {
                "text": text,
                "stored": stored,
                "needs_review": stored and text.needs_review,
                "in_force": in_force_now(text),
                "review_address": reverse(f"{_namespace(text)}:review", args=[text.pk]) if stored else "",
            }


def _namespace(text: Any) -> str:
    return f"mentoring_{text._meta.model_name}s"


class ReviewedTextForm(UnionBoundForm):
    """A text by language. A change of the words takes the mark of review away again."""

    #: What a reader sees: a change of one of these needs a new review.
    words: tuple[str, ...] = ("body",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=list(conf.LANGUAGES))

    def changed_words(self) -> bool:
        """Return whether a reader would see a difference: editors write the same HTML in several ways."""
        return any(
            _as_read(self.cleaned_data.get(name)) != _as_read(self.initial.get(name))
            for name in set(self.words) & set(self.changed_data)
        )

    def save(self, commit: bool = True) -> Any:
        text = self.instance
        if text._state.adding or self.changed_words():
            text.reviewed_at, text.reviewed_by, text.changed_at = None, None, clock.now()
        return super().save(commit)


class VersionedTextForm(ReviewedTextForm):
    """A text with versions. A version in force is never changed: saving it makes the next version."""

    #: What tells one text from another; fixed once the text exists.
    identity: tuple[str, ...] = ("participation", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.was_in_force = in_force_now(self.instance)
        if self.instance.pk is not None:
            for name in self.identity:
                self.fields[name].disabled = True

    def next_version(self, values: Any) -> int:
        """Return the number after the highest of the same text. ``values`` gives what :attr:`identity` names."""
        same = type(self.instance)._default_manager.filter(**{name: values(name) for name in self.identity})
        highest = same.order_by("-version").values_list("version", flat=True).first()
        return (highest or 0) + 1

    def clean_body(self) -> str:
        """Return the text as it will be shown. Raises ValidationError for links into the site, which would be lost."""
        body = self.cleaned_data["body"]
        if "linktype=" in body:
            raise forms.ValidationError(
                _("Write links with their full address, https://…: this text is also printed and sent.")
            )
        return str(sanitize(body))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if self.instance.pk is None:
            # Before the constraints are looked at: the number is part of what must be unique.
            self.instance.version = self.next_version(cleaned.get)
        return cleaned

    def save(self, commit: bool = True) -> Any:
        text = self.instance
        if self.was_in_force and not self.changed_words():
            # Not even another way to write the same: what people agreed to keeps its every byte.
            for name in (*self.words, "in_force_from"):
                setattr(text, name, self.initial[name])
            return text
        if self.was_in_force:
            text.version = self.next_version(lambda name: getattr(text, name))
            text.pk, text._state.adding = None, True
        text.in_force_from = max(text.in_force_from or clock.now(), clock.now())
        return super().save(commit)


class TextIndexView(IndexView):
    """The list of texts."""


class TextEditView(EditView):
    """Edits a text; the button for the review stands in the menu of the header too."""

    review_url_name = ""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons: list[Button] = list(super().header_more_buttons)
        if self.object.pk and self.object.needs_review:
            buttons.append(
                Button(
                    gettext("I have reviewed it"),
                    url=reverse(self.review_url_name, args=[self.object.pk]),
                    icon_name="check",
                    priority=5,
                )
            )
        return buttons


class TextDeleteView(DeleteView):
    """Deletes a text, but no version that somebody may have read."""

    edit_url_name = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        text = get_object_or_404(self.model, pk=kwargs.get("pk", args[0] if args else None))
        if in_force_now(text):
            messages.error(
                request,
                gettext("A version that is or was in force stays: people may have agreed to it."),
            )
            return redirect(self.edit_url_name, text.pk)
        return super().dispatch(request, *args, **kwargs)


class ReviewView(View):
    """Asks whether the text has been read by somebody who can judge it, and on POST removes the mark."""

    model: Any = None
    edit_url_name = ""

    def get_text(self) -> Any:
        text = get_object_or_404(self.model, pk=self.kwargs["pk"])
        policy = permission_policy(self.model)
        if not policy.user_has_permission_for_instance(self.request.user, "change", text):
            raise Http404
        return text

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        text = self.get_text()
        return render(
            request,
            "wagtail_mentoring/programme/review.html",
            {"text": text, "edit_address": reverse(self.edit_url_name, args=[text.pk])},
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        text = self.get_text()
        if text.needs_review:
            text.reviewed_at, text.reviewed_by = clock.now(), request.user
            text.save(update_fields=["reviewed_at", "reviewed_by"])
            log(instance=text, action="wagtail.edit")
            messages.success(request, gettext("The text is marked as reviewed by you."))
        return redirect(self.edit_url_name, text.pk)


class ReviewedTextViewSet(EditorViewSet):
    """The admin of a kind of text with the mark of review."""

    index_view_class = TextIndexView
    edit_view_class = TextEditView
    related = ("participation__union", "participation__programme", "reviewed_by")
    copy_view_enabled = True

    def get_edit_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        view_kwargs: dict[str, Any] = super().get_edit_view_kwargs(
            review_url_name=self.get_url_name("review"), **kwargs
        )
        return view_kwargs

    def get_urlpatterns(self) -> list[Any]:
        review = ReviewView.as_view(model=self.model, edit_url_name=self.get_url_name("edit"))
        return [*super().get_urlpatterns(), path("review/<int:pk>/", review, name="review")]


class VersionedTextViewSet(ReviewedTextViewSet):
    """The admin of a kind of text whose versions stay."""

    delete_view_class = TextDeleteView
