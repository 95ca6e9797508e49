"""My desk: what needs the contact person, oldest first, with one button each."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.programme.rights import unions_for

from . import words
from .base import Screen
from .due import Due, due_for, handled

#: So many rows are drawn; the others come up when these are done.
SHOWN = 100


def waits(row: Due) -> str:
    """Return since when a row waits: "Today", "1 day", "9 days"."""
    days = words.days_since(row.since)
    return words.days(days) if days > 0 else _("Today")


class MyDesk(Screen):
    """The rows of the user's unions; ``?all=1`` with those of other handlers, ``?kind=`` one kind alone."""

    template_name = "wagtail_mentoring/desk/desk.html"
    page_title = gettext_lazy("My desk")
    header_icon = "tasks"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not permission_policy(Case).user_has_permission(request.user, "change"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mine = request.GET.get("all") != "1"
        rows, counts = due_for(request.user, mine=mine)
        kind = request.GET.get("kind", "")
        chosen = [row for row in rows if row.kind == kind] if any(kind == one.name for one, _n in counts) else rows
        unions = list(unions_for(request.user, handle=True))
        here, more = reverse("mentoring_desk:desk"), "" if mine else "&all=1"
        return self.respond(
            heading=self.heading(rows),
            today=words.day(clock.today()),
            cares=self.cares(unions, mine),
            mine=mine,
            all_label=_("All of %(union)s") % {"union": unions[0].short} if len(unions) == 1 else _("All"),
            rows=[{"row": row, "waits": waits(row)} for row in chosen[:SHOWN]],
            counts=[
                {
                    "icon": one.icon,
                    "label": one.counted(number),
                    "address": f"{here}?kind={one.name}{more}",
                    "chosen": one.name == kind,
                }
                for one, number in counts
            ],
            narrowed=len(chosen) != len(rows),
            left=max(0, len(chosen) - SHOWN),
            everything=here + ("" if mine else "?all=1"),
        )

    def heading(self, rows: list[Due]) -> str:
        if not rows:
            return _("Nothing needs you now")
        number = ngettext("%(n)s thing needs you", "%(n)s things need you", len(rows)) % {"n": len(rows)}
        days = words.days_since(rows[0].since)
        if days < 1 or len(rows) == 1:
            return number
        return _("%(things)s, the oldest for %(days)s") % {"things": number, "days": words.days(days)}

    def cares(self, unions: list[Any], mine: bool) -> str:
        running = handled(self.request.user, mine).count()
        text = ngettext("%(n)s open case of %(unions)s", "%(n)s open cases of %(unions)s", running)
        return text % {"n": running, "unions": ", ".join(union.short for union in unions)} if unions else ""
