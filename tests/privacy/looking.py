"""What somebody can read: every page and file that is found by following links from where this reader begins."""

import html
import re
import subprocess
from collections import deque
from collections.abc import Iterable
from typing import Any

from django.test import Client

_LINK = re.compile(r'(?:href|src)="(/[^"#?]*)')
#: What changes something, or who looks, and what is no page of ours.
_NOT = re.compile(
    r"/(static|logout|login|password|leave|language|become-a-mentor|apply|sprite|jsi18n|new-link)[/.-]|/media/"
)


def _words(response: Any) -> str:
    """Return everything in an answer that a person can read: its text, the text of a PDF, and the name of a file."""
    named = str(response.headers.get("Content-Disposition", ""))
    content = response.getvalue() if response.streaming else response.content
    if content.startswith(b"%PDF-"):
        printed = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=False)
        return f"{named}\n{printed.stdout.decode()}"
    return f"{named}\n{html.unescape(content.decode('utf-8', 'replace'))}"


def everything_read(client: Client, *begin: str, within: Iterable[str], most: int = 400) -> dict[str, str]:
    """Return by address what ``client`` reads from ``begin`` on, following links to addresses that begin as ``within``.

    Raises AssertionError when there are more than ``most``: then a test would take too long, or walk in a circle.
    """
    within = tuple(within)
    waiting, found = deque(begin), dict[str, str]()
    while waiting:
        address = waiting.popleft()
        if address in found or _NOT.search(address):
            continue
        assert len(found) < most, f"more than {most} pages: {sorted(found)}"
        response = client.get(address)
        found[address] = _words(response) if response.status_code == 200 else ""
        if response.status_code in (301, 302):
            waiting.append(response.headers["Location"].partition("?")[0])
        waiting.extend(link for link in _LINK.findall(found[address]) if link.startswith(within))
    return found
