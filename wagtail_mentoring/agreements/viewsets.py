"""The admin of the agreement's wording."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.rich_text import get_rich_text_editor_widget

from wagtail_mentoring.documents.sanitize import FEATURES, sanitize
from wagtail_mentoring.programme.reviewed import ReviewColumn, ReviewPanel, VersionedTextForm, VersionedTextViewSet

from .models import AgreementText


class AgreementTextForm(VersionedTextForm):
    """The agreement's text and its summary."""

    words = ("body", "summary")

    def clean_summary(self) -> str:
        return str(sanitize(self.cleaned_data["summary"]))


class AgreementTextViewSet(VersionedTextViewSet):
    model = AgreementText
    name = "mentoring_agreementtexts"
    url_prefix = "mentoring/agreement-texts"
    icon = "edit"
    menu_label = _("Agreement texts")
    menu_order = 580
    list_display = [
        "__str__",
        "participation",
        "in_force_from",
        ReviewColumn("needs_review", label=_("Review")),
    ]
    list_filter = ["language"]
    edit_handler: Any = ObjectList(
        [
            ReviewPanel(),
            FieldPanel("language"),
            FieldPanel("participation"),
            FieldPanel("summary", widget=get_rich_text_editor_widget(features=FEATURES)),
            FieldPanel("body", widget=get_rich_text_editor_widget(features=FEATURES)),
            FieldPanel("in_force_from"),
        ],
        base_form_class=AgreementTextForm,
    )


VIEWSETS = (AgreementTextViewSet,)
