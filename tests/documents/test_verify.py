"""What a document says to anyone who holds it."""

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.translation import gettext
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from tests.documents import attacks
from tests.documents.sheets import sheet
from tests.documents.signatures import (
    MENTEE,
    MENTOR,
    NAMES,
    UNION,
    MadeUnion,
    authority,
    issued,
    person,
    signed,
)
from wagtail_mentoring.documents import findings, verify
from wagtail_mentoring.documents.agreement_sheet import SupplementTo, render_agreement
from wagtail_mentoring.documents.backends import MemoryKeys, backend
from wagtail_mentoring.documents.certify import DocumentWriter, certify, seal
from wagtail_mentoring.documents.models import DocumentKind
from wagtail_mentoring.documents.render import Attachment, render_pdf
from wagtail_mentoring.documents.verify import KINDS, Verification


@pytest.fixture(autouse=True)
def trusting(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "trusted.pem"
    path.write_bytes(authority().pem)
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "TRUSTED_CERTIFICATES": [path]}


def all_signed() -> bytes:
    content = issued()
    for field, name in NAMES.items():
        content = signed(content, person(name, authority()), field)
    return content


def record(agreement: bytes, **named: str) -> bytes:
    """A document that embeds an agreement, with data that name it by its hash."""
    told = {"agreement": {"sha256": hashlib.sha256(issued()).hexdigest()}}
    told["agreement"] |= named or {"file_sha256": hashlib.sha256(agreement).hexdigest()}
    inside = [
        Attachment("agreement.pdf", agreement, "application/pdf", "The agreement", "Source"),
        Attachment("signatures.json", json.dumps(told).encode(), "application/json", "Data", "Data"),
    ]
    plain = sheet()
    rendered = render_pdf(
        "agreement.html", plain.context(), language="en", title="Signing record, SAFA-2026-0417",
        reference="SAFA-2026-0417", kind=DocumentKind.SIGNING_RECORD, attachments=inside,
    )  # fmt: skip
    return certify(rendered.content, UNION, may_sign=False)


def codes(told: Verification) -> list[str]:
    return [change.code for change in told.reading.changes]


def test_an_issued_agreement() -> None:
    told = verify.verify(issued())
    assert (told.state, told.ok, codes(told)) == ("unchanged", True, [])
    assert told.union == UNION.name
    assert (told.reference, told.title) == ("SAFA-2026-0417", "Ethics agreement for mentoring, SAFA-2026-0417")
    assert told.kind == "Ethics agreement"
    assert told.summary == f"It was issued by {UNION.name} and is as it was then."
    (signature,) = told.signatures
    assert signature.title == f"Certified by {UNION.name}" and signature.good
    assert "by the union's own clock" in told.issued


def test_every_signature_in_plain_words() -> None:
    content = seal(signed(all_signed_but_one(), person("A Stranger"), "sig_mentor_2"), UNION)
    told = verify.verify(content)
    assert told.state == "unchanged"
    assert "Since then it was signed, and nothing else." in told.summary
    titles = [one.title for one in told.signatures]
    assert titles == [
        f"Certified by {UNION.name}", f"Signed by {MENTEE}", f"Signed by {MENTOR}", "Signed by A Stranger",
        f"Closed by {UNION.name}",
    ]  # fmt: skip
    assert told.signatures[1].place == "Signature of Amal Example, Mentee"
    assert told.signatures[1].lines[0].startswith("The certificate was issued by Example Population Register CA, which")
    assert "nobody vouches" in told.signatures[3].lines[0]


def all_signed_but_one() -> bytes:
    content = issued()
    for field, name in list(NAMES.items())[:2]:
        content = signed(content, person(name, authority()), field)
    return content


CHANGED: dict[str, tuple[str, str, Any]] = {
    "a page": ("changed", "page_changed", lambda: attacks.page_text(all_signed())),
    "an annotation": ("changed", "annotation", lambda: attacks.annotation(issued())),
    "JavaScript": ("changed", "javascript", lambda: attacks.javascript(issued())),
    "a file": ("changed", "embedded_file", lambda: attacks.attachment(issued())),
    "a launcher": ("changed", "action", lambda: attacks.launch(issued())),
    "a form": ("changed", "xfa", lambda: attacks.xfa(issued())),
    "the look of a signature": ("changed", "field_changed", lambda: attacks.look_of_signature(issued())),
    "a field filled": ("unreadable", "not_signed", lambda: attacks.filled(issued())),
    "many objects": ("changed", "too_many_objects", lambda: attacks.many_objects(issued())),
    "trailing words": ("changed", "trailing", lambda: all_signed() + b"and more\n%%EOF\n"),
    "a certified byte": ("changed", "certified_part", lambda: attacks.changed_byte(issued(), letter(issued()))),
    "a signed byte": ("changed", "broken_signature", lambda: letter_changed(all_signed())),
    "more in the catalogue": ("added", "unexplained", lambda: signed(attacks.metadata_and_more(issued()), person())),
    "a record, written on": ("changed", "after_the_end", lambda: attacks.metadata_and_more(record(issued()))),
    "encrypted": ("unreadable", "encrypted", lambda: attacks.encrypted(issued())),
    "cut off": ("unreadable", "truncated", lambda: issued()[:-400]),
    "a bomb": ("unreadable", "too_heavy", lambda: attacks.bomb_of_references(issued(), 100)),
    "nothing": ("unreadable", "empty", lambda: b""),
    "a picture": ("unreadable", "picture", lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 50),
}


def letter(content: bytes) -> int:
    """The place of a letter in the last signature's dictionary, which that signature covers."""
    return content.rindex(b"Adobe.PPKLite") + 2


def letter_changed(content: bytes) -> bytes:
    """The same file with that letter changed: no two signed files are of the same length."""
    return attacks.changed_byte(content, letter(content))


@pytest.mark.parametrize("name", CHANGED)
def test_what_was_changed_is_told(name: str) -> None:
    state, code, make = CHANGED[name]
    told = verify.verify(make())
    assert (told.state, code in codes(told)) == (state, True), codes(told)
    assert not told.ok
    assert "%(" not in told.summary + told.headline
    assert json.dumps(told.as_json())


def test_a_certificate_that_only_bears_the_unions_name() -> None:
    """Anybody can make one; ours is known by its fingerprint."""
    union = MadeUnion(pk=777, name="Union of Impostors")
    rendered = render_agreement(sheet()).content
    content = certify(rendered, union, may_sign=True)
    assert verify.verify(content).union == "Union of Impostors"
    stranger = person(UNION.name)
    told = verify.verify(signed(rendered, stranger, "sig_issuer", certify=True))
    assert (told.state, told.union, told.title) == ("not_ours", "", "")


def test_only_the_unions_own_seal_closes_a_document() -> None:
    """A signature by a union's key anywhere else, or by another union's key, is a signature and no more."""
    other = MadeUnion(pk=778, slug="tek", short="TEK", name="Academic Engineers TEK")
    here, there = (backend().signer(union) for union in (UNION, other))
    titles = {
        (name, field): verify.verify(by_key(signer, field)).signatures[1].title
        for name, signer in (("own", here), ("other", there))
        for field in ("sig_seal", "sig_mentee")
    }
    assert titles == {
        ("own", "sig_seal"): f"Closed by {UNION.name}",
        ("own", "sig_mentee"): f"Signed by {UNION.name}",
        ("other", "sig_seal"): f"Signed by {other.name}",
        ("other", "sig_mentee"): f"Signed by {other.name}",
    }
    (_certified, stray) = verify.verify(by_key(there, "sig_mentee")).signatures
    assert stray.place == "Signature of Amal Example, Mentee"


def by_key(signer: Any, field: str) -> bytes:
    """An agreement that somebody has signed with a union's key in some place."""
    meta = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES)
    written: io.BytesIO = PdfSigner(meta, signer).sign_pdf(DocumentWriter(io.BytesIO(issued())))
    return written.getvalue()


def test_an_older_key_is_told_of_what_is_genuine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads on one page that a file must not be relied on, and that files of its key stay valid."""
    issued()
    retired = [replace(one, retired=True) for one in backend().certificates()]
    monkeypatch.setattr(MemoryKeys, "certificates", lambda self: retired)
    assert "stay valid" in verify.verify(issued()).key_note
    for make in (lambda: attacks.page_text(issued()), lambda: attacks.changed_byte(issued(), letter(issued()))):
        told = verify.verify(make())
        assert (told.state, told.retired, told.key_note) == ("changed", True, "")


@pytest.mark.parametrize("of_file", ["en", "fi", "sv"])
def test_what_is_inside_is_told_in_the_readers_language(of_file: str) -> None:
    with translation.override(of_file):
        inside = [
            Attachment("a.pdf", issued(), "application/pdf", gettext("The agreement"), "Source"),
            Attachment("a.json", b"{}", "application/json", gettext("Data on the signatures, for machines"), "Data"),
            Attachment("scan.png", b"\x89PNG", "image/png", gettext("Scan of the signed paper"), "Supplement"),
            Attachment("words.txt", b"words", "text/plain", "Words of a site", "Supplement"),
        ]
    rendered = render_pdf(
        "agreement.html", sheet().context(), language="en", title="Signing record, SAFA-2026-0417",
        reference="SAFA-2026-0417", kind=DocumentKind.SIGNING_RECORD, attachments=inside,
    )  # fmt: skip
    told = verify.verify(certify(rendered.content, UNION, may_sign=False))
    with translation.override("fi"):
        assert {file.name: words for words, file, _inside in told.files} == {
            "a.pdf": "Sopimus",
            "a.json": "Allekirjoitusten tiedot koneluettavina",
            "scan.png": "Allekirjoitetun paperin skannaus",
            "words.txt": "Words of a site",
        }
        assert "Sopimus" in json.dumps(told.as_json()["files"])
    assert told.title == "Signing record, SAFA-2026-0417"


def test_a_strange_pdf_is_not_ours() -> None:
    told = verify.verify(render_agreement(sheet()).content)
    assert (told.state, told.headline) == ("not_ours", "This is not a document of ours")
    assert told.as_json()["reference"] == ""


def test_a_signing_record_and_the_agreement_inside() -> None:
    told = verify.verify(record(all_signed()))
    assert (told.state, told.reading.final, told.reading.matches) == ("unchanged", True, True)
    assert told.kind == "Signing record"
    assert "exactly the one" in told.record_note
    (file, inside), (data, nothing) = told.inside
    assert (file.name, data.name, nothing) == ("agreement.pdf", "signatures.json", None)
    assert inside is not None and inside.state == "unchanged" and len(inside.signatures) == 4
    assert told.as_json()["files"][0]["verification"]["reference"] == "SAFA-2026-0417"


def test_a_record_with_another_agreement_inside() -> None:
    told = verify.verify(record(issued("SAFA-2026-0002"), file_sha256="0" * 64))
    assert (told.reading.matches, told.state) == (False, "changed")
    assert "not the one that the record was made for" in told.summary


def test_a_record_of_a_supplement_names_it_too() -> None:
    plain = sheet()
    joins = SupplementTo("SAFA-2026-0417", plain.issued, "a" * 64, plain.parties[:1])
    supplement = certify(render_agreement(replace(plain, supplement=joins)).content, UNION, may_sign=True)
    assert verify.verify(supplement).reading.about.kind == "supplement"
    assert verify.verify(record(supplement)).reading.matches is True
    told = verify.verify(record(supplement, file_sha256="0" * 64))
    assert (told.reading.matches, told.state) == (False, "changed")


def test_a_record_with_a_changed_agreement_inside() -> None:
    told = verify.verify(record(attacks.page_text(issued())))
    assert (told.reading.state, told.state) == ("unchanged", "changed")


def test_another_language() -> None:
    told = verify.verify(issued())
    with translation.override("fi"):
        assert told.headline and told.summary and told.as_json()["state"] == "unchanged"


def test_every_reason_has_its_words() -> None:
    """What the two checks share has a sentence for each reader: who uploads, and who verifies."""
    uploads_only = {
        "too_large", "older_version", "other_document", "changed", "rewritten", "unknown_document", "no_signature",
        "wrong_field", "two_signatures", "other_party", "weak_signature", "not_a_scan", "signed_file", "too_many_pages",
        "busy",
    }  # fmt: skip
    assert set(findings.REFUSED) - set(verify.SENTENCES) == uploads_only
    assert set(verify.SENTENCES) - set(findings.SENTENCES) == {"certified_part", "after_the_end"}
    assert set(KINDS) == set(DocumentKind.values)


# The command


def run(*arguments: Any) -> tuple[str, int]:
    out = io.StringIO()
    try:
        call_command("mentoring_verify", *map(str, arguments), stdout=out)
    except CommandError as error:
        return out.getvalue(), error.returncode
    return out.getvalue(), 0


def test_the_command_tells_and_says_by_its_status(tmp_path: Path) -> None:
    good, bad, strange = tmp_path / "good.pdf", tmp_path / "bad.pdf", tmp_path / "strange.txt"
    good.write_bytes(record(issued()))
    bad.write_bytes(attacks.page_text(issued()))
    strange.write_bytes(b"Dear union")
    told, status = run(good)
    assert status == 0
    for words in ("genuine and unchanged", "Reference SAFA-2026-0417", "Certified by Finnish", "Inside: agreement.pdf"):
        assert words in told, words
    told, status = run(good, bad)
    assert status == 1 and "A page was changed." in told
    assert run(bad, strange)[1] == 2
    assert run(tmp_path / "gone.pdf")[1] == 2


def test_the_command_writes_json(tmp_path: Path) -> None:
    path = tmp_path / "agreement.pdf"
    path.write_bytes(signed(issued(), person(MENTEE, authority())))
    told, status = run("--json", path)
    (answer,) = json.loads(told)
    assert status == 0
    assert (answer["state"], answer["reference"], answer["union"]) == ("unchanged", "SAFA-2026-0417", UNION.name)
    assert [one["field"] for one in answer["signatures"]] == ["sig_issuer", "sig_mentee"]
    assert answer["signatures"][1]["trusted"] is True
