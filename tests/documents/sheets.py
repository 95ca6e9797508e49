"""Agreements of made-up people, as the tests of documents use them."""

import datetime
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from wagtail_mentoring.agreements.texts import agreement_text
from wagtail_mentoring.documents.agreement_sheet import AgreementSheet, SheetParty, UnionBrand

LANGUAGE_NAMES = {"en": "English", "fi": "suomi", "sv": "svenska"}


def sheet(
    language: str = "en", mentee: str = "Amal Example", mentors: tuple[str, ...] = ("Maija Mallikas",), **changes: Any
) -> AgreementSheet:
    parties = (
        SheetParty("mentee", mentee, "Architect", field_name="sig_mentee"),
        *(
            SheetParty("mentor", name, "Architect", field_name=f"sig_mentor_{number}")
            for number, name in enumerate(mentors, start=1)
        ),
    )
    values: dict[str, Any] = {
        "union": UnionBrand("Finnish Association of Architects SAFA", "SAFA", "#1e4a8c"),
        "reference": "SAFA-2026-0417",
        "language": language,
        "language_name": LANGUAGE_NAMES[language],
        "parties": parties,
        "text": agreement_text(language),
        "version_label": "4",
        "issued": datetime.date(2026, 10, 23),
        "field": "Architecture",
        "meetings": "3–5",
    }
    return AgreementSheet(**(values | changes))


def poppler(program: str, *options: str, content: bytes, after: tuple[str, ...] = ()) -> str:
    """Run one of poppler's programs on the document and return what it prints."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document.pdf"
        path.write_bytes(content)
        done = subprocess.run(
            [program, *options, str(path), *after], capture_output=True, text=True, check=True, timeout=60
        )
    return done.stdout


def text_of(content: bytes) -> str:
    """Return the document's words in reading order, with single spaces."""
    return " ".join(poppler("pdftotext", content=content, after=("-",)).split())
