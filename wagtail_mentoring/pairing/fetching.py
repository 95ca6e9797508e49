"""Many rows fetched as columns, which the database writes as one text each: nothing is made of each row.

To hand over tens of thousands of rows takes the database's driver longer than to find them, and the tuples that are
alive at once keep the garbage collector busy.
"""

import json
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BigIntegerField, Func, QuerySet, TextField, Value
from numpy.typing import NDArray

#: A column of ``found`` as the text of a JSON array; all columns of a query have their rows in one order.
_AS_JSON = {
    "sqlite": "json_group_array({name})",
    "postgresql": "COALESCE(json_agg({name})::text, '[]')",
}
_NUMBERS = re.compile("[-0-9, ]*")


class Column:
    """One column, read from the ``text`` of a JSON array when it is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def values(self) -> list[Any]:
        """The values as Python's own."""
        found: list[Any] = json.loads(self.text)
        return found

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """The values as whole numbers; raises ValueError where one is none."""
        written = self.text[1:-1]
        if not _NUMBERS.fullmatch(written):
            raise ValueError("There is something else than whole numbers in this column.")
        return np.fromstring(written, dtype=np.int64, sep=",")

    def places(self, known: Sequence[str]) -> NDArray[np.int64]:
        """The place of each text in ``known``, whose texts have two letters, save the first; 0 of any other text."""
        # All are of one width, once nothing is two blanks: so they need not be made texts of Python, one by one.
        written = self.text[1:-1].replace('", "', '","').replace('""', '"  "')
        letters = np.frombuffer(f"{written},".encode(), dtype=np.uint8)
        if len(letters) % 5 or not (letters.reshape(-1, 5)[:, [0, 3, 4]] == list(b'"",')).all():
            place = {text: number for number, text in enumerate(known)}
            return np.array([place.get(text, 0) for text in self.values], dtype=np.int64)
        first, second = letters[1::5].astype(np.int64), letters[2::5]
        found = np.zeros(2**16, dtype=np.int64)
        for number, (one, other) in enumerate(map(str.encode, known[1:]), start=1):
            found[one * 256 + other] = number
        return found[first * 256 + second]


def columns_of(rows: "QuerySet[Any, Any]", number: int) -> list[Column]:
    """Return the ``number`` columns of ``rows`` (``values_list``), in one query.

    Ask for whole numbers and texts alone: a day or JSON by ``Cast``, a moment by :class:`Moment`.
    """
    try:
        sql, parameters = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:  # nobody can be found, by a condition on an empty list
        return [Column("[]") for _column in range(number)]
    connection = connections[rows.db]
    names = [f"column_{place}" for place in range(number)]
    as_json = ", ".join(_AS_JSON[connection.vendor].format(name=name) for name in names)
    with connection.cursor() as cursor:
        # Of our own: names that are counted, and SQL that Django wrote, its values apart in the parameters.
        sql = f"WITH found({', '.join(names)}) AS ({sql}) SELECT {as_json} FROM found"  # noqa: S608
        cursor.execute(sql, parameters)
        return [Column(text) for text in cursor.fetchone()]


class OneOf(Func):
    """Keys for ``…__in``, as one parameter however many they are: some databases take no more than a thousand."""

    template = "(SELECT value FROM json_each('[' || %(expressions)s || ']'))"
    output_field = BigIntegerField()

    def __init__(self, keys: Iterable[int]) -> None:
        super().__init__(Value(",".join(map(str, keys)), output_field=TextField()))

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Return the same for PostgreSQL, whose planner sees how many they are."""
        template = "(SELECT unnest(string_to_array(%(expressions)s, ',')::bigint[]))"
        return self.as_sql(compiler, connection, template=template, **more)


class Moment(Func):
    """A moment as a text; texts of two moments stand in the same order as the moments."""

    template = "CAST(%(expressions)s AS text)"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Return the same for PostgreSQL: without the time zone, which has its summer and its winter."""
        template = "CAST(%(expressions)s AT TIME ZONE 'UTC' AS text)"
        return self.as_sql(compiler, connection, template=template, **more)
