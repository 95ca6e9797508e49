"""Every interval of a union's rules is that of its own cases: two unions with different ones, side by side."""

import datetime
from typing import Any

import pytest

from tests.factories import as_handler, make_case, make_field, make_union
from tests.messages.test_reminders import RULES
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages import jobs, reminders
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.programme.models import Participation

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
#: Interval, rule, event, and the case that waits for it.
INTERVALS = {
    "signature_reminder_days": ("signature", "signature_reminder", {"state": "paired", "agreement": "out"}),
    "unplanned_days": ("times", "times_reminder", {"state": "meeting_1"}),
    "unrecorded_days": ("unrecorded", "meeting_unrecorded", {"state": "paired", "agreement": "signed"}),
    "feedback_reminder_days": ("feedback", "feedback_reminder", {"state": "meeting_1"}),
    "idle_days": ("idle", "idle", {"state": "eligible"}),
}


def waiting(union: str, name: str, days: int, most: int) -> tuple[Case, datetime.datetime]:
    """Return a case of ``union``, whose rules say ``days`` and ``most``, and since when it waits."""
    rules = {name: days, "most_reminders": most}
    case = make_case(make_field(make_union(union), **rules), **INTERVALS[name][2])  # type: ignore[arg-type]
    if name == "signature_reminder_days":
        return case, case.agreements.get().issued_at
    if name == "unrecorded_days":
        starts_at = clock.now() + DAY
        moves.move(case.pk, "plan_meeting", as_handler(), {"starts_at": starts_at, "place": "Library"})
        return case, starts_at
    if name == "feedback_reminder_days":
        return case, case.feedback.order_by("asked_at").first().asked_at
    return case, case.log_at if name == "idle_days" else case.state_since


@pytest.mark.parametrize("name", INTERVALS)
@pytest.mark.parametrize("most", [1, 3])
def test_each_union_is_reminded_by_its_own_rules(name: str, most: int) -> None:
    rule, event, _options = INTERVALS[name]
    short, since = waiting("tek", name, 2, most)
    long, later = waiting("kt", name, 9, most)
    OutboxMessage.objects.all().delete()
    start = min(since, later)
    told: dict[int, list[int]] = {short.pk: [], long.pk: []}
    for day in range(40):
        with clock.at(start + day * DAY + datetime.timedelta(hours=12)):
            before = set(OutboxMessage.objects.values_list("pk", flat=True))
            reminders.run(RULES[rule])
            rows = OutboxMessage.objects.filter(event=event).exclude(pk__in=before)
            for pk in sorted(set(rows.values_list("case", flat=True))):
                told[pk].append(day)
    off = {short.pk: (since - start).days, long.pk: (later - start).days}
    assert told[short.pk] == [off[short.pk] + 2 * time for time in range(1, most + 1)]
    assert told[long.pk] == [off[long.pk] + 9 * time for time in range(1, most + 1)]


def test_every_interval_of_the_rules_is_asked_for_here_or_elsewhere() -> None:
    """Whoever adds an interval adds the reminder that it is for, and a line above."""
    elsewhere = {
        # tests/pairing/test_invitations_due.py, tests/pairing/test_mentee_silent.py
        "invitation_days",
        "invitation_reminder_days",
        # promised to applicants: tests/pages/test_public_pages.py, tests/portal/test_home.py
        "decision_days",
        "pairing_days",
        # how long data is kept, with the erasure
        "retention_unfinished_days",
    }
    found = {field.name for field in Participation._meta.get_fields() if field.name.endswith("_days")}
    assert found == set(INTERVALS) | elsewhere


def test_every_rule_is_a_job() -> None:
    names: Any = {rule.name for rule in reminders.RULES}
    assert names == set(jobs._SAID) == {INTERVALS[name][0] for name in INTERVALS} | {"tomorrow", "follow-up"}
