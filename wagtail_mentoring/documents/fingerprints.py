"""Fingerprints of files as people compare them."""


def grouped(sha256: str, size: int = 4) -> str:
    """Return a SHA-256 in groups of ``size`` characters: "3fa1 9c07 …"; ``""`` for an empty one."""
    return " ".join(sha256[start : start + size] for start in range(0, len(sha256), size))
