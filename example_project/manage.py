#!/usr/bin/env python
"""Django's command line for the example site; works from any folder."""

import os
import sys
from pathlib import Path


def main() -> None:
    # The repository's folder in the place of this file's: the settings are `example_project.settings`.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit("Django is not installed in this Python. Run `make demo`, or activate .venv first.") from error
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
