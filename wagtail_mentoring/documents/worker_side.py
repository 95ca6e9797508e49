"""What runs inside a document process. No Django here, so that it starts fast and stays small."""

import contextlib
import importlib
import os
import pickle
import shutil
import tempfile
import traceback
from collections.abc import Callable
from multiprocessing.util import Finalize
from typing import Any

from .errors import DocumentRenderError

#: Exit status of a process that ended itself because its memory was used up.
OUT_OF_MEMORY = 77


def begin(folder: str, megabytes: int, warm: tuple[Callable[..., object], tuple[Any, ...]] | None) -> None:
    """Set the limits of this process, then load what its work needs, so that the first document need not wait.

    ``folder`` belongs to the pool: each process keeps its temporary files (fonts are such) in a folder of its own
    there. ``megabytes`` limits the address space (no limit where the system has none). ``warm`` is a function with
    its arguments; what it raises is left for the real work to run into, where somebody reads the message.
    """
    _limit(megabytes)
    _keep_files_in(folder)
    if warm is not None:
        function, arguments = warm
        try:
            function(*arguments)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except Exception:  # noqa: S110 - see above
            pass


def _keep_files_in(folder: str) -> None:
    """Take a folder for temporary files, and remove those of processes that were killed."""
    own = os.path.join(folder, str(os.getpid()))
    os.makedirs(own, mode=0o700, exist_ok=True)
    for name in os.listdir(folder):
        if not _runs(int(name)):
            shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
    tempfile.tempdir = own
    # Such a process ends without atexit.
    Finalize(None, _remove, (own, folder), exitpriority=0)


def _remove(own: str, folder: str) -> None:
    shutil.rmtree(own, ignore_errors=True)
    with contextlib.suppress(OSError):  # others are still in it
        os.rmdir(folder)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def load(*modules: str) -> None:
    """Import modules by their names."""
    for name in modules:
        importlib.import_module(name)


def _limit(megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    # A dump would hold people's names, and the file that was being looked at.
    for kind, amount in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, megabytes * 1024 * 1024)):
        try:
            hard = resource.getrlimit(kind)[1]
            within = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
            resource.setrlimit(kind, (within, within))
        except (ValueError, OSError):  # macOS does not limit the address space
            continue


def run(payload: bytes) -> bytes:
    """Run a pickled ``(function, arguments)``; return a pickled ``(True, result)`` or ``(False, exception)``.

    Both are unpacked here and not by the pool, for which a parcel that cannot be unpacked is the end of all work.
    A process whose memory is used up ends itself: what it would do next could fail in any way.
    """
    try:
        function, arguments = pickle.loads(payload)  # noqa: S301 - packed by our own parent process
        return pickle.dumps((True, function(*arguments)))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:
        return pickle.dumps((False, _portable(error)))


def _portable(error: Exception) -> Exception:
    """Return the exception if it survives the way to the parent, else one that says the same, with the traceback."""
    told = "In the document process:\n" + traceback.format_exc()
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made in the line itself
    except Exception:
        error = DocumentRenderError(f"{type(error).__name__}: {error}")
    error.add_note(told)
    return error
