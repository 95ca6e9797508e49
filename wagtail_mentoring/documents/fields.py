"""From the checkboxes that a template has for signatures to tagged signature fields of the file. Without Django."""

from typing import Any

from .errors import ForeignField

#: Names of signature fields begin so.
PREFIX = "sig_"
_EMPTY_APPEARANCE = {"Type": "/XObject", "Subtype": "/Form"}
# What a checkbox has and a signature must not: its state, its look when ticked, its border and flags.
_OF_CHECKBOXES = ("AS", "V", "MK", "Border", "DA", "Ff")
_PRINTED = 4
# The closing seal ends all signing: it locks every field but the one of the timestamp that may follow.
_CLOSES, _MAY_FOLLOW = "sig_seal", "sig_ts"
_SIGNATURES_EXIST = 1


def to_signature_fields(pdf: Any) -> None:
    """Turn every checkbox named ``sig_…`` into an empty signature field; place, words and tags stay.

    ``pdf`` is a pydyf.PDF before it is written. Raises ForeignField with the name of any other form field, because
    those break the archival standard, and of a field that is there twice, because a signature in it would fill both.
    """
    form = pdf.catalog.get("AcroForm")
    if form is None:
        return
    names: set[str] = set()
    for reference in form["Fields"]:
        field = _object(pdf, reference)
        name = field["T"].string
        if field.get("FT") != "/Btn" or not name.startswith(PREFIX) or name in names:
            raise ForeignField(name)
        names.add(name)
        _empty(pdf, field)
        if name == _CLOSES:
            field["Lock"] = _lock(pdf, field)
    for key in ("NeedAppearances", "DR"):
        form.pop(key, None)
    form["SigFlags"] = _SIGNATURES_EXIST
    _point_at_fields_directly(pdf)


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _empty(pdf: Any, field: Any) -> None:
    left, top, right, bottom = field["Rect"]
    field["Rect"][:] = min(left, right), min(top, bottom), max(left, right), max(top, bottom)
    # The ticked look becomes the empty one: an object that nothing points at would stay in the file otherwise.
    (look,) = field["AP"]["N"].values()
    stream = _object(pdf, look)
    box = stream.extra["BBox"]
    stream.stream.clear()
    stream.extra.clear()
    stream.extra.update({**_EMPTY_APPEARANCE, "BBox": box})
    field["AP"]["N"] = look
    for key in _OF_CHECKBOXES:
        field.pop(key, None)
    field["FT"] = "/Sig"
    field["F"] = _PRINTED


def _lock(pdf: Any, field: Any) -> bytes:
    # WeasyPrint's own kinds of objects, without importing what it is built on.
    dictionary, array, string = type(field), type(field["Rect"]), type(field["T"])
    fields = array([string(_MAY_FOLLOW)])
    lock = dictionary({"Type": "/SigFieldLock", "Action": "/Exclude", "Fields": fields})
    pdf.add_object(lock)
    return bytes(lock.reference)


def _point_at_fields_directly(pdf: Any) -> None:
    """Write ``/K ref`` for ``/K [ref]`` in the tags of fields.

    Both mean the same. But whoever compares a signed file with the one before follows the first form only, and would
    take every signature for a change of the tags.
    """
    for found in pdf.objects:
        if isinstance(found, dict) and found.get("S") == "/Form" and isinstance(found.get("K"), list):
            (found["K"],) = found["K"]
