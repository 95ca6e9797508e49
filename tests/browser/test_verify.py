"""The page that checks a document, in Chromium: accessible, not too wide, and without JavaScript."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.browser.driving import DESKTOP, PHONE, axe, too_wide, visit
from tests.documents import attacks
from tests.documents.signatures import MENTEE, authority, issued, person, signed

ADDRESS = "/mentoring/verify/"
HEADLINES = {
    "good": "This document is genuine and unchanged",
    "changed": "This document was changed after it was issued",
    "text": "We cannot read this file",
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    def make() -> dict[str, bytes]:
        good = signed(issued(), person(MENTEE, authority()))
        return {"good": good, "changed": attacks.page_text(good), "text": b"Dear union"}

    # The browser's driver has an event loop in this thread, and signing wants one of its own.
    with ThreadPoolExecutor(1) as apart:
        made = apart.submit(make).result()
    for name, content in made.items():
        (tmp_path / f"{name}.pdf").write_bytes(content)
    return {name: tmp_path / f"{name}.pdf" for name in made}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_form_and_answers_without_javascript(
    live_server: Any, new_page: Any, files: dict[str, Path], size: Any, scheme: str
) -> None:
    page = new_page(size=size, color_scheme=scheme, java_script_enabled=False)
    with_script = new_page(size=size, color_scheme=scheme)
    for name, headline in HEADLINES.items():
        for one in (page, with_script):
            visit(one, ADDRESS)
            one.get_by_label("The PDF file").set_input_files(str(files[name]))
            one.get_by_role("button", name="Check this document").click()
            assert one.get_by_role("heading", level=1).inner_text().replace("\n", " ") == headline
        assert axe(with_script) == [], name
        assert too_wide(with_script) == 0, name


def test_a_missing_file_is_told_beside_the_field(live_server: Any, new_page: Any) -> None:
    page = new_page(size=PHONE)
    visit(page, ADDRESS)
    assert axe(page) == [] and too_wide(page) == 0
    page.get_by_role("button", name="Check this document").click()
    assert page.get_by_role("alert").get_by_role("link", name="Choose the file first.").count() == 1
    assert axe(page) == [] and too_wide(page) == 0
