"""The panels of the case page, in a fixed order. A room above cases adds its own with :func:`register`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..dossier import Dossier

#: Gives the context of a panel's template.
Build = Callable[[Dossier], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. ``order`` says where it stands; two neighbours with ``half`` share a row on a wide screen."""

    name: str
    heading: Any
    icon: str
    order: int
    build: Build
    half: bool = False

    @property
    def template(self) -> str:
        return f"wagtail_mentoring/desk/panels/{self.name}.html"


_panels: dict[str, Panel] = {}


def register(name: str, heading: Any, icon: str, order: int, *, half: bool = False) -> Callable[[Build], Build]:
    """Register a function as a panel. Its template is ``wagtail_mentoring/desk/panels/<name>.html``."""

    def decorate(build: Build) -> Build:
        _panels[name] = Panel(name, heading, icon, order, build, half)
        return build

    return decorate


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel with what it shows of one case."""

    panel: Panel
    context: Mapping[str, Any]


def rows_of(dossier: Dossier) -> list[list[Shown]]:
    """Return the panels of the case in rows of one or two, without those that say they are hidden."""
    rows: list[list[Shown]] = []
    for panel in sorted(_panels.values(), key=lambda one: one.order):
        shown = Shown(panel, panel.build(dossier))
        if shown.context.get("hidden"):
            continue
        if panel.half and rows and len(rows[-1]) == 1 and rows[-1][0].panel.half:
            rows[-1].append(shown)
        else:
            rows.append([shown])
    return rows


# Imported for what they register.
from . import (  # noqa: E402, F401  # noqa: E402, F401
    agreement,
    answers,
    asked,
    certificates,
    concerns,
    conversation,
    feedback,
    history,
    meetings,
    messages,
    pair,
    person,
)
