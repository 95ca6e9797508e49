"""What WeasyPrint leaves undone: one file that is archival (PDF/A-3a) and accessible (PDF/UA-1) at once."""

from typing import Any

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


def finish(document: Any, pdf: Any) -> None:
    """Complete the metadata just before the file is written; given to WeasyPrint as its ``finisher``.

    ``pdf`` is a pydyf.PDF. Raises ValueError when the metadata are not where WeasyPrint used to put them, so that an
    update of it cannot quietly cost the conformance.
    """
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    content: bytes = b"".join(metadata.stream)
    if content.count(_RDF_END) != 1:
        raise ValueError("The XMP metadata of this version of WeasyPrint are laid out in a new way.")
    metadata.stream = [content.replace(_RDF_END, _UA_IDENTIFICATION + _RDF_END)]
    # An archive must be able to read what the file is without unpacking it (ISO 19005-3, 6.6.2.1).
    metadata.compress = False
    _name_every_glyph(pdf)
    _end_streams_cleanly(pdf)


def _name_every_glyph(pdf: Any) -> None:
    """Give a character to glyphs that stand for a part of one: both standards forbid an empty mapping.

    Scripts such as Devanagari draw a vowel before its consonant; the text is kept by the glyph beside it, so that this
    one gets the zero-width space, which changes nothing when the text is copied or read aloud.
    """
    for stream in pdf.objects:
        lines = getattr(stream, "stream", None)
        if lines and b"begincmap" in lines:
            stream.stream = [line[:-2] + b"<200b>" if line.endswith(b"> <>") else line for line in lines]


def _end_streams_cleanly(pdf: Any) -> None:
    """Keep compressed page content from ending in a line end.

    A reader that measures a stream by its ``endstream`` mark would take such a byte for part of the mark, and the
    stream's stated length would look wrong. White space at the end of page content means nothing.
    """
    for stream in pdf.objects:
        if getattr(stream, "compress", False) and not stream.extra:
            for _ in range(8):
                if stream.data.rpartition(b"\nendstream")[0][-1:] not in b"\r\n":
                    break
                stream.stream.append(b"")
