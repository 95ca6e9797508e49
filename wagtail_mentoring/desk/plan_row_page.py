"""One row of a plan: why these mentors, who else there would be, and choosing by hand."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.pairing import plan_rows
from wagtail_mentoring.pairing.models import PlanRow, PlanRowStatus, PlanStatus
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.workflows import StepRefused

from . import plan_words, words
from .forms import refuse_in_texts
from .forms.base import MentorChoiceField
from .plan_reasons import Other, explained, nobody_because, others, second_missing
from .plans import PlanScreen

#: Under which field of the form an error of ``plan_rows.edit`` stands.
BESIDE = {"mentors": "first", "override_reason": "reason"}


class ByHandForm(forms.Form):
    """Two mentors of the field, or one, and why, where a rule speaks against them."""

    first = MentorChoiceField(
        label=gettext_lazy("First mentor"),
        queryset=Mentor.objects.none(),
        error_messages={"required": gettext_lazy("Choose who mentors.")},
    )
    second = MentorChoiceField(
        label=gettext_lazy("Second mentor"),
        queryset=Mentor.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody: one mentor alone"),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why, if a rule speaks against them"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept with the case. Not needed when nothing speaks against them."),
    )

    def __init__(self, data: Any = None, *, row: PlanRow) -> None:
        initial = {"first": row.first_id, "second": row.second_id, "reason": row.override_reason}
        super().__init__(data, initial=initial)
        possible = plan_rows.of_the_field(row).order_by("name")
        for name in ("first", "second"):
            self.fields[name].queryset = possible  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_in_texts(self, cleaned)
        return cleaned


class PlanRowPage(PlanScreen):
    """The row. Supervisors read why; handlers choose others."""

    template_name = "wagtail_mentoring/desk/plan_row.html"
    header_icon = "group"

    @cached_property
    def row(self) -> PlanRow:
        related = ("case__mentee", "case__participation", "case__field__profession", "first", "second")
        rows = self.plan.rows.select_related(*related)
        found: PlanRow = get_object_or_404(rows, pk=self.kwargs["row_pk"])
        found.plan = self.plan
        return found

    def crumbs(self) -> list[tuple[str, str]]:
        return [*super().crumbs(), (self.address, plan_words.short_title(self.plan))]

    def get_page_title(self) -> str:
        return self.row.case.reference

    @property
    def may_edit(self) -> bool:
        ready = self.plan.status == PlanStatus.READY
        return self.may_change and ready and self.row.status != PlanRowStatus.APPROVED

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(ByHandForm(row=self.row) if self.may_edit else None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_change:
            raise PermissionDenied
        if not self.may_edit:
            messages.error(request, _("This row can not be changed any more. Nothing was changed."))
            return redirect(self.address)
        form = ByHandForm(self.entered(), row=self.row)
        if not form.is_valid():
            return self.page(form)
        chosen = [form.cleaned_data[name] for name in ("first", "second") if form.cleaned_data[name]]
        try:
            edited = plan_rows.edit(self.row, chosen, form.cleaned_data["reason"], request.user)
        except StepRefused as refused:
            for name, sentence in (refused.errors or {"": refused.reason}).items():
                form.add_error(BESIDE.get(name), str(sentence))
            return self.page(form)
        mentors = plan_words.names([mentor.name for mentor in (edited.first, edited.second) if mentor])
        messages.success(
            request,
            _("%(name)s: %(mentors)s, locked. Nothing has been sent.")
            % {"name": self.row.case.mentee.name, "mentors": mentors},
        )
        return redirect(f"{self.address}#served")

    def entered(self) -> Any:
        """Return what was entered: the form's fields, or the mentors of one of the others with its button."""
        data = self.request.POST.copy()
        first, _dash, second = data.get("take", "").partition("-")
        if first:
            data["first"], data["second"] = first, second
        return data

    def page(self, form: ByHandForm | None) -> HttpResponse:
        row = self.row
        mentors = [mentor for mentor in (row.first, row.second) if mentor is not None]
        names = plan_words.names([mentor.name for mentor in mentors])
        person = row.case.mentee.name
        return self.respond(
            plan=self.plan,
            row=row,
            form=form,
            heading=self.heading(names, person, len(mentors)),
            facts=self.facts(),
            explained=explained(row, mentors) if mentors else None,
            second_missing=second_missing(row) if len(mentors) == 1 else "",
            nobody=None if mentors else nobody_because(row),
            others=self.others(),
            person=person,
            may_edit=self.may_edit,
            case_address=reverse("mentoring_desk:case", args=[row.case_id]),
            elsewhere=self.elsewhere,
        )

    def heading(self, names: str, person: str, number: int) -> str:
        if not number:
            return _("Nobody is proposed for %(person)s") % {"person": person}
        if self.row.status == PlanRowStatus.APPROVED:
            return _("Invited for %(person)s: %(mentors)s") % {"mentors": names, "person": person}
        return _("Proposed for %(person)s: %(mentors)s") % {"mentors": names, "person": person}

    def facts(self) -> list[str]:
        row = self.row
        said = [row.case.reference, _("waits %(days)s") % {"days": words.days(row.waited_days)}]
        if row.fit is not None:
            said.append(_("fit %(fit)s of 100") % {"fit": row.fit})
        if row.rematch:
            said.append(_("rematch, goes first"))
        if row.edited:
            said.append(_("chosen by hand"))
        return said

    @cached_property
    def elsewhere(self) -> str:
        """Where mentors are sought for this person outside of the plan; "" when that is not possible now."""
        return reverse("mentoring_desk:find_mentors", args=[self.row.case_id]) if self.may_edit else ""

    def others(self) -> list[Other]:
        return others(self.row, self.plan) if self.may_edit else []
