"""Whatever is done to the bytes of a signed agreement: it is never accepted."""

from functools import cache
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.documents.signatures import MENTEE, authority, issued, person, signed
from wagtail_mentoring.documents.checking.found import CheckOutcome
from wagtail_mentoring.documents.checking.signatures import Trust
from wagtail_mentoring.documents.checking.uploaded import check
from wagtail_mentoring.documents.trust import trust


@cache
def agreement() -> bytes:
    return signed(issued(), person(MENTEE, authority()))


def look(uploaded: bytes) -> CheckOutcome:
    """The check itself, without the process around it."""
    ours = trust()
    whom = Trust((authority().der,), ours.ours, ours.issued)
    return check(uploaded, issued(), (), "sig_mentee", MENTEE, {"sig_mentor_1": "Maija Mallikas"}, whom)


@st.composite
def damage(draw: st.DrawFn) -> Any:
    """A few things done to bytes, anywhere; places are parts of the length, so that they fit any file."""
    place = st.floats(0, 1, exclude_max=True)
    # Half of all places lie in what was appended last, where a change is most likely to be overlooked.
    late = st.floats(0.8, 1, exclude_max=True)
    kind = st.sampled_from(["flip", "cut", "cut end", "append", "insert", "repeat", "overwrite"])
    step = st.tuples(kind, place | late, st.binary(min_size=1, max_size=40), st.integers(1, 400), st.integers(0, 7))
    return draw(st.lists(step, min_size=1, max_size=3))


def apply(content: bytes, steps: Any) -> bytes:
    for kind, part, some, length, bit in steps:
        at = int(part * len(content))
        if kind == "flip" and content:
            content = content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :]
        elif kind == "cut":
            content = content[:at] + content[at + length :]
        elif kind == "cut end":
            content = content[: max(at, len(content) - length)]
        elif kind == "append":
            content += some
        elif kind == "insert":
            content = content[:at] + some + content[at:]
        elif kind == "repeat":
            content = content[:at] + content[at : at + length] + content[at:]
        elif kind == "overwrite":
            content = content[:at] + some + content[at + len(some) :]
    return content


def test_untouched_it_is_accepted() -> None:
    """Without this, the tests below would hold for a check that refuses everything."""
    assert look(agreement()).outcome == "accepted"


def gap() -> tuple[int, int]:
    """Where the signature itself stands, which it cannot cover, with its brackets."""
    start = agreement().rindex(b"/Contents <") + 10
    return start, agreement().index(b">", start) + 1


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(part=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), used=st.booleans())
@example(part=0.9, bit=0, used=False)
@example(part=0.1, bit=5, used=True)
def test_a_bit_of_the_signature_itself(part: float, bit: int, used: bool) -> None:
    """Its digits in capitals or not, the zeros behind it, its version, the certificates that it carries."""
    start, end = gap()
    if used:
        end = start + len(agreement()[start : end - 1].rstrip(b"0"))
    at = start + int(part * (end - start))
    content = agreement()
    result = look(content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :])
    assert result.outcome != "accepted"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=damage())
@example(steps=[("append", 0.0, b"\n", 1, 0)])
@example(steps=[("append", 0.0, b"%%EOF\n", 1, 0)])
@example(steps=[("cut end", 0.999999, b"x", 1, 0)])
def test_damaged_it_is_never_accepted(steps: Any) -> None:
    uploaded = apply(agreement(), steps)
    if uploaded == agreement():
        return
    assert look(uploaded).outcome != "accepted"
