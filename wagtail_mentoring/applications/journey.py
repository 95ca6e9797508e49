"""An applicant's way through the steps: which come, which are done, and what was answered in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy

from . import destination
from .choice import UnionForm
from .forms import (
    EXTRA,
    NOT_AT_ALL,
    AboutForm,
    GoalsForm,
    MeetingForm,
    ProfessionForm,
    RightForm,
    SectorForm,
    StepForm,
    WorkForm,
)
from .models import ApplicationDraft
from .questions import in_words
from .validation import NEVER_KEPT


@dataclass(frozen=True, slots=True)
class Step:
    """One of the seven steps, or a page that belongs to one and is only shown where it is needed."""

    key: str
    number: int
    title: Any
    form: type[StepForm] | None
    main: bool = True


CHECK = "check"
STEPS = (
    Step("about", 1, gettext_lazy("About you"), AboutForm),
    Step("profession", 2, gettext_lazy("Your profession and degree"), ProfessionForm),
    Step("sector", 2, gettext_lazy("Where you work"), SectorForm, main=False),
    Step("union", 2, gettext_lazy("Your union"), UnionForm, main=False),
    Step("work", 3, gettext_lazy("Your work and languages"), WorkForm),
    Step("goals", 4, gettext_lazy("Your goals"), GoalsForm),
    Step("meeting", 5, gettext_lazy("When and where"), MeetingForm),
    Step("right", 6, gettext_lazy("Your right to apply"), RightForm),
    Step(CHECK, 7, gettext_lazy("Check and send"), None),
)
MAIN_STEPS = tuple(step for step in STEPS if step.main)
BY_KEY = {step.key: step for step in STEPS}
# What a request may make us keep, whatever it sends.
MOST_VALUES = 40
MOST_CHARACTERS = 5000


class Journey:
    """The steps of one draft. Reads the draft, and changes it in memory only: the caller saves."""

    def __init__(self, draft: ApplicationDraft) -> None:
        self.draft = draft

    @cached_property
    def destination(self) -> destination.Destination:
        """Where the draft goes, as far as its answers tell."""
        if not self._valid("profession"):
            return destination.Destination("unknown")
        return destination.find(self.draft, self._routed_by())

    def _routed_by(self) -> dict[str, str]:
        """Return the answers on which the destination depends."""
        asked = (("profession", "profession"), ("profession", "degree_level"), ("sector", "sector"))
        return {key: (self.draft.answers.get(step, {}).get(key) or [""])[0] for step, key in asked}

    def choice_signature(self) -> str:
        """Return what the choice of a union that is made now depends on."""
        answers = self._routed_by()
        return destination.signature(answers if self.destination.asks_sector else {**answers, "sector": ""})

    @property
    def steps(self) -> list[Step]:
        """The pages of this applicant, in order."""
        where = self.destination
        left_out = set()
        if not where.asks_sector:
            left_out.add("sector")
        if not where.asked:
            left_out.add("union")
        return [step for step in STEPS if step.key not in left_out]

    def before(self, step: Step) -> Step | None:
        keys = [one.key for one in self.steps]
        index = keys.index(step.key) if step.key in keys else 0
        return self.steps[index - 1] if index else None

    def after(self, step: Step) -> Step:
        keys = [one.key for one in self.steps]
        return self.steps[min(keys.index(step.key) + 1, len(keys) - 1)]

    def first_open(self) -> Step:
        """Return the first page whose answers are missing or wrong; the last one when all are there."""
        return next((step for step in self.steps if step.form and step.key not in self.draft.done), self.steps[-1])

    def may_see(self, step: Step) -> bool:
        """Return whether everything before ``step`` is answered."""
        keys = [one.key for one in self.steps]
        return step.key in keys and keys.index(step.key) <= keys.index(self.first_open().key)

    def form(self, step: Step, data: Any = None, files: Any = None, **options: Any) -> StepForm:
        """Return the form of ``step``: bound to ``data``, or showing what was kept."""
        if step.form is None:
            raise ValueError(f"The step {step.key} has no form of its own.")
        if data is None and "initial" not in options:
            options["initial"] = self._initial(step)
        return step.form(data, files, field=self.draft.field, **self._options(step), **options)

    def _options(self, step: Step) -> dict[str, Any]:
        draft = self.draft
        if step.key == "work":
            return {"cv": draft.cv, "cv_possible": draft.field is not None}
        if step.key == "right":
            return {"asylum_seekers": self._asylum_seekers()}
        if step.key == "union":
            return {"destination": self.destination}
        return {}

    def _asylum_seekers(self) -> bool:
        """Whether the union lets asylum seekers apply; for the queue, whether any union of the programme does."""
        if self.draft.field is not None:
            return self.draft.field.participation.asylum_seekers_may_apply
        return self.draft.programme.participations.filter(asylum_seekers_may_apply=True).exists()

    def _initial(self, step: Step) -> dict[str, Any]:
        kept = self.draft.answers.get(step.key, {})
        fields = step.form(field=self.draft.field, **self._options(step)).fields if step.form else {}
        return {
            name: values if isinstance(fields[name], forms.MultipleChoiceField) else (values or [""])[0]
            for name, values in kept.items()
            if name in fields
        }

    def kept_form(self, step: Step) -> StepForm:
        """Return the form of ``step`` bound to what was kept, so that it tells what is wrong or missing."""
        kept = {name: values for name, values in self.draft.answers.get(step.key, {}).items() if name != "for"}
        return self.form(step, MultiValueDict(kept), MultiValueDict())

    def keep(self, step: Step, form: StepForm, data: QueryDict) -> bool:
        """Take what was typed in ``step`` into the draft, right or wrong; return whether all of it was taken.

        Left out is what we never keep: a personal identity code, signs that cannot be shown, a text that is too long.
        """
        kept: dict[str, Any] = {}
        complete = True
        for name, field in form.fields.items():
            if isinstance(field, forms.FileField):
                continue
            codes = {error.code for error in form.errors.as_data().get(name, [])}
            if codes & NEVER_KEPT:
                complete = False
                continue
            values = data.getlist(form.add_prefix(name))[:MOST_VALUES]
            if any(len(value) > MOST_CHARACTERS for value in values):
                complete = False
                continue
            kept[name] = values
        if step.key == "union":
            kept["for"] = self.choice_signature()
        self.draft.answers = {**self.draft.answers, step.key: kept}
        self.forget()
        return complete

    def forget(self) -> None:
        """Forget what was derived from the answers, because they have changed."""
        self.__dict__.pop("destination", None)

    def settle(self) -> None:
        """Bring the draft's field and the list of what is done in line with the answers."""
        where = self.destination
        if where.kind in ("field", "queue"):
            self.draft.field = where.field
        self.draft.done = [step.key for step in self.steps if step.form and self._done(step)]

    def _done(self, step: Step) -> bool:
        if step.key == "union":
            return self.destination.kind in ("field", "queue")
        return self._valid(step.key)

    def _valid(self, key: str) -> bool:
        if key not in self.draft.answers:
            return False
        if key == "profession":
            # Without going round: the destination is found from this very step.
            kept = MultiValueDict(self.draft.answers[key])
            return ProfessionForm(kept, field=self.draft.field).is_valid()
        return self.kept_form(BY_KEY[key]).is_valid()

    def data(self) -> dict[str, Any]:
        """Return all answers as ``services`` writes them: plain values, fit for JSON. Call it when all is done."""
        found: dict[str, Any] = {}
        extra: list[dict[str, str]] = []
        for step in self.steps:
            if step.form is None or step.key == "union":
                continue
            form = self.kept_form(step)
            form.is_valid()
            for name, value in form.cleaned_data.items():
                if name.startswith(EXTRA):
                    field = form.fields[name]
                    extra.append({"label": str(field.label), "answer": in_words(field, value)})
                elif not isinstance(form.fields[name], forms.FileField):
                    found[name] = value
        found.pop("remove_cv", None)
        for name in ("english", "finnish", "swedish"):
            found[name] = "" if found.get(name) == NOT_AT_ALL else found.get(name, "")
        found["confidence"] = int(found["confidence"]) if found.get("confidence") else None
        found["extra"] = extra
        return found


def review(journey: Journey) -> list[dict[str, Any]]:
    """Return what was answered, for the last page: per step its title, and rows of label and text."""
    sections: list[dict[str, Any]] = []
    for step in journey.steps:
        if step.form is None or step.key == "union":
            continue
        form = journey.kept_form(step)
        form.is_valid()
        rows = [_row(journey, step, form, name, field) for name, field in form.fields.items() if name != "remove_cv"]
        if step.main:
            sections.append({"step": step, "rows": rows})
        else:
            sections[-1]["rows"] += rows
    return sections


def _row(journey: Journey, step: Step, form: StepForm, name: str, field: forms.Field) -> Mapping[str, Any]:
    if isinstance(field, forms.FileField):
        text, label = (journey.draft.cv.name if journey.draft.cv else ""), "CV"
    else:
        text, label = in_words(field, form.cleaned_data.get(name)), form.short_label(name)
    return {"step": step, "label": label, "text": text, "anchor": f"id_{name}"}
