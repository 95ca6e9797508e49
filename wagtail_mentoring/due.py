"""What must happen without anybody pressing a button: rooms register their jobs here, ``mentoring_due`` runs them.

A job does what is due now and nothing else, so that running it twice does it once; it keeps its items apart, so that
one that fails stops no other. With ``dry_run`` it says what it would do, and changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Told:
    """What a job says for the log of cron: lines without names of people, and how many items failed."""

    lines: Sequence[str] = field(default_factory=tuple)
    failed: int = 0


#: Takes ``dry_run`` and returns what was done, or would be.
Run = Callable[[bool], Told]


@dataclass(frozen=True, slots=True)
class Job:
    """A job with its name, as it stands in the log when it fails. Lower ``order`` runs earlier."""

    name: str
    order: int
    run: Run


_jobs: dict[str, Job] = {}


def job(name: str, *, order: int) -> Callable[[Run], Run]:
    """Register the decorated function as the job ``name``. Mails are delivered at order 1000: after who writes them."""

    def register(run: Run) -> Run:
        _jobs[name] = Job(name, order, run)
        return run

    return register


def jobs() -> list[Job]:
    """Return the jobs of all rooms in their order."""
    return sorted(_jobs.values(), key=lambda found: (found.order, found.name))


def counted(what: str, number: int, failed: int = 0) -> Told:
    """Return one line such as "Invitations ended: 2, failed: 1.", or none when there was nothing to do."""
    if not number and not failed:
        return Told()
    return Told((f"{what}: {number}{f', failed: {failed}' if failed else ''}.",), failed)
