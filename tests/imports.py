"""Read, without running it, which modules the package's modules import."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "wagtail_mentoring"


@dataclass(frozen=True)
class Import:
    """One import: ``source`` and ``target`` are dotted module names, ``line`` is where it stands."""

    source: str
    target: str
    line: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line} imports {self.target}"


def module_name(file: Path, root: Path) -> str:
    """Return the dotted name of the module in ``file`` below ``root``."""
    parts = list(file.relative_to(root).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_in(source: str, name: str, is_package: bool) -> Iterator[Import]:
    """Yield the imports of the module called ``name``: at the top, inside functions, and for type checkers alike.

    ``from a import b`` is a target ``a.b``: b may be a module. Strings, such as those of foreign keys, do not count;
    what ``import_module`` or ``import_string`` is given as a plain string does.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(name, alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = name.split(".") if is_package else name.split(".")[:-1]
                package = package[: len(package) - node.level + 1]
                base = ".".join([*package, base] if base else package)
            for alias in node.names:
                yield Import(name, f"{base}.{alias.name}", node.lineno)
        elif isinstance(node, ast.Call) and node.args:
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if function in ("import_module", "import_string", "__import__") and isinstance(first, ast.Constant):
                yield Import(name, str(first.value), node.lineno)


def package_imports(root: Path = ROOT) -> list[Import]:
    """Return every import of every module of the package below ``root``, migrations left out; links are followed."""
    found: list[Import] = []
    for file in sorted(python_files(root / PACKAGE)):
        name = module_name(file, root)
        found += imports_in(file.read_text(encoding="utf-8"), name, file.name == "__init__.py")
    return found


def python_files(folder: Path) -> Iterator[Path]:
    """Yield the Python files below ``folder``. Path.rglob would not go through the two linked folders."""
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name not in ("migrations", "__pycache__"):
                yield from python_files(entry)
        elif entry.suffix == ".py":
            yield entry
