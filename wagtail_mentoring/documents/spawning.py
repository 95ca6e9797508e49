"""How a document process is started. Its own module without Django, because the new process reads it too."""

import contextlib
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from functools import wraps
from multiprocessing import spawn
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from typing import Any


class DocumentProcess(SpawnProcess):
    """A new Python that knows nothing of the program that starts it.

    Two things differ from an ordinary process of multiprocessing. The main program is not run again in it: a script
    without ``if __name__ == "__main__"`` would do its work twice, and nothing of ours lives there. And a daemonic
    process may start it too: task queues run their tasks in those. The prohibition guards against orphans; ours end
    by themselves when the pipe from their parent closes.
    """

    def start(self) -> None:
        with _not_daemonic(), _without_main():
            super().start()


class DocumentContext(SpawnContext):
    """The context to give to a pool of document processes."""

    Process = DocumentProcess


@contextlib.contextmanager
def _not_daemonic() -> Iterator[None]:
    config: dict[str, Any] = getattr(multiprocessing.current_process(), "_config", {})
    daemonic = config.pop("daemon", None)
    try:
        yield
    finally:
        if daemonic is not None:
            config["daemon"] = daemonic


# multiprocessing has no switch for this. The flag is the thread's own: processes that others start are as ever.
_this_thread = threading.local()


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    _this_thread.without_main = True
    try:
        yield
    finally:
        _this_thread.without_main = False


def _sparing_main(original: Callable[[str], dict[str, Any]]) -> Callable[[str], dict[str, Any]]:
    @wraps(original)
    def get_preparation_data(name: str) -> dict[str, Any]:
        data = original(name)
        if getattr(_this_thread, "without_main", False):
            data.pop("init_main_from_name", None)
            data.pop("init_main_from_path", None)
        return data

    return get_preparation_data


spawn.get_preparation_data = _sparing_main(spawn.get_preparation_data)  # type: ignore[assignment]


def use_python() -> None:
    """Start new processes with Python where this one is a server with Python inside it (uWSGI, mod_wsgi).

    Such a server names itself as the program to start, which would start the server again.
    """
    program = Path(os.fsdecode(spawn.get_executable() or ""))
    python = Path(sys.prefix) / "bin" / "python3"
    if "python" not in program.name.lower() and python.is_file():
        spawn.set_executable(str(python))


def forget_children() -> None:
    """After a fork, in the child: the processes belong to the parent, and must not end together with this one."""
    children: set[Any] = getattr(multiprocessing.process, "_children", set())
    children.difference_update([child for child in children if isinstance(child, DocumentProcess)])
