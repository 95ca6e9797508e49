"""Work for document processes, as the tests of workers need it. Imports no Django, as such modules must."""

import ctypes
import os
import sys
import tempfile
import time


class Stubborn(Exception):
    """Can be packed and never unpacked."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


def pid(wait: float = 0) -> int:
    time.sleep(wait)
    return os.getpid()


def temporary_folder() -> str:
    return tempfile.gettempdir()


def known_modules() -> list[str]:
    return sorted({name.split(".")[0] for name in sys.modules})


def fill(size: int) -> int:
    return len(bytearray(size))


def fill_in_c(size: int) -> bool:
    """Ask the C library, which many libraries do without Python's knowing."""
    malloc = ctypes.CDLL(None).malloc
    malloc.restype, malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    return malloc(size) is not None


def end(status: int) -> None:
    os._exit(status)


def kill_self(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(10)


def stubborn() -> None:
    raise Stubborn("this", "that")


def divide(over: int, under: int) -> float:
    return over / under
