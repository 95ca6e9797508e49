"""Walk the demo in Chromium and leave a picture of every page and screen in shots/; shots/index.html shows them all.

    make shots                        everything
    scripts/shots.py handler mentee   only these people

Works on a copy of the demo (made first when there is none), on a free port: nothing in the demo changes. It follows
the links of a page as each person would; of addresses that differ in a number or a token only, the first two are taken.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.driving import ARGUMENTS, find_chromium  # noqa: E402

OUT = ROOT / "shots"
MANAGE = [sys.executable, str(ROOT / "example_project" / "manage.py")]
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}}
PUBLIC_VARIANTS: dict[str, dict[str, Any]] = {"desktop": DESKTOP, "phone": PHONE}
ADMIN_VARIANTS: dict[str, dict[str, Any]] = {**PUBLIC_VARIANTS, "dark": {**DESKTOP, "color_scheme": "dark"}}
PAGES_PER_PERSON = 80
PER_PATTERN = 2
#: The one main button of a public page.
SEND = "main form button.mtg-btn:visible"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def demo() -> Iterator[tuple[str, dict[str, Any]]]:
    """Serve a copy of the demo; yield its base address and what `mentoring_demo --describe` says of it."""
    port = free_port()
    home = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="mentoring-shots-") as folder:
        var = Path(folder) / "var"
        environment = {**os.environ, "MENTORING_VAR": str(var), "PORT": str(port), "MENTORING_DB": ""}
        there = Path(os.environ.get("MENTORING_VAR") or ROOT / "example_project" / "var")
        if (there / "db.sqlite3").exists():
            shutil.copytree(there, var, ignore=shutil.ignore_patterns("db.sqlite3*"))
            # Not by copying the file: a running demo may be writing to it.
            with sqlite3.connect(there / "db.sqlite3") as source, sqlite3.connect(var / "db.sqlite3") as target:
                source.backup(target)
        else:
            print("→ No demo here yet: making one (make demo keeps it)")
        for command in (["migrate", "-v", "0"], ["mentoring_setup"], ["mentoring_demo"]):
            subprocess.run([*MANAGE, *command], env=environment, check=True, stdout=subprocess.DEVNULL)
        told = subprocess.run(
            [*MANAGE, "mentoring_demo", "--describe"], env=environment, check=True, capture_output=True, text=True
        )
        server = subprocess.Popen(
            [*MANAGE, "runserver", "--noreload", "--insecure", f"127.0.0.1:{port}"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            for _ in range(150):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{home}/admin/login/", timeout=5)  # noqa: S310
                    break
                time.sleep(0.2)
            else:
                raise SystemExit("The demo's server did not answer within 30 seconds.")
            yield home, json.loads(told.stdout)
        finally:
            server.terminate()
            server.wait(10)


def pattern(address: str, names: set[str]) -> str:
    """Return the address with what differs between two pages of one kind taken out.

    ``names`` are the short names of unions and fields.
    """
    parts = [
        "#" if part in names or re.search(r"\d", part) or len(part) > 24 else part
        for part in urlsplit(address).path.strip("/").split("/")
    ]
    return "/".join(parts)


def names_in(told: dict[str, Any]) -> set[str]:
    """Return the short names of the demo's unions and fields, as they stand in addresses."""
    fields = {address.strip("/").split("/")[-1] for address in told["field_pages"]}
    return fields | {union["slug"] for union in told["unions"]}


def links_by_state(told: dict[str, Any], role: str) -> dict[str, str]:
    """Return private links of ``role``, address → state: one for every state, and all before the first meeting.

    Among those somebody has to sign.
    """
    states = {case["reference"]: case["state"] for case in told["cases"]}
    links = {link["address"]: states[link["case"]] for link in told["private_links"] if link["role"] == role}
    one_each = {state: address for address, state in links.items()}
    return {address: state for address, state in links.items() if state == "paired" or one_each[state] == address}


class Walk:
    """One person at one size: opens pages, follows links, takes pictures."""

    def __init__(self, page: Page, home: str, person: str, variant: str, names: set[str]) -> None:
        self.page, self.home, self.person, self.variant, self.names = page, home, person, variant, names
        self.folder = OUT / person / variant
        self.folder.mkdir(parents=True, exist_ok=True)
        self.taken = 0
        self.bad: list[str] = []
        #: Kinds of private pages that have their picture.
        self.kinds: set[str] = set()
        #: Addresses that are opened for the sake of their error page.
        self.expected: set[str] = set()

    def picture(self, name: str = "") -> None:
        self.taken += 1
        parts = [part if len(part) <= 40 else "link" for part in urlsplit(self.page.url).path.strip("/").split("/")]
        path = "_".join(parts) or "home"
        file = self.folder / f"{self.taken:02d}-{path[:60]}{'-' + name if name else ''}.png"
        # The admin scrolls inside itself: the window is made as high as what it holds.
        size = self.page.viewport_size or DESKTOP["viewport"]
        held = self.page.evaluate("Math.max(0, ...[...document.querySelectorAll('main')].map(m => m.scrollHeight))")
        self.page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(held, 6000))})
        self.page.screenshot(path=file, full_page=True)
        self.page.set_viewport_size(size)

    def open(self, address: str) -> bool:
        """Open and picture an address; return False for what is no page of this person's (a download, a refusal)."""
        try:
            response = self.page.goto(urljoin(self.home, address), wait_until="load")
        except Exception as error:
            if "Download is starting" in str(error):
                return False
            raise
        if response is not None and response.status >= 400 and address not in self.expected:
            self.bad.append(f"{response.status} {address}")
        asked, reached = urlsplit(address).path, urlsplit(self.page.url).path
        if reached == "/admin/" != asked:
            # Not for this person: Wagtail sends to the home page, which has its picture.
            return False
        self.picture()
        return True

    def follow(self, starts: list[str], inside: tuple[str, ...]) -> None:
        """Picture the starts, then the pages they link to whose path begins with one of ``inside``, breadth first."""
        waiting, seen, kinds = list(starts), set[str](), Counter[str]()
        while waiting and self.taken < PAGES_PER_PERSON:
            address = waiting.pop(0)
            kind = pattern(address, self.names)
            key = address if address in starts else urlsplit(urljoin(self.home, address)).path
            if key in seen or (kinds[kind] >= PER_PATTERN and address not in starts):
                continue
            seen.add(key)
            kinds[kind] += 1
            if not self.open(address):
                continue
            for link in self.page.eval_on_selector_all("a[href]:not([download])", "links => links.map(a => a.href)"):
                path = urlsplit(link).path
                if (
                    link.startswith(self.home)
                    and path.startswith(inside)
                    and not re.search(r"logout|^/media/|^/admin/pages/", path)
                ):
                    waiting.append(link)

    def fill_in(self, address: str, steps: int = 14) -> None:
        """Go through a form of several steps: each first sent empty (the picture of its errors), then answered."""
        if not self.open(address):
            return
        for _ in range(steps):
            button = self.page.locator(SEND).first
            if not button.count():
                return
            before = self.address
            button.click()
            self.picture("sent-empty")
            if self.address == before:
                self.answer()
                button = self.page.locator(SEND).first
                button.click()
                self.picture("answered")
            if self.address == before:
                return

    @property
    def address(self) -> str:
        """The page's address without what a step adds when it shows its errors."""
        return re.split("[?#]", self.page.url)[0]

    def private(self, address: str, state: str) -> None:
        """Open a private link with its button; where there is something to sign, go as far as the signature."""
        self.page.goto(urljoin(self.home, address))
        if not self.taken:
            self.picture()
        self.page.locator("main form button").first.click()
        to_sign = self.page.locator("main a.mtg-btn[href*=agreement]")
        kind = f"{state}-to-sign" if to_sign.count() else state
        if kind in self.kinds:
            return
        self.kinds.add(kind)
        self.picture(kind)
        if to_sign.count():
            to_sign.click()
            self.picture()
            for name in ("code-sent", "sent-empty"):
                if self.page.locator("#sign button.mtg-btn").count():
                    self.page.locator("#sign button.mtg-btn").first.click()
                    self.picture(name)

    def answer(self) -> None:
        """Put something likely into every field of the page's last form."""
        form = self.page.locator("main form").last
        for field in form.locator("input:visible, select:visible, textarea:visible").all():
            kind = field.evaluate("f => f.tagName === 'INPUT' ? f.type : f.tagName.toLowerCase()")
            name = (field.get_attribute("name") or "").lower()
            if kind in ("hidden", "file", "submit", "button"):
                continue
            if kind in ("radio", "checkbox"):
                if (
                    kind == "checkbox"
                    or not form.locator(f'input[name="{field.get_attribute("name")}"]:checked').count()
                ):
                    field.check()
            elif kind == "select":
                if not field.input_value():
                    field.select_option(index=1)
            elif not field.input_value():
                samples = {"email": "shots@example.org", "tel": "+358 40 1234567", "number": "5", "date": "2020-05-31"}
                year = "5" if "experience" in name else "2015" if "year" in name else "Example"
                field.fill("shots@example.org" if "mail" in name else samples.get(kind, year))


def log_in(page: Page, home: str, login: dict[str, Any]) -> None:
    page.goto(f"{home}/admin/login/")
    page.fill("input[name=username]", login["username"])
    page.fill("input[name=password]", login["password"])
    page.click("form button[type=submit]")
    page.wait_for_url(lambda address: "/login/" not in address)


def walks(browser: Browser, home: str, told: dict[str, Any], wanted: set[str]) -> Iterator[Walk]:
    """Walk as every person at every size; yield each finished walk."""

    def people() -> Iterator[tuple[str, dict[str, dict[str, Any]], Any]]:
        yield "visitor", PUBLIC_VARIANTS, None
        for role in ("mentee", "mentor"):
            yield role, PUBLIC_VARIANTS, links_by_state(told, role)
        for login in {login["role"]: login for login in reversed(told["logins"])}.values():
            yield login["role"], ADMIN_VARIANTS if login["role"] == "handler" else {"desktop": DESKTOP}, login

    for person, variants, what in people():
        if wanted and person not in wanted:
            continue
        for variant, options in variants.items():
            context = browser.new_context(locale="en", reduced_motion="reduce", **options)
            context.set_default_timeout(15_000)
            page = context.new_page()
            walk = Walk(page, home, person, variant, names_in(told))
            if what is None:
                starts = ["/", "/?q=engineer", "/?q=astronaut", *told["field_pages"][:2], "/mentoring/p/x/"]
                walk.expected = {"/mentoring/p/x/"}
                walk.follow(starts, ("/",))
                page.goto(urljoin(home, told["field_pages"][0]))
                apply = page.locator("main a[href*=apply]").first
                if apply.count():
                    walk.fill_in(apply.get_attribute("href") or "")
            elif "username" not in what:
                for address, state in what.items():
                    walk.private(address, state)
                walk.follow(["/mentoring/p/"], ("/mentoring/",))
            else:
                log_in(page, home, what)
                union = what.get("union")
                mine = [case for case in told["cases"] if not union or case["union"] == union]
                one_each = list({case["state"]: case["address"] for case in mine}.values())
                inside = tuple({"/admin/mentoring", told["cases_list"]})
                walk.follow(["/admin/", told["cases_list"], *one_each], inside)
                if person == "editor":
                    # Wagtail's own pages are not followed, there are too many: the list, and the first of ours.
                    page.goto(urljoin(home, "/admin/pages/"))
                    explored = page.locator("a[href*='/admin/pages/'][href$='/edit/']").evaluate_all(
                        "links => links.map(a => a.getAttribute('href'))"
                    )
                    for address in ["/admin/pages/", *list(dict.fromkeys(explored))[:2]]:
                        walk.open(address)
            yield walk
            context.close()


def write_index() -> None:
    """Write shots/index.html: every picture, small, by person and size."""
    lines = ["<!doctype html><meta charset=utf-8><title>Pictures of the demo</title>"]
    lines.append("<style>body{font:16px sans-serif}img{width:240px;border:1px solid #999;vertical-align:top}</style>")
    for folder in sorted({file.parent for file in OUT.rglob("*.png")}):
        lines.append(f"<h2>{escape(str(folder.relative_to(OUT)))}</h2>")
        for file in sorted(folder.glob("*.png")):
            name = escape(str(file.relative_to(OUT)))
            lines.append(f'<a href="{name}"><img loading="lazy" src="{name}" alt="{name}" title="{name}"></a>')
    (OUT / "index.html").write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    wanted = set(sys.argv[1:])
    for person in wanted or {""}:
        shutil.rmtree(OUT / person, ignore_errors=True)
    OUT.mkdir(exist_ok=True)
    bad: list[str] = []
    with demo() as (home, told), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for walk in walks(browser, home, told, wanted):
            print(f"→ {walk.person}, {walk.variant}: {walk.taken} pictures")
            bad += [f"{walk.person}, {walk.variant}: {line}" for line in walk.bad]
        browser.close()
    write_index()
    print(f"Look at {OUT / 'index.html'}")
    if bad:
        raise SystemExit("These pages answered with an error:\n" + "\n".join(bad))


if __name__ == "__main__":
    main()
