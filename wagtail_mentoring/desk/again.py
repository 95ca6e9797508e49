"""Running cases that are on an older version of the agreement's text: which they are, and asking them to sign again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring.agreements.again import ASKED, REFUSED, UNDER_WAY, Older, ask, older_agreements, outcomes
from wagtail_mentoring.agreements.models import AgreementText
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.localized import language_name
from wagtail_mentoring.programme.rights import unions_for

from .base import Screen
from .fields import RowsField, TextField
from .forms import refuse_in_texts

#: Where the session keeps what was asked for, by the text's number.
KEPT = "mentoring_sign_again"


class AgainForm(forms.Form):
    """Which cases, and why. Nothing is sent before the button."""

    cases = RowsField(
        label=gettext_lazy("Cases"),
        queryset=Case.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least one case."),
            "invalid_choice": gettext_lazy("One of the cases is not on an older version any more. Look again."),
        },
    )
    reason = TextField(
        label=gettext_lazy("Why everyone signs again"),
        help_text=gettext_lazy("Everyone who is asked reads this."),
        error_messages={
            "required": gettext_lazy("Say why everyone is asked to sign again. They read this."),
        },
    )

    def __init__(self, *args: Any, older: list[Older], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.older = {one.case.pk: one for one in older}
        field = self.fields["cases"]
        rows = Case.objects.filter(pk__in=self.older).select_related("mentee", "union").order_by("reference")
        field.queryset = rows  # type: ignore[attr-defined]
        field.label_from_instance = self.label_of  # type: ignore[attr-defined]
        self.initial.setdefault("cases", list(self.older))

    def label_of(self, case: Case) -> str:
        agreement = self.older[case.pk].agreement
        parts = {
            "name": case.mentee.name,
            "reference": case.reference,
            "version": agreement.text.version,
            "day": dates.day(agreement.issued_at),
        }
        return _("%(name)s, %(reference)s: version %(version)s, sent %(day)s") % parts

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_in_texts(self, cleaned)
        return cleaned


class HandlersOnly(Screen):
    """For those who move cases of some union; everything is narrowed to these unions."""

    header_icon = "rotate"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not permission_policy(Case).user_has_permission(request.user, "change"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def older(self) -> list[Older]:
        """The agreements on an older text, of the unions whose cases the user moves."""
        return older_agreements(unions_for(self.request.user, handle=True))

    def crumbs(self) -> list[tuple[str, str]]:
        return [(reverse("mentoring_desk:cases"), _("Cases"))]


def text_label(text: AgreementText) -> str:
    """Return "English, version 3, TEK" or "…, all unions"."""
    parts = {
        "language": capfirst(language_name(text.language)),
        "version": text.version,
        "union": text.participation.union.short if text.participation else _("all unions"),
    }
    return _("%(language)s, version %(version)s, %(union)s") % parts


class SignAgainTexts(HandlersOnly):
    """The texts in force that running cases have not signed."""

    template_name = "wagtail_mentoring/desk/sign_again_texts.html"
    page_title = gettext_lazy("Ask to sign again")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        counted: dict[int, int] = {}
        for one in self.older:
            counted[one.text.pk] = counted.get(one.text.pk, 0) + 1
        texts = AgreementText.objects.filter(pk__in=counted).select_related("participation__union")
        rows = [
            {
                "label": text_label(text),
                "since": dates.day(text.in_force_from),
                "address": reverse("mentoring_desk:sign_again_text", args=[text.pk]),
                "cases": ngettext("%(n)s running case", "%(n)s running cases", counted[text.pk])
                % {"n": counted[text.pk]},
            }
            for text in texts
        ]
        return self.respond(rows=rows)


class SignAgain(HandlersOnly):
    """The cases that are on an older version than one text; on POST a task for each of those chosen."""

    template_name = "wagtail_mentoring/desk/sign_again.html"
    page_title = gettext_lazy("Ask to sign again")

    @cached_property
    def text(self) -> AgreementText:
        """The text. Raises Http404 for one of a union whose cases the user does not move."""
        texts = AgreementText.objects.select_related("participation__union")
        text = get_object_or_404(texts, pk=self.kwargs["text_pk"])
        unions = unions_for(self.request.user, handle=True)
        if text.participation is not None and not unions.filter(pk=text.participation.union_id).exists():
            raise Http404
        return text

    def crumbs(self) -> list[tuple[str, str]]:
        return [*super().crumbs(), (reverse("mentoring_desk:sign_again"), _("Ask to sign again"))]

    def get_page_title(self) -> str:
        return _("Ask to sign again: %s") % text_label(self.text)

    @property
    def of_text(self) -> list[Older]:
        return [one for one in self.older if one.text.pk == self.text.pk]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(AgainForm(older=self.of_text))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = self.text
        form = AgainForm(request.POST, older=self.of_text)
        if not form.is_valid():
            return self.page(form)
        pks = [case.pk for case in form.cleaned_data["cases"]]
        handed = ask(pks, text, request.user, form.cleaned_data["reason"])
        request.session[KEPT] = {**request.session.get(KEPT, {}), str(text.pk): handed}
        messages.success(
            request,
            ngettext("%(n)s case is being asked.", "%(n)s cases are being asked.", len(pks)) % {"n": len(pks)}
            + " "
            + _("How far it has come stands below."),
        )
        return redirect(reverse("mentoring_desk:sign_again_text", args=[text.pk]))

    def results(self) -> dict[str, Any] | None:
        """Return how far the last asking has come: counts, and the cases that could not be asked with why."""
        kept = self.request.session.get(KEPT, {})
        handed = kept.get(str(self.text.pk))
        if not handed:
            return None
        rows = outcomes(handed, self.text)
        self.request.session[KEPT] = {**kept, str(self.text.pk): rows}
        cases = Case.objects.readable_by(self.request.user).in_bulk([row["case"] for row in rows])
        count = {name: sum(row["outcome"] == name for row in rows) for name in (ASKED, REFUSED, UNDER_WAY)}
        return {
            "asked": count[ASKED],
            "refused": count[REFUSED],
            "under_way": count[UNDER_WAY],
            "all": len(rows),
            "faults": [
                {"case": cases[row["case"]], "why": row["why"]}
                for row in rows
                if row["outcome"] == REFUSED and row["case"] in cases
            ],
        }

    def page(self, form: AgainForm) -> HttpResponse:
        text, number = self.text, len(self.of_text)
        return self.respond(
            text=text,
            since=dates.day(text.in_force_from),
            number=number,
            results=self.results(),
            form=form if number else None,
            media=form.media,
            action_url=self.request.path,
            submit_button_label=_("Ask them to sign again"),
            submit_button_active_label=_("Working…"),
            has_unsaved_changes=form.is_bound,
            after=[
                _("For each case that you choose the agreement is made as a new PDF with this version of the text."),
                _("The mentee and the mentors of each case get a mail with your reason, and all of them sign again."),
                _("The signatures that were made stay in the history, with the document that they were made on."),
                _("The next meeting of such a case cannot be recorded until everyone has signed."),
                _("It runs in the background, case by case; you can leave this page and come back."),
                _("Your name and the time are written in the history of each case."),
            ],
        )
