"""What there is to do about meetings now: tick times, book one, say how it went, say how it felt, or nothing."""

from dataclasses import replace

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.meetings import feedback
from wagtail_mentoring.meetings.models import MeetingStatus
from wagtail_mentoring.meetings.searching import slots_for
from wagtail_mentoring.meetings.slots import SlotTable
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.time_zones import zone_of
from wagtail_mentoring.programme.dates import clock_time, length, long_day, span

from .case_pages.entering import zone_words
from .record import Record
from .session import Visit
from .where import Where

NOW = "wagtail_mentoring:portal_{}".format


def one_thing() -> str:
    """Return the sentence over the only thing that is to be done."""
    return _("This is the one thing to do now.")


def nothing() -> str:
    """Return the sentence for somebody who waits."""
    return _("You do not need to do anything.")


def meeting_now(record: Record, visit: Visit, title: str) -> Where:
    """Return the head of the page of a case that has signed: the next meeting, or what leads to it."""
    planned = record.planned
    if planned is not None and planned.starts_at <= clock.now():
        return _begun(record, title)
    table = table_of(visit, record)
    found = times_now(table, record)
    if planned is not None:
        return _planned(record, visit, found)
    where = found or _no_time(record, visit, title, table)
    lost = _what_was_lost(record, visit)
    return replace(where, more=(lost, *where.more)) if lost else where


def _what_was_lost(record: Record, visit: Visit) -> str:
    """Return what became of the meeting in whose place a time is looked for; "" when there was none."""
    if record.lost is None:
        return ""
    when = {"when": span(record.lost.starts_at, record.lost.minutes, zone_of(visit.person))}
    if record.lost.status == MeetingStatus.MISSED:
        said = _("The meeting on %(when)s was not held: somebody did not come.") % when
        if record.for_mentee:
            return said
        # A press on the wrong answer can be put right by whoever records.
        way = reverse(NOW("meeting_record")), _("Not right? Record it as held")
        return format_html('{} <a href="{}?missed">{}</a>', said, *way)
    return _("The meeting on %(when)s was cancelled.") % when


def table_of(visit: Visit, record: Record) -> SlotTable | None:
    """Return the suggested times as the visitor sees them, None while nobody looks for a time: then no query."""
    return slots_for(visit.case, visit.person) if record.search is not None else None


def times_now(table: SlotTable | None, record: Record) -> Where | None:
    """Return what there is to do about the suggested times; None without any, and for somebody who only waits."""
    if table is None:
        return None
    number, address = len(record.held) + 1, reverse(NOW("times"))
    if table.best and table.search is not None:
        first = span(table.best[0].slot.starts_at, table.search.minutes, table.zone)
        title = _("A time suits both of you") if record.alone else _("A time suits all three of you")
        return Where(title, first, _("Book it, and each of you gets a calendar file."), (), _("See and book"), address)
    if table.waits_for_you:
        title = _("Which times suit you for meeting %(number)s?") % {"number": number}
        return Where(title, one_thing(), _("It takes a minute."), (), _("Tick your times"), address)
    if table.nothing_fits and record.alone:
        title = _("No time suits both of you yet")
        return Where(title, one_thing(), _("Suggest other times."), (), _("See them"), address)
    if table.nothing_fits:
        title = _("No time suits all of you yet")
        return Where(title, one_thing(), _("Look which two fit, and suggest other times."), (), _("See them"), address)
    return None


def _begun(record: Record, title: str) -> Where:
    number = record.planned.number if record.planned else 0
    if record.for_mentee:
        told = (
            _("Your mentor says here that meeting %(number)s was held.")
            if record.alone
            else _("One of your mentors says here that meeting %(number)s was held.")
        )
        return Where(title, nothing(), told % {"number": number})
    return Where(
        _("How did meeting %(number)s go?") % {"number": number},
        one_thing(),
        _("It takes two minutes.") if record.alone else _("Two minutes. One mentor fills it in for all."),
        (),
        _("Say how it went"),
        reverse(NOW("meeting_record")),
    )


def _planned(record: Record, visit: Visit, found: Where | None) -> Where:
    planned = record.planned
    assert planned is not None  # noqa: S101 - the caller has looked
    with timezone.override(zone_of(visit.person)):
        when = {"day": long_day(planned.starts_at), "time": clock_time(planned.starts_at)}
    takes = _("It takes %(length)s.") % {"length": length(planned.minutes)}
    where = Where(
        _("Your next meeting: %(day)s, %(time)s") % when,
        planned.place or _("The place is not known yet."),
        # Below the place, which may be an address that no full stop should touch.
        f"\n{takes} {zone_words(visit)}",
        (_("You cannot come? Move it, or write a message."),),
        _("Open the meeting"),
        reverse(NOW("meeting")),
    )
    if found is None:
        return where
    # Somebody has asked to move it: that is what waits for an answer.
    more = (_("Other times are suggested for it."),)
    return replace(where, more=more, action=found.action, address=found.address)


def feedback_now(visit: Visit, title: str) -> Where | None:
    """Return the question how it was, under the heading ``title``; None when nothing is asked."""
    asked = feedback.open_for(visit.case, visit.person)
    if asked is None:
        return None
    return Where(
        title,
        _("How was it for you?"),
        _("It takes two minutes. Only the contact persons and supervisors of %(union)s read it.")
        % {"union": visit.case.union.short},
        (),
        _("Tell us"),
        reverse(NOW("feedback")),
    )


def with_feedback(where: Where, record: Record, visit: Visit) -> Where:
    """Return ``where`` with the question how the first meeting was, while it is open.

    The next meeting comes first, because two others wait for it and feedback stops nobody. Whoever only waits has time
    for it. It is always there: the mail that asks leads to this page.
    """
    asked = feedback_now(visit, where.title) if record.held else None
    if asked is None:
        return where
    if where.first != nothing():
        return replace(where, also=(_("Tell us how your first meeting together was"), asked.address))
    may = (where.action, where.address) if where.action else None
    return replace(asked, more=tuple(filter(None, (where.then, *where.more))), also=may)


def _how_it_ends() -> str:
    return _("Your contact person writes to you about how it ends.")


def _left(record: Record) -> tuple[str, ...]:
    """Return how often the three can still meet."""
    left = record.case.max_meetings - len(record.held)
    if left < 1:
        return ()
    words = ngettext("You can meet %(left)d more time.", "You can meet up to %(left)d more times.", left)
    return (words % {"left": left},)


def _no_time(record: Record, visit: Visit, title: str, table: SlotTable | None) -> Where:
    if not (more := _left(record)):
        return Where(title, nothing(), _how_it_ends())
    if table is not None and table.rows:
        return Where(
            title, nothing(), _("You have ticked your times. We write to you when everybody has answered."), more
        )
    # The page itself asks the flow; here it is enough who begins.
    if record.for_mentee and len(record.held) + 1 not in record.begun:
        first = (
            _("Your mentor suggests the first times. We write to you then.")
            if record.alone
            else _("Your mentors suggest the first times. We write to you then.")
        )
        return Where(title, nothing(), first, more)
    suggest = _("Suggest times"), reverse(NOW("times_suggest"))
    if not isinstance(visit.person, Mentor):
        too = (
            _("Your mentor suggests times. You may suggest some too.")
            if record.alone
            else _("Your mentors suggest times. You may suggest some too.")
        )
        return Where(title, nothing(), too, more, *suggest)
    said = (
        _("Suggest some times and a place. The mentee says what suits.")
        if record.alone
        else _("Suggest some times and a place. The others say what suits them.")
    )
    return Where(
        title, _("Find a time for meeting %(number)s.") % {"number": len(record.held) + 1}, said, more, *suggest
    )
