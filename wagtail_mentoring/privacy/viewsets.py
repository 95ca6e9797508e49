"""The admin of the public texts."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.rich_text import get_rich_text_editor_widget

from wagtail_mentoring.documents.sanitize import FEATURES
from wagtail_mentoring.programme.reviewed import ReviewColumn, ReviewPanel, VersionedTextForm, VersionedTextViewSet

from .models import Notice
from .texts import PLACEHOLDERS, unknown_placeholders


class NoticeForm(VersionedTextForm):
    """A public text; names in braces must be known."""

    identity = ("kind", "participation", "language")

    def clean_body(self) -> str:
        body = super().clean_body()
        if unknown := unknown_placeholders(body):
            raise ValidationError(
                _("Nothing fills %(unknown)s. You can use %(known)s.")
                % {
                    "unknown": ", ".join(f"{{{name}}}" for name in unknown),
                    "known": ", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
                }
            )
        return body


class NoticeViewSet(VersionedTextViewSet):
    model = Notice
    name = "mentoring_notices"
    url_prefix = "mentoring/notices"
    icon = "doc-full"
    menu_label = _("Public texts")
    menu_order = 570
    list_display = [
        "__str__",
        "participation",
        "in_force_from",
        ReviewColumn("needs_review", label=_("Review")),
    ]
    list_filter = ["kind", "language"]
    edit_handler: Any = ObjectList(
        [
            ReviewPanel(),
            FieldRowPanel([FieldPanel("kind"), FieldPanel("language")]),
            FieldPanel("participation"),
            FieldPanel("body", widget=get_rich_text_editor_widget(features=FEATURES)),
            FieldPanel("in_force_from"),
        ],
        base_form_class=NoticeForm,
    )


VIEWSETS = (NoticeViewSet,)
