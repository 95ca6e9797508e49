"""The head of a private page: where the case stands, and the one thing to do now."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Where:
    """The head of the page. ``first`` is the sentence that matters; ``action`` and ``address`` the one thing to do.

    ``also`` is what can be done besides, as words and address.
    """

    title: str
    first: str
    then: str = ""
    more: tuple[str, ...] = ()
    action: str = ""
    address: str = ""
    also: tuple[str, str] | None = None
