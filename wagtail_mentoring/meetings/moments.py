"""Days and times that somebody types, as moments. Twice a year a clock time is missing, or comes twice."""

import datetime
import zoneinfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Which of two moments with the same clock time is meant: before the clocks are put back, or after.
FIRST, SECOND = "first", "second"


def moments_of(day: datetime.date, time: datetime.time, zone: zoneinfo.ZoneInfo) -> list[datetime.datetime]:
    """Return the moments at which clocks in ``zone`` show ``time`` on ``day``: one; none or two when they change."""
    naive = datetime.datetime.combine(day, time.replace(tzinfo=None, fold=0))
    found: list[datetime.datetime] = []
    for fold in (0, 1):
        moment = naive.replace(tzinfo=zone, fold=fold)
        # A time that the clocks skip comes back from UTC as another one.
        back = moment.astimezone(datetime.UTC).astimezone(zone)
        if back.replace(tzinfo=None, fold=0) == naive and back.utcoffset() not in [one.utcoffset() for one in found]:
            found.append(back)
    return found


def moment(day: datetime.date, time: datetime.time, zone: zoneinfo.ZoneInfo, which: str = "") -> datetime.datetime:
    """Return the moment at which clocks in ``zone`` show ``time`` on ``day``, aware, in ``zone``.

    Raises ValidationError: code ``skipped`` for a time that the clocks leave out, ``twice`` for one that comes twice,
    unless ``which`` (``"first"`` or ``"second"``) says which of the two is meant. The page then offers both:
    :func:`moments_of` has them.
    """
    found = moments_of(day, time, zone)
    if not found:
        message = _(
            "On this day the clocks are put forward, and %(time)s does not come. Choose an earlier or a later time."
        )
        raise ValidationError(message % {"time": f"{time:%H:%M}"}, code="skipped")
    if len(found) == 1:
        return found[0]
    if which not in (FIRST, SECOND):
        message = _(
            "On this day the clocks are put back, and %(time)s comes twice. Say whether you mean the first or the "
            "second time, or choose another time."
        )
        raise ValidationError(message % {"time": f"{time:%H:%M}"}, code="twice")
    return found[0 if which == FIRST else 1]
