"""Every bad file that the check was made for: its own code, its own sentence, and never accepted."""

import io
import zipfile
from collections.abc import Callable

import pytest
from PIL import Image
from pyhanko.sign.fields import SigFieldSpec

from tests.documents import attacks
from tests.documents.signatures import (
    MENTEE,
    MENTOR,
    NAMES,
    OTHER_MENTOR,
    Person,
    authority,
    issued,
    person,
    signed,
)
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents import findings
from wagtail_mentoring.documents.uploads import UploadResult, check_signed

Upload = Callable[[], bytes]


def mentee(name: str = MENTEE) -> Person:
    return person(name, authority())


def look(uploaded: bytes, latest: bytes | None = None, earlier: tuple[bytes, ...] = ()) -> UploadResult:
    return check_signed(
        uploaded,
        latest=latest or issued(),
        earlier=earlier,
        field="sig_mentee",
        name=MENTEE,
        others={field: name for field, name in NAMES.items() if field != "sig_mentee"},
    )


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(out, "PNG")
    return out.getvalue()


def asic(with_type: bool = True) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        if with_type:
            packed.writestr("mimetype", "application/vnd.etsi.asic-e+zip")
        packed.writestr("agreement.pdf", issued())
        packed.writestr("META-INF/signatures.xml", "<asic:XAdESSignatures/>")
    return out.getvalue()


def p7s() -> bytes:
    """The signature alone, as it stands in a signed PDF."""
    content = signed(issued(), mentee())
    start = content.rindex(b"/Contents <") + 11
    return bytes.fromhex(content[start : content.index(b">", start)].decode()).rstrip(b"\0")


def word() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("word/document.xml", "<w:document/>")
    return out.getvalue()


def signed_then(attack: Callable[[bytes], bytes]) -> bytes:
    return attack(signed(issued(), mentee()))


def then_signed(attack: Callable[[bytes], bytes]) -> bytes:
    """Changed first and signed then: the signature itself is in order."""
    return signed(attack(issued()), mentee())


BAD: dict[str, tuple[str, Upload]] = {
    "empty": ("empty", lambda: b""),
    "blank": ("empty", lambda: b"\n \n"),
    "a picture named .pdf": ("picture", png),
    "a text": ("not_pdf", lambda: b"Dear union, I agree. Amal"),
    "a word document": ("not_pdf", word),
    "an ASiC-E container": ("signature_container", asic),
    "a container without its type": ("signature_container", lambda: asic(with_type=False)),
    "a .p7s": ("signature_container", p7s),
    "a .p7s as text": ("signature_container", lambda: b"-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n"),
    "50 MB": ("too_large", lambda: issued() + b"\0" * (50 * 1024 * 1024)),
    "another case's document": ("other_document", lambda: issued("SAFA-2026-0999")),
    "another case's document, signed": ("other_document", lambda: signed(issued("SAFA-2026-0999"), mentee())),
    "a strange PDF": ("unknown_document", lambda: strange_pdf()),
    "one byte changed": ("changed", lambda: signed_then(attacks.changed_byte)),
    "one byte changed near the end": (
        "changed", lambda: signed_then(lambda content: attacks.changed_byte(content, len(issued()) - 100))
    ),
    "one byte changed in the signature": (
        "broken_signature",
        lambda: signed_then(lambda content: attacks.changed_digit(content, end_of_signature(content) - 40)),
    ),
    "one byte changed in the new part": ("broken_signature", lambda: other_filter()),
    "a byte put in": ("changed", lambda: signed_then(lambda content: content[:5000] + b" " + content[5000:])),
    "trailing bytes": ("trailing", lambda: signed_then(lambda content: content + b"and something more\n%%EOF\n")),
    "trailing zeros": ("trailing", lambda: signed_then(lambda content: content + b"\0" * 40)),
    "trailing line end": ("trailing", lambda: signed_then(lambda content: content + b"\n")),
    "truncated": ("truncated", lambda: signed(issued(), mentee())[:-3000]),
    "truncated in our own part": ("truncated", lambda: issued()[:-3000]),
    "written anew": ("rewritten", lambda: attacks.rewritten(signed(issued(), mentee()))),
    "a page changed, then signed": ("page_changed", lambda: then_signed(attacks.page_text)),
    "signed, then a page changed": ("page_changed", lambda: signed_then(attacks.page_text)),
    "an annotation, then signed": ("annotation", lambda: then_signed(attacks.annotation)),
    "signed, then an annotation": ("annotation", lambda: signed_then(attacks.annotation)),
    "a place over the words": (
        "covers_page",
        lambda: signed(issued(), mentee(), "Signature1", new_field=SigFieldSpec("Signature1", box=(60, 600, 300, 780))),
    ),
    "the look of another's signature": ("field_changed", lambda: then_signed(attacks.look_of_signature)),
    "JavaScript": ("javascript", lambda: then_signed(attacks.javascript)),
    "JavaScript that hangs on nothing": ("javascript", lambda: then_signed(attacks.hidden_javascript)),
    "a command to launch": ("action", lambda: then_signed(attacks.launch)),
    "an embedded file": ("embedded_file", lambda: then_signed(attacks.attachment)),
    "signed, then an embedded file": ("embedded_file", lambda: signed_then(attacks.attachment)),
    "a form of another kind": ("xfa", lambda: then_signed(attacks.xfa)),
    "a thousand objects": ("too_many_objects", lambda: then_signed(attacks.many_objects)),
    "encrypted": ("encrypted", lambda: signed_then(attacks.encrypted)),
    "encrypted, no password needed": ("encrypted", lambda: signed_then(attacks.encrypted_without_password)),
    "a bomb of references": ("too_heavy", lambda: attacks.bomb_of_references(issued())),
    "a bomb of objects": ("too_heavy", lambda: attacks.bomb_of_objects(issued())),
    "as it was downloaded": ("no_signature", issued),
    "as it was, with a line end": ("no_signature", lambda: issued() + b"\n"),
    "filled, not signed": ("not_signed", lambda: attacks.filled(issued())),
    "another's place": ("wrong_field", lambda: signed(issued(), mentee(), "sig_mentor_1")),
    "the union's place": ("wrong_field", lambda: signed(issued(), mentee(), "sig_seal")),
    "two at once": (
        "two_signatures", lambda: signed(signed(issued(), mentee()), person(MENTOR, authority()), "sig_mentor_1")
    ),
    "one mentor in the name of the mentee": ("other_party", lambda: signed(issued(), person(MENTOR, authority()))),
    "the other mentor, self-signed": ("other_party", lambda: signed(issued(), person(OTHER_MENTOR))),
    "another's place filled too": (
        "wrong_field", lambda: signed(attacks.filled(issued(), "sig_mentor_1"), mentee())
    ),
}  # fmt: skip

REVIEWED: dict[str, tuple[str, Upload]] = {
    "a self-signed stranger": ("self_signed", lambda: signed(issued(), person("A Stranger"))),
    "an issuer that we do not know": (
        "unknown_issuer", lambda: signed(issued(), person(MENTEE, person("Some CA", authority=True)))
    ),
    "a trusted issuer, another name": ("other_name", lambda: signed(issued(), mentee("Amal Married-Example"))),
    "a certificate that has ended": ("expired", lambda: signed(issued(), person(MENTEE, authority(), days=(-9, -2)))),
    "a place of the program's own": (
        "own_place",
        lambda: signed(
            issued(), mentee(), "Signature1", new_field=SigFieldSpec("Signature1", box=(565, 400, 590, 420))
        ),
    ),
    "more in the catalogue": ("unexplained", lambda: then_signed(attacks.metadata_and_more)),
}  # fmt: skip


def strange_pdf() -> bytes:
    import pikepdf

    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


def other_filter() -> bytes:
    """A letter in the signature's own dictionary."""
    content = signed(issued(), mentee())
    return attacks.changed_byte(content, content.rindex(b"Adobe.PPKLite") + 2)


def end_of_signature(content: bytes) -> int:
    """Where the signature ends and the zeros begin that fill up its place."""
    start = content.rindex(b"/Contents <") + 11
    return start + len(content[start : content.index(b">", start)].rstrip(b"0"))


@pytest.fixture(autouse=True)
def trusting(settings: object, tmp_path: object) -> None:
    """The authority of the tests is trusted, so that nothing below is refused for its issuer."""
    path = tmp_path / "trusted.pem"  # type: ignore[operator]
    path.write_bytes(authority().pem)
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "TRUSTED_CERTIFICATES": [path]}  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_its_own_reason(name: str) -> None:
    code, make = BAD[name]
    result = look(make())
    assert (result.outcome, result.code) == ("refused", code)
    assert result.signer is None
    assert result.message.startswith(str(findings.SENTENCES[code])[:12])
    assert UploadResult.from_report(result.report()) == result


@pytest.mark.parametrize("name", REVIEWED)
def test_what_is_intact_but_unexplained_is_looked_at_by_a_person(name: str) -> None:
    code, make = REVIEWED[name]
    result = look(make())
    assert (result.outcome, result.code) == ("review", code)
    assert result.signer is not None and result.signer.name in result.message
    assert str(findings.SENTENCES[code]).split("%")[0] in result.message
    assert UploadResult.from_report(result.report()) == result


def test_an_older_version_is_told_apart() -> None:
    first = issued()
    second = signed(first, person(MENTOR, authority()), "sig_mentor_1")
    result = look(signed(first, mentee()), latest=second, earlier=(first,))
    assert (result.outcome, result.code) == ("refused", "older_version")
    reissued = issued("SAFA-2026-0417", (MENTOR,))
    result = look(signed(first, mentee()), latest=reissued, earlier=(first,))
    assert (result.outcome, result.code) == ("refused", "older_version")


def test_every_code_has_been_seen() -> None:
    """Codes that no file above leads to would be words that nobody has read in their place."""
    elsewhere = {"accepted", "older_version", "timed_out", "weak_signature", "unreadable_signature", "damaged",
                 "not_a_scan", "too_many_pages", "busy", "too_many_certificates", "not_yet_valid", "signed_file",
                 "revoked"}  # fmt: skip
    seen = {code for code, _make in (*BAD.values(), *REVIEWED.values())}
    assert set(findings.SENTENCES) - seen == elsewhere
    assert conf.UPLOAD_MAX_BYTES < 50 * 1024 * 1024
