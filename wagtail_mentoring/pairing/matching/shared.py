"""Words that most mentors of a field have in common: a mentee who wrote one of them has named no area by it."""

from collections.abc import Mapping, Sequence

from .tokens import beginning, meet, tokens

#: Among fewer mentors it is chance what most of them have in common.
ENOUGH = 8


def areas_and_title(areas: str, title: str) -> str:
    """Return the text by which a mentor's words are counted."""
    return f"{areas}\n{title}"


class Shared:
    """What most mentors of one field have in common.

    ``skills``: texts of :func:`areas_and_title`, each with how many have it. Who has named nothing is not counted.
    """

    def __init__(self, skills: Mapping[str, int]) -> None:
        self._skills = [(text, text.casefold(), number) for text, number in skills.items() if text.strip()]
        self._everybody = sum(number for _text, _folded, number in self._skills)
        self._near: dict[str, list[tuple[str, int]]] = {}
        self._common: dict[str, bool] = {}

    def telling(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return ``words`` without those that meet a word of more than half of the mentors."""
        if self._everybody < ENOUGH:
            return tuple(words)
        return tuple(word for word in words if not self._is_common(word))

    def _is_common(self, word: str) -> bool:
        if word not in self._common:
            # Only forms that begin alike meet, so that few texts have to be read word by word.
            near = self._beginning_with(beginning(word))
            met = (number for text, number in near if any(meet(word, other) for other in tokens(text)))
            self._common[word] = self._most(near) and 2 * sum(met) > self._everybody
        return self._common[word]

    def _beginning_with(self, letters: str) -> list[tuple[str, int]]:
        if letters not in self._near:
            self._near[letters] = [(text, number) for text, folded, number in self._skills if letters in folded]
        return self._near[letters]

    def _most(self, near: Sequence[tuple[str, int]]) -> bool:
        return 2 * sum(number for _text, number in near) > self._everybody


def each_once(words: Sequence[str]) -> list[str]:
    """Return ``words`` without further forms of one that stands before: "engineer, engineering" is one word."""
    found: list[str] = []
    for word in words:
        if not any(meet(word, other) for other in found):
            found.append(word)
    return found
