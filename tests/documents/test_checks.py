import builtins
import subprocess
import sys
from typing import Any

import pytest

from wagtail_mentoring.documents import checks, libraries
from wagtail_mentoring.documents.errors import PdfLibrariesMissing


def no_weasyprint(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def broken(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "weasyprint":
            raise error
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", broken)


def test_a_machine_that_has_all_gives_no_warning() -> None:
    assert checks.check_pdf_libraries(None) == []


def test_missing_pango_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "_loads", lambda name: "pango" not in name)
    no_weasyprint(OSError("cannot load library 'libpango-1.0-0'"), monkeypatch)
    (warning,) = checks.check_pdf_libraries(None)
    assert warning.id == "wagtail_mentoring.W001"
    assert warning.hint is not None
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0." in warning.hint
    with pytest.raises(PdfLibrariesMissing, match="libharfbuzz-subset0"):
        libraries.load_weasyprint()


def test_libraries_in_unusual_places_are_no_reason_to_warn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "_loads", lambda name: "pango" not in name)
    assert checks.check_pdf_libraries(None) == []


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "weasyprint_installed", lambda: False)
    (warning,) = checks.check_pdf_libraries(None)
    assert warning.id == "wagtail_mentoring.W002"
    no_weasyprint(ImportError("No module named 'weasyprint'"), monkeypatch)
    with pytest.raises(PdfLibrariesMissing, match="pip install weasyprint"):
        libraries.load_weasyprint()


def test_the_room_is_imported_without_weasyprint() -> None:
    code = (
        "import sys, wagtail_mentoring.documents.render, wagtail_mentoring.documents.agreement_sheet, "
        "wagtail_mentoring.documents.checks as c; c.check_pdf_libraries(None); print('weasyprint' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
