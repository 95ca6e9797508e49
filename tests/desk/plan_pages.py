"""What the tests of the page of a plan share: where it is, what it says, and what its form sends."""

import re
from typing import Any

from django.urls import reverse

from wagtail_mentoring.pairing.models import PairingPlan

PLANS = "mentoring_desk:plans"


def address(plan: PairingPlan) -> str:
    return reverse("mentoring_desk:plan", args=[plan.pk])


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def ticks(admin: Any, plan: PairingPlan, **changes: Any) -> dict[str, Any]:
    """Return what the plan's form sends as the page stands, with changes."""
    table = admin.get(address(plan)).context["table"]
    rows = [shown["row"] for shown in table.sections["proposed"].rows]
    sent: dict[str, Any] = {
        "seen": table.seen,
        "expected": str(table.choice["people"]),
        "shown": [row.pk for row in rows],
        "invite": [row.pk for row in rows if row.pk not in table.left_out],
        "lock": [row.pk for row in rows if row.locked],
        "action": "save",
    }
    return sent | changes
