"""Rooms depend on each other in one direction only. Read from the imports of every module."""

import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from tests.imports import PACKAGE, ROOT, Import, package_imports, python_files

# A room may import from lower levels, and from its own level where that makes no circle (level 5: not at all).
LEVELS: dict[str, int] = {
    "workflows": 1,
    "pdf_templates": 1,
    "programme": 2,
    "privacy": 2,
    "documents": 2,
    "people": 3,
    "cases": 4,
    "applications": 5,
    "pairing": 5,
    "agreements": 5,
    "meetings": 5,
    "messages": 6,
    "reports": 6,
    "desk": 7,
    "pages": 7,
    "portal": 7,
    # Commands only: what a site begins with, and the demo. Part of the front door.
    "setup": 8,
}
# What one of these must know of another comes from the case's facts or from a signal.
STRANGERS = 5
# Settings, versions, the clock, constraints of tables, the list of jobs, the sealing of secrets, and the reading of
# numbers and texts: of use to every room, and on no room.
FOUNDATION = {"conf", "compat", "clock", "constraints", "due", "encryption", "numbers", "texts", "__init__"}
# Top modules that register and re-export: they may import every room, and no room imports them.
FRONT_DOOR = 8


def room_of(module: str) -> str | None:
    """Return the room, or the top module, that a dotted name belongs to; None outside the package."""
    parts = module.split(".")
    if parts[0] != PACKAGE:
        return None
    return parts[1] if len(parts) > 1 else "__init__"


def level_of(room: str) -> int:
    return 0 if room in FOUNDATION else LEVELS.get(room, FRONT_DOOR)


def faults(imports: list[Import]) -> list[str]:
    """Return one line for each import that goes against the order, and one for each circle."""
    found: list[str] = []
    edges: dict[str, set[str]] = defaultdict(set)
    names = {imported.source for imported in imports}
    for imported in imports:
        source, target = room_of(imported.source), room_of(imported.target)
        if source is None:
            continue
        if source == "workflows":
            found += pure(imported)
        elif imported.target.split(".")[0] == "viewflow":
            found.append(f"{imported}: viewflow stays behind workflows/")
        if target is None or target == source:
            continue
        if f"{PACKAGE}.{target}" not in names and target not in LEVELS and target not in FOUNDATION:
            target = "__init__"  # a name of the package itself, such as __version__
        edges[source].add(target)
        low, high = level_of(source), level_of(target)
        if low == 0 and target != "__init__" and target not in FOUNDATION:
            found.append(f"{imported}: what every room uses depends on no room")
        elif high == FRONT_DOOR and low < FRONT_DOOR:
            found.append(f"{imported}: the front door is not imported from inside")
        elif high > low:
            found.append(f"{imported}: an arrow up, from level {low} to {high}")
        elif high == low == STRANGERS:
            found.append(f"{imported}: rooms of level {STRANGERS} do not know each other")
    return found + [f"circle: {' → '.join(circle)}" for circle in circles(edges)]


def pure(imported: Import) -> list[str]:
    """The flow knows no Wagtail, no ORM and no request: only viewflow's fsm, Django's text utilities, and itself."""
    target = imported.target
    if target.split(".")[0] in ("wagtail", "modelcluster", "rest_framework", "ninja"):
        return [f"{imported}: workflows/ knows no Wagtail"]
    if target.split(".")[0] == "django" and not target.startswith("django.utils."):
        return [f"{imported}: workflows/ knows no ORM, no settings and no request"]
    if target.split(".")[0] == "viewflow" and not target.startswith("viewflow.fsm"):
        if target != "viewflow.this":
            return [f"{imported}: of viewflow, only its fsm"]
    return []


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Return each circle among the rooms once, as the rooms on the way round."""
    found: dict[frozenset[str], list[str]] = {}

    def walk(room: str, way: list[str]) -> None:
        if room in way:
            circle = way[way.index(room) :]
            found.setdefault(frozenset(circle), [*circle, room])
            return
        for further in sorted(edges.get(room, ())):
            if level_of(further) == level_of(room):  # other arrows go down, or are reported above
                walk(further, [*way, room])

    for room in sorted(edges):
        walk(room, [])
    return list(found.values())


def test_every_import_follows_the_order() -> None:
    imports = package_imports()
    assert len(imports) > 100, "the package's modules were not read"
    assert not faults(imports), "\n" + "\n".join(faults(imports))


def test_no_model_of_another_room_is_fetched_by_its_name() -> None:
    """``apps.get_model`` would hide an arrow from the reading of imports."""
    sources = {file: file.read_text(encoding="utf-8") for file in python_files(ROOT / PACKAGE)}
    assert len(sources) > 100, "the package's modules were not read"
    assert [str(file) for file, source in sources.items() if "get_model(" in source] == []


def test_every_room_stands_on_a_level() -> None:
    folders = {
        entry.name
        for entry in (ROOT / PACKAGE).iterdir()
        if entry.is_dir() and (entry / "__init__.py").exists() and entry.name not in ("migrations", "management")
    }
    missing = {"workflows"} | set(LEVELS) - {"pdf_templates"} - folders
    assert folders - set(LEVELS) - {"templatetags"} == set(), "a room without a level in LEVELS"
    assert missing - folders == set(), "a level without its room"


def test_linked_folders_are_read() -> None:
    assert any(imported.source.startswith(f"{PACKAGE}.workflows.") for imported in package_imports())


PLANTED = {
    "cases/moves.py": ("from wagtail_mentoring.messages.outbox import queue", "an arrow up, from level 4 to 6"),
    "people/planted.py": ("def late():\n    from ..cases import models", "an arrow up, from level 3 to 4"),
    "pairing/planted.py": ("from wagtail_mentoring import meetings", "rooms of level 5 do not know each other"),
    "privacy/planted.py": ("import wagtail_mentoring.urls", "the front door is not imported from inside"),
    "conf.py": ("from .programme.models import Union", "what every room uses depends on no room"),
    "desk/planted.py": ("from viewflow import fsm", "viewflow stays behind workflows/"),
    "workflows/planted.py": ("from django.db import models", "workflows/ knows no ORM"),
    "workflows/planted2.py": ("import wagtail.models", "workflows/ knows no Wagtail"),
    "workflows/planted3.py": ("from viewflow.workflow import flow", "only its fsm"),
    "reports/planted.py": ("importlib.import_module('wagtail_mentoring.desk.views')", "an arrow up, from level 6 to 7"),
}


@pytest.mark.parametrize("file", sorted(PLANTED))
def test_a_planted_violation_is_found(file: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / PACKAGE, tmp_path / PACKAGE, ignore=shutil.ignore_patterns("static", "fonts", "locale"))
    (tmp_path / PACKAGE / "urls.py").write_text("from . import portal\n")
    line, expected = PLANTED[file]
    before = faults(package_imports(tmp_path))
    planted = tmp_path / PACKAGE / file
    planted.write_text((planted.read_text() if planted.exists() else "") + "\n" + line + "\n")
    new = [fault for fault in faults(package_imports(tmp_path)) if fault not in before]
    assert len(new) == 1, new
    assert expected in new[0]


def test_a_planted_circle_is_found() -> None:
    there = Import(f"{PACKAGE}.programme.rules", f"{PACKAGE}.privacy.models", 1)
    back = Import(f"{PACKAGE}.privacy.retention", f"{PACKAGE}.programme.models", 1)
    assert faults([there]) == []
    assert faults([there, back]) == ["circle: privacy → programme → privacy"]


def test_foreign_keys_by_name_do_not_count() -> None:
    from tests.imports import imports_in

    source = 'case = models.ForeignKey("wagtail_mentoring.Case", on_delete=models.CASCADE)'
    assert list(imports_in(source, f"{PACKAGE}.people.models", False)) == []
