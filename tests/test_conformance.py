"""The script behind `make test-conformance`: what it takes for a fault. veraPDF itself runs in `make test`."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.imports import ROOT


@pytest.fixture
def conformance() -> ModuleType:
    spec = importlib.util.spec_from_file_location("conformance", ROOT / "scripts" / "conformance.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_java_and_maven_it_fails_and_says_what_to_do(tmp_path: Path) -> None:
    script = str(ROOT / "scripts" / "conformance.py")
    done = subprocess.run([sys.executable, script], env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Java and Maven not found" in done.stdout
    assert "scripts/system_packages.sh test" in done.stdout


def test_a_broken_rule_is_a_fault_unless_it_is_known(conformance: ModuleType) -> None:
    found = {"signed/a.pdf": {"7.1-3": "Content is not marked"}, "signed/b.pdf": {}, "unsigned/a.pdf": {"7.1-3": "…"}}
    known: list[dict[str, Any]] = [
        {"rule": "PDF/UA-1 7.1-3", "documents": "signed/*", "reason": "tried"},
        {"rule": "PDF/A-3a 6.2.2-1", "documents": "*", "reason": "tried"},
    ]
    assert list(conformance.compare(found, "PDF/UA-1", known)) == ["unsigned/a.pdf: PDF/UA-1 7.1-3: …"]
    assert ["met" in entry for entry in known] == [True, False]


def test_a_document_that_was_not_looked_at_is_no_pass(
    conformance: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.pdf").write_bytes(b"%PDF")
    (tmp_path / "two.pdf").write_bytes(b"%PDF")
    rule = {"clause": "7.1", "testNumber": 3, "description": "Content is not marked"}
    good = {"compliant": True, "details": {"ruleSummaries": []}}
    bad = {"compliant": False, "details": {"ruleSummaries": [rule]}}

    def job(name: str, result: Any) -> dict[str, Any]:
        return {"itemDetails": {"name": str(tmp_path / name)}, "validationResult": [result] if result else None}

    def said(jobs: Any) -> Any:
        text = jobs if isinstance(jobs, str) else json.dumps({"report": {"jobs": jobs}})
        monkeypatch.setattr(subprocess, "run", lambda *args, **more: subprocess.CompletedProcess(args, 0, text, "why"))
        return conformance.judge(tmp_path, "ua1", tmp_path)

    assert said([job("one.pdf", good), job("two.pdf", bad)]) == {
        "one.pdf": {},
        "two.pdf": {"7.1-3": "Content is not marked"},
    }
    assert "not read" in said([job("one.pdf", good), job("two.pdf", None)])["two.pdf"]
    with pytest.raises(SystemExit, match="did not look at two.pdf"):
        said([job("one.pdf", good)])
    with pytest.raises(SystemExit, match="gave no report"):
        said("Error: out of memory")


def test_every_known_exception_has_a_reason() -> None:
    known = json.loads((ROOT / "scripts" / "conformance" / "known.json").read_text(encoding="utf-8"))
    assert all(entry.keys() == {"rule", "documents", "reason"} and all(entry.values()) for entry in known)
