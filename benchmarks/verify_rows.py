"""What it costs to verify a document, by the number of signatures in it."""

from collections.abc import Callable

from tests.documents.signatures import NAMES, UNION, authority, issued, person, signed
from wagtail_mentoring.documents.certify import seal
from wagtail_mentoring.documents.checking.reading import read
from wagtail_mentoring.documents.trust import trust

from .measure import Arm, Row, compare

ROUNDS = 12


def verifying() -> list[Row]:
    """A file with five signatures (the union, three parties, the union's seal) against one with two.

    The work itself, without the way to the limited process, which would make the two more alike.
    """
    two = signed(issued(), person(NAMES["sig_mentee"], authority()))
    five = two
    for field in ("sig_mentor_1", "sig_mentor_2"):
        five = signed(five, person(NAMES[field], authority()), field)
    five = seal(five, UNION)
    whom = trust()
    assert (len(read(two, whom).signatures), len(read(five, whom).signatures)) == (2, 5)
    assert read(five, whom).state == read(two, whom).state == "unchanged"

    def arm(content: bytes) -> Arm:
        def ready() -> Callable[[], object]:
            return lambda: read(content, whom)

        return ready

    return compare(
        "verifying a file with five signatures", arm(five), "one with two", arm(two), at_most=4, rounds=ROUNDS
    )


ALL = (verifying,)
