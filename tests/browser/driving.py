"""Tools for tests that drive Chromium: finding it, watching pages, visiting, axe."""

import shutil
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1200, "height": 900}
PHONE = {"width": 360, "height": 740}


def find_chromium() -> str:
    """Return the path of the system's Chromium; fail with what to install when there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.fail("Chromium is not installed: scripts/system_packages.sh test", pytrace=False)


class Problems(list[str]):
    """What a page complained of: console errors, exceptions, answers from 500, requests to elsewhere.

    A test that provokes one on purpose takes it out with `expect`.
    """

    def expect(self, text: str) -> None:
        """Remove the problems that contain ``text``; fail when there is none."""
        found = [problem for problem in self if text in problem]
        assert found, f"no problem with {text!r} among {list(self)}"
        for problem in found:
            self.remove(problem)


def watch(page: Page, home: str, problems: Problems) -> None:
    """Collect into ``problems`` what goes wrong on ``page``, whose own addresses begin with ``home``."""

    def answered(response: Response) -> None:
        if response.status >= 500:
            problems.append(f"{response.status} from {response.url}")

    def console(message: Any) -> None:
        # A page that answers 4xx is reported by Chromium as an error as well; tests assert the status themselves.
        if message.type == "error" and "Failed to load resource" not in message.text:
            problems.append(f"console on {page.url}: {message.text}")

    page.on("console", console)
    page.on("pageerror", lambda error: problems.append(f"exception on {page.url}: {error}"))
    page.on("response", answered)
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((home, "data:", "blob:", "about:"))
            else problems.append(f"request to elsewhere: {request.url}")
        ),
    )


def visit(page: Page, address: str, status: int = 200) -> Page:
    """Go to ``address`` and assert the status, so that nobody audits an error page by mistake. Returns the page."""
    response = page.goto(address)
    assert response is not None, address
    assert response.status == status, f"{address} answered {response.status}: {page.inner_text('body')[:400]}"
    return page


def axe(page: Page) -> list[str]:
    """Return axe's violations on the page as it stands, one readable line for each rule and place; empty is good.

    In the dark scheme that is what depends on colours. Pages are the same otherwise, and each is looked at in the light
    one too, by all rules.
    """
    # Without the places of what is right, it takes a quarter of the time.
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"):
        options["runOnly"] = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
    violations = Axe().run(page, options=options).response["violations"]
    return [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: {node['target']} {node['html'][:120]}"
        for violation in violations
        for node in violation["nodes"]
    ]


def too_wide(page: Page) -> int:
    """Return by how many pixels the page is wider than its window (0: nobody must scroll sideways)."""
    return int(page.evaluate("Math.max(0, document.documentElement.scrollWidth - window.innerWidth)"))
