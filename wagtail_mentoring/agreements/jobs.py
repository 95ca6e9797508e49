"""Signing records that could not be made when the last party signed, for ``mentoring_due``."""

from wagtail_mentoring.due import Told, counted, job

from .models import Agreement
from .record import make_due_records


@job("make-records", order=500)
def make_records(dry_run: bool) -> Told:
    """Make the records that are still to be made. One that fails says so in the case's history."""
    if dry_run:
        return counted("Signing records to make", Agreement.objects.without_record().count())
    made, failed = make_due_records()
    return Told((f"Signing records: made {made}, not made {failed}.",)) if made or failed else Told()
