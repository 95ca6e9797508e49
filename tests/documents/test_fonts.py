"""Characters that no font draws: never a box in a document, always a sentence that says what to install."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from django.core.checks.registry import registry
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from tests.documents.sheets import sheet
from tests.imports import ROOT
from wagtail_mentoring.documents import checks, cjk, fonts
from wagtail_mentoring.documents.agreement_sheet import render_agreement
from wagtail_mentoring.documents.errors import GlyphsMissing

#: No characters yet, so that no font draws them.
ODD = "\u0378\u0380"


def make_font(path: Path, characters: str) -> None:
    """Write a font that draws each of the characters as a square."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = {ord(character): f"u{ord(character):04X}" for character in characters}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(names)
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), **dict.fromkeys(names.values(), square)})
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names.values()], (1000, 100)))
    builder.setupHorizontalHeader(ascent=900, descent=-200)
    builder.setupNameTable({"familyName": "Made For A Test", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=900, sTypoDescender=-200, usWinAscent=900, usWinDescent=200)
    builder.setupPost()
    builder.save(path)


def on_a_machine(tmp_path: Path, code: str, installed: str = "", packaged: str = "") -> Any:
    """Run ``code`` where the system has a font for the characters ``installed`` alone, and the extra for ``packaged``.

    The code sets ``answer``, which is returned.
    """
    folder = tmp_path / "system-fonts"
    folder.mkdir()
    if installed:
        make_font(folder / "made.ttf", installed)
    if packaged:
        make_font(tmp_path / "packages" / "made_fonts" / "made.otf", packaged)
    configuration = tmp_path / "fonts.conf"
    configuration.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f"<fontconfig><dir>{folder}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    start = """
        import json, sys
        import django
        django.setup()
        from dataclasses import replace
        from tests.documents.sheets import sheet
        from wagtail_mentoring.documents import checks, cjk
        from wagtail_mentoring.documents.agreement_sheet import render_agreement
        from wagtail_mentoring.documents.errors import GlyphsMissing
        cjk.CJK_FONTS = tuple(replace(font, package="made_fonts", file="made.otf") for font in cjk.CJK_FONTS[:1])
        checks.CJK_FONTS = cjk.CJK_FONTS
    """
    source = textwrap.dedent(start) + textwrap.dedent(code) + "\nprint(json.dumps(answer))"
    environment = {
        **os.environ,
        "FONTCONFIG_FILE": str(configuration),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path / "packages")]),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    # In the process itself, where the extra can be made to look installed.
    source = source.replace("django.setup()", 'django.setup()\nfrom django.conf import settings\n'
                            'settings.WAGTAIL_MENTORING["DOCUMENT_PROCESSES"] = 0', 1)  # fmt: skip
    done = subprocess.run([sys.executable, "-c", source], env=environment, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


RENDER = """
    try:
        answer = len(render_agreement(sheet(mentee="王")).content)
    except GlyphsMissing as error:
        answer = str(error)
"""
CHECK = "answer = [[found.id, found.msg, found.hint] for found in checks.check_cjk_fonts(None)]"


def test_without_a_font_no_document_and_the_message_names_letters_and_cure(tmp_path: Path) -> None:
    message = on_a_machine(tmp_path, RENDER)
    assert "no font on this server can draw these characters: 王 (U+738B)." in message
    assert "apt-get install fonts-noto-cjk." in message
    assert "pip install wagtail-mentoring[cjk]" in message


def test_with_a_font_of_the_system_the_name_is_drawn(tmp_path: Path) -> None:
    assert on_a_machine(tmp_path, RENDER, installed="王") > 20_000


def test_with_the_extra_the_name_is_drawn(tmp_path: Path) -> None:
    assert on_a_machine(tmp_path, RENDER, packaged="王") > 20_000


def test_the_check_warns_without_a_font(tmp_path: Path) -> None:
    ((number, message, hint),) = on_a_machine(tmp_path, CHECK)
    assert number == "wagtail_mentoring.W008"
    assert "No font for these writings was found: Chinese." in message
    assert "fonts-noto-cjk" in hint and "wagtail-mentoring[cjk]" in hint and "SILENCED_SYSTEM_CHECKS" in hint


@pytest.mark.parametrize("where", ["installed", "packaged"])
def test_the_check_is_silent_with_one(tmp_path: Path, where: str) -> None:
    assert on_a_machine(tmp_path, CHECK, **{where: "王"}) == []


def test_the_check_is_registered() -> None:
    assert checks.check_cjk_fonts in registry.registered_checks


def test_the_check_asks_for_each_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cjk.CjkFont, "path", property(lambda font: None))
    monkeypatch.setattr(checks, "undrawable", lambda characters: characters[1:])
    (warning,) = checks.check_cjk_fonts(None)
    assert "Japanese, Korean" in warning.msg and "Chinese" not in warning.msg


def test_without_fontconfig_the_check_leaves_the_word_to_the_one_for_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cjk.CjkFont, "path", property(lambda font: None))
    monkeypatch.setattr(fonts, "_fontconfig", lambda: None)
    assert fonts.undrawable("a") is None
    assert checks.check_cjk_fonts(None) == []


def test_the_message_comes_from_the_document_process_too() -> None:
    with pytest.raises(GlyphsMissing) as caught:
        render_agreement(sheet(mentee=f"Amal {ODD}", text=f"<p>{ODD}</p>"))
    assert set(caught.value.characters) == set(ODD)
    assert "U+0378" in str(caught.value)
    assert "fonts-noto-core" in str(caught.value) and "cjk" not in str(caught.value)


def test_many_missing_letters_are_named_in_part() -> None:
    message = fonts.how_to_draw("".join(map(chr, range(0x10600, 0x10620))))
    assert "U+10609" in message and "U+1060A" not in message
    assert " …" in message


@pytest.mark.parametrize("character", "王か한カㄅｱ")
def test_which_letters_belong_to_those_writings(character: str) -> None:
    assert fonts.is_cjk(character)


@pytest.mark.parametrize("character", "aжᚠ\ue000")
def test_which_do_not(character: str) -> None:
    assert not fonts.is_cjk(character)


def test_fonts_of_the_system_are_asked(tmp_path: Path) -> None:
    code = 'from wagtail_mentoring.documents import fonts\nanswer = fonts.undrawable("王か")'
    assert on_a_machine(tmp_path, code, installed="か") == "王"


def test_the_extra_names_the_packages_whose_files_are_looked_for() -> None:
    declared = (ROOT / "setup.cfg").read_text().split("\ncjk =", 1)[1].split("\n#", 1)[0]
    for font in cjk.CJK_FONTS:
        assert font.package.replace("_", "-") in declared
