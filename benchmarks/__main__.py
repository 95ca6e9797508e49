"""Run all benchmarks in a database of their own:   scripts/with_postgres.sh python -m benchmarks"""

import json
import os
import platform
import sys
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
RESULTS = Path(__file__).parent / "results" / "latest.json"


def main() -> int:
    """Print the table, write the results, return 1 when a ratio is above what it may be."""
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    if connection.vendor != "postgresql":
        print("The benchmarks need PostgreSQL: make bench", file=sys.stderr)
        return 2
    from tests.conftest import restore_wagtail

    from . import documents_rows, due_rows, portal_rows, queue_rows, suggest_rows, verify_rows
    from . import rows as case_rows

    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        restore_wagtail()
        rows = []
        for measure in (
            # First: of the cases that the others leave something would be due too.
            due_rows.what_is_due,
            *case_rows.ALL,
            portal_rows.a_private_page,
            *documents_rows.ALL,
            *verify_rows.ALL,
            *suggest_rows.ALL,
            *queue_rows.ALL,
        ):
            for row in measure():
                rows.append(row)
                limit = "" if row.at_most is None else f"  at most {row.at_most}"
                verdict = "" if row.kept else "  ABOVE"
                print(f"{row.name:<55}{row.value:>9.3f} {row.unit}  {row.ratio:>5.2f} × {row.against}{limit}{verdict}")
    finally:
        teardown_databases(databases, verbosity=0)
    RESULTS.parent.mkdir(exist_ok=True)
    told = {
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "rows": [row.as_dict() for row in rows],
    }
    RESULTS.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
