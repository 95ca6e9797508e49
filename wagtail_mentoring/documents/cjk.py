"""Fonts for Chinese, Japanese and Korean from Python packages: the extra ``cjk``. Without Django: see workers.py.

The packages hold nothing but fonts. They are found without being imported, so that no code of theirs runs.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CjkFont:
    """A font for one writing: the package that brings it, its file there, and a common character of that writing."""

    writing: str
    package: str
    file: str
    sample: str

    @property
    def path(self) -> Path | None:
        """Where the file is; None when its package is not installed."""
        found = importlib.util.find_spec(self.package)
        for folder in (found.submodule_search_locations or ()) if found else ():
            path = Path(folder) / self.file
            if path.is_file():
                return path
        return None


#: The order is that in which they are asked for a character that several of them draw.
CJK_FONTS = (
    CjkFont("Chinese", "pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf", "王"),
    CjkFont("Japanese", "pylopdf_fonts_jp", "NotoSansJP-Regular.otf", "か"),
    CjkFont("Korean", "pylopdf_fonts_ko", "NotoSansKR-Regular.otf", "한"),
)


def font_faces() -> tuple[str, tuple[Path, ...]]:
    """Return the style sheet that declares the installed ones, and the folders in which their files are."""
    paths = [path for font in CJK_FONTS if (path := font.path)]
    rules = [f'@font-face {{ font-family: "Mentoring {path.stem}"; src: url({path.name}) }}' for path in paths]
    return "\n".join(rules), tuple(path.parent for path in paths)
