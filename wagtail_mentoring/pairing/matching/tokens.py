"""Words of free text that say something about a profession, and when two of them mean the same.

Made for English, Finnish and Swedish, whose endings differ: two words meet when they begin alike for long enough.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+(?:[+#]+)?")

#: Words that say nothing about a profession, or that every applicant uses.
STOP_WORDS = frozenset(
    """
    about after also and any are because been before but can could did does doing done else etc every field find for
    from get had has have help her his how into job jobs just know learn like make many more most much need new not now
    one other our out own people person some such than that the their them then there these they this through time
    use very want was way were what when where which who why will wish with work worked working works would years year
    you your my me we it its in on at of to or as an is be by do so if no up
    degree bachelor master doctor phd diploma university studies study studied experience experienced professional
    profession career mentor mentoring finland finnish english swedish language
    senior junior lead leading chief head principal specialist expert
    ja tai sekä että on oli olen ovat olla en ei minä minun hän he me te se ne tämä tuo joka jotka kun jos mutta myös
    kuin vain nyt sitten koska mitä mikä miten missä haluan haluaisin työ työn työtä työssä työelämä työpaikka suomi
    suomessa suomen suomeen alan ala alalla ammatti ammatin kokemus kokemusta vuosi vuotta vuoden tutkinto opinnot
    opiskella johtava vanhempi asiantuntija
    och eller samt att det den de en ett jag mig min mitt mina du han hon vi ni som när om men också än bara nu sedan
    vad hur var vill skulle arbete arbeta arbetar arbetat jobb jobba inom för från till med på av i är har hade kan
    finland finska svenska engelska yrke erfarenhet år examen studier ledande
    """.split()
)
#: Short as they are, these name a field of work.
SHORT_WORDS = frozenset({"it", "ai", "ux", "ui", "hr", "pr", "c", "c#", "c++", "r", "bi", "qa", "sql", "law", "art"})


@lru_cache(maxsize=2**16)
def tokens(text: str) -> tuple[str, ...]:
    """Return the telling words of ``text`` in small letters, each once, in their order."""
    found: dict[str, None] = {}
    for match in _WORD.finditer(text):
        written = match.group()
        word = written.casefold()
        # "IT" and "it" are two words: short names of fields count only in capitals.
        short = word in SHORT_WORDS and (len(word) == 3 or written.isupper() or not word.isalpha())
        if short or (len(word) > 2 and word not in STOP_WORDS):
            found[word] = None
    return tuple(found)


def meet(one: str, other: str) -> bool:
    """Return whether two words, in small letters, are forms of one word, or one is a compound that begins with it."""
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < 4:
        return False
    common = 0
    for left, right in zip(shorter, longer, strict=False):
        if left != right:
            break
        common += 1
    rest = len(longer) - common
    if len(shorter) == 4:  # "care" and "cares", not "care" and "career"
        return common == 4 and rest <= 1
    if len(shorter) >= 7 and common >= len(shorter) - 1:  # "ohjelmisto" and "ohjelmistokehitys"
        return True
    return common >= max(4, len(shorter) - 2) and rest <= 4


def without(words: Iterable[str], common: Iterable[str]) -> tuple[str, ...]:
    """Return ``words`` without those that meet one of ``common``: the profession's own name says nothing more."""
    known = tuple(common)
    return tuple(word for word in words if not any(meet(word, name) for name in known))


def beginning(word: str) -> str:
    """Return the first letters, which all words that meet ``word`` have in common."""
    return word[:4] if len(word) >= 4 else word
