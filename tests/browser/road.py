"""What the walk of the whole road needs: a small site, a calendar that can be turned, an eye for every page."""

import datetime
import types
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from tests.browser.driving import axe, too_wide
from wagtail_mentoring import clock
from wagtail_mentoring.models import ProfessionalField
from wagtail_mentoring.pages.models import ProgrammePage
from wagtail_mentoring.programme.models import Union, UnionRole
from wagtail_mentoring.setup import groups
from wagtail_mentoring.setup.demo import pages, unions
from wagtail_mentoring.setup.packaged import packaged
from wagtail_mentoring.setup.programme import default_programme
from wagtail_mentoring.setup.run import set_up

#: Of stock Wagtail's listings, and the most that the admin's pages may have (docs: one, moderate).
STOCK = "landmark-unique (moderate)"

#: Waits for everything on the page that moves and comes to an end.
SETTLED = """Promise.allSettled(document.getAnimations()
    .filter(one => one.effect.getTiming().iterations !== Infinity).map(one => one.finished))"""


class Calendar:
    """Turns the product's clock on, in every thread: the live server answers from another one."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ahead = datetime.timedelta()
        turned = types.SimpleNamespace(now=lambda: timezone.now() + self.ahead, localdate=timezone.localdate)
        patch.setattr(clock, "timezone", turned)

    def forward(self, **duration: float) -> None:
        """Let time pass, such as ``days=3``."""
        self.ahead += datetime.timedelta(**duration)

    def day(self, days: int = 0) -> str:
        """Return the day ``days`` from now as a handler types it."""
        return f"{timezone.localtime(clock.now()) + datetime.timedelta(days=days):%d.%m.%Y}"


@dataclass
class Site:
    """The site to walk on: the programme's page and its fields by their professions."""

    page: ProgrammePage
    fields: dict[str, ProfessionalField]

    def publish(self, profession: str) -> str:
        """Publish the demo's page of a field; return its path."""
        row = next(row for row in packaged("fields") if row["slug"] == profession)
        page = pages._field_page(row, self.fields[profession])
        pages._publish(self.page, page)
        return str(page.url)


def small_site() -> Site:
    """Make the demo's programme, unions and rules with the programme page, but no users, people, or field pages."""
    programme, _made = default_programme()
    fields = unions.load_unions(programme)
    set_up(lambda line: None)
    page = pages._programme_page(programme)
    return Site(page, fields)


def make_login(union: Union, username: str, password: str, role: UnionRole = UnionRole.HANDLER) -> Any:
    """Return a user as the site's administrator makes one: in the group of the role, and in one granted the union."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    user = get_user_model().objects.create_user(username, f"{username}@example.org", password, first_name="Sanna")
    shared = groups.HANDLERS if role == UnionRole.HANDLER else groups.SUPERVISORS
    user.groups.add(groups.union_group(union, role), Group.objects.get(name=shared.name))
    return user


@dataclass
class Eye:
    """Looks at pages with axe, light and dark, and remembers what is wrong and what was looked at.

    axe needs JavaScript. Of a person who has none, ``twin`` shows the same document at the same size.
    """

    twin: Page
    faults: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def look_without_javascript(self, page: Page, name: str) -> None:
        """Audit the document that ``page`` shows, which cannot run axe itself."""
        if not self.seen:
            self.twin.goto("/mentoring/texts/cookies/")  # so that style sheets are found, under the same policy
        self.twin.set_content(page.content())
        self.look(self.twin, name)

    def look(self, page: Page, name: str, stock: int = 0) -> None:
        """Audit ``page`` as it stands in both schemes. ``stock``: how many of Wagtail's own faults may be on it."""
        page.wait_for_load_state()
        # Wagtail's messages fade in; half there they have half their contrast.
        page.evaluate(SETTLED)
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            found = axe(page)
            own = [line for line in found if line.startswith(STOCK)]
            for line in own[:stock]:
                found.remove(line)
            self.faults += [f"{name}, {scheme}: {line}" for line in found]
        page.emulate_media(color_scheme="light")
        self.faults += [f"{name}: {wide} pixels too wide"] if (wide := too_wide(page)) else []
        self.seen.append(name)
