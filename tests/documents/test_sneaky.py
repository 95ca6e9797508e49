"""Signatures that say more than a signature: looks over the page, other metadata, files that block the next party."""

import datetime
import hashlib
import io
import json
import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp.noop import NoOpStampStyle

from tests.documents.sheets import sheet
from tests.documents.signatures import MENTEE, MENTOR, UNION, Person, authority, issued, person, signed
from tests.documents.test_uploads import look, trusting  # noqa: F401
from wagtail_mentoring.documents.certify import DocumentWriter, certify, seal
from wagtail_mentoring.documents.findings import SENTENCES
from wagtail_mentoring.documents.render import Attachment, render_pdf
from wagtail_mentoring.documents.verify import verify

Change = Callable[[IncrementalPdfFileWriter], None]
COVER = b"1 1 1 rg 0 0 600 850 re f 0 0 0 rg 60 600 200 20 re f"


def numbers(*values: float) -> generic.ArrayObject:
    return generic.ArrayObject(map(generic.FloatObject, values))


def look_of(width: float = 595, height: float = 842, drawn: bytes = COVER, **more: Any) -> generic.StreamObject:
    values = {"/Type": pdf_name("/XObject"), "/Subtype": pdf_name("/Form"), "/BBox": numbers(0, 0, width, height)}
    values |= {f"/{key}": value for key, value in more.items()}
    return generic.StreamObject(dict_data={pdf_name(key): value for key, value in values.items()}, stream_data=drawn)


def reference_of(writer: IncrementalPdfFileWriter, field: str) -> generic.IndirectObject:
    reference = next(reference for name, _value, reference in enumerate_sig_fields(writer) if name == field)
    return generic.IndirectObject(reference.idnum, reference.generation, writer)


def field_of(writer: IncrementalPdfFileWriter, field: str = "sig_mentee") -> generic.DictionaryObject:
    reference = next(reference for name, _value, reference in enumerate_sig_fields(writer) if name == field)
    writer.mark_update(reference)
    found: generic.DictionaryObject = reference.get_object()
    return found


def sign_with(
    change: Change,
    field: str = "sig_mentee",
    by: Person | None = None,
    content: bytes | None = None,
    room: int | None = None,
) -> bytes:
    """Sign in one revision with what ``change`` writes."""
    # Leaves the metadata as they are put.
    writer = DocumentWriter(io.BytesIO(content or issued()))
    change(writer)
    meta = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    signer = PdfSigner(meta, (by or person(MENTEE, authority())).signer(), stamp_style=NoOpStampStyle())
    result: bytes = signer.sign_pdf(writer, existing_fields_only=True, bytes_reserved=room).getvalue()
    return result


def own(**entries: Callable[[IncrementalPdfFileWriter], Any]) -> Change:
    """Change entries of the party's own field."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        field = field_of(writer)
        for key, value in entries.items():
            field[pdf_name(f"/{key}")] = value(writer)

    return change


def normal(look: generic.StreamObject) -> Callable[[IncrementalPdfFileWriter], generic.DictionaryObject]:
    return lambda writer: generic.DictionaryObject({pdf_name("/N"): writer.add_object(look)})


def added(box: tuple[int, int, int, int], **entries: Callable[[IncrementalPdfFileWriter], Any]) -> Change:
    """Add a place for a signature."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        append_signature_field(writer, SigFieldSpec("Signature1", box=box))
        field = field_of(writer, "Signature1")
        for key, value in entries.items():
            field[pdf_name(f"/{key}")] = value(writer)

    return change


def kid(field: str, subtype: str) -> Change:
    """Hang an annotation over the whole page below a field."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        if field == "Signature1":
            added((10, 10, 50, 20))(writer)
        entry = field_of(writer, field)
        page = entry["/P"]
        values = {
            "/Type": pdf_name("/Annot"),
            "/Subtype": pdf_name(subtype),
            "/Parent": reference_of(writer, field),
            "/Rect": numbers(0, 0, 595, 842),
            "/F": generic.NumberObject(4),
            "/AP": normal(look_of())(writer),
        }
        below = writer.add_object(generic.DictionaryObject({pdf_name(key): value for key, value in values.items()}))
        entry[pdf_name("/Kids")] = generic.ArrayObject([below])
        page["/Annots"].append(below)
        writer.update_container(page["/Annots"])
        writer.update_container(page)

    return change


def in_pages(**entries: generic.PdfObject) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        for key, value in entries.items():
            pages[pdf_name(f"/{key}")] = value
        writer.update_container(pages)

    return change


def node_between(writer: IncrementalPdfFileWriter) -> None:
    """A node between the pages and their root, from which the first page inherits that it is turned."""
    pages = writer.root["/Pages"]
    first = pages["/Kids"].raw_get(0)
    entries = {
        "/Type": pdf_name("/Pages"),
        "/Kids": generic.ArrayObject([first]),
        "/Count": generic.NumberObject(1),
        "/Rotate": generic.NumberObject(180),
        "/Parent": writer.root.raw_get("/Pages"),
    }
    node = writer.add_object(generic.DictionaryObject({pdf_name(key): value for key, value in entries.items()}))
    pages["/Kids"][0] = node
    writer.update_container(pages["/Kids"])
    writer.update_container(pages)
    page = first.get_object()
    page[pdf_name("/Parent")] = node
    writer.mark_update(first)


COVERING: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a new place over the page": (
        "covers_page", lambda: sign_with(added((0, 0, 595, 842), AP=normal(look_of())), "Signature1")
    ),
    "a new place over one line": ("covers_page", lambda: sign_with(added((60, 700, 300, 780)), "Signature1")),
    "a new place over another's": (
        "covers_page", lambda: sign_with(added((330, 395, 400, 430)), "Signature1")
    ),
    "the own place grown": (
        "field_changed", lambda: sign_with(own(Rect=lambda _writer: numbers(0, 0, 595, 842), AP=normal(look_of())))
    ),
    "a text box below the own place": ("field_changed", lambda: sign_with(kid("sig_mentee", "/FreeText"))),
    "a stamp below a new place": ("annotation", lambda: sign_with(kid("Signature1", "/Stamp"), "Signature1")),
    "a place below a new place": ("covers_page", lambda: sign_with(kid("Signature1", "/Widget"), "Signature1")),
    "the own place made a stamp": (
        "field_changed", lambda: sign_with(own(Subtype=lambda _writer: pdf_name("/Stamp")))
    ),
    "a look without a size": ("annotation", lambda: sign_with(own(AP=normal(look_of(0, 0))))),
    "a look turned to nothing": (
        "annotation", lambda: sign_with(own(AP=normal(look_of(Matrix=numbers(0, 0, 0, 0, 0, 0)))))
    ),
    "all pages turned": ("page_changed", lambda: sign_with(in_pages(Rotate=generic.NumberObject(180)))),
    "all pages cut": ("page_changed", lambda: sign_with(in_pages(CropBox=numbers(0, 0, 200, 200)))),
    "a page turned by a node between": ("page_changed", lambda: sign_with(node_between)),
}  # fmt: skip


@pytest.mark.parametrize("name", COVERING)
def test_a_signature_that_covers_or_moves_is_a_changed_page(name: str) -> None:
    code, make = COVERING[name]
    content = make()
    assert (look(content).outcome, look(content).code) == ("refused", code)
    told = verify(content)
    assert told.state == "changed" and code in [change.code for change in told.reading.changes]


@pytest.mark.parametrize(
    "picture",
    [look_of(200, 40, b"0 0 1 RG 0 0 m 200 40 l S"), look_of(200, 40, b"", Matrix=numbers(0, 1, -1, 0, 0, 0))],
)
def test_any_look_inside_the_own_place_is_the_signers(picture: generic.StreamObject) -> None:
    """Programs write names, pictures and times there; it cannot leave its place."""
    content = sign_with(own(AP=normal(picture), F=lambda _writer: generic.NumberObject(132)))
    assert look(content).outcome == "accepted"
    assert verify(content).state == "unchanged"


def test_a_program_may_round_the_numbers_of_the_place() -> None:
    content = sign_with(own(Rect=lambda _writer: numbers(68.6315, 521.5874, 389.2403, 566.9417)))
    assert look(content).outcome != "refused"
    assert verify(content).state in ("unchanged", "added")
    moved = sign_with(own(Rect=lambda _writer: numbers(68.6315, 521.5874, 389.2403, 567.9417)))
    assert look(moved).code == "field_changed"


@pytest.mark.parametrize("box", [(0, 0, 0, 0), (565, 400, 590, 420)])
def test_a_place_of_the_programs_own_where_the_page_is_empty(box: tuple[int, int, int, int]) -> None:
    result = look(content := sign_with(added(box), "Signature1"))
    assert (result.outcome, result.code) == ("review", "own_place")
    # What such a place shows is for a person to see, so nothing is promised of it.
    assert result.told.startswith("The document is signed by Amal Example.") and "unchanged" not in result.told
    assert verify(content).state == "added"


@pytest.mark.parametrize("flags", [0, 2, 4 + 8, 4 + 32])
def test_a_hidden_signature_is_looked_at(flags: int) -> None:
    content = sign_with(own(F=lambda _writer: generic.NumberObject(flags)))
    assert (look(content).outcome, look(content).code) == ("review", "unexplained")
    assert verify(content).state == "added"


def record(agreement: bytes) -> bytes:
    told = {
        "agreement": {
            "sha256": hashlib.sha256(issued()).hexdigest(), "file_sha256": hashlib.sha256(agreement).hexdigest(),
        }
    }  # fmt: skip
    inside = (
        Attachment("agreement.pdf", agreement, "application/pdf", "The agreement", "Source"),
        Attachment("signatures.json", json.dumps(told).encode(), "application/json", "Data", "Data"),
    )
    rendered = render_pdf(
        "agreement.html", sheet().context(), language="en", title="Signing record", reference="SAFA-2026-0417",
        kind="signing_record", attachments=inside,
    )  # fmt: skip
    return certify(rendered.content, UNION, may_sign=False)


def test_a_record_tells_what_was_added_to_the_agreement_inside() -> None:
    agreement = sign_with(added((565, 400, 590, 420)), "Signature1")
    told = verify(record(agreement))
    assert told.state == "added" and not told.ok
    assert verify(record(sign_with(own()))).state == "unchanged"


# What readers show beside the pages


def metadata(change: Callable[[bytes], bytes], **entries: Any) -> Change:
    def write(writer: IncrementalPdfFileWriter) -> None:
        data = change(writer.root["/Metadata"].data)
        values = {"/Type": pdf_name("/Metadata"), "/Subtype": pdf_name("/XML")}
        stream = generic.StreamObject(dict_data={pdf_name(k): v for k, v in values.items()}, stream_data=data)
        writer.root[pdf_name("/Metadata")] = writer.add_object(stream)
        writer.update_root()

    return write


def put(old: bytes, new: bytes) -> Change:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new)

    return metadata(change)


def in_root(key: str, make: Callable[[IncrementalPdfFileWriter], generic.PdfObject]) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root[pdf_name(key)] = make(writer)
        writer.update_root()

    return change


def table(**entries: Any) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(f"/{key}"): value for key, value in entries.items()})


def info(**entries: str) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.set_info(table(**{key: generic.pdf_string(value) for key, value in entries.items()}))

    return change


def evidence(key: str, content: bytes) -> Change:
    return in_root(
        "/DSS",
        lambda writer: table(
            Type=pdf_name("/DSS"),
            **{key: generic.ArrayObject([writer.add_object(generic.StreamObject(stream_data=content))])},
        ),
    )


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
MORE: dict[str, Change] = {
    "another title": put(b"Ethics agreement", b"Draft, not valid"),
    "another title in another language": put(
        b"</rdf:li></rdf:Alt></dc:title>",
        b'</rdf:li><rdf:li xml:lang="sv">Utkast</rdf:li></rdf:Alt></dc:title>',
    ),
    "another identifier": put(b"SAFA-2026-0417</dc:identifier>", b"SAFA-2026-0001</dc:identifier>"),
    "another kind": put(b"<rdf:li>agreement</rdf:li>", b"<rdf:li>export</rdf:li>"),
    "another standard": put(b'pdfaid:part="3"', b'pdfaid:part="1"'),
    "another creator": put(b"Architects SAFA</rdf:li>", b"Architects XAFA</rdf:li>"),
    "words of the program": put(b'<rdf:Description rdf:about="" pdf:Producer', (
        b'<rdf:Description rdf:about="" pdf:Keywords="void" pdf:Producer'
    )),
    "metadata that are no XML": metadata(lambda _data: b"<<<not xml"),
    "empty metadata": metadata(lambda _data: b""),
    "metadata with entities": metadata(lambda _data: ENTITIES),
    "metadata of another kind": in_root("/Metadata", lambda _writer: generic.NumberObject(3)),
    "another title in the old place": info(Title="I do not agree"),
    "another author": info(Title="Ethics agreement for mentoring, SAFA-2026-0417", Author="x"),
    "a standard nobody knows": in_root(
        "/Extensions", lambda _writer: table(EVIL=table(BaseVersion=pdf_name("/1.7")))
    ),
    "extensions that are none": in_root("/Extensions", lambda _writer: table(ADBE=generic.pdf_string("x"))),
    "evidence that is none": evidence("Certs", b"MZ evil" * 100),
    "lists that are none": evidence("CRLs", b"MZ evil" * 100),
    "answers that are none": evidence("OCSPs", b"MZ evil" * 100),
    "evidence of another kind": in_root("/DSS", lambda _writer: table(Certs=generic.NumberObject(3))),
    "evidence with more in it": in_root("/DSS", lambda _writer: table(Type=pdf_name("/DSS"), X=table())),
}  # fmt: skip


@pytest.mark.parametrize("name", MORE)
def test_what_readers_show_beside_the_pages_is_compared(name: str) -> None:
    content = sign_with(MORE[name])
    result = look(content)
    assert (result.outcome, result.code) == ("review", "unexplained")
    assert result.signer is not None and "unchanged" not in result.told
    assert verify(content).state == "added"


@pytest.mark.parametrize(
    "change",
    [
        evidence("Certs", authority().der),
        info(
            Title="Ethics agreement for mentoring, SAFA-2026-0417", Author="Finnish Association of Architects SAFA",
            CreationDate="D:20261023", Creator="Signing program",
        ),
        put(b"<rdf:Description rdf:about=\"\"><xmp:ModifyDate>2026-10-23<", (
            b'<rdf:Description rdf:about=""><xmp:CreatorTool>Pen</xmp:CreatorTool><xmp:ModifyDate>2026-11-01<'
        )),
    ],
    ids=["evidence", "info", "times"],
)  # fmt: skip
def test_what_signing_programs_write_there_is_theirs(change: Change) -> None:
    content = sign_with(change)
    assert look(content).outcome == "accepted"
    assert verify(content).state == "unchanged"


# Files that block others


def many_issuers(count: int, *, names: int = 1) -> Person:
    """A certificate with so many certificates of issuers, all of which may have issued each other."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    called = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"CA {number}")]) for number in range(names)]

    def certificate(number: int, name: x509.Name, issuer: x509.Name, public: Any, ca: bool) -> x509.Certificate:
        builder = x509.CertificateBuilder(issuer, name, public, number + 100, now, now + datetime.timedelta(9))
        return builder.add_extension(x509.BasicConstraints(ca, None), True).sign(key, hashes.SHA256())

    chain = [
        certificate(number, called[number % names], called[(number + 1) % names], key.public_key(), True)
        for number in range(count)
    ]
    own_key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, MENTEE)])
    return Person(certificate(count, subject, called[0], own_key.public_key(), False), own_key, tuple(chain))


@pytest.mark.parametrize(("count", "names"), [(20, 1), (3, 1), (20, 20)])
def test_a_signature_with_too_many_certificates_is_not_followed(count: int, names: int) -> None:
    """The ways from a certificate to its issuers grow as the factorial of their number."""
    content = sign_with(lambda _writer: None, by=many_issuers(count, names=names), room=60_000)
    begun = time.monotonic()
    result = look(content)
    assert (result.outcome, result.code) == ("refused", "too_many_certificates")
    told = verify(content)
    assert told.state == "unreadable" and "too_many_certificates" in [change.code for change in told.reading.changes]
    assert time.monotonic() - begun < 5


def test_a_usual_chain_of_issuers_is_followed() -> None:
    content = sign_with(lambda _writer: None, by=many_issuers(8, names=4), room=60_000)
    begun = time.monotonic()
    assert (look(content).outcome, look(content).code) == ("review", "unknown_issuer")
    assert time.monotonic() - begun < 5


def test_nobody_can_make_the_file_so_large_that_the_next_cannot_sign(settings: Any) -> None:
    large = sign_with(evidence("Certs", os.urandom(1_400_000)))
    assert (look(large).outcome, look(large).code) == ("refused", "too_many_objects")
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "UPLOAD_MAX_BYTES": 3 * len(issued())}
    assert look(sign_with(evidence("Certs", os.urandom(130_000)))).code == "too_many_objects"
    first = signed(issued(), person(MENTEE, authority()))
    assert look(first).outcome == "accepted"
    second = signed(first, person(MENTOR, authority()), "sig_mentor_1")
    assert look(second, "sig_mentor_1", first).outcome == "accepted"
    assert seal(second, UNION)


def test_a_certificate_that_is_not_in_force_yet_is_told_so() -> None:
    content = signed(issued(), person(MENTEE, authority(), days=(2, 400)))
    result = look(content)
    assert (result.outcome, result.code) == ("review", "not_yet_valid")
    assert str(SENTENCES["not_yet_valid"]).split("%")[0] in result.told
    assert "not in force yet" in " ".join(verify(content).signatures[-1].lines)
