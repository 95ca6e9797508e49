"""What somebody chose from a list: a column that holds texts, whatever stands in the database."""

from typing import Any

from django.db import models
from django.db.models.fields.json import KeyTransform


class ChosenField(models.JSONField):
    """A list of values of a list of choices. Read, it is always a list of texts, each once.

    What no form of ours writes (a number, a list within the list) is left out: one odd row, from an import or by hand,
    must not stop a page or the plan of a whole union.
    """

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        read = super().from_db_value(value, expression, connection)
        # A key of it may be anything.
        return read if isinstance(expression, KeyTransform) else texts_in(read)

    def deconstruct(self) -> Any:
        """For migrations it is the field of Django: the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


def texts_in(value: Any) -> list[str]:
    """Return the texts of a list from JSON, each once, in their order; anything else counts as none."""
    if not isinstance(value, list | tuple):
        return []
    return list(dict.fromkeys(one for one in value if isinstance(one, str)))
