"""Stored bytes that a killed process left without a row, for ``mentoring_due``."""

from django.core.cache import cache

from wagtail_mentoring.due import Told, counted, job

from . import files

#: Once a day is enough: it looks at every file.
_EVERY_SECONDS = 24 * 60 * 60


@job("sweep-files", order=600)
def sweep_files(dry_run: bool) -> Told:
    """Delete what belongs to no row."""
    if dry_run:
        return counted("Files without a row to delete", files.sweep(dry_run=True))
    if not cache.add("wagtail_mentoring.swept", True, _EVERY_SECONDS):
        return Told()
    try:
        return counted("Files without a row deleted", files.sweep())
    except Exception:
        # Not only tomorrow again.
        cache.delete("wagtail_mentoring.swept")
        raise
