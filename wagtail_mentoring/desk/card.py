"""The card at the top of the case page, as data."""

from dataclasses import dataclass, field
from typing import Any

from wagtail_mentoring.workflows import Step

OK, MISSING, WAITING, GONE = "ok", "miss", "wait", "gone"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the check list: ``kind`` is ``ok``, ``miss``, ``wait``, or ``gone``: of no more concern."""

    kind: str
    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class CardLink:
    """A button that leads to a page instead of a step; the ``main`` one is filled."""

    label: str
    address: str
    main: bool = False


@dataclass(slots=True)
class NextStep:
    """The card: a title, why, a check list, and the steps in the order of their weight."""

    title: str
    why: str
    checks: list[Check]
    #: Name of the step with the filled button; None when nothing is due.
    main: str | None = None
    primary: Step | None = None
    others: list[Step] = field(default_factory=list)
    quiet: list[Step] = field(default_factory=list)
    blocked: list[Step] = field(default_factory=list)
    #: The private link of the first party who has not signed: a new one can be sent.
    remind: Any = None
    links: list[CardLink] = field(default_factory=list)
