"""A mentor's values as the cells of a sheet: read in any language, and written in the active one."""

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import override

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.checking.tables import is_formula
from wagtail_mentoring.people.choices import SHOWABLE, TOPICS, SuitableTime
from wagtail_mentoring.people.models import LanguageLevel, Mentor
from wagtail_mentoring.people.phones import refuse_no_number
from wagtail_mentoring.privacy.models import SHOWN_OF_MENTOR, ConsentKind
from wagtail_mentoring.programme.models import ProfessionalField

from .columns import plain

CONSENTS = {"shown_to_mentee": ConsentKind.SHOWN_TO_MENTEE, "shown_to_partner": ConsentKind.SHOWN_TO_PARTNER}

_YES = {"yes", "y", "1", "x", "true", "kyllä", "k", "on", "ja", "j"}
_NO = {"no", "n", "0", "false", "ei", "e", "nej"}
_NATIVE = {"native", "mothertongue", "äidinkieli", "modersmål"}
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{2})-(\d{2})")
DATES = ("paused_until", "membership_confirmed_on", "oriented_on")
_LEVELS = ("english", "finnish", "swedish")
_LONG = {"topics_text": 2000, "conflicts": 2000, "interview_note": 5000}


#: Where a program that reads the file with another separator, or line by line, could begin a cell that computes. Even a
#: number: what follows it there is not its own cell's.
_BEGINS = re.compile(r"([;,\t|\r\n][\s\"]*)(?='*[=@+\-−＝＠＋－])")
_DEFUSED = re.compile(r"([;,\t|\r\n][\s\"]*)'(?='*[=@+\-−＝＠＋－])")


def defused(text: str) -> str:
    """Return ``text`` as a spreadsheet program shows it and does not compute it, whatever it takes for a separator.

    An apostrophe goes before each sign that could begin a formula; :func:`fused` takes them away.
    """
    made = _BEGINS.sub(r"\1'", text)
    return f"'{made}" if is_formula(text.lstrip("'")) else made


def fused(text: str) -> str:
    """Return what :func:`defused` made the text of, as it stood before."""
    bare = text[1:] if text.startswith("'") and is_formula(text.lstrip("'")) else text
    return _DEFUSED.sub(r"\1", bare)


@cache
def _known(kind: str) -> Mapping[str, str]:
    """Return what is written in any language, compared as in ``plain``, → the stored value."""
    choices: Mapping[str, Iterable[tuple[str, Any]]] = {
        "topics": TOPICS,
        "times": SuitableTime.choices,
        "shown": list(SHOWABLE.items()),
    }
    found: dict[str, str] = {}
    for value, label in choices[kind]:
        found[plain(value)] = value
        for code, _name in conf.LANGUAGES:
            with override(code):
                found[plain(str(label))] = value
    return found


def _labels(kind: str) -> list[str]:
    """Return what may be written, in the active language."""
    choices: Mapping[str, Iterable[Any]] = {
        "topics": dict(TOPICS).values(),
        "times": SuitableTime.labels,
        "shown": SHOWABLE.values(),
    }
    return [str(label) for label in choices[kind]]


def _several(text: str, known: Mapping[str, str], allowed: Iterable[str], signs: str = ";\n|") -> list[str]:
    """Return the stored values for a text of several.

    Raises ValidationError that names what is not known, and what is ``allowed``.
    """
    if plain(text) in known:
        return [known[plain(text)]]
    found: list[str] = []
    unknown: list[str] = []
    for part in re.split(f"[{re.escape(signs)}]", text):
        if not part.strip():
            continue
        value = known.get(plain(part))
        if value is None:
            unknown.append(part.strip())
        elif value not in found:
            found.append(value)
    if unknown:
        raise ValidationError(
            _("Not known: %(what)s. You can write: %(allowed)s.")
            % {"what": ", ".join(_("“%s”") % one[:60] for one in unknown), "allowed": "; ".join(allowed)}
        )
    return found


class Reader:
    """Reads the cells of one union's sheet. ``check_text`` raises ValidationError for what no text may hold."""

    def __init__(self, fields: Iterable[ProfessionalField], check_text: Callable[[str], None]) -> None:
        self.check_text = check_text
        self.fields: dict[str, str] = {}
        self.field_names: list[str] = []
        self.union = ""
        for field in fields:
            self.union = field.participation.union.short
            names = [field.profession.slug, *field.profession.names.values()]
            self.field_names.append(str(field.profession))
            self.fields |= {plain(name): str(field.pk) for name in names if name}

    def read(self, name: str, text: str) -> Any:
        """Return the value of the column ``name`` for what stands in a cell. Raises ValidationError."""
        self.check_text(text)
        text = fused(text)
        special = getattr(self, f"read_{name}", None)
        if special is not None:
            return special(text)
        if name in _LEVELS:
            return self._level(text)
        if name in DATES:
            return self._day(name, text)
        if name in CONSENTS:
            return self._shown(text)
        if name in ("online", "in_person"):
            return self._yes(text)
        return self._text(name, text)

    def _text(self, name: str, text: str) -> str:
        column: Any = Mentor._meta.get_field(name)
        most: int = _LONG.get(name) or column.max_length
        if len(text) > most:
            raise ValidationError(
                _("%(long)s signs are too many: at most %(most)s.") % {"long": len(text), "most": most}
            )
        return text if name in _LONG else " ".join(text.split())

    def read_email(self, text: str) -> str:
        try:
            validate_email(text)
        except ValidationError:
            raise ValidationError(_("This is not a whole e-mail address. It looks like name@example.org.")) from None
        return self._text("email", text)

    def read_name(self, text: str) -> str:
        if "@" in text or "://" in text:
            raise ValidationError(_("A name has no web or mail address in it. Write the name alone."))
        return self._text("name", text)

    def read_phone(self, text: str) -> str:
        if text.strip():
            refuse_no_number(text)
        return self._text("phone", text)

    def read_fields(self, text: str) -> list[int]:
        try:
            return sorted(int(pk) for pk in _several(text, self.fields, self.field_names, ",;/\n|"))
        except ValidationError as error:
            told = _("%(union)s has no such field. %(why)s") % {"union": self.union, "why": error.messages[0]}
            raise ValidationError(told) from None

    def read_topics(self, text: str) -> list[str]:
        return _several(text, _known("topics"), _labels("topics"))

    def read_times(self, text: str) -> list[str]:
        return _several(text, _known("times"), _labels("times"), ",;\n|")

    def read_language(self, text: str) -> str:
        wanted = text.strip().casefold()
        codes = {code.casefold(): code for code, _name in conf.LANGUAGES}
        codes |= {name.casefold(): code for code, name in conf.LANGUAGES}
        if wanted not in codes:
            raise ValidationError(
                _("Write one of: %(codes)s.") % {"codes": ", ".join(code for code, _name in conf.LANGUAGES)}
            )
        return codes[wanted]

    def read_experience_years(self, text: str) -> int:
        return self._number(text, 0, 70)

    def read_capacity(self, text: str) -> int:
        return self._number(text, 1, 3)

    def _number(self, text: str, least: int, most: int) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 4 and least <= int(text) <= most):
            raise ValidationError(
                _("Write a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
            )
        return int(text)

    def _level(self, text: str) -> str:
        if plain(text) in _NATIVE:
            return LanguageLevel.C2.value
        found = text.strip()[:2].casefold()
        if found not in LanguageLevel.values or (len(text.strip()) > 2 and text.strip()[2].isalnum()) or not found:
            raise ValidationError(_("Write a level: A1, A2, B1, B2, C1 or C2."))
        return found

    def _yes(self, text: str) -> bool:
        if plain(text) in _YES:
            return True
        if plain(text) in _NO:
            return False
        raise ValidationError(_("Write yes or no."))

    def _shown(self, text: str) -> list[str]:
        if plain(text) in _YES:
            return sorted(SHOWN_OF_MENTOR)
        if plain(text) in _NO:
            return []
        return sorted(_several(text, _known("shown"), _labels("shown"), ",;\n|"))

    def _day(self, name: str, text: str) -> str:
        match = _DATE.fullmatch(text.strip())
        try:
            parts = [int(part) for part in match.groups() if part] if match else []
            day = datetime.date(*(parts if match and match[4] else reversed(parts)))
        except (ValueError, TypeError):
            raise ValidationError(_("Write the day, such as 24.11.2026.")) from None
        if not 2000 <= day.year <= clock.today().year + 5:
            raise ValidationError(_("Check the year: %(year)s.") % {"year": day.year})
        if name != "paused_until" and day > clock.today():
            raise ValidationError(_("This day is still to come. Write the day on which it was done."))
        return day.isoformat()


def stored_values(mentor: Mentor) -> dict[str, Any]:
    """Return the values of ``mentor`` as :class:`Reader` gives them. Fields and consents should be prefetched."""
    standing: dict[str, list[str]] = {}
    for consent in sorted(mentor.consents.all(), key=lambda one: (one.given_at, one.pk)):
        if consent.withdrawn_at is None:
            standing[consent.kind] = sorted(consent.named)
    values: dict[str, Any] = {
        name: getattr(mentor, name)
        for name in (
            "name email preferred_name phone title speciality experience_years english finnish swedish other_languages"
            " municipality in_person online capacity topics topics_text times language partner_wish conflicts"
            " membership_number interview_note"
        ).split()
    }
    values |= {name: day.isoformat() if (day := getattr(mentor, name)) else "" for name in DATES}
    values["fields"] = sorted(field.pk for field in mentor.fields.all())
    return values | {name: standing.get(kind, []) for name, kind in CONSENTS.items()}


def in_words(name: str, value: Any, fields: Mapping[int, str]) -> str:
    """Return ``value`` of the column ``name`` as a cell shows it, in the active language."""
    if name == "fields":
        return ", ".join(fields.get(pk, str(pk)) for pk in value)
    if name in ("topics", "times"):
        labels = dict(TOPICS if name == "topics" else SuitableTime.choices)
        return "; ".join(str(labels.get(one, one)) for one in value)
    if name in CONSENTS:
        return ", ".join(str(label) for key, label in SHOWABLE.items() if key in value) or _("no")
    if name in _LEVELS:
        return str(value).upper()
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)


def shown_values(mentor: Mentor) -> dict[str, str]:
    """Return the cells of ``mentor``, by column."""
    fields = {field.pk: str(field.profession) for field in mentor.fields.all()}
    return {name: in_words(name, value, fields) for name, value in stored_values(mentor).items()}
