"""A PDF as a structure: what it could do to a reader, and what somebody has added to ours.

Nothing is unpacked but what the file itself needs to be read; page content is compared in its packed form.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from .catalogue import catalogue_changes
from .found import FileRefused
from .limits import MOST_ADDED, MOST_OBJECTS
from .places import FIXED, FREE, Place, hidden, moved, new_place, refuse_covering, refuse_odd_look

# Actions by the code of what is wrong with them. Links to web pages (/URI) and inside the document are harmless.
_ACTIONS = {
    "/JavaScript": "javascript",
    "/Rendition": "javascript",
    "/Launch": "action",
    "/SubmitForm": "action",
    "/ImportData": "action",
    "/GoToR": "action",
    "/GoToE": "action",
    "/Movie": "action",
    "/Sound": "action",
    "/Hide": "action",
    "/ResetForm": "action",
    "/SetOCGState": "action",
}
_KEYS = {"/JS": "javascript", "/AA": "action", "/OpenAction": "action", "/EF": "embedded_file", "/XFA": "xfa"}
_TYPES = {"/EmbeddedFile": "embedded_file", "/RichMedia": "embedded_file"}
#: The order in which several faults of a file are told.
FAULTS = ("javascript", "action", "embedded_file", "xfa")
_DEEPEST = 60


def _inside(thing: Any) -> Iterator[pikepdf.Object]:
    """Yield every dictionary and stream that stands in ``thing`` itself, not behind a reference."""
    waiting: list[tuple[Any, int]] = [(thing, 0)]
    while waiting:
        here, depth = waiting.pop()
        if depth > _DEEPEST:
            raise FileRefused("too_heavy")
        if isinstance(here, pikepdf.Dictionary | pikepdf.Stream):
            yield here
            values = [value for _key, value in here.items()]
        elif isinstance(here, pikepdf.Array):
            values = list(here)
        else:
            continue
        waiting += [(value, depth + 1) for value in values if not getattr(value, "is_indirect", False)]


def powers(pdf: pikepdf.Pdf) -> Counter[str]:
    """Count what in the file could run, fetch, send or carry something, by the codes of FAULTS."""
    found: Counter[str] = Counter()
    if len(pdf.objects) > MOST_OBJECTS:
        raise FileRefused("too_heavy")
    for whole in pdf.objects:
        for part in _inside(whole):
            for key, code in _KEYS.items():
                if key in part:
                    found[code] += 1
            action = part.get("/S")
            if isinstance(action, pikepdf.Name) and str(action) in _ACTIONS:
                found[_ACTIONS[str(action)]] += 1
            for key in ("/Type", "/Subtype"):
                value = part.get(key)
                if isinstance(value, pikepdf.Name) and str(value) in _TYPES:
                    found[_TYPES[str(value)]] += 1
    return found


def refuse_powers(pdf: pikepdf.Pdf, known: Counter[str] | None = None) -> None:
    """Raise FileRefused when the file can do more than ``known``, what our own document can."""
    found = powers(pdf)
    for code in FAULTS:
        if found[code] > (known or Counter())[code]:
            raise FileRefused(code)


@dataclass
class Growth:
    """How a file differs from the one that it began as.

    ``filled``: existing signature fields that have a value now. ``unsigned``: of these, fields whose value is no
    signature. ``new_fields``: fields that did not exist. ``other``: places that changed and that no signature needs.
    """

    filled: list[str] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    new_fields: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)


def fields_of(pdf: pikepdf.Pdf) -> dict[str, pikepdf.Object]:
    """Return the end fields of the form by their full names."""
    found: dict[str, pikepdf.Object] = {}
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary):
        return found
    waiting: list[tuple[Any, str, int]] = [(one, "", 0) for one in _array(form.get("/Fields"))]
    while waiting:
        node, above, depth = waiting.pop()
        if depth > _DEEPEST or len(found) > MOST_ADDED:
            raise FileRefused("too_heavy")
        if not isinstance(node, pikepdf.Dictionary):
            continue
        own = node.get("/T")
        name = ".".join(part for part in (above, str(own) if own is not None else "") if part)
        kids = [kid for kid in _array(node.get("/Kids")) if isinstance(kid, pikepdf.Dictionary) and "/T" in kid]
        if kids:
            waiting += [(kid, name, depth + 1) for kid in kids]
        else:
            found[name] = node
    return found


def _array(value: Any) -> list[Any]:
    return list(value) if isinstance(value, pikepdf.Array) else []


def is_signature(value: Any) -> bool:
    """Tell whether a field's value has the two parts of every signature."""
    return isinstance(value, pikepdf.Dictionary) and "/Contents" in value and "/ByteRange" in value


def grown(before: pikepdf.Pdf, after: pikepdf.Pdf, content: bytes) -> Growth:
    """Compare a document with what it has become. ``content`` are the bytes of ``before``.

    Raises FileRefused: too_many_objects, page_changed, annotation or field_changed.
    """
    if len(after.objects) > len(before.objects) + MOST_ADDED:
        raise FileRefused("too_many_objects")
    growth = Growth()
    compared = _Comparison()
    old_fields, new_fields = fields_of(before), fields_of(after)
    # References lead back and forth. What is compared in its own turn is not to be reached from elsewhere.
    compared.leave(before.Root, after.Root)
    for old_page, new_page in zip(before.pages, after.pages, strict=False):
        compared.leave(old_page.obj, new_page.obj)
    for name in old_fields.keys() & new_fields.keys():
        compared.leave(old_fields[name], new_fields[name])
    growth.new_fields = sorted(set(new_fields) - set(old_fields))
    for name, old in old_fields.items():
        new = new_fields.get(name)
        if new is None:
            raise FileRefused("field_changed")
        if "/V" not in old and "/V" in new:
            growth.filled.append(name)
            if not is_signature(new["/V"]):
                growth.unsigned.append(name)
        free = (*FREE, "/Rect") if name in growth.filled else ()
        if free:
            _refuse_moved(old, new)
            growth.other += [f"/AcroForm/{name}/F"] if hidden(new) and new.get("/F") != old.get("/F") else []
        differ = compared.dictionaries(old, new, (f"/AcroForm/{name}",), skip=free)
        if differ and not free:
            # The picture of a signature, say, where nobody has signed.
            raise FileRefused("field_changed")
        growth.other += differ
    widgets = {_key(new_fields[name]) for name in growth.new_fields}
    widgets |= {_key(kid) for name in growth.new_fields for kid in _array(new_fields[name].get("/Kids"))}
    refuse_covering(content, before, _compare_pages(before, after, compared, widgets))
    growth.other += catalogue_changes(before, after)
    skip = ("/Pages", "/AcroForm", "/DSS", "/Extensions", "/Metadata")
    growth.other += compared.dictionaries(before.Root, after.Root, (), skip=skip)
    old_form, new_form = (_without_fields(pdf.Root.get("/AcroForm")) for pdf in (before, after))
    growth.other += compared.values(old_form, new_form, ("/AcroForm",))
    return growth


def _without_fields(form: Any) -> dict[str, Any]:
    if not isinstance(form, pikepdf.Dictionary):
        return {}
    return {key: value for key, value in form.items() if key not in ("/Fields", "/SigFlags")}


def _refuse_moved(old: pikepdf.Object, new: pikepdf.Object) -> None:
    """Raise FileRefused when a field that was filled is no longer what and where it was, or its look can leave it."""
    for key in FIXED:
        one: Any = old.get(key)
        other: Any = new.get(key)
        if getattr(one, "is_indirect", False) and getattr(other, "is_indirect", False):
            # The number of the page, say; what stands there is compared in its own turn.
            if one.objgen[0] != other.objgen[0]:
                raise FileRefused("field_changed")
        elif _Comparison().values(one, other, ()):
            raise FileRefused("field_changed")
    if moved(old, new):
        raise FileRefused("field_changed")
    refuse_odd_look(new)


def _compare_pages(before: pikepdf.Pdf, after: pikepdf.Pdf, compared: "_Comparison", widgets: set[Any]) -> list[Place]:
    """Compare page by page, and return the places for signatures that were added."""
    if len(before.pages) != len(after.pages):
        raise FileRefused("page_changed")
    added: list[Place] = []
    for number, (old, new) in enumerate(zip(before.pages, after.pages, strict=True)):
        where = (f"/Pages/{number}",)
        if compared.dictionaries(old.obj, new.obj, where, skip=("/Annots", "/Parent", "/StructParents", "/Tabs")):
            raise FileRefused("page_changed", page=str(number + 1))
        theirs = []
        for note in _array(new.obj.get("/Annots")):
            if _key(note) in widgets:
                added.append(new_place(number, note))
            else:
                theirs.append(note)
        ours = _array(old.obj.get("/Annots"))
        if len(theirs) != len(ours):
            raise FileRefused("annotation", page=str(number + 1))
        for one, other in zip(ours, theirs, strict=True):
            # Fields have been compared already, with what a signature may change in them.
            if compared.values(one, other, where):
                raise FileRefused("annotation", page=str(number + 1))
    # Pages inherit size and rotation from the nodes above them, whichever way a reader comes to these.
    nodes: list[tuple[Any, Any]] = [(before.Root["/Pages"], after.Root["/Pages"])]
    nodes += [
        (old.obj.get("/Parent"), new.obj.get("/Parent")) for old, new in zip(before.pages, after.pages, strict=True)
    ]
    if any(compared.values(old, new, ("/Pages",)) for old, new in nodes):
        raise FileRefused("page_changed")
    return added


def _key(thing: Any) -> Any:
    return thing.objgen if getattr(thing, "is_indirect", False) else id(thing)


class _Comparison:
    """Walks two files side by side and remembers which pairs of objects it has seen."""

    def __init__(self) -> None:
        self.seen: set[tuple[Any, Any]] = set()

    def leave(self, old: Any, new: Any) -> None:
        """Do not go into this pair when it is met on the way."""
        self.seen.add((_key(old), _key(new)))

    def dictionaries(self, old: Any, new: Any, path: tuple[str, ...], skip: tuple[str, ...] = ()) -> list[str]:
        """Compare two dictionaries but for the keys in ``skip``; return the places that differ."""
        self.leave(old, new)
        one = {key: value for key, value in old.items() if key not in skip}
        other = {key: value for key, value in new.items() if key not in skip}
        return self.values(one, other, path)

    def values(self, old: Any, new: Any, path: tuple[str, ...]) -> list[str]:
        """Compare two values with all that hangs on them; return the places that differ."""
        differ: list[str] = []
        waiting: list[tuple[Any, Any, tuple[str, ...]]] = [(old, new, path)]
        while waiting:
            one, other, here = waiting.pop()
            if len(here) > _DEEPEST * 4:
                raise FileRefused("too_heavy")
            if getattr(one, "is_indirect", False) and getattr(other, "is_indirect", False):
                pair = (one.objgen, other.objgen)
                if pair in self.seen:
                    continue
                self.seen.add(pair)
            if isinstance(one, pikepdf.Stream) and isinstance(other, pikepdf.Stream):
                if one.read_raw_bytes() != other.read_raw_bytes():
                    differ.append("".join(here))
                    continue
            elif isinstance(one, pikepdf.Stream) or isinstance(other, pikepdf.Stream):
                differ.append("".join(here))
                continue
            if isinstance(one, pikepdf.Object | dict) and isinstance(other, pikepdf.Object | dict):
                if _is_table(one) and _is_table(other):
                    first, second = dict(one.items()), dict(other.items())
                    if first.keys() != second.keys():
                        differ.append("".join(here) + "/" + ",".join(sorted(first.keys() ^ second.keys())))
                        continue
                    waiting += [(first[key], second[key], (*here, key)) for key in first]
                    continue
                if isinstance(one, pikepdf.Array) and isinstance(other, pikepdf.Array):
                    if len(one) != len(other):
                        differ.append("".join(here))
                        continue
                    pairs = zip(_array(one), _array(other), strict=True)
                    waiting += [(*both, (*here, f"/{number}")) for number, both in enumerate(pairs)]
                    continue
            if type(one) is not type(other) or one != other:
                differ.append("".join(here))
        return differ


def _is_table(value: Any) -> bool:
    return isinstance(value, dict | pikepdf.Dictionary | pikepdf.Stream)
