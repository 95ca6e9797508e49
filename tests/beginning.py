"""The rows that migrations leave, put back after a test that committed rows of its own.

Django's way is to empty every table and to make content types and permissions again, which takes as long as most tests.
"""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from tests.snapshots import tables_with_rows

Rows = list[tuple[Any, ...]]


class Beginning:
    """What stands in each table now, at the beginning of the tests of a process."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            # As Django's flush: what migrations were run is nobody's row.
            names = connection.introspection.django_table_names(only_existing=True, include_views=False)
            self.rows: dict[str, Rows] = {name: self._read(cursor, name) for name in sorted(names)}
        self.empty = [name for name, rows in self.rows.items() if not rows]

    def put_back(self) -> None:
        """Make every table hold what it held, in one transaction: keys are checked at its end."""
        with transaction.atomic(), connection.cursor() as cursor:
            changed = sorted(tables_with_rows(self.empty))
            changed += [name for name, rows in self.rows.items() if rows and self._read(cursor, name) != rows]
            for name in changed:
                cursor.execute(f"DELETE FROM {quoted(name)}")  # noqa: S608
            for name in changed:
                for row in self.rows[name]:
                    places = ", ".join(["%s"] * len(row))
                    cursor.execute(f"INSERT INTO {quoted(name)} VALUES ({places})", row)  # noqa: S608
        ContentType.objects.clear_cache()

    @staticmethod
    def _read(cursor: Any, name: str) -> Rows:
        cursor.execute(f"SELECT * FROM {quoted(name)}")  # noqa: S608
        return sorted(cursor.fetchall(), key=repr)


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
