"""Many rows fetched as columns, as the database's driver gives them: nothing is made of each row.

Django converts values row by row, and tens of thousands of tuples alive at once keep the garbage collector busy: for a
union's mentors that takes longer than the query.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

_AT_ONCE = 500


def columns_of(rows: "QuerySet[Any, tuple[Any, ...]]", number: int) -> list[list[Any]]:
    """Return the ``number`` columns of ``rows`` (``values_list``), in one query.

    Ask for whole numbers and texts alone (a day or JSON by ``Cast``). A boolean is something true or false, not always
    of the type ``bool``.
    """
    columns: list[list[Any]] = [[] for _ in range(number)]
    try:
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:  # nobody can be found, by a condition on an empty list
        return columns
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        while chunk := cursor.fetchmany(_AT_ONCE):
            for column, values in zip(columns, zip(*chunk, strict=True), strict=True):
                column.extend(values)
    return columns
