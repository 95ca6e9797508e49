"""What pages and mails say of who reads something is what is declared: supervisors of the union read it too."""

import re
from pathlib import Path

import wagtail_mentoring

ROOT = Path(wagtail_mentoring.__file__).parent
#: A contact person alone, without the supervisors.
ALONE = {
    "en": re.compile(
        r"\b(?:[Oo]nly|[Yy]ou and) (?:this person and )?(?:the|your|my) contact persons?\b(?! and\b| wrote)"
    ),
    "fi": re.compile(r"\b[Vv]ain (?:liiton )?yhdyshenkil(?!öt ja)"),
    "sv": re.compile(r"\b[Bb]ara (?:din |förbundets )?kontaktperson(?!erna och)"),
}
#: True as it is: health and a hidden municipality are read by contact persons alone, and a link is theirs to give back.
TRUE = ("may see my municipality", "may see the municipality", "care: only the contact person", "lifts")
#: The heading over what they read alone.
HEADING = "Only the contact persons of your union"


def test_nothing_says_that_the_contact_persons_read_alone() -> None:
    sources = [
        path for kind in ("py", "html", "toml") for path in ROOT.rglob(f"*.{kind}") if "migrations" not in path.parts
    ]
    assert len(sources) > 500
    found = [
        (path.relative_to(ROOT), line.strip())
        for path in sources
        for line in path.read_text().splitlines()
        if ALONE.get(path.stem, ALONE["en"]).search(line.replace(HEADING, ""))
        if not any(word in line for word in TRUE)
    ]
    assert not found
