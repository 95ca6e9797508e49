"""Numbers in what a visitor sends: digits alone, and no more of them than a key in the database can have."""

#: A key of the database has at most nineteen digits; eighteen fit whatever they are.
MOST_DIGITS = 18


def whole_number(text: object, digits: int = MOST_DIGITS) -> int | None:
    """Return the number that ``text`` writes with at most ``digits`` ASCII digits, or None for anything else.

    None for "", signs, spaces and digits of other scripts too: what a form or an address of ours sends has none.
    """
    written = str(text or "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= digits else None
