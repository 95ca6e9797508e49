"""The admin of the texts of mails."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList

from wagtail_mentoring.programme.reviewed import ReviewColumn, ReviewedTextForm, ReviewedTextViewSet, ReviewPanel

from .models import MailText
from .newer import DefaultColumn, DefaultPanel, DefaultView
from .placeholders import fault
from .preview import PlaceholderPanel, PreviewEditView, PreviewNewView
from .texts import default_for, fingerprint


class MailTextForm(ReviewedTextForm):
    """A mail's subject and body; names in braces must be known for the event, and nothing personal in the subject."""

    words = ("subject", "body")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        event = cleaned.get("event")
        for name in ("subject", "body"):
            found = fault(event, cleaned.get(name, ""), subject=name == "subject") if event else ""
            if found:
                self.add_error(name, str(found))
        return cleaned

    def save(self, commit: bool = True) -> Any:
        if self.instance._state.adding and (default := default_for(self.instance)) is not None:
            self.instance.based_on = fingerprint(default.subject, default.body)
        return super().save(commit)


class MailTextViewSet(ReviewedTextViewSet):
    model = MailText
    name = "mentoring_mailtexts"
    url_prefix = "mentoring/mail-texts"
    icon = "mail"
    menu_label = _("E-mail texts")
    menu_order = 590
    list_display = [
        "__str__",
        "participation",
        "subject",
        ReviewColumn("needs_review", label=_("Review")),
        DefaultColumn("based_on", label=_("Default")),
    ]
    list_filter = ["event", "language"]
    search_fields = ["subject", "body"]
    edit_handler: Any = ObjectList(
        [
            ReviewPanel(),
            DefaultPanel(),
            PlaceholderPanel(),
            # Not in a row: the longest event is wider than half of it, and a list does not shrink.
            FieldPanel("event"),
            FieldPanel("language"),
            FieldPanel("participation"),
            FieldPanel("subject"),
            FieldPanel("body"),
        ],
        base_form_class=MailTextForm,
    )

    def get_urlpatterns(self) -> list[Any]:
        """Return the addresses, with those of the sample."""
        edit = self.construct_view(PreviewEditView, **self.get_edit_view_kwargs())
        new = self.construct_view(PreviewNewView, **self.get_add_view_kwargs())
        return [
            *super().get_urlpatterns(),
            path("default/<int:pk>/", DefaultView.as_view(), name="default"),
            path("preview/", new, name="preview_new"),
            path("preview/<int:pk>/", edit, name="preview"),
        ]


VIEWSETS = (MailTextViewSet,)
