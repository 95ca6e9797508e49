"""Planning the queue: who waits at which union, and the plans that were made."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.pairing.choices import PlanRowStatus, PlanStatus
from wagtail_mentoring.pairing.models import PairingPlan
from wagtail_mentoring.pairing.plans import at_work, lost, make_plan, queues
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.models import Union
from wagtail_mentoring.programme.rights import may_handle, unions_for
from wagtail_mentoring.programme.users import user_name
from wagtail_mentoring.workflows import StepRefused

from . import plan_words
from .base import Screen


def may_change_plans(user: Any, union_id: int) -> bool:
    """Return whether ``user`` makes and approves plans of the union."""
    return bool(user.has_perm("wagtail_mentoring.change_case") and may_handle(user, union_id))


class Plans(Screen):
    """Who waits at each union of the user, with the button that makes a plan, and the plans so far."""

    template_name = "wagtail_mentoring/desk/plans.html"
    page_title = gettext_lazy("Plan the queue")
    header_icon = "list-ol"

    @cached_property
    def unions(self) -> list[Union]:
        return list(unions_for(self.request.user))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        queues = self.queues()
        page = Paginator(self.plans(), 20).get_page(request.GET.get("p"))
        return self.respond(
            queues=queues,
            heading=self.heading(sum(queue["number"] for queue in queues)),
            several=len(self.unions) > 1,
            rows=[self.row(plan) for plan in page],
            page=page,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make a plan for the union that was chosen, or open the one that is being made."""
        key = whole_number(request.POST.get("union"))
        union = get_object_or_404(Union, pk=key or 0, pk__in=[one.pk for one in self.unions])
        if not may_change_plans(request.user, union.pk):
            raise PermissionDenied
        try:
            plan = make_plan(union, request.user)
        except StepRefused as refused:
            messages.error(request, str(refused))
            return redirect(reverse("mentoring_desk:plans"))
        return redirect(reverse("mentoring_desk:plan", args=[plan.pk]))

    def heading(self, number: int) -> str:
        if not number:
            return _("Nobody waits for mentors now")
        return ngettext("%(n)s person waits for mentors", "%(n)s people wait for mentors", number) % {"n": number}

    def queues(self) -> list[dict[str, Any]]:
        """Return for each union in which somebody waits how many, how long, and the plan that is being made."""
        running = {plan.union_id: plan for plan in at_work(PairingPlan.objects.filter(union__in=self.unions))}
        waiting, rows = queues(self.unions), []
        before = self.asked_before()
        for union in self.unions:
            number, since = waiting.get(union.pk, (0, None))
            if number or union.pk in running:
                rows.append(
                    {
                        "union": union,
                        "number": number,
                        "people": plan_words.people(number),
                        "longest": dates.days(waited)
                        if (waited := dates.days_since(since) if since else 0) > 0
                        else "",
                        "before": self.told_before(before.get(union.pk, 0)),
                        "running": running.get(union.pk),
                        "may_change": may_change_plans(self.request.user, union.pk),
                    }
                )
        return rows

    def asked_before(self) -> dict[int, int]:
        """Return by union (key) for how many of those who wait mentors were asked already, without success."""
        cases = Case.objects.filter(union__in=self.unions).with_asking()
        found = cases.filter(asking__in=["refused", "silent", "nobody"]).order_by().values("union")
        return dict(found.annotate(number=Count("pk")).values_list("union", "number"))

    def told_before(self, number: int) -> str:
        """Return that somebody has rows of their own on the desk; "" when nobody has."""
        text = ngettext(
            "For %(n)s of them mentors were asked before, without success: see My desk.",
            "For %(n)s of them mentors were asked before, without success: see My desk.",
            number,
        )
        return text % {"n": number} if number else ""

    def plans(self) -> Any:
        plans = PairingPlan.objects.filter(union__in=self.unions).defer("inputs")
        return (
            plans.select_related("union", "created_by")
            .annotate(
                proposed=Count("rows", filter=Q(rows__status=PlanRowStatus.PROPOSED)),
                invited=Count("rows", filter=Q(rows__status=PlanRowStatus.APPROVED)),
                without=Count("rows", filter=Q(rows__status__in=[PlanRowStatus.NOBODY, PlanRowStatus.HELD_BACK])),
            )
            .order_by("-pk")
        )

    def row(self, plan: PairingPlan) -> dict[str, Any]:
        """Return what the list says of one plan."""
        return {
            "plan": plan,
            "title": plan_words.title(plan),
            "address": reverse("mentoring_desk:plan", args=[plan.pk]),
            "said": plan_words.in_the_list(plan),
            "by": user_name(plan.created_by),
            "state": self.state(plan),
            "bad": plan.status == PlanStatus.FAILED or lost(plan),
        }

    def state(self, plan: PairingPlan) -> str:
        """Return how far the plan is, in words."""
        if lost(plan):
            return _("Stopped by itself")
        if plan.status == PlanStatus.READY and plan.result.get("approved"):
            return _("A part is approved")
        return str(plan.get_status_display())


class PlanScreen(Screen):
    """A screen about one plan. A plan of another union is 404, as if it did not exist."""

    header_icon = "list-ol"

    @cached_property
    def plan(self) -> PairingPlan:
        plans = PairingPlan.objects.filter(union__in=unions_for(self.request.user)).defer("inputs")
        related = ("union", "created_by")
        found: PairingPlan = get_object_or_404(plans.select_related(*related), pk=self.kwargs["pk"])
        return found

    @cached_property
    def may_change(self) -> bool:
        return may_change_plans(self.request.user, self.plan.union_id)

    @property
    def address(self) -> str:
        return reverse("mentoring_desk:plan", args=[self.plan.pk])

    def crumbs(self) -> list[tuple[str, str]]:
        return [(reverse("mentoring_desk:plans"), _("Plan the queue"))]

    def get_page_title(self) -> str:
        return plan_words.short_title(self.plan)

    def to_plan(self, refused: StepRefused | None = None) -> HttpResponse:
        """Lead to the plan, with what went wrong."""
        if refused is not None:
            messages.error(self.request, str(refused))
        there = PairingPlan.objects.filter(pk=self.kwargs["pk"]).exists()
        return redirect(self.address if there else reverse("mentoring_desk:plans"))
