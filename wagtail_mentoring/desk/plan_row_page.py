"""One row of a plan: why these mentors, who else there would be, and choosing by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.pairing import invitations, plan_rows
from wagtail_mentoring.pairing.choices import PlanRowStatus, PlanStatus
from wagtail_mentoring.pairing.judging import Judged, judge_if_possible
from wagtail_mentoring.pairing.mentors import with_load
from wagtail_mentoring.pairing.models import PlanRow
from wagtail_mentoring.pairing.plan_result import mentors_of
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme import dates
from wagtail_mentoring.workflows import StepRefused

from . import plan_words
from .brief import detail_of
from .by_hand import Listing, Use, list_mentors, name_of
from .fields import RadioField, TextField
from .forms import refuse_in_texts
from .known_before import call_first, not_answered, own_words
from .plan_reasons import (
    OTHERS,
    explained,
    names_for,
    needed_for,
    nobody_because,
    others,
    person,
    second_missing,
    uses,
)
from .plans import PlanScreen
from .reasons import Reasons, reasons_from, with_notes


class WhyForm(forms.Form):
    """Why one mentor, and why all the same where a rule speaks against them; each only where it is asked."""

    one_mentor_reason = TextField(
        label=gettext_lazy("Why one mentor"),
        max_length=1000,
        help_text=gettext_lazy("The rules ask for two where possible. Kept with the case."),
        error_messages={"required": gettext_lazy("Choose a second mentor, or say why there is only one.")},
    )
    override_reason = TextField(
        label=gettext_lazy("Why this mentor all the same"),
        max_length=1000,
        help_text=gettext_lazy(
            "A rule speaks against it, see above. Kept with the case, for the handlers of the union."
        ),
        error_messages={"required": gettext_lazy("A rule speaks against this. Say why you ask all the same.")},
    )

    def __init__(
        self, data: Any = None, *, row: PlanRow, one: bool, against: bool, sits: Sequence["Sits"] = ()
    ) -> None:
        initial = {"one_mentor_reason": row.one_mentor_reason, "override_reason": row.override_reason}
        super().__init__(data, initial=initial)
        for at in sits:
            if at.only is None:
                self.fields[at.field] = RadioField(
                    label=_("From whom %(mentor)s is taken") % {"mentor": at.mentor.name},
                    choices=[(str(other.pk), said) for other, said in at.rows],
                    error_messages={"required": _("Choose from whom."), "invalid_choice": _("Choose from whom.")},
                )
        for name, asked in (("one_mentor_reason", one), ("override_reason", against)):
            if not asked:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_in_texts(self, cleaned)
        return cleaned


@dataclass(frozen=True, slots=True)
class Sits:
    """A mentor to whom other rows of the plan leave no room: these rows, each with what it is, in words."""

    mentor: Any
    rows: Sequence[tuple[PlanRow, str]]

    @property
    def field(self) -> str:
        """The field that says from which row the mentor is taken."""
        return f"from_{self.mentor.pk}"

    @property
    def only(self) -> PlanRow | None:
        """The one row from which the mentor can be taken, told in a sentence; None where there is a choice."""
        return self.rows[0][0] if len(self.rows) == 1 else None


#: So many choices of a page are read at most: more than can be meant, and few enough to look up.
MOST_CHOSEN = 50


def numbers(values: Sequence[str]) -> list[int]:
    """Return the numbers among the first ``values``, each once, in order; anything else is nobody."""
    written = values[:MOST_CHOSEN]
    return list(dict.fromkeys(number for one in written if (number := whole_number(one)) is not None))


class PlanRowPage(PlanScreen):
    """The row. Supervisors read why; handlers choose others: first whom, then, on the page that follows, why."""

    template_name = "wagtail_mentoring/desk/plan_row.html"
    header_icon = "group"

    @cached_property
    def row(self) -> PlanRow:
        related = ("case__mentee", "case__participation", "case__union", "case__field__profession", "first", "second")
        rows = self.plan.rows.select_related(*related)
        found: PlanRow = get_object_or_404(rows, pk=self.kwargs["row_pk"])
        found.plan = self.plan
        return found

    @property
    def here(self) -> str:
        """The address of the row."""
        return reverse("mentoring_desk:plan_row", args=[self.plan.pk, self.row.pk])

    def crumbs(self) -> list[tuple[str, str]]:
        return [*super().crumbs(), (self.address, plan_words.short_title(self.plan))]

    def get_page_title(self) -> str:
        return self.row.case.reference

    @property
    def may_edit(self) -> bool:
        ready = self.plan.status == PlanStatus.READY
        return self.may_change and ready and self.row.status != PlanRowStatus.APPROVED

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = numbers(request.GET.getlist("mentor"))
        if not {"mentor", "name", "go"} & set(request.GET):
            # Whoever wants to change one of two begins with the two.
            chosen = list(mentors_of(self.row))
        if self.may_edit and "go" in request.GET:
            return self.confirm(chosen)
        return self.page(chosen)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_change:
            raise PermissionDenied
        if not self.may_edit:
            messages.error(request, _("This row can not be changed any more. Nothing was changed."))
            return redirect(self.address)
        taken = request.POST.get("take", "")
        chosen = numbers(taken.split("-", MOST_CHOSEN) if taken else request.POST.getlist("mentor"))
        if taken and (len(chosen) == 1 or (len(chosen) == 2 and (self.against(chosen) or self.sits(chosen)))):
            # What needs a reason, or is taken from somebody else, is asked on a page of its own.
            return redirect(self.confirm_address(chosen))
        return self.confirm(chosen, request.POST)

    def confirm_address(self, chosen: Sequence[int]) -> str:
        """Return the address of the page that asks for reasons before ``chosen`` are proposed."""
        return f"{self.here}?{urlencode({'mentor': list(chosen), 'go': 1}, doseq=True)}"

    # Whom

    def page(self, chosen: Sequence[int], error: str = "") -> HttpResponse:
        """Show why these, who else, and the list to choose from by hand."""
        row = self.row
        mentors = [mentor for mentor in (row.first, row.second) if mentor is not None]
        names = plan_words.names([mentor.name for mentor in mentors])
        needed = needed_for(row, self.plan)
        listing = self.listing(chosen) if self.may_edit else None
        told = explained(row, mentors) if mentors else None
        return self.respond(
            plan=self.plan,
            row=row,
            heading=self.heading(names, row.case.mentee.name, len(mentors)),
            facts=self.facts(),
            explained=told,
            notes=[*self.called_first(), *(told.notes if told else ()), *own_words(mentors)],
            second_missing=second_missing(row, needed) if len(mentors) == 1 else "",
            nobody=None if mentors else nobody_because(row, needed),
            others=others(row, self.plan, listing.found, self.full) if listing else [],
            listing=listing,
            error=error,
            person=row.case.mentee.name,
            may_edit=self.may_edit,
            here=self.here,
            case_address=reverse("mentoring_desk:case", args=[row.case_id]),
            elsewhere=self.elsewhere,
        )

    def called_first(self) -> list[str]:
        """Return that the person has not answered about mentors before, as a sentence; [] otherwise."""
        row = self.row
        if row.status == PlanRowStatus.APPROVED:
            return []
        found = not_answered(self.plan.rows.filter(pk=row.pk).values("case"))
        return [call_first(one, row.case.mentee.called, mentors_of(row)) for one in found.values()]

    @cached_property
    def full(self) -> set[int]:
        """The mentors (keys) to whom the other rows of the plan leave no room."""
        return plan_rows.full_elsewhere(self.plan, self.row)

    def listing(self, chosen: Sequence[int]) -> Listing:
        """Return the mentors to choose from, with what the rest of the plan does with them."""
        name = name_of(self.request.GET)
        listing = list_mentors(self.row.case, name=name, chosen=chosen, full=self.full, options=OTHERS)
        used = uses(self.plan, self.row, [one.mentor.pk for one in listing.rows])
        for one in listing.rows:
            one.full = one.mentor.pk in self.full
            one.uses = [Use(who, address) for who, address in used.get(one.mentor.pk, ())]
        return listing

    def heading(self, names: str, person: str, number: int) -> str:
        if not number:
            return _("Nobody is proposed for %(person)s") % {"person": person}
        if self.row.status == PlanRowStatus.APPROVED:
            return _("Invited for %(person)s: %(mentors)s") % {"mentors": names, "person": person}
        return _("Proposed for %(person)s: %(mentors)s") % {"mentors": names, "person": person}

    def facts(self) -> list[str]:
        row = self.row
        waits = _("waits %(days)s") % {"days": dates.days(row.waited_days)}
        said = [row.case.reference, waits if row.waited_days else _("waits since today")]
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

    # Why

    def mentors(self, chosen: Sequence[int]) -> list[Any]:
        """Return the mentors of the union among ``chosen`` (keys), in their order, with their load."""
        found = with_load(Mentor.objects.filter(union=self.plan.union_id, anonymised_at=None)).in_bulk(list(chosen))
        return [found[pk] for pk in chosen if pk in found]

    def judged(self, mentors: Sequence[Any]) -> Judged | None:
        return judge_if_possible(self.row.case, [one.pk for one in mentors])

    def against(self, chosen: Sequence[int]) -> list[Any]:
        """Return what stands against proposing ``chosen``, the gravest first."""
        mentors = self.mentors(chosen)
        judged = self.judged(mentors) if mentors else None
        return list(invitations.obstacles(self.row.case, mentors, fit=judged.fit if judged else None))

    def sits(self, chosen: Sequence[int]) -> list[Sits]:
        """Return which of ``chosen`` have no room beside the other rows, and what those rows are."""
        mentors = self.mentors(chosen)
        found = plan_rows.taking_up(self.plan, self.row, mentors)
        return [
            Sits(mentor, [(other, self.described(other)) for other in found[mentor.pk]])
            for mentor in mentors
            if mentor.pk in found
        ]

    def described(self, row: PlanRow) -> str:
        """Return what another row is: whose, how long that person waits, how well it fits, whether it is locked."""
        waits = _("waits %(days)s") % {"days": dates.days(row.waited_days)}
        said = [person(row), waits if row.waited_days else _("waits since today")]
        if row.fit is not None:
            said.append(_("fit %(fit)s of 100") % {"fit": row.fit})
        if row.edited:
            said.append(_("chosen by hand"))
        elif row.locked:
            said.append(_("locked"))
        return " · ".join(said)

    def confirm(self, chosen: Sequence[int], data: Any = None) -> HttpResponse:
        """Show whom it would be, with points, reasons and what speaks against them; with ``data``: propose them."""
        mentors = self.mentors(chosen)
        if not 1 <= len(mentors) <= 2 or len(mentors) != len(chosen):
            return self.page(chosen, _("Choose two mentors, or one with a reason."))
        row, judged = self.row, self.judged(mentors)
        against = invitations.obstacles(row.case, mentors, fit=judged.fit if judged else None)
        absolute = [str(one.sentence) for one in against if one.absolute]
        if decided := plan_rows.why_decided(row.case):
            absolute = [decided]
        sits = [] if absolute else self.sits(chosen)
        ask = {"one": len(mentors) == 1, "against": any(not one.absolute for one in against)}
        form = WhyForm(data, row=row, sits=sits, **ask)
        # What the page did not tell yet is told before anything is taken.
        told = data is not None and all(data.get(at.field) == str(at.only.pk) for at in sits if at.only is not None)
        if form.is_valid() and told and not absolute:
            try:
                chosen_rows = [at.only.pk if at.only else int(form.cleaned_data[at.field]) for at in sits]
                return self.propose(mentors, form, chosen_rows)
            except StepRefused as refused:
                for name, sentence in (refused.errors or {"": refused.reason}).items():
                    form.add_error(name if name in form.fields else None, str(sentence))
        names = plan_words.names([one.name for one in mentors])
        self.template_name = "wagtail_mentoring/desk/plan_row_confirm.html"
        return self.respond(
            plan=self.plan,
            row=row,
            form=form,
            heading=_("Propose %(mentors)s for %(person)s") % {"mentors": names, "person": row.case.mentee.name},
            facts=[row.case.reference],
            mentors=[{"mentor": one, "detail": detail_of(one)} for one in mentors],
            points=judged.fit if judged else None,
            reasons=with_notes(self.reasons(judged, mentors), own_words(mentors)),
            against=[one.sentence for one in against if not one.absolute],
            absolute=absolute,
            sits=sits,
            # What was written stays, also when it has become impossible meanwhile.
            shows_form=not absolute or data is not None,
            here=self.here,
            back=f"{self.here}?{urlencode({'mentor': list(chosen)}, doseq=True)}#by-hand",
        )

    def reasons(self, judged: Judged | None, mentors: Sequence[Any]) -> Reasons | None:
        """Return the reasons of those who would be proposed."""
        if judged is None:
            return None
        lacks = [entry for entry in judged.why.get("lacks", ()) if entry["code"] != "second"]
        return reasons_from({**judged.why, "lacks": lacks, "overrides": []}, names_for(self.row, mentors))

    def propose(self, mentors: Sequence[Any], form: WhyForm, take_from: Sequence[int]) -> HttpResponse:
        """Put ``mentors``, taken from the rows ``take_from`` (keys), into the plan; lead back. Raises StepRefused."""
        edited = plan_rows.edit(
            self.row,
            list(mentors),
            form.cleaned_data.get("override_reason", ""),
            self.request.user,
            one_mentor_reason=form.cleaned_data.get("one_mentor_reason", ""),
            take_from=take_from,
        )
        names = plan_words.names([mentor.name for mentor in (edited.first, edited.second) if mentor])
        messages.success(
            self.request,
            _("%(name)s: %(mentors)s, locked. Nothing has been sent.")
            % {"name": self.row.case.mentee.name, "mentors": names},
        )
        held = self.plan.rows.filter(pk__in=take_from, status=PlanRowStatus.HELD_BACK)
        if people := list(held.values_list("case__mentee__name", flat=True)):
            messages.warning(
                self.request,
                _("Without mentors until you solve again: %(people)s.") % {"people": ", ".join(people)},
            )
        return redirect(f"{self.address}#served")
