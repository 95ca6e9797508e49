"""My desk: what needs the contact person, concerns and then the oldest first, with one button each."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.meetings.models import Meeting
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.rights import unions_for

from .base import Screen
from .daily_mail import wants_daily_mail
from .due import Desk, Due, Whose, desk_of


def waits(row: Due) -> str:
    """Return since when a row waits: "Today", "1 day", "9 days"."""
    days = dates.days_since(row.since)
    return dates.days(days) if days > 0 else _("Today")


def heading(desk: Desk) -> str:
    """Return how many things need the user, and for how long the oldest has waited."""
    if not desk.total:
        return _("Nothing needs you now")
    number = ngettext("%(n)s thing needs you", "%(n)s things need you", desk.total) % {"n": desk.total}
    days = dates.days_since(desk.oldest) if desk.oldest is not None else 0
    if days < 1 or desk.total == 1:
        return number
    return _("%(things)s, the oldest for %(days)s") % {"things": number, "days": dates.days(days)}


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
        desk = desk_of(request.user, mine=mine)
        kind = request.GET.get("kind", "")
        chosen = next((found for one, found in desk.found if one.name == kind), None)
        unions = list(unions_for(request.user, handle=True))
        everything = desk.total if not mine else desk_of(request.user, mine=False, most=1).total
        return self.respond(
            heading=heading(desk),
            today=dates.day(clock.today()),
            cares=self.cares(unions, mine),
            mine=mine,
            all_label=self.all_label(unions, everything),
            rows=[{"row": row, "waits": waits(row)} for row in (chosen.rows if chosen else desk.rows)],
            counts=[
                {
                    "icon": one.icon,
                    "label": one.counted(found.things),
                    "address": self.address(one.name, mine),
                    "chosen": one.name == kind,
                }
                for one, found in desk.found
            ],
            narrowed=chosen is not None,
            whole=self.address("", mine),
            daily_mail=wants_daily_mail(request.user),
            **self.left(desk, kind if chosen else "", mine),
            **({} if desk.total else self.done(mine, everything)),
        )

    def address(self, kind: str, mine: bool) -> str:
        """Return the address of the desk, narrowed to one kind."""
        asked = ([f"kind={kind}"] if kind else []) + ([] if mine else ["all=1"])
        return reverse("mentoring_desk:desk") + ("?" + "&".join(asked) if asked else "")

    def left(self, desk: Desk, kind: str, mine: bool) -> dict[str, Any]:
        """Return how many rows are not shown, and where they are: the desk by kind, and from there the whole list."""
        if kind:
            one, found = next(pair for pair in desk.found if pair[0].name == kind)
            hidden = found.total - len(found.rows)
            lists = [{"label": _("See all of them"), "address": one.list_address(mine)}]
            return {"left": hidden, "lists": [each for each in lists if hidden and each["address"]]}
        shown = [row.kind for row in desk.rows]
        lists = [
            {"label": one.counted(found.total - shown.count(one.name)), "address": self.address(one.name, mine)}
            for one, found in desk.found
            if found.total > shown.count(one.name)
        ]
        return {"left": desk.total - len(desk.rows), "lists": lists}

    def all_label(self, unions: list[Any], number: int) -> str:
        if len(unions) == 1:
            return _("All of %(union)s (%(n)s)") % {"union": unions[0].short, "n": number}
        return _("All (%(n)s)") % {"n": number}

    def done(self, mine: bool, everything: int) -> dict[str, Any]:
        """Return what an empty desk says: the next thing that is known of, and whether others have something."""
        cases = Whose(self.request.user, mine).keys
        meeting = Meeting.objects.coming(clock.now()).filter(case__in=cases).select_related("case__mentee").first()
        if meeting is None:
            return {"others": everything}
        return {
            "others": everything,
            "coming": {
                "day": dates.day(meeting.starts_at),
                "number": meeting.number,
                "name": meeting.case.mentee.name,
                "address": reverse("mentoring_desk:case", args=[meeting.case_id]),
            },
        }

    def cares(self, unions: list[Any], mine: bool) -> str:
        running = Whose(self.request.user, mine).cases.count()
        text = ngettext("%(n)s open case of %(unions)s", "%(n)s open cases of %(unions)s", running)
        return text % {"n": running, "unions": ", ".join(union.short for union in unions)} if unions else ""
