"""What a server finds out by itself of rows that are committed, and cannot know of those of a test."""

from django.db import connection


def analyze() -> None:
    """Tell the database how many rows there are. Planned for empty tables, one query of thousands took minutes."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
