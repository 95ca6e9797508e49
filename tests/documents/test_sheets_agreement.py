import datetime
import io
from typing import Any

import pikepdf
import pytest

from tests.documents.sheets import poppler, sheet, text_of
from wagtail_mentoring.documents.agreement_sheet import SheetParty, SupplementTo, render_agreement, with_fields

SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
MM = 72 / 25.4


def fields_of(content: bytes) -> dict[str, Any]:
    """Return the size in millimetres and the words of each signature field."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        found = {}
        for field in pdf.Root.AcroForm.Fields:
            left, bottom, right, top = (float(edge) for edge in field.Rect)
            assert field.FT == "/Sig"
            found[str(field.T)] = (round((right - left) / MM), round((top - bottom) / MM), str(field.TU))
        return found


def supplement(*new: str, **changes: Any) -> Any:
    joined = SupplementTo(
        "SAFA-2026-0417",
        datetime.date(2026, 10, 23),
        SHA256,
        (SheetParty("mentee", "Amal Example", "Architect"), SheetParty("mentor", "Erik Exempel", "Architect")),
    )
    parties = tuple(SheetParty("mentor", name, "Architect") for name in new)
    return sheet(parties=parties, supplement=joined, reference="SAFA-2026-0417", **changes)


def test_everybody_has_a_place_to_sign_large_enough_for_a_pen() -> None:
    parties = (
        SheetParty("mentee", "Amal\u202e Example"),
        SheetParty("mentor", "Maija Mallikas"),
        SheetParty("mentor", "Erik Exempel"),
        SheetParty("contact", "Kaisa Kontakti", required=False),
    )
    fields = fields_of(render_agreement(sheet(parties=parties)).content)
    assert list(fields) == [
        "sig_mentee", "sig_mentor_1", "sig_mentor_2", "sig_contact", "sig_issuer", "sig_seal", "sig_ts",
    ]  # fmt: skip
    for name in list(fields)[:4]:
        width, height, _words = fields[name]
        assert (width >= 50, height >= 15) == (True, True), name
    assert fields["sig_mentee"][2] == "Signature of Amal Example, Mentee"
    assert fields["sig_mentor_2"][2] == "Signature of Erik Exempel, Mentor"
    assert fields["sig_issuer"][2] == "Certification by Finnish Association of Architects SAFA"


def test_of_an_odd_number_the_first_box_is_wide_and_the_mentors_stand_as_a_pair() -> None:
    fields = fields_of(render_agreement(sheet(mentors=("Maija Mallikas", "Erik Exempel"))).content)
    assert fields["sig_mentee"][0] > 100
    assert fields["sig_mentor_1"][:2] == fields["sig_mentor_2"][:2]
    assert fields["sig_mentor_1"][0] < 60


def test_a_signed_box_has_no_place_to_sign() -> None:
    signed = datetime.datetime(2026, 10, 24, 11, 5, tzinfo=datetime.UTC)
    parties = (SheetParty("mentee", "Amal Example", "", signed), SheetParty("mentor", "Maija Mallikas"))
    assert "sig_mentee" not in fields_of(render_agreement(sheet(parties=parties)).content)


def test_fields_follow_from_role_and_order_unless_they_are_given() -> None:
    named = with_fields([SheetParty("mentor", "A"), SheetParty("mentor", "B", field_name="sig_mentor_5")])
    assert [party.field_name for party in named] == ["sig_mentor_1", "sig_mentor_5"]
    with pytest.raises(ValueError, match="“sig_mentee”"):
        with_fields([SheetParty("mentee", "A"), SheetParty("mentee", "B")])


def test_where_to_check_the_file_is_told_only_when_there_is_such_a_place() -> None:
    assert "You can check the file here" not in text_of(render_agreement(sheet()).content)
    there = sheet(verify_address="https://example.org/check/")
    assert "You can check the file here: https://example.org/check/" in text_of(render_agreement(there).content)


def test_a_supplement_is_signed_by_the_new_mentor_alone_and_names_what_it_joins() -> None:
    made = supplement("Helena Ny-Mentor")
    rendered = render_agreement(made)
    text = text_of(rendered.content)
    assert made.title() == "Supplement to the ethics agreement, SAFA-2026-0417"
    for words in (
        "a new mentor joins an agreement", "Only the new mentor signs here", "23 October 2026", SHA256,
        "Mentee Amal Example Architect", "Mentor Erik Exempel Architect", "New mentor Helena Ny-Mentor Architect",
        "Signature of the new mentor", "1 Free will",
    ):  # fmt: skip
        assert words in text, words
    assert list(fields_of(rendered.content)) == ["sig_mentor_1", "sig_issuer", "sig_seal", "sig_ts"]
    structure = poppler("pdfinfo", "-struct", content=rendered.content)
    assert [structure.count(f" {tag} (block)") for tag in ("H1", "H2", "H3")] == [1, 3, 18]


def test_two_new_mentors_can_join_at_once() -> None:
    text = text_of(render_agreement(supplement("Helena Ny-Mentor", "Otto Uusi")).content)
    assert "Only the new mentors sign here" in text
    assert text.count("Signature Date") == 2


def test_a_party_of_the_joined_agreement_without_a_name_is_refused() -> None:
    joined = SupplementTo("X", datetime.date(2026, 10, 23), SHA256, (SheetParty("mentee", " "),))
    with pytest.raises(ValueError, match="has no name"):
        render_agreement(sheet(parties=(SheetParty("mentor", "A"),), supplement=joined))
