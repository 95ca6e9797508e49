"""Actions in an upload, each alone: refused wherever it hangs. And what is written after the closing signature."""

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from tests.documents import attacks
from tests.documents.signatures import MENTEE, MENTOR, NAMES, UNION, authority, issued, person, signed
from wagtail_mentoring.documents.certify import seal
from wagtail_mentoring.documents.uploads import check_signed
from wagtail_mentoring.documents.verify import verify

#: By what ISO 32000 calls them: the code with which each is refused.
ACTIONS = {
    "/SubmitForm": "action",
    "/ImportData": "action",
    "/GoToR": "action",
    "/GoToE": "action",
    "/Launch": "action",
    "/Movie": "action",
    "/Sound": "action",
    "/Hide": "action",
    "/ResetForm": "action",
    "/SetOCGState": "action",
    "/Rendition": "javascript",
    "/JavaScript": "javascript",
}


def with_action(content: bytes, kind: str) -> bytes:
    """An action that hangs on nothing yet, so that no key such as /OpenAction tells of it."""
    entries = {pdf_name("/S"): pdf_name(kind), pdf_name("/F"): generic.pdf_string("https://example.org/take")}
    return attacks._written(content, lambda writer: writer.add_object(generic.DictionaryObject(entries)) and None)


@pytest.mark.parametrize("kind", ACTIONS)
def test_an_action_is_refused(kind: str) -> None:
    result = check_signed(
        signed(with_action(issued(), kind), person(MENTEE, authority())),
        latest=issued(),
        earlier=(),
        field="sig_mentee",
        name=MENTEE,
        others={field: name for field, name in NAMES.items() if field != "sig_mentee"},
    )
    assert (result.outcome, result.code) == ("refused", ACTIONS[kind])


def test_a_signature_after_the_closing_one_is_no_signature_like_the_others() -> None:
    """The union's seal locks every place but that of the timestamp; the signature itself is in order."""
    closed = seal(signed(issued(), person(MENTEE, authority())), UNION)
    assert verify(closed).state == "unchanged"
    late = verify(signed(closed, person(MENTOR, authority()), "sig_mentor_1"))
    assert late.state != "unchanged"
    # In a file that is not closed the same signature is as good as the first.
    both = signed(signed(issued(), person(MENTEE, authority())), person(MENTOR, authority()), "sig_mentor_1")
    assert verify(both).state == "unchanged"
