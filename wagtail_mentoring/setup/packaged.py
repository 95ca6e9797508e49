"""The data that the package ships for setup and demo."""

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "data"


def packaged(name: str) -> Any:
    """Return the content of ``data/<name>.json``. Raises FileNotFoundError for an unknown name."""
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
