"""Every word that a visitor, mentee or mentor reads exists in Finnish and in Swedish, and is not the English one."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.utils.translation import trans_real

from wagtail_mentoring.conf import DEFAULTS

PACKAGE = Path(__file__).parent.parent / "wagtail_mentoring"
LANGUAGES = [code for code, _name in DEFAULTS["LANGUAGES"] if code != "en"]
# Words that are the same in the other language: names, codes, and what has no other word.
SAME: dict[str, set[str]] = {
    "fi": {"CV", "English", "Australia", "%(name)s", "{held}", "{hours} h {minutes} min", "{minutes} min"},
    "sv": {
        "CV",
        "English",
        "Text",
        "text",
        "Person",
        "Plan",
        "%(n)s person",
        "Program",
        "Situation",
        "Status",
        "status",
        "Format",
        "mentor",
        "Mentor",
        "Version",
        "version",
        "Version %(version)s, %(day)s",
        "Version %(version)s, %(language)s",
        "Version %(number)s",
        "%(language)s, version %(version)s, %(union)s",
        "{hours} h {minutes} min",
        "{minutes} min",
        "generation",
        "%(name)s",
        "{held}",
    },
}
# What only people in the admin read may wait for a translation; everything else may not.
ADMIN_ONLY = (
    "desk/",
    "reports/",
    "/admin",
    "admin_views",
    "viewsets",
    "checks.py",
    "setup/",
    "management/",
    "wagtail_hooks",
)


class Message:
    """One entry of a catalogue: where it is used, its texts, and whether it is marked as fuzzy."""

    def __init__(self, block: str) -> None:
        self.obsolete = block.lstrip().startswith("#~")
        self.fuzzy = bool(re.search(r"^#,.*\bfuzzy\b", block, re.M))
        self.places = [place for line in re.findall(r"^#: (.*)$", block, re.M) for place in line.split()]
        self.source = self._text("msgid", block)
        self.plural = self._text("msgid_plural", block)
        numbered = re.findall(r'^msgstr(?:\[\d+\])? ((?:".*"\s*)+)', block, re.M)
        self.translations = ["".join(re.findall(r'"(.*)"', text)) for text in numbered]

    @staticmethod
    def _text(keyword: str, block: str) -> str:
        found = re.search(rf'^{keyword} ((?:".*"\s*)+)', block, re.M)
        return "".join(re.findall(r'"(.*)"', found[1])) if found else ""

    @property
    def for_visitors(self) -> bool:
        return not self.places or any(not any(part in place for part in ADMIN_ONLY) for place in self.places)


@cache
def messages(language: str) -> list[Message]:
    file = PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"
    assert file.exists(), f"{file} is missing. Run makemessages and translate."
    blocks = re.split(r"\n\s*\n", file.read_text(encoding="utf-8"))
    found = [message for block in blocks if (message := Message(block)).source and not message.obsolete]
    assert len(found) > 300, f"{file} holds only {len(found)} messages"
    return found


def lines(found: list[Message]) -> str:
    return "\n" + "\n".join(f"{message.source[:100]!r}  {' '.join(message.places[:2])}" for message in found[:60])


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_for_visitors_is_missing(language: str) -> None:
    missing = [m for m in messages(language) if m.for_visitors and (not m.translations or not all(m.translations))]
    assert not missing, lines(missing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_a_guess_of_the_tool(language: str) -> None:
    fuzzy = [message for message in messages(language) if message.fuzzy]
    assert not fuzzy, lines(fuzzy)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_the_english_words(language: str) -> None:
    words = re.compile(r"[A-Za-z]{2,}")
    same = [
        message
        for message in messages(language)
        if message.source not in SAME[language]
        and words.search(re.sub(r"%\(\w+\)\w|\{\w*\}|%\w|https?://\S+", "", message.source))
        and any(translation in (message.source, message.plural) for translation in message.translations if translation)
    ]
    assert not same, lines(same)


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_kept(language: str) -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)\w|\{\w+\}|(?<!%)%[sd]", text))

    wrong = [
        message
        for message in messages(language)
        for translation in message.translations
        if translation
        and not places(translation) <= places(message.source) | places(message.plural)
        or (translation and not message.plural and places(translation) != places(message.source))
    ]
    assert not wrong, lines(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_current(language: str) -> None:
    """Django reads the compiled file: one that was not made again shows yesterday's words."""
    compiled = PACKAGE / "locale" / language / "LC_MESSAGES" / "django.mo"
    assert compiled.exists(), f"{compiled} is missing. Run compilemessages."
    import gettext

    with compiled.open("rb") as stream:
        catalogue = gettext.GNUTranslations(stream)
    known = {key if isinstance(key, str) else key[0] for key in catalogue._catalog}  # type: ignore[attr-defined]
    stripped = {key.rpartition("\x04")[2] for key in known}

    def plain(text: str) -> str:
        return text.replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")

    missing = [
        m for m in messages(language) if m.translations and all(m.translations) and plain(m.source) not in stripped
    ]
    assert not missing, lines(missing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_reads_the_words_of_the_language(language: str) -> None:
    from django.utils.translation import override

    from wagtail_mentoring.workflows import PUBLIC_STATE_LABELS

    with override("en"):
        english = [str(label) for label in PUBLIC_STATE_LABELS.values()]
    with override(language):
        assert trans_real.get_language() == language
        assert not set(english) & {str(label) for label in PUBLIC_STATE_LABELS.values()}


def _calls_inside_f_strings(file: Path) -> list[str]:
    """Return "name:line" of every call of gettext that stands in the braces of an f-string."""
    names = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}
    return [
        f"{file.name}:{call.lineno}"
        for text in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in names
    ]


def test_no_words_are_hidden_from_makemessages(tmp_path: Path) -> None:
    """What gettext is asked for inside an f-string never reaches the catalogue, and so is never translated."""
    example = tmp_path / "example.py"
    example.write_text("title = f\"{_('Hidden')}, {_('this too') % 1}\"\nplain = _('Seen')\n", encoding="utf-8")
    assert _calls_inside_f_strings(example) == ["example.py:1", "example.py:1"]
    hidden = [found for file in sorted(PACKAGE.rglob("*.py")) for found in _calls_inside_f_strings(file)]
    assert not hidden, hidden
