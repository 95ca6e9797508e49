"""The columns of a sheet of mentors, by their headings in every language, with what may stand in them."""

import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.programme.localized import localized

#: The address of the template's example row, which no import takes.
EXAMPLE_ADDRESS = "maria.korhonen@example.org"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column. ``name`` is that of the mentor's column where there is one; ``headings`` by language code."""

    name: str
    headings: dict[str, str]
    explained: Any
    example: str = ""
    #: The heading must be there; and, for a mentor who is not here yet, a value.
    required: bool = False

    @property
    def label(self) -> str:
        """The heading in the active language."""
        return localized(self.headings)


def _column(
    name: str, en: str, fi: str, sv: str, explained: Any, example: str = "", required: bool = False
) -> SheetColumn:
    return SheetColumn(name, {"en": en, "fi": fi, "sv": sv}, explained, example, required)


_LEVEL = _("A level from A1 to C2; B2 means: can talk about the work. Empty: not known.")
_YES_NO = _("yes or no")
_DAY = _("A day, such as 24.11.2026 or 2026-11-24.")

COLUMNS: tuple[SheetColumn, ...] = (
    _column("name", "Name", "Nimi", "Namn", _("First and last name."), "Maria Korhonen", required=True),
    _column(
        "email",
        "E-mail",
        "Sähköposti",
        "E-post",
        _("Needed. A mentor of the union with the same address is updated, anybody else is new."),
        EXAMPLE_ADDRESS,
        required=True,
    ),
    _column(
        "fields",
        "Fields",
        "Ammattialat",
        "Yrkesområden",
        _("Professional fields of the union, with commas between."),
        required=True,
    ),
    _column("preferred_name", "Preferred name", "Kutsumanimi", "Tilltalsnamn", _("If it is another than the name.")),
    _column("phone", "Phone", "Puhelin", "Telefon", _("In any form; at least five digits."), "+358 40 123 4567"),
    _column("title", "Title", "Titteli", "Titel", _("What the mentor is at work."), "Lead developer"),
    _column(
        "speciality",
        "Speciality",
        "Erikoisala",
        "Specialitet",
        _("Areas of the profession, with commas between."),
        "health software, public sector",
    ),
    _column(
        "experience_years",
        "Years of experience",
        "Kokemusvuodet",
        "Års erfarenhet",
        _("A whole number up to 70."),
        "12",
    ),
    _column("english", "English", "Englanti", "Engelska", _LEVEL, "C1"),
    _column("finnish", "Finnish", "Suomi", "Finska", _LEVEL, "C2"),
    _column("swedish", "Swedish", "Ruotsi", "Svenska", _LEVEL, "B1"),
    _column(
        "other_languages", "Other languages", "Muut kielet", "Andra språk", _("With commas between."), "Arabic, Somali"
    ),
    _column("municipality", "Municipality", "Kunta", "Kommun", _("Where the mentor can meet in person."), "Espoo"),
    _column("in_person", "In person", "Kasvokkain", "Ansikte mot ansikte", _YES_NO, "yes"),
    _column("online", "Online", "Verkossa", "På nätet", _YES_NO, "yes"),
    _column(
        "capacity",
        "Mentees at the same time",
        "Mentoroitavia samaan aikaan",
        "Adepter samtidigt",
        _("1, 2 or 3."),
        "2",
    ),
    _column(
        "topics",
        "Topics",
        "Aiheet",
        "Ämnen",
        _("Of the list on this page, with semicolons between."),
        "CV, applications and interviews; How people work here",
    ),
    _column("topics_text", "Topics in own words", "Aiheet omin sanoin", "Ämnen med egna ord", _("Any text.")),
    _column(
        "times", "Times", "Ajat", "Tider", _("Of the list on this page, with semicolons between."), "Weekdays after 17"
    ),
    _column("language", "Language of mails", "Viestien kieli", "Meddelandenas språk", _("en, fi or sv."), "fi"),
    _column("paused_until", "Paused until", "Tauolla asti", "Pausad till", _DAY),
    _column(
        "partner_wish",
        "Would like to mentor with",
        "Haluaa mentoroida yhdessä",
        "Vill vara mentor tillsammans med",
        _("A name, as a note. It makes no standing pair."),
    ),
    _column(
        "conflicts",
        "Conflicts in own words",
        "Eturistiriidat omin sanoin",
        "Jäv med egna ord",
        _("Whom the mentor cannot mentor, as a note."),
    ),
    _column("membership_number", "Membership number", "Jäsennumero", "Medlemsnummer", _("Any form."), "123456"),
    _column(
        "membership_confirmed_on",
        "Membership confirmed on",
        "Jäsenyys tarkistettu",
        "Medlemskap bekräftat",
        _("A day. Only when you have looked: without it the mentor is offered for no case."),
        "24.11.2026",
    ),
    _column("oriented_on", "Orientation acknowledged on", "Perehdytys luettu", "Introduktion läst", _DAY),
    _column(
        "interview_note",
        "Note on the interview",
        "Muistiinpano haastattelusta",
        "Anteckning från intervjun",
        _("For the contact persons of the union."),
    ),
    _column(
        "shown_to_mentee",
        "May be shown to a mentee",
        "Saa näyttää mentoroitavalle",
        "Får visas för adepten",
        _("yes: name, title, languages and municipality. no: nothing. Or what may be shown, with commas between."),
        "yes",
    ),
    _column(
        "shown_to_partner",
        "May be shown to the partner",
        "Saa näyttää mentoriparille",
        "Får visas för den andra mentorn",
        _("As for a mentee. Only what the mentor has really agreed to."),
        "yes",
    ),
)
BY_NAME = {column.name: column for column in COLUMNS}


def plain(text: str) -> str:
    """Return ``text`` as headings and choices are compared: letters and digits alone, in small letters."""
    known = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in known if sign.isalnum())


_HEADINGS = {plain(heading): column.name for column in COLUMNS for heading in column.headings.values()}
_HEADINGS |= {plain(column.name): column.name for column in COLUMNS}
# What people write instead.
_HEADINGS |= {
    "email": "email",
    "emailaddress": "email",
    "sähköpostiosoite": "email",
    "epostadress": "email",
    "field": "fields",
    "profession": "fields",
    "ammattiala": "fields",
    "yrkesområde": "fields",
    "telephone": "phone",
    "puhelinnumero": "phone",
    "telefonnummer": "phone",
    "paikkakunta": "municipality",
    "city": "municipality",
    "ort": "municipality",
}


def column_of(heading: str) -> str | None:
    """Return the name of the column that ``heading`` means, in whatever language; None for an unknown one."""
    return _HEADINGS.get(plain(heading.removesuffix("*")))


def nearest(heading: str) -> str:
    """Return the heading that was perhaps meant, in the active language; "" when none is near."""
    found = get_close_matches(plain(heading), list(_HEADINGS), n=1, cutoff=0.75)
    return BY_NAME[_HEADINGS[found[0]]].label if found else ""
