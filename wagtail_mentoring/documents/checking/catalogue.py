"""What a PDF holds beside its pages: metadata, developer extensions, evidence for signatures.

Signing programs write all three anew, so they are not compared byte for byte but by what they say.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pikepdf
from cryptography import x509
from cryptography.x509 import ocsp

_LARGEST = 512 * 1024
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
# What a program says of itself and of the time, what describes other metadata, and what is only syntax.
_FREE = frozenset(
    {
        "{http://ns.adobe.com/pdf/1.3/}Producer",
        *(f"{_XMP}{one}" for one in ("ModifyDate", "MetadataDate", "CreatorTool")),
    }
)
_FREE_SPACES = (
    "{http://ns.adobe.com/xap/1.0/mm/}", "{http://www.aiim.org/pdfa/ns/extension/}",
    "{http://www.aiim.org/pdfa/ns/schema#}", "{http://www.aiim.org/pdfa/ns/property#}",
    "{http://www.aiim.org/pdfa/ns/type#}", "{http://www.aiim.org/pdfa/ns/field#}", "{adobe:ns:meta/}",
    "{http://www.w3.org/XML/1998/namespace}",
)  # fmt: skip
_INFO_FREE = ("/ModDate", "/Producer", "/Creator")

#: Registered prefixes of those whose extensions signatures need: Adobe, ETSI and ISO.
_DEVELOPERS = ("/ADBE", "/ESIC", "/ISO_")
_EXTENSION = {"/Type", "/BaseVersion", "/ExtensionLevel", "/URL", "/ExtensionRevision"}
_VRI = re.compile(r"/[0-9A-F]{40}\Z")
_EVIDENCE: dict[str, Callable[[bytes], Any]] = {
    "Cert": x509.load_der_x509_certificate,
    "CRL": x509.load_der_x509_crl,
    "OCSP": ocsp.load_der_ocsp_response,
}


def catalogue_changes(before: pikepdf.Pdf, after: pikepdf.Pdf) -> list[str]:
    """Return the places where ``after`` says something else of itself than ``before``, or holds what it must not."""
    changed = _metadata(before.Root.get("/Metadata"), after.Root.get("/Metadata"))
    changed += _info(before.trailer.get("/Info"), after.trailer.get("/Info"))
    if not _extensions(after.Root.get("/Extensions"), before.Root.get("/Extensions")):
        changed.append("/Extensions")
    if not _store(after.Root.get("/DSS")):
        changed.append("/DSS")
    return changed


def _metadata(old: Any, new: Any) -> list[str]:
    first, second = _said(old), _said(new)
    if first is None and old is not None and isinstance(new, type(old)):
        # We cannot read what was there either, so only the same bytes are the same.
        same = isinstance(old, pikepdf.Stream) and old.read_bytes() == new.read_bytes()
        return [] if same else ["/Metadata"]
    if second is None:
        return [] if new is None and old is None else ["/Metadata"]
    first = first or {}
    return sorted(
        "/Metadata/" + key.rpartition("}")[2]
        for key in first.keys() | second.keys()
        if first.get(key) != second.get(key)
    )


def _said(metadata: Any) -> dict[str, set[str]] | None:
    """Return what the metadata say: values by property. None when they are no XML as metadata are written."""
    if not isinstance(metadata, pikepdf.Stream):
        return None
    content = metadata.read_bytes()
    if len(content) > _LARGEST:
        return None
    try:
        text = content.decode("utf-8")
        # Without a document type there are no entities, and so nothing that could unfold.
        if "<!" in text.replace("<!--", ""):
            return None
        root = ElementTree.fromstring(text.lstrip("\ufeff \r\n\t"))  # noqa: S314 - see above
    except (UnicodeDecodeError, ElementTree.ParseError, RecursionError, ValueError):
        return None
    said: dict[str, set[str]] = defaultdict(set)
    waiting: list[tuple[ElementTree.Element, str]] = [(root, "")]
    while waiting:
        element, above = waiting.pop()
        name = str(element.tag)
        # Lists and descriptions are only the way in which a property is written.
        within = above if name.startswith((_RDF, "{adobe:ns:meta/}")) else name
        words = [(within, element.text or ""), (above, element.tail or "")]
        for key, value in element.attrib.items():
            words.append((within if key == f"{_RDF}resource" else key, value))
        for key, value in words:
            if (value := value.strip()) and not _is_free(key):
                said[key].add(value)
        waiting += [(child, within) for child in element]
    return dict(said)


def _is_free(key: str) -> bool:
    return key in _FREE or key.startswith(_FREE_SPACES) or key in (f"{_RDF}about", f"{_RDF}parseType")


def _info(old: Any, new: Any) -> list[str]:
    """Compare the older place of the metadata, which many readers still show."""
    first, second = (
        {key: str(value) for key, value in table.items() if key not in _INFO_FREE}
        if isinstance(table, pikepdf.Dictionary)
        else {}
        for table in (old, new)
    )
    return sorted(f"/Info{key}" for key in first.keys() | second.keys() if first.get(key) != second.get(key))


def _extensions(value: Any, old: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, pikepdf.Dictionary):
        return False
    known = {*_DEVELOPERS, "/Type", *(old.keys() if isinstance(old, pikepdf.Dictionary) else ())}
    return all(
        key in known and (key == "/Type" or all(map(_extension, one if isinstance(one, pikepdf.Array) else [one])))
        for key, one in value.items()
    )


def _extension(value: Any) -> bool:
    return (
        isinstance(value, pikepdf.Dictionary)
        and set(value.keys()) <= _EXTENSION
        and isinstance(value.get("/BaseVersion"), pikepdf.Name)
        and isinstance(value.get("/ExtensionLevel"), int)
        and all(
            isinstance(value.get(key, pikepdf.String("")), pikepdf.String) for key in ("/URL", "/ExtensionRevision")
        )
    )


def _store(value: Any) -> bool:
    """Tell whether the store of evidence holds certificates, lists and answers about them, and nothing else."""
    if value is None:
        return True
    if not isinstance(value, pikepdf.Dictionary):
        return False
    for key, one in value.items():
        if key == "/Type":
            continue
        if key == "/VRI":
            if not isinstance(one, pikepdf.Dictionary):
                return False
            if not all(name == "/Type" or (_VRI.match(name) and _about_one(entry)) for name, entry in one.items()):
                return False
        elif key[-1:] != "s" or not _all_are(one, key[1:-1]):
            return False
    return True


def _about_one(value: Any) -> bool:
    if not isinstance(value, pikepdf.Dictionary):
        return False
    return all(key in ("/Type", "/TU") or _all_are(one, key[1:]) for key, one in value.items())


def _all_are(value: Any, kind: str) -> bool:
    if kind not in _EVIDENCE or not isinstance(value, pikepdf.Array):
        return False
    for one in value:
        if not isinstance(one, pikepdf.Stream):
            return False
        try:
            _EVIDENCE[kind](one.read_bytes())
        except (ValueError, x509.InvalidVersion, pikepdf.PdfError):
            return False
    return True
