"""The points that a union gives each criterion of a suggestion: which criteria there are, and the form field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: A criterion may get so many points at most. What counts is its share of all points given.
MOST_POINTS = 100


@dataclass(frozen=True, slots=True)
class Weighed:
    """A criterion that can be weighed: its name in the rules, its label, the points it has when none are given."""

    name: str
    label: Any
    default: int


Provider = Callable[[], Sequence[Weighed]]
_providers: list[Provider] = []


def register(provider: Provider) -> Provider:
    """Register a function that knows criteria. The room that compares people registers; usable as a decorator."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def criteria() -> list[Weighed]:
    """Return every criterion there is, each once, in the order of the registrations."""
    found: dict[str, Weighed] = {}
    for provider in _providers:
        for one in provider():
            found.setdefault(one.name, one)
    return list(found.values())


def points(weights: Mapping[str, Any] | None) -> dict[str, int]:
    """Return the points of every criterion: what a union's rules say, else the default."""
    given = weights or {}
    return {one.name: int(given.get(one.name, one.default)) for one in criteria()}


def shares(given: Mapping[str, int]) -> dict[str, int]:
    """Return what part of all points each criterion has, in whole percent that add up to 100 (all zero: none)."""
    total = sum(given.values())
    if total <= 0:
        return dict.fromkeys(given, 0)
    shared = {name: value * 100 // total for name, value in given.items()}
    # The rest goes to those that lost most by rounding down, the earlier one first.
    rest = sorted(given, key=lambda name: -(given[name] * 100 % total))
    for name in rest[: 100 - sum(shared.values())]:
        shared[name] += 1
    return shared


class WeightsWidget(forms.Widget):
    """A number for each criterion, with the share that it has of all."""

    template_name = "wagtail_mentoring/programme/weights_widget.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed = value if isinstance(value, dict) else {}
        current = {one.name: typed.get(one.name, one.default) for one in criteria()}
        known = {key: int(number) for key, number in current.items() if str(number).isdecimal()}
        part = shares(known) if len(known) == len(current) else {}
        identity = context["widget"]["attrs"].get("id", f"id_{name}")
        context["rows"] = [
            {
                "id": f"{identity}_{one.name}",
                "name": f"{name}-{one.name}",
                "label": one.label,
                "value": current[one.name],
                "default": one.default,
                "share": part.get(one.name),
            }
            for one in criteria()
        ]
        context["most"] = MOST_POINTS
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        return {one.name: str(data[key]).strip() for one in criteria() if (key := f"{name}-{one.name}") in data}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not self.value_from_datadict(data, files, name)

    def id_for_label(self, id_: str) -> str:
        # A group of numbers, each with a label of its own.
        return ""


class WeightsField(forms.Field):
    """Points by criterion: whole numbers from 0 to :data:`MOST_POINTS`, not all of them zero."""

    widget = WeightsWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Points of the criteria"))
        super().__init__(**(kwargs | {"required": False}))

    def clean(self, value: Any) -> dict[str, int]:
        """Return the points by name. An empty box counts as the default. Raises ValidationError with every fault."""
        typed = value if isinstance(value, dict) else {}
        faults, cleaned = [], {}
        for one in criteria():
            written = str(typed.get(one.name, "")).strip()
            if written == "":
                cleaned[one.name] = one.default
            elif written.isascii() and written.isdecimal() and len(written) < 4 and int(written) <= MOST_POINTS:
                cleaned[one.name] = int(written)
            else:
                faults.append(
                    ValidationError(
                        _("%(label)s: write a whole number from 0 to %(most)s, not “%(written)s”.")
                        % {"label": one.label, "most": MOST_POINTS, "written": written},
                        code="number",
                    )
                )
        if not faults and cleaned and not any(cleaned.values()):
            faults.append(
                ValidationError(
                    _("Every criterion has 0 points, so no pair would fit better than another. Give one at least."),
                    code="all_zero",
                )
            )
        if faults:
            raise ValidationError(faults)
        return cleaned

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return points(initial) != self.clean(data)
        except ValidationError:
            return True
