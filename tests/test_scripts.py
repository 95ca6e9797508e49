"""The scripts behind the Makefile."""

import configparser
import os
import subprocess
from pathlib import Path

import pytest

from tests.imports import ROOT
from tests.kinds import LONG, ONE_DATABASE, WAGTAIL

SCRIPTS = ROOT / "scripts"


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True, timeout=90
    )


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.glob("*.sh")))
def test_scripts_are_executable_and_have_no_syntax_error(script: str) -> None:
    assert os.access(SCRIPTS / script, os.X_OK)
    assert run("bash", "-n", str(SCRIPTS / script)).stderr == ""


def test_the_python_that_is_found_is_new_enough_and_runs() -> None:
    found = run(str(SCRIPTS / "find_python.sh")).stdout.strip()
    assert run(found, "-c", "import sys, venv; print(sys.version_info >= (3, 11))").stdout == "True\n"


def test_a_missing_python_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "bash").symlink_to("/bin/bash")
    done = run("/bin/bash", str(SCRIPTS / "find_python.sh"), PATH=str(tmp_path))
    assert done.returncode == 1
    assert "No Python of at least 3.11 was found" in done.stderr


def test_a_throw_away_cluster_passes_the_exit_code_on_and_leaves_nothing() -> None:
    ask = 'echo "$MENTORING_DB"; psql -At -c "show listen_addresses; show server_encoding"; exit 7'
    done = run(str(SCRIPTS / "with_postgres.sh"), "bash", "-c", ask)
    assert done.returncode == 7, done.stderr
    address, listening, encoding = done.stdout.splitlines()
    assert address.startswith("postgresql://mentoring@/mentoring?host=/")
    assert (listening, encoding) == ("", "UTF8")
    cluster = Path(address.split("host=")[1])
    assert cluster.name.startswith("mentoring-pg-")
    assert not cluster.exists()
    assert not Path(f"{cluster}.log").exists()


def test_the_requirements_of_an_environment_without_the_package() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    printed = run("python3", str(SCRIPTS / "requirements.py"), "test").stdout.splitlines()
    assert "wagtail>=7.4" in printed
    assert set(config["options.extras_require"]["test"].split("\n")) - {""} <= set(printed)


@pytest.mark.parametrize("kind", [LONG, ONE_DATABASE, WAGTAIL])
def test_the_files_of_each_kind_are_there(kind: dict[str, str]) -> None:
    named = {f"{folder}/test_{name}.py" for folder, names in kind.items() for name in names.split()}
    assert not [name for name in named if not (ROOT / "tests" / name).exists()]
