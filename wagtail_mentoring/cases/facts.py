"""Gathers the facts on which the flow decides. Rooms above register what they know."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from wagtail_mentoring.workflows import CaseFacts, CaseState

if TYPE_CHECKING:
    from .models import Case

Provider = Callable[["Case"], Mapping[str, Any]]
_providers: list[Provider] = []


def register(provider: Provider) -> Provider:
    """Register a function that returns some of the fields of :class:`CaseFacts` for a case. Usable as a decorator."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def _closed_from(case: "Case") -> CaseState | None:
    if case.case_state != CaseState.CLOSED:
        return None
    data = case.log.filter(data__to=CaseState.CLOSED.value).order_by("-sequence").values_list("data", flat=True).first()
    return CaseState(data["from"]) if data else None


def gather(case: "Case") -> CaseFacts:
    """Return the facts of ``case`` as the database has them now. A constant number of queries."""
    known: dict[str, Any] = {}
    for provider in _providers:
        known.update(provider(case))
    return CaseFacts(
        state=case.case_state,
        min_meetings=case.min_meetings,
        max_meetings=case.max_meetings,
        one_mentor_allowed=case.one_mentor_allowed,
        closed_from=_closed_from(case),
        erased=case.anonymised_at is not None,
        **known,
    )
