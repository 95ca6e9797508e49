"""What a mentee wishes of the mentoring, as the room that asked for it knows: goals, ways and times to meet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was wished in one case. Values of ``people.choices``; ``words`` is free text about profession and goals."""

    goals: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    words: str = ""
    experience_years: int | None = None


#: Takes keys of cases and returns the wishes of those it knows, in a constant number of queries.
Provider = Callable[[Sequence[int]], Mapping[int, Wishes]]
_providers: list[Provider] = []


def register(provider: Provider) -> Provider:
    """Register a function that knows wishes. Usable as a decorator."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def wishes_of(cases: Sequence[int]) -> dict[int, Wishes]:
    """Return the wishes of ``cases`` (keys); a case of which nothing is known has none."""
    known: dict[int, Wishes] = dict.fromkeys(cases, Wishes())
    for provider in _providers:
        known |= provider(cases)
    return known
