"""What people do to a document between downloading and uploading it. Each takes bytes and returns bytes."""

import io
import zlib
from collections.abc import Callable

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields


def changed_byte(content: bytes, at: int | None = None) -> bytes:
    """One bit somewhere in the middle."""
    place = len(content) // 2 if at is None else at
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def changed_digit(content: bytes, at: int) -> bytes:
    """Another digit where numbers are written in hexadecimal."""
    return content[:at] + (b"1" if content[at : at + 1] == b"0" else b"0") + content[at + 1 :]


def _written(content: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """Append a revision that ``change`` writes."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _page(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    page: generic.DictionaryObject = writer.root["/Pages"]["/Kids"][0]
    writer.update_container(page)
    return page


def page_text(content: bytes) -> bytes:
    """Other words over the first page, as an incremental update."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        page = _page(writer)
        stream = generic.StreamObject(stream_data=b"q 1 0 0 rg 50 400 400 200 re f Q")
        old = page.raw_get("/Contents")
        before = list(old.get_object()) if isinstance(old.get_object(), generic.ArrayObject) else [old]
        page["/Contents"] = generic.ArrayObject([*before, writer.add_object(stream)])

    return _written(content, change)


def annotation(content: bytes) -> bytes:
    """A text box over the first page."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        page = _page(writer)
        note = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/FreeText"),
                pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 400, 400, 500))),
                pdf_name("/Contents"): generic.pdf_string("I agree to something else"),
                pdf_name("/DA"): generic.pdf_string("/Helv 12 Tf"),
            }
        )
        notes = list(page["/Annots"]) if "/Annots" in page else []
        page["/Annots"] = generic.ArrayObject([*notes, writer.add_object(note)])

    return _written(content, change)


def _in_root(key: str, value: generic.PdfObject) -> Callable[[bytes], bytes]:
    def attack(content: bytes) -> bytes:
        def change(writer: IncrementalPdfFileWriter) -> None:
            writer.root[pdf_name(key)] = writer.add_object(value)
            writer.update_root()

        return _written(content, change)

    return attack


def _action(kind: str, **values: str) -> generic.DictionaryObject:
    entries = {pdf_name("/S"): pdf_name(kind)}
    entries |= {pdf_name(f"/{key}"): generic.pdf_string(value) for key, value in values.items()}
    return generic.DictionaryObject(entries)


javascript = _in_root("/OpenAction", _action("/JavaScript", JS="app.alert(1)"))
launch = _in_root("/OpenAction", _action("/Launch", F="calc.exe"))


def hidden_javascript(content: bytes) -> bytes:
    """A program that hangs on nothing yet."""
    return _written(content, lambda writer: writer.add_object(_action("/JavaScript", JS="app.alert(1)")) and None)


def attachment(content: bytes) -> bytes:
    """Another file inside the document."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        inside = generic.StreamObject(
            dict_data={pdf_name("/Type"): pdf_name("/EmbeddedFile")}, stream_data=b"MZ something to run"
        )
        spec = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Filespec"),
                pdf_name("/F"): generic.pdf_string("agreement.exe"),
                pdf_name("/EF"): generic.DictionaryObject({pdf_name("/F"): writer.add_object(inside)}),
            }
        )
        names = generic.ArrayObject([generic.pdf_string("agreement.exe"), writer.add_object(spec)])
        writer.root[pdf_name("/Names")] = generic.DictionaryObject(
            {pdf_name("/EmbeddedFiles"): generic.DictionaryObject({pdf_name("/Names"): names})}
        )
        writer.update_root()

    return _written(content, change)


def xfa(content: bytes) -> bytes:
    """A form of another kind, which some readers would show in the place of the document."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        form[pdf_name("/XFA")] = writer.add_object(generic.StreamObject(stream_data=b"<xdp/>"))
        writer.update_container(form)

    return _written(content, change)


def many_objects(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        for number in range(1000):
            writer.add_object(generic.NumberObject(number))

    return _written(content, change)


def filled(content: bytes, field: str = "sig_mentee") -> bytes:
    """The place of the signature filled with words instead of a signature."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        for name, _value, reference in enumerate_sig_fields(writer):
            if name == field:
                entry = reference.get_object()
                entry[pdf_name("/V")] = generic.pdf_string("Amal Example")
                writer.mark_update(reference)

    return _written(content, change)


def look_of_signature(content: bytes, field: str = "sig_mentor_1") -> bytes:
    """The picture of a signature in a place that nobody has signed."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        for name, _value, reference in enumerate_sig_fields(writer):
            if name == field:
                picture = generic.StreamObject(
                    dict_data={
                        pdf_name("/Type"): pdf_name("/XObject"),
                        pdf_name("/Subtype"): pdf_name("/Form"),
                        pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 100, 20))),
                    },
                    stream_data=b"0 0 1 RG 0 0 m 100 20 l S",
                )
                entry = reference.get_object()
                entry[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(picture)})
                writer.mark_update(reference)

    return _written(content, change)


def metadata_and_more(content: bytes) -> bytes:
    """An entry in the catalogue that no signature needs and no reader shows."""
    return _in_root("/PieceInfo", generic.DictionaryObject())(content)


def encrypted(content: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def encrypted_without_password(content: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user=""))
    return out.getvalue()


def rewritten(content: bytes) -> bytes:
    """As “Print to PDF” or “Save as” does."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def _next_number(content: bytes) -> int:
    return int(PdfFileReader(io.BytesIO(content)).trailer["/Size"])


def _startxref(content: bytes) -> int:
    return int(content[content.rfind(b"startxref") + 9 :].split()[0])


def bomb_of_references(content: bytes, megabytes: int = 300) -> bytes:
    """A cross-reference stream of a few hundred kilobytes that unfolds to hundreds of megabytes, packed twice."""
    number = _next_number(content)
    packed = zlib.compress(zlib.compress(b"\0" * (megabytes * 1024 * 1024), 9), 9)
    root = PdfFileReader(io.BytesIO(content)).root_ref
    start = len(content)
    entries = megabytes * 1024 * 1024 // 4
    return content + (
        b"%d 0 obj\n<</Type/XRef/Size %d/Index[0 %d]/W[1 2 1]/Prev %d/Root %d 0 R/Filter[/FlateDecode/FlateDecode]"
        b"/Length %d>>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
        % (number, number + 1, entries, _startxref(content), root.idnum, len(packed), packed, start)
    )


def bomb_of_objects(content: bytes, megabytes: int = 300) -> bytes:
    """An object stream that unfolds to hundreds of megabytes."""
    number = _next_number(content)
    inside = b"%d 0 " % (number + 1) + b" " * (megabytes * 1024 * 1024) + b"<<>>"
    packed = zlib.compress(inside, 9)
    root = PdfFileReader(io.BytesIO(content)).root_ref
    start = len(content)
    stream = (
        b"%d 0 obj\n<</Type/ObjStm/N 1/First %d/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n"
        % (number, len(inside) - 4, len(packed), packed)
    )
    table = b"".join(
        [
            bytes([1]) + start.to_bytes(4, "big") + b"\0",
            bytes([2]) + number.to_bytes(4, "big") + b"\0",
            bytes([1]) + (start + len(stream)).to_bytes(4, "big") + b"\0",
        ]
    )
    return (
        content
        + stream
        + b"%d 0 obj\n<</Type/XRef/Size %d/Index[%d 3]/W[1 4 1]/Prev %d/Root %d 0 R/Length %d>>\nstream\n%s"
        b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
        % (number + 2, number + 3, number, _startxref(content), root.idnum, len(table), table, start + len(stream))
    )
