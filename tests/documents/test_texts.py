"""The shipped texts say what they must, in every language, and each in its own."""

import re

import pytest

from wagtail_mentoring.agreements.texts import LANGUAGES, agreement_summary, agreement_text
from wagtail_mentoring.documents.clauses import split_clauses
from wagtail_mentoring.privacy.texts import KINDS, PLACEHOLDERS, fill, privacy_text, unknown_placeholders

# Every point of the ethics agreement, with words that its text cannot do without.
POINTS: dict[str, dict[str, tuple[str, ...]]] = {
    "voluntary": {"en": ("voluntary",), "fi": ("vapaaehtoista",), "sv": ("frivilligt",)},
    "unpaid": {"en": ("unpaid",), "fi": ("palkatonta",), "sv": ("oavlönat",)},
    "equal": {"en": ("as equals",), "fi": ("tasavertaisina",), "sv": ("jämlikar",)},
    "goals": {
        "en": ("mentee sets the goals",),
        "fi": ("Mentoroitava asettaa tavoitteet",),
        "sv": ("Adepten bestämmer målen",),
    },
    "confidentiality": {"en": ("stays between us",), "fi": ("jää meidän väliseksemme",), "sv": ("stannar mellan oss",)},
    "limits": {"en": ("exceptions",), "fi": ("Poikkeuksia",), "sv": ("undantag",)},
    "no promise": {
        "en": ("job", "permit", "reference"),
        "fi": ("työtä", "oleskelulupaa", "suositusta"),
        "sv": ("jobb", "uppehållstillstånd", "referens"),
    },
    "no money": {
        "en": ("money", "gifts", "sell", "takes a fee"),
        "fi": ("rahaa", "lahjoja", "myy", "palkkiota"),
        "sv": ("pengar", "gåvor", "säljer", "tar betalt"),
    },
    "no other advice": {
        "en": ("legal, medical or immigration advice", "somebody whose work it is"),
        "fi": ("oikeudellisia, lääketieteellisiä tai maahanmuuttoon liittyviä", "jonka työtä"),
        "sv": ("juridiska eller medicinska råd", "invandring", "som sitt arbete"),
    },
    "boundaries": {
        "en": ("no harassment and no discrimination",),
        "fi": ("häirintää", "syrjintää"),
        "sv": ("trakasserier", "diskriminering"),
    },
    "conflicts": {"en": ("partial",), "fi": ("puolueellisia",), "sv": ("partiska",)},
    "punctuality": {"en": ("come on time",), "fi": ("Tulemme ajoissa",), "sv": ("kommer i tid",)},
    "data and pictures": {
        "en": ("pictures", "recordings"),
        "fi": ("kuvia", "tallenteita"),
        "sv": ("bilder", "inspelningar"),
    },
    "contact passed on": {
        "en": ("only after that person has said yes",),
        "fi": ("vasta, kun hän on antanut siihen luvan",),
        "sv": ("först när personen har sagt ja",),
    },
    "shared responsibility": {
        "en": ("both are equally responsible",),
        "fi": ("yhtä lailla vastuussa",),
        "sv": ("lika stort ansvar",),
    },
    "stop": {
        "en": ("stop at any time", "reason"),
        "fi": ("lopettaa milloin tahansa", "Syytä"),
        "sv": ("sluta när som helst", "skäl"),
    },
    "concern": {
        "en": ("feels wrong", "responsible for the mentoring"),
        "fi": ("tuntuu väärältä", "vastaavalle henkilölle"),
        "sv": ("känns fel", "ansvarar för mentorskapet"),
    },
    "records": {"en": ("erases our names",), "fi": ("poistaa nimemme",), "sv": ("raderar förbundet våra namn",)},
}

VALUES = {
    "union": "TEK & friends", "programme": "Mentoring", "contact_email": "mentor@example.org",
    "retention_unfinished_days": 30, "retention_not_eligible_months": 6, "retention_closed_months": 12,
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("point", POINTS)
def test_the_agreement_covers_every_point(point: str, language: str) -> None:
    for words in POINTS[point][language]:
        assert words in agreement_text(language)


def test_the_languages_say_the_same_in_other_words() -> None:
    headings = {}
    for language in LANGUAGES:
        text = split_clauses(agreement_text(language))
        assert not text.preamble
        assert all(clause.body for clause in text.clauses)
        headings[language] = [clause.heading for clause in text.clauses]
    assert {len(found) for found in headings.values()} == {18}
    for ours in zip(*headings.values(), strict=True):
        assert len(set(ours)) == len(LANGUAGES), ours
    assert {agreement_summary(language).count("<li>") for language in LANGUAGES} == {8}


def structure(html: str) -> list[str]:
    return re.findall(r"<(\w+)", html)


@pytest.mark.parametrize("kind", KINDS)
def test_the_privacy_texts_have_one_structure_and_three_wordings(kind: str) -> None:
    texts = [privacy_text(kind, language) for language in LANGUAGES]
    assert structure(texts[0]) == structure(texts[1]) == structure(texts[2])
    parts = [re.findall(r">([^<>]{25,})<", text) for text in texts]
    for here in range(3):
        for there in range(here):
            assert not set(parts[here]) & set(parts[there])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_known_and_filled(kind: str, language: str) -> None:
    text = privacy_text(kind, language)
    assert unknown_placeholders(text) == []
    filled = fill(text, VALUES)
    assert "{" not in filled
    assert "TEK & friends" not in filled


def test_the_notice_tells_every_period_and_the_address() -> None:
    for language in LANGUAGES:
        text = privacy_text("privacy_notice", language)
        assert all("{" + name + "}" in text for name in PLACEHOLDERS)
        assert "tietosuoja.fi" in text


def test_values_are_escaped_and_reach_no_attributes() -> None:
    filled = fill("<p>{union} {union.__class__} {other}</p>", VALUES | {"union": "<b>x</b>"})
    assert filled == "<p>&lt;b&gt;x&lt;/b&gt; {union.__class__} {other}</p>"
    assert unknown_placeholders("{union} {uniom} {uniom}") == ["uniom"]


def test_what_is_not_shipped_is_named() -> None:
    with pytest.raises(ValueError, match="“de”"):
        agreement_text("de")
    with pytest.raises(ValueError, match="“de”"):
        privacy_text("cookies", "de")
    with pytest.raises(ValueError, match="privacy_notice, never_tell"):
        privacy_text("../secret", "en")
