"""What WeasyPrint leaves undone: one file that is archival (PDF/A-3a) and accessible (PDF/UA-1) at once."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from xml.sax.saxutils import escape

from .errors import GlyphsMissing
from .fields import to_signature_fields

# PDF/A wants every name outside its own schemas explained in the file; this explains pdfuaid:part (ISO 14289-1, 5).
_UA_IDENTIFICATION = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
_RDF_END = b"</rdf:RDF>"
_LINE_ENDS = (b"\r", b"\n")
_LEVEL = 9


class Attachment(Protocol):
    """An embedded file, as far as the finisher must know it."""

    @property
    def mime_type(self) -> str: ...
    @property
    def relationship(self) -> str: ...


@dataclass(frozen=True)
class About:
    """What a file says of itself in its metadata: its reference (dc:identifier) and its kind (dc:type)."""

    reference: str = ""
    kind: str = ""

    def xmp(self) -> bytes:
        """Return both as a piece of RDF; nothing when there is nothing to say."""
        said = f"<dc:identifier>{escape(self.reference)}</dc:identifier>" if self.reference else ""
        if self.kind:
            said += f"<dc:type><rdf:Bag><rdf:li>{escape(self.kind)}</rdf:li></rdf:Bag></dc:type>"
        if not said:
            return b""
        opening = '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        return f"{opening}{said}</rdf:Description>\n".encode()


def finish(document: Any, pdf: Any, *, about: About, attachments: Sequence[Attachment] = ()) -> None:
    """Complete the file just before it is written; given to WeasyPrint as its ``finisher``.

    ``document`` is WeasyPrint's, ``pdf`` a pydyf.PDF; ``attachments`` are those given to WeasyPrint, in their order.
    Raises GlyphsMissing, ForeignField (see fields.py), and ValueError when something is not where WeasyPrint used to
    put it, so that an update of it cannot quietly cost the conformance.
    """
    _refuse_boxes(document)
    to_signature_fields(pdf)
    _describe(pdf, attachments)
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    content: bytes = b"".join(metadata.stream)
    if content.count(_RDF_END) != 1:
        raise ValueError("The XMP metadata of this version of WeasyPrint are laid out in a new way.")
    metadata.stream = [content.replace(_RDF_END, _UA_IDENTIFICATION + about.xmp() + _RDF_END)]
    _name_every_glyph(pdf)
    # An archive must be able to read what the file is without unpacking it (ISO 19005-3, 6.6.2.1).
    _pack(pdf, but=metadata)


def _refuse_boxes(document: Any) -> None:
    """Raise GlyphsMissing when a box stands for a character: nobody should sign under a name that cannot be read."""
    missing = sorted({code for font in document.fonts.values() for code in font.missing})
    if missing:
        raise GlyphsMissing("".join(map(chr, missing)))


def _describe(pdf: Any, attachments: Sequence[Attachment]) -> None:
    """Write the type and relationship of each embedded file.

    WeasyPrint guesses the type by the machine's own tables, and finds the relationship by the content, which two files
    can share; and it lists each file twice.
    """
    files: list[Any] = [found for found in pdf.objects if isinstance(found, dict) and found.get("Type") == "/Filespec"]
    if len(files) != len(attachments):
        raise ValueError("This version of WeasyPrint embeds files in a new way.")
    for file, attachment in zip(files, attachments, strict=True):
        stream = pdf.objects[int(file["EF"]["F"].split()[0])]
        stream.extra["Subtype"] = "/" + attachment.mime_type.replace("/", "#2f")
        file["AFRelationship"] = f"/{attachment.relationship}"
    if files:
        pdf.catalog["AF"][:] = [file.reference for file in files]


def _name_every_glyph(pdf: Any) -> None:
    """Give a character to glyphs that stand for a part of one: both standards forbid an empty mapping.

    Scripts such as Devanagari draw a vowel before its consonant; the text is kept by the glyph beside it, so that this
    one gets the zero-width space, which changes nothing when the text is copied or read aloud.
    """
    for stream in pdf.objects:
        lines = getattr(stream, "stream", None)
        if lines and b"begincmap" in lines:
            stream.stream = [line[:-2] + b"<200b>" if line.endswith(b"> <>") else line for line in lines]


def _pack(pdf: Any, but: Any) -> None:
    """Compress every stream ``but`` one, once, so that its data do not end in a line end.

    A reader that measures a stream by its ``endstream`` mark would take such a byte for part of the mark, and the
    stream's stated length would look wrong. Left to itself, pydyf compresses twice (for the file's identifier, too),
    and puts objects into streams whose end is nobody's choice; without those, a file is also read more quickly.
    """
    for stream in pdf.objects:
        if hasattr(stream, "compress") and stream is not but and "Filter" not in stream.extra:
            content = _content(stream)
            filters, packed = "/FlateDecode", zlib.compress(content, _LEVEL)
            if packed[-1:] in _LINE_ENDS and not stream.extra:
                # Page content and tables of characters: white space at the end means nothing.
                packed = zlib.compress(content + b"\n", _LEVEL)
            if packed[-1:] in _LINE_ENDS:
                filters, packed = "[/ASCIIHexDecode /FlateDecode]", packed.hex().encode() + b">"
            stream.stream = [packed]
            stream.extra = {**stream.extra, "Filter": filters}
            stream.compress = False


def _content(stream: Any) -> bytes:
    """Return a stream's content as pydyf writes it: only pydyf knows how each of its parts is written."""
    stream.compress = False
    content: bytes = stream.data.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
    return content
