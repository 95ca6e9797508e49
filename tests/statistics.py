"""What a server finds out by itself of rows that are committed, and cannot know of those of a test."""

from collections.abc import Callable
from typing import Any

from django.db import connection


def analyze() -> None:
    """Tell the database how many rows there are. Planned for empty tables, one query of thousands took minutes."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def tables_read_whole(run: Callable[[], object]) -> list[tuple[str, str]]:
    """Return the queries of ``run`` that read all of a table of ours, each with the step of SQLite's plan that does.

    On SQLite alone: PostgreSQL reads a small table as a whole, and is right.
    """
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            asked.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        run()
    assert asked
    found = []
    with connection.cursor() as cursor:
        for sql, parameters in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            steps = [row[3] for row in cursor.fetchall()]
            found += [(sql, step) for step in steps if step.startswith("SCAN wagtail_mentoring_")]
    return found
