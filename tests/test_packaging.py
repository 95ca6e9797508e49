"""What a user gets by `pip install`: the whole package, nothing beside it, and every dependency named."""

import configparser
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.imports import PACKAGE, ROOT, package_imports

# Folders at the top that are reached by a link inside the package.
LINKED = ("workflows", "pdf_templates")
# Sources of translations; the compiled ones are installed.
NOT_INSTALLED = (".po",)

# Built once, by one of the test processes.
pytestmark = pytest.mark.xdist_group("packaging")


def known_files() -> list[str]:
    """Return the files of the clone that git tracks, or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted({name for name in listed.split("\0") if name and (ROOT / name).exists()})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Build a wheel, an sdist, and a wheel from the sdist, from a clean copy. Returns the names in each."""
    folder = tmp_path_factory.mktemp("build")
    clone = folder / "clone"
    for name in known_files():
        target = clone / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)

    def build(kind: str, source: Path, to: Path) -> Path:
        command = [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", str(to), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=150)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return next(path for path in to.iterdir() if path.name.endswith((".whl", ".tar.gz")))

    wheel = build("wheel", clone, folder / "wheel")
    sdist = build("sdist", clone, folder / "sdist")
    with tarfile.open(sdist) as archive:
        names = set(archive.getnames())
    shutil.unpack_archive(sdist, folder / "unpacked")
    second = build("wheel", next((folder / "unpacked").iterdir()), folder / "second")
    return {
        "wheel": set(zipfile.ZipFile(wheel).namelist()),
        "sdist": {name.split("/", 1)[1] for name in names if "/" in name},
        "wheel from sdist": set(zipfile.ZipFile(second).namelist()),
    }


def expected() -> set[str]:
    """Return the files that an installed package has, as git knows them and under their installed names."""
    files = {name for name in known_files() if name.startswith(f"{PACKAGE}/") and name.split("/", 1)[1] not in LINKED}
    files |= {f"{PACKAGE}/{name}" for name in known_files() if name.startswith(tuple(f"{link}/" for link in LINKED))}
    return {name for name in files if not name.endswith(NOT_INSTALLED)}


@pytest.mark.parametrize("kind", ["wheel", "wheel from sdist"])
def test_a_wheel_has_the_whole_package_and_nothing_else(built: dict[str, set[str]], kind: str) -> None:
    installed = {name for name in built[kind] if ".dist-info/" not in name}
    assert {name.split("/")[0] for name in installed} == {PACKAGE}
    assert expected() - installed == set(), "not in the wheel: add the folder to package_data in setup.cfg"
    assert installed - expected() == set(), "in the wheel, but not known to git"
    assert any("workflows/" in name for name in installed) and any("pdf_templates/" in name for name in installed)


def test_the_source_distribution_can_stand_alone(built: dict[str, set[str]]) -> None:
    assert expected() - built["sdist"] == set()
    assert {"LICENSE", "CHANGELOG.md", "setup.cfg", "pyproject.toml"} <= built["sdist"]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_imported_library_is_a_declared_dependency() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = config["options"]["install_requires"].split("\n")
    for extra in ("solver", "bounces"):  # imported late, and done without where missing
        lines += config["options.extras_require"][extra].split("\n")
    declared = {canonical(re.split(r"[\[<>=!~ ]", line)[0]) for line in lines if line}
    # What Wagtail itself cannot work without comes with it, under any version that we allow.
    from_wagtail = {"django-modelcluster", "django-taggit", "django-treebeard", "django-filter", "openpyxl", "pillow"}
    providers = importlib.metadata.packages_distributions()
    undeclared = set()
    for imported in package_imports():
        top = imported.target.split(".")[0]
        if top == PACKAGE or top in sys.stdlib_module_names:
            continue
        names = {canonical(name) for name in providers.get(top, [top])}
        if not names & (declared | from_wagtail):
            undeclared.add(str(imported))
    assert undeclared == set(), "\n".join(sorted(undeclared))


def test_dependencies_have_no_upper_bounds_and_no_exact_pins() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    for line in config["options"]["install_requires"].split("\n"):
        assert not re.search(r"==|<|~=", line), line
