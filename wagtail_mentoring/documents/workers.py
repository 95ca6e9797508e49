"""Runs the work of documents in processes of their own: warm, renewed now and then, limited in time and memory.

Layout takes seconds on a bad text, and a hostile upload can take everything a machine has. Neither may hold up or end
the process that serves people. There are three pools, so that an upload cannot come near a document that is being made,
and what anybody may send without a link cannot hold up the uploads of the parties.
"""

import atexit
import os
import pickle
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.util import Finalize
from typing import Any, Literal, TypeVar

from django.utils.translation import gettext, ngettext
from pebble import ProcessExpired, ProcessPool

from wagtail_mentoring.conf import conf

from . import layout, worker_side
from .errors import WorkerBusy, WorkerKilled, WorkerTimedOut
from .spawning import DocumentContext, forget_children, use_python
from .templates import search_path

Kind = Literal["render", "check", "verify"]
Result = TypeVar("Result")

# What looks at files. Named and not imported: this process does not need it.
_CHECKS = tuple(f"wagtail_mentoring.documents.checking.{name}" for name in ("reading", "scans", "uploaded"))

#: How long a first process may take to start, in seconds, on top of what the work itself may take.
START_SECONDS = 30
#: How many calls may be in a pool at a time, for each of its processes. More would only hold the threads that serve the
#: site. The other pools are bounded by who may use them.
MOST_AT_ONCE: dict[Kind, int] = {"verify": 4}


@dataclass(frozen=True)
class _Plan:
    """What a pool is made from; another plan (settings changed in a test) makes another pool."""

    processes: int
    recycle: int
    megabytes: int


@dataclass(frozen=True)
class _Pool:
    """A running pool, what it was made from, and the folder for temporary files of its processes."""

    plan: _Plan
    processes: ProcessPool
    folder: str

    @classmethod
    def start(cls, kind: Kind, plan: _Plan) -> "_Pool":
        use_python()
        folder = tempfile.mkdtemp(prefix=f"mentoring-{kind}-")
        processes = ProcessPool(
            max_workers=plan.processes,
            max_tasks=plan.recycle,
            initializer=worker_side.begin,
            initargs=(folder, plan.megabytes, _warm(kind)),
            context=DocumentContext(),
        )
        return cls(plan, processes, folder)

    def stop(self) -> None:
        """End the processes, wait for their end, and remove what they left."""
        self.processes.stop()
        self.processes.join()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop_soon(self) -> None:
        """The same without waiting: a process that will not end can take seconds."""
        self.processes.stop()
        threading.Thread(target=self.stop, name="mentoring-pool-stop", daemon=True).start()


class _Pools:
    """The pools of this process. A forked child begins with none: the parent's pipes are not its own."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running: dict[Kind, _Pool] = {}
        #: When work last came to an end, by the monotonic clock, and the most seconds that any was given.
        self.answered = self.longest = 0.0
        self.inside: Counter[Kind] = Counter()

    def get(self, kind: Kind) -> _Pool:
        """Return the running pool, made now if there is none that fits the settings."""
        plan = _Plan(conf.DOCUMENT_PROCESSES, conf.DOCUMENT_RECYCLE, conf.DOCUMENT_MEGABYTES)
        with self.lock:
            known = self.running.get(kind)
            if known is not None and known.plan == plan and known.processes.active:
                return known
            if known is not None:
                known.stop_soon()
            pool = self.running[kind] = _Pool.start(kind, plan)
            # A child of multiprocessing runs these at its end, and no atexit; else it would wait for ours forever.
            Finalize(None, self.stop, exitpriority=10)
            return pool

    def drop(self, kind: Kind, pool: _Pool) -> None:
        """Take a pool out of use that no longer answers, so that the next call makes a new one."""
        with self.lock:
            if self.running.get(kind) is pool:
                del self.running[kind]
        pool.stop_soon()

    def stop(self) -> None:
        """Stop all pools and wait for the end of their processes."""
        with self.lock:
            pools = [*self.running.values()]
            self.running.clear()
        for pool in pools:
            pool.processes.stop()
        for pool in pools:
            pool.stop()

    def forget(self) -> None:
        """In a forked child: begin with no pools, and leave the parent's processes alone."""
        forget_children()
        self.lock = threading.Lock()
        self.running = {}
        self.inside = Counter()

    @contextmanager
    def entered(self, kind: Kind) -> Iterator[None]:
        """Count a call of the kind while it lasts. Raises WorkerBusy when there are too many."""
        most = MOST_AT_ONCE.get(kind)
        with self.lock:
            if most is not None and self.inside[kind] >= most * conf.DOCUMENT_PROCESSES:
                raise WorkerBusy(_busy(kind))
            self.inside[kind] += 1
        try:
            yield
        finally:
            with self.lock:
                self.inside[kind] -= 1


def _warm(kind: Kind) -> tuple[Callable[..., object], tuple[Any, ...]] | None:
    """Return what a new process of the kind does first."""
    return (layout.warm, (search_path(),)) if kind == "render" else (worker_side.load, _CHECKS)


_pools = _Pools()
atexit.register(_pools.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pools.forget)


def call(function: Callable[..., Result], *args: Any, pool: Kind = "render", seconds: float | None = None) -> Result:
    """Run ``function(*args)`` in a document process and return its result.

    ``function`` stands at the top of a module that imports no Django; arguments and result can be pickled. ``pool`` is
    "render" for making documents, "check" for looking at what a party sent, "verify" for what anybody sends.
    ``seconds`` is the most that the work may take; None: DOCUMENT_SECONDS. What the function raises is raised here.

    Raises WorkerTimedOut when it takes longer, WorkerBusy when no process becomes free for it, WorkerKilled when the
    process ends in the middle of it (memory above DOCUMENT_MEGABYTES, or killed from outside); the next call finds a
    new process. With DOCUMENT_PROCESSES = 0 the function runs in this process, without limits.
    """
    if conf.DOCUMENT_PROCESSES < 1:
        return function(*args)
    allowed = conf.DOCUMENT_SECONDS if seconds is None else seconds
    payload = pickle.dumps((function, args))
    with _pools.entered(pool):
        answer = _answer(payload, pool, allowed)
    done, value = pickle.loads(answer)  # noqa: S301 - packed by our own child process
    if not done:
        raise value
    result: Result = value
    return result


def _answer(payload: bytes, pool: Kind, seconds: float) -> bytes:
    """Let a process do the work, and once more when the pool was broken."""
    try:
        return _run(payload, pool, seconds)
    except BrokenProcessPool:
        # A process was killed while it waited for work, and the pool with it. The work itself had not begun.
        try:
            return _run(payload, pool, seconds)
        except BrokenProcessPool as error:
            raise WorkerKilled(
                gettext(
                    "The process for documents could not be started. Try again; if it stays so, tell the people "
                    "who run this site."
                )
            ) from error


def _run(payload: bytes, kind: Kind, seconds: float) -> bytes:
    """Let a process of the pool do the work. Raises BrokenProcessPool when the pool ended before it began."""
    pool = _pools.get(kind)
    _pools.longest = max(_pools.longest, seconds)
    try:
        future: Future[bytes] = pool.processes.schedule(worker_side.run, args=(payload,), timeout=seconds)
    except RuntimeError as error:
        _pools.drop(kind, pool)
        raise BrokenProcessPool(str(error)) from error
    try:
        # The pool counts from the moment a process takes the work; this counts the wait for a free one as well.
        return future.result(timeout=2 * seconds + START_SECONDS)
    except TimeoutError as error:
        if not future.done():
            future.cancel()
            if time.monotonic() - _pools.answered > 2 * _pools.longest + START_SECONDS:
                # No queue, but a pool that came to a stop: a process can be killed while it holds the pool's lock.
                _pools.drop(kind, pool)
            raise WorkerBusy(_busy(kind)) from error
        raise WorkerTimedOut(_too_long(kind, seconds)) from error
    except BrokenProcessPool:
        _pools.drop(kind, pool)
        raise
    except ProcessExpired as error:
        raise WorkerKilled(_killed(kind, error.exitcode)) from error
    finally:
        if future.done():
            _pools.answered = time.monotonic()


def _busy(kind: Kind) -> str:
    if kind == "render":
        return gettext("No process for documents became free in time. Try again in a few minutes.")
    return gettext("Many files are being looked at just now. Try again in a minute.")


def _too_long(kind: Kind, seconds: float) -> str:
    count = max(1, round(seconds))
    if kind != "render":
        return ngettext(
            "Looking at the file took longer than %(count)d second and was stopped.",
            "Looking at the file took longer than %(count)d seconds and was stopped.",
            count,
        ) % {"count": count}
    return ngettext(
        "Making the document took longer than %(count)d second and was stopped. Try again; if it stays so, make its "
        "text shorter.",
        "Making the document took longer than %(count)d seconds and was stopped. Try again; if it stays so, make its "
        "text shorter.",
        count,
    ) % {"count": count}


def _killed(kind: Kind, status: int) -> str:
    if status == worker_side.OUT_OF_MEMORY:
        if kind != "render":
            return gettext("Looking at the file needed more memory than it may use, and was stopped.")
        return gettext(
            "Making the document needed more memory than it may use, and was stopped. If it stays so, make its text "
            "shorter."
        )
    if kind != "render":
        return gettext("Looking at the file ended before it was done. Try again.")
    return gettext("Making the document ended before it was done: the system stopped its process. Try again.")
