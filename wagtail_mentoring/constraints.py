"""Constraints of rows that are somebody's: of the mentee, or of one mentor."""

from typing import Any

from django.db import models


def of_one_person(name: str) -> models.CheckConstraint:
    """Return the constraint ``name``: a row is of the mentee or of one mentor, by its columns of these names."""
    return models.CheckConstraint(
        condition=models.Q(mentee__isnull=True) ^ models.Q(mentor__isnull=True),
        name=name,
    )


def once_for_each(name: str, *fields: str, only: models.Q | None = None) -> list[Any]:
    """Return the constraints, their names beginning with ``name``: for each person one row with the same ``fields``.

    ``only``: of the rows that it names.
    """
    return [
        models.UniqueConstraint(
            fields=[*fields, person],
            condition=models.Q(**{f"{person}__isnull": False}) & (only or models.Q()),
            name=f"{name}_{person}",
        )
        for person in ("mentee", "mentor")
    ]
