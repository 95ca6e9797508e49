"""Is this our document with one new signature? Asked from the cheapest question to the dearest."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from ..names import is_name_of
from .found import CheckOutcome, FileRefused, Finding, SignerFound, Version
from .kinds import kind_of
from .limits import ends_as_pdf, opened, own_end
from .metadata import read_metadata
from .signatures import (
    SignatureSeen,
    Trust,
    added_since,
    embedded,
    look_at,
    only_validation_data,
    reader_of,
    second_opinion,
)
from .structure import Growth, grown, powers, refuse_powers

#: Fields that no party signs: the union's own.
OURS = ("sig_issuer", "sig_seal", "sig_ts")
# So much of a document must be in a file for the file to count as the same document with something changed.
_ALIKE, _PIECE = 0.9, 64


def check(
    uploaded: bytes,
    latest: bytes,
    earlier: Sequence[Version],
    field: str,
    name: str,
    others: Mapping[str, str],
    trust: Trust,
) -> CheckOutcome:
    """Look at a signed upload; see uploads.check_signed. Never raises for a bad file."""
    try:
        _refuse_kind(uploaded)
        if not uploaded.startswith(latest):
            raise _stranger(uploaded, latest, earlier, trust)
        growth = _structure(uploaded, latest)
        return _signatures(uploaded, latest, growth, field, name, others, trust)
    except FileRefused as refused:
        return CheckOutcome("refused", (second_opinion(uploaded, refused).finding(),))
    except MemoryError:
        return CheckOutcome("refused", (Finding("too_heavy"),))


def _refuse_kind(uploaded: bytes) -> None:
    kind = kind_of(uploaded)
    if kind != "pdf":
        code = {"empty": "empty", "container": "signature_container", "other": "not_pdf"}.get(kind, "picture")
        raise FileRefused(code)


def _stranger(uploaded: bytes, latest: bytes, earlier: Sequence[Version], trust: Trust) -> FileRefused:
    """Return why a file that does not begin with the newest version is refused, as exactly as can be told."""
    older = any(version.begins(uploaded) for version in earlier)
    whole = any(version.size == len(uploaded) and version.begins(uploaded) for version in earlier)
    if len(uploaded) < len(latest) and latest.startswith(uploaded) and not whole:
        return FileRefused("truncated")
    if older:
        return FileRefused("older_version")
    try:
        with opened(uploaded) as pdf:
            refuse_powers(pdf, powers_of(latest))
            about = read_metadata(pdf)
    except FileRefused as refused:
        # A file with one changed byte is often no longer readable either; that it is ours says more.
        if refused.code in ("damaged", "truncated") and _is_changed(uploaded, latest, earlier):
            return FileRefused("truncated" if not ends_as_pdf(uploaded) else "changed")
        return refused
    if _certified_by_us(uploaded, trust):
        return FileRefused("other_document", title=about.title or about.reference or "?")
    if _is_changed(uploaded, latest, earlier):
        return FileRefused("truncated" if not ends_as_pdf(uploaded) else "changed")
    with opened(latest) as pdf:
        ours = read_metadata(pdf)
    if any(said and said == own for said, own in ((about.reference, ours.reference), (about.title, ours.title))):
        return FileRefused("rewritten")
    return FileRefused("unknown_document")


def powers_of(content: bytes) -> Counter[str]:
    """Return what our own document can do, by the codes of structure.FAULTS."""
    with opened(content) as pdf:
        return powers(pdf)


def _is_changed(uploaded: bytes, latest: bytes, earlier: Sequence[Version]) -> bool:
    return alike(uploaded, latest, *filter(None, (version.bytes_from(latest) for version in earlier)))


def alike(uploaded: bytes, *ours: bytes) -> bool:
    """Tell whether the file is one of ours, byte for byte, but for a few places."""
    return any(_alike(uploaded, one) for one in ours)


def _alike(uploaded: bytes, ours: bytes) -> bool:
    if len(uploaded) > 4 * len(ours):
        return False
    # In pieces, wherever they stand: a byte put in moves all that follows.
    pieces = [ours[at : at + _PIECE] for at in range(0, len(ours), _PIECE)]
    return sum(piece in uploaded for piece in pieces) >= _ALIKE * len(pieces)


def _certified_by_us(uploaded: bytes, trust: Trust) -> bool:
    try:
        seen = [look_at(signature, trust) for signature in embedded(reader_of(uploaded))[:1]]
    except FileRefused:
        return False
    return any(one.union and one.holds for one in seen)


def _structure(uploaded: bytes, latest: bytes) -> Growth:
    if uploaded == latest:
        raise FileRefused("no_signature")
    if own_end(uploaded) < len(uploaded):
        raise FileRefused("trailing")
    with opened(latest) as before:
        known = powers(before)
        with opened(uploaded) as after:
            refuse_powers(after, known)
            return grown(before, after, latest)


def _signatures(
    uploaded: bytes, latest: bytes, growth: Growth, field: str, name: str, others: Mapping[str, str], trust: Trust
) -> CheckOutcome:
    for filled in growth.unsigned:
        if filled != field:
            raise FileRefused("wrong_field")
        raise FileRefused("not_signed")
    reader, before = reader_of(uploaded), reader_of(latest)
    known = len(embedded(before))
    signatures = embedded(reader)
    new = signatures[known:]
    if [one.field_name for one in signatures[:known]] != [one.field_name for one in embedded(before)]:
        raise FileRefused("changed")
    if not new and growth.filled:
        # Signatures of unknown kinds are passed over by the library.
        raise FileRefused("unreadable_signature")
    if not new:
        raise FileRefused("changed" if growth.other or growth.new_fields else "no_signature")
    seen = [look_at(one, trust) for one in new]
    mine = _the_one(seen, growth, field)
    if not mine.holds:
        raise FileRefused("broken_signature")
    if seen[-1].covers != "file" and not only_validation_data(reader, uploaded, signatures[-1], seen[-1]):
        raise FileRefused("trailing")
    # What was signed before must still hold; that the file begins with it has been seen already.
    if any(not look_at(one, trust).holds for one in signatures[:known][:1]):
        raise FileRefused("changed")
    if mine.problem == "weak_signature":
        raise FileRefused("weak_signature")
    if not is_name_of(mine.names, name):
        for other in others.values():
            if is_name_of(mine.names, other):
                raise FileRefused("other_party", name=mine.signer.name, other=name)
    return _judged(reader, before, growth, seen, mine, field, name)


def _the_one(seen: Sequence[SignatureSeen], growth: Growth, field: str) -> SignatureSeen:
    """Return the one signature that the party may have made. Raises FileRefused: wrong_field, two_signatures …"""
    people = [one for one in seen if one.kind != "timestamp"]
    if len(people) > 1:
        raise FileRefused("two_signatures")
    if not people:
        raise FileRefused("no_signature")
    (mine,) = people
    if mine.kind == "certification":
        raise FileRefused("changed")
    taken = {one.field for one in seen}
    if mine.field != field and mine.field not in growth.new_fields:
        raise FileRefused("wrong_field")
    if set(growth.filled) - taken:
        raise FileRefused("wrong_field")
    if set(growth.new_fields) - taken:
        raise FileRefused("annotation")
    return mine


def _judged(
    reader: PdfFileReader,
    before: PdfFileReader,
    growth: Growth,
    seen: Sequence[SignatureSeen],
    mine: SignatureSeen,
    field: str,
    name: str,
) -> CheckOutcome:
    reasons: list[Finding] = []
    if mine.problem:
        reasons.append(Finding(mine.problem, {"issuer": mine.signer.issuer}))
    if not is_name_of(mine.names, name):
        reasons.append(Finding("other_name", {"name": mine.signer.name, "printed": name}))
    if mine.field != field:
        reasons.append(Finding("own_place"))
    added = added_since(reader, before.xrefs.total_revisions - 1, field=mine.field, permission=MDPPerm.FILL_FORMS)
    if growth.other or added == "unexplained" or len(seen) > 1 or seen[-1].covers != "file" or not mine.tidy:
        reasons.append(Finding("unexplained", {"places": ", ".join(growth.other[:5])[:300]}))
    signer: SignerFound = mine.signer
    if reasons:
        return CheckOutcome("review", tuple(reasons), signer)
    return CheckOutcome("accepted", (Finding("accepted", {"name": signer.name, "issuer": signer.issuer}),), signer)
