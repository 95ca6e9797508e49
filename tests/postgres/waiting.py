"""To know that somebody else waits, instead of sleeping so long that it is likely."""

import time

from django.db import connection

QUESTION = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def until_somebody_waits(seconds: float = 30) -> None:
    """Return when another connection waits for a lock that this one's transaction holds; fails after ``seconds``."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(QUESTION)
            if cursor.fetchone():
                return
        time.sleep(0.02)
    raise AssertionError(f"Nobody waited for this transaction within {seconds:g} seconds.")
