"""Words that most mentors of a field have in common: a mentee who wrote one of them has named no area by it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from .tokens import beginning, meet, tokens

#: Among fewer mentors it is chance what most of them have in common.
ENOUGH = 8


def areas_and_titles(written: Iterable[tuple[str, str]]) -> Iterable[str]:
    """Return the texts by which mentors' words are counted, of each mentor's areas and title."""
    return map("\n".join, written)


class Shared:
    """What most mentors of one field have in common.

    ``skills``: a text of :func:`areas_and_titles` for each mentor. Who has named nothing is not counted.
    """

    def __init__(self, skills: Iterable[str]) -> None:
        self._skills = list(filter(str.strip, skills))
        self._everybody = len(self._skills)
        self._common: dict[str, bool] = {}

    def telling(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return ``words`` without those that meet a word of more than half of the mentors."""
        if self._everybody < ENOUGH:
            return tuple(words)
        return tuple(word for word in words if not self._is_common(word))

    def _is_common(self, word: str) -> bool:
        if word not in self._common:
            # Only forms that begin alike meet: letters that are not in most texts need no text read word by word.
            self._common[word] = self._may_be(beginning(word)) and self._is_met_by_most(word)
        return self._common[word]

    def _may_be(self, letters: str) -> bool:
        return 2 * self._folded.count(letters) > self._everybody

    def _is_met_by_most(self, word: str) -> bool:
        met = (number for text, number in self._texts.items() if any(meet(word, other) for other in tokens(text)))
        return 2 * sum(met) > self._everybody

    @cached_property
    def _folded(self) -> str:
        """All texts in small letters: looked through as one, they take a tenth of the time."""
        return "\n".join(self._skills).casefold()

    @cached_property
    def _texts(self) -> Counter[str]:
        return Counter(self._skills)


def each_once(words: Sequence[str]) -> list[str]:
    """Return ``words`` without further forms of one that stands before: "engineer, engineering" is one word."""
    found: list[str] = []
    for word in words:
        if not any(meet(word, other) for other in found):
            found.append(word)
    return found
