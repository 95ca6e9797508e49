"""What the admin's home page shows: open concerns, what needs the contact person, how many cases are running."""

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.site_summary import SummaryItem

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.conversation.services import concerns_for

from .due import desk_of
from .menu import may_read_cases
from .my_desk import heading
from .rights import deals_with_concerns, may_move_cases


class DeskSummary(SummaryItem):
    """How many things need the user and for how long the oldest has waited, with the way to My desk."""

    order = 40
    template_name = "wagtail_mentoring/desk/desk_summary.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        desk = desk_of(self.request.user, most=1)
        return {"heading": heading(desk), "address": reverse("mentoring_desk:desk")}

    def is_shown(self) -> bool:
        return may_move_cases(self.request.user)


class ConcernsSummary(SummaryItem):
    """How many concerns are open that are the user's to deal with, with the way to them; nothing where none is."""

    order = 30
    template_name = "wagtail_mentoring/desk/concerns_summary.html"

    @cached_property
    def open_now(self) -> int:
        """Asked once, for whether it is shown and for what it says."""
        return int(concerns_for(self.request.user).filter(closed_at=None).count())

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        number = self.open_now
        heading = ngettext("%(n)s concern is open", "%(n)s concerns are open", number) % {"n": number}
        return {"heading": heading, "address": reverse("mentoring_desk:concerns")}

    def is_shown(self) -> bool:
        return deals_with_concerns(self.request.user) and self.open_now > 0


class CasesSummary(SummaryItem):
    """The number of running cases of the user's unions, with the way to the list."""

    order = 50
    template_name = "wagtail_mentoring/desk/cases_summary.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        running = Case.objects.readable_by(self.request.user).running().count()
        return {"running": running, "address": reverse("mentoring_desk:cases")}

    def is_shown(self) -> bool:
        return may_read_cases(self.request.user)


@hooks.register("construct_homepage_summary_items")
def add_cases(request: Any, items: list[SummaryItem]) -> None:
    items += [ConcernsSummary(request), DeskSummary(request), CasesSummary(request)]
