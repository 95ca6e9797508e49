"""The admin of the agreement's wording: versions, a sample as PDF, and where each was used."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import path, reverse
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, ObjectList
from wagtail.admin.rich_text import get_rich_text_editor_widget
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from wagtail_mentoring import clock
from wagtail_mentoring.documents.sanitize import FEATURES, sanitize
from wagtail_mentoring.programme.reviewed import (
    ReviewColumn,
    ReviewPanel,
    TextIndexView,
    VersionedTextForm,
    VersionedTextViewSet,
)
from wagtail_mentoring.programme.rights import unions_for
from wagtail_mentoring.workflows.states import PAIR_STATES

from .models import Agreement, AgreementText
from .preview import PreviewEditView, SampleMixin


class AgreementTextForm(VersionedTextForm):
    """The agreement's text and its summary."""

    words = ("body", "summary")

    def clean_summary(self) -> str:
        return str(sanitize(self.cleaned_data["summary"]))


def force(text: AgreementText, newest: int | None) -> str:
    """Return since when the version counts, or from when it will; ``newest`` is the one that counts now."""
    day = {"day": formats.date_format(timezone.localtime(text.in_force_from), "SHORT_DATE_FORMAT")}
    if text.in_force_from > clock.now():
        return gettext("in force from %(day)s") % day
    if text.pk == newest:
        return gettext("in force since %(day)s") % day
    return gettext("was in force from %(day)s") % day


class TextPanel(HelpPanel):
    """The button for the sample, the other versions, and how many agreements were issued with this one."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("template", "wagtail_mentoring/agreements/text_panel.html")
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            text = self.instance
            if text.pk is None:
                return context | {"preview_address": reverse("mentoring_agreementtexts:preview_new"), "stored": False}
            issued = Agreement.objects.filter(text=text)
            running = Agreement.objects.current().filter(text=text, case__state__in=list(PAIR_STATES))
            return context | {
                "preview_address": reverse("mentoring_agreementtexts:preview", args=[text.pk]),
                "stored": True,
                "issued": issued.count(),
                "running": running.count(),
                "versions": _versions(text),
                "again_address": _again(text, self.request.user) if self.request else "",
            }


def _same(text: AgreementText) -> Any:
    return AgreementText.objects.filter(participation=text.participation_id, language=text.language)


def _newest(text: AgreementText) -> int | None:
    """Return the version of the same text that counts now."""
    counting = _same(text).filter(in_force_from__lte=clock.now()).order_by("-in_force_from", "-version")
    found: int | None = counting.values_list("pk", flat=True).first()
    return found


def _versions(text: AgreementText) -> list[dict[str, Any]]:
    """Return the versions of the same text, the newest first; the one at hand has no address."""
    rows = list(_same(text).order_by("-version"))
    newest = _newest(text)
    return [
        {
            "label": gettext("Version %(number)s") % {"number": row.version},
            "state": force(row, newest),
            "address": "" if row.pk == text.pk else reverse("mentoring_agreementtexts:edit", args=[row.pk]),
        }
        for row in rows
    ]


def _again(text: AgreementText, user: Any) -> str:
    """Return the way to the page that asks running cases to sign, for those who handle cases of the text's union."""
    handles = unions_for(user, handle=True)
    if text.participation is not None:
        handles = handles.filter(pk=text.participation.union_id)
    if text.pk != _newest(text) or not user.has_perm("wagtail_mentoring.change_case") or not handles.exists():
        return ""
    return reverse("mentoring_desk:sign_again_text", args=[text.pk])


class AgreementTextIndexView(TextIndexView):
    """The list of texts, with which version counts, and how many agreements were issued with each."""

    def get_base_queryset(self) -> Any:
        texts = super().get_base_queryset()
        same = AgreementText.objects.annotate(of=Coalesce("participation", 0)).filter(
            of=Coalesce(OuterRef("participation"), 0), language=OuterRef("language"), in_force_from__lte=clock.now()
        )
        newest = same.order_by("-in_force_from", "-version").values("pk")[:1]
        return texts.annotate(issued=Count("agreements"), newest=Subquery(newest))


class PreviewNewView(SampleMixin, generic.CreateView):
    """The sample of a text that is not saved yet."""

    http_method_names = ["post"]


class AgreementTextViewSet(VersionedTextViewSet):
    model = AgreementText
    name = "mentoring_agreementtexts"
    url_prefix = "mentoring/agreement-texts"
    icon = "edit"
    menu_label = _("Agreement texts")
    menu_order = 580
    index_view_class = AgreementTextIndexView
    list_display = [
        "__str__",
        "participation",
        Column("force", label=_("Status"), accessor=lambda text: force(text, text.newest), sort_key="in_force_from"),
        Column("issued", label=_("Agreements issued")),
        ReviewColumn("needs_review", label=_("Review")),
    ]
    list_filter = ["language"]
    edit_handler: Any = ObjectList(
        [
            ReviewPanel(),
            TextPanel(),
            FieldPanel("language"),
            FieldPanel("participation"),
            FieldPanel("summary", widget=get_rich_text_editor_widget(features=FEATURES)),
            FieldPanel("body", widget=get_rich_text_editor_widget(features=FEATURES)),
            FieldPanel("in_force_from"),
        ],
        base_form_class=AgreementTextForm,
    )

    def get_urlpatterns(self) -> list[Any]:
        """Return the addresses, with those of the sample."""
        edit = self.construct_view(PreviewEditView, **self.get_edit_view_kwargs())
        new = self.construct_view(PreviewNewView, **self.get_add_view_kwargs())
        return [
            *super().get_urlpatterns(),
            path("preview/", new, name="preview_new"),
            path("preview/<int:pk>/", edit, name="preview"),
        ]


VIEWSETS = (AgreementTextViewSet,)
