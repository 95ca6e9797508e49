"""One plan for the queue: being made, failed, or ready to be looked at, changed and approved."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import Button

from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.pairing import plan_rows, plans
from wagtail_mentoring.pairing.choices import PlanRowStatus, PlanStatus
from wagtail_mentoring.pairing.plan_approval import begin_approval
from wagtail_mentoring.pairing.planning import INVITE
from wagtail_mentoring.programme import dates
from wagtail_mentoring.workflows import StepRefused

from . import plan_words
from .plan_table import Table
from .plans import PlanScreen

#: Where the session keeps, by the plan's number, the rows that were unticked.
KEPT = "mentoring_plans"
#: The same of the rows that were ticked though nobody would be invited for them by themselves.
TICKED = "mentoring_plans_ticked"
#: After so many seconds a page that shows how far a task has come looks again by itself.
LOOK_AGAIN = 3


class PlanPage(PlanScreen):
    """The plan. Every press keeps the ticks of the page first, whatever else it is for."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        plan = self.plan
        if plan.status == PlanStatus.FAILED or plans.lost(plan):
            return self.broken()
        if plan.status in (PlanStatus.WAITING, PlanStatus.RUNNING):
            return self.progress()
        return self.ready()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_change:
            raise PermissionDenied
        action, _colon, written = request.POST.get("action", "").partition(":")
        try:
            if action == "start":
                plans.start_again(self.plan, request.user)
                return self.to_plan()
            self.keep_ticks(action)
            return self.act(action, whole_number(written))
        except StepRefused as refused:
            if action == "count":
                return JsonResponse({"after": [str(refused)]})
            return self.to_plan(refused)

    def act(self, action: str, value: int | None) -> HttpResponse:
        """Do what the button is for, after the ticks are kept; ``value``: its row or page. Raises StepRefused."""
        if action == "approve":
            return self.approve()
        if action == "count":
            return JsonResponse(self.told(self.table))
        if action == "again":
            plans.solve_again(self.plan, self.request.user)
        elif action == "row" and value is not None:
            return redirect(reverse("mentoring_desk:plan_row", args=[self.plan.pk, value]))
        elif action == "page" and value is not None:
            everything = "&all=1" if "all" in self.request.GET else ""
            return redirect(f"{self.address}?p={value}{everything}#served")
        elif action == "all":
            return redirect(f"{self.address}?all=1")
        elif action == "discard":
            return redirect(reverse("mentoring_desk:plan_discard", args=[self.plan.pk]))
        return redirect(self.here)

    @property
    def here(self) -> str:
        """The page of the plan on which the press was made."""
        query = self.request.GET.urlencode()
        return f"{self.address}?{query}" if query else self.address

    def approve(self) -> HttpResponse:
        """Invite for the rows that are ticked, if they are what the page showed."""
        table = self.table
        if not table.chosen:
            raise StepRefused(_("Nobody is ticked. Tick the people whose mentors you want to invite."))
        if self.request.POST.get("expected") != str(len(table.chosen)):
            # Without scripts the button still says how many were ticked before.
            ticked = plan_words.people(len(table.chosen))
            messages.warning(
                self.request,
                _("You have ticked %(people)s. Nothing was sent. The button below says it now: press it again.")
                % {"people": ticked},
            )
            return redirect(self.here)
        begin_approval(self.plan, table.chosen, self.request.user, seen=self.seen)
        if not table.left_out:
            self.forget()
        return self.to_plan()

    @property
    def seen(self) -> str:
        """The mark of what the page showed on which the press was made."""
        return self.request.POST.get("seen", "")

    def keep_ticks(self, action: str) -> None:
        """Store the locks that were changed on the page, and remember which rows are not to be approved.

        Raises StepRefused for a press on a page that shows another plan than there is now. What was locked on it is
        locked all the same, but nothing is unlocked: somebody may have chosen those mentors by hand meanwhile.
        """
        stale = self.seen != self.table.seen
        if stale:
            plans.ready(self.plan)
        if stale and action == "count":
            # The page stays as it is, with its ticks.
            raise StepRefused(plans.CHANGED_SINCE)
        shown, before, locked, invited = (self.keys(name) for name in ("shown", "locked", "lock", "invite"))
        touched = self.keys("touched")
        kept = self.request.session.get(KEPT, {})
        left_out = sorted((self.left_out - shown) | (shown - invited))
        self.request.session[KEPT] = {**kept, str(self.plan.pk): left_out}
        self.keep_called(shown, invited)
        now_locked, unlocked = shown & (locked - (before - touched)), shown & ((before | touched) - locked)
        if stale:
            if now_locked:
                plan_rows.set_locks(self.plan, now_locked, now_locked, self.request.user)
            raise StepRefused(plans.CHANGED_SINCE)
        if shown:
            # Only what was changed here: others lock rows too.
            plan_rows.set_locks(self.plan, now_locked | unlocked, now_locked, self.request.user, seen=self.seen)

    def keys(self, name: str) -> set[int]:
        """Return the rows (keys) that the form sent as ``name``: in many fields, or in one with hyphens between."""
        written = "-".join(self.request.POST.getlist(name)).split("-")
        return {key for one in written if (key := whole_number(one)) is not None}

    def keep_called(self, shown: set[int], invited: set[int]) -> None:
        """Remember the ticks of people who have not answered before: they are not ticked by themselves."""
        kept = self.request.session.get(TICKED, {})
        ticked = sorted((self.ticked - shown) | (shown & invited & self.table.called_first))
        if ticked or str(self.plan.pk) in kept:
            self.request.session[TICKED] = {**kept, str(self.plan.pk): ticked}

    def forget(self) -> None:
        kept = self.request.session.get(KEPT, {})
        self.request.session[KEPT] = {key: value for key, value in kept.items() if key != str(self.plan.pk)}

    @property
    def ticked(self) -> set[int]:
        """The rows that were ticked although the person has not answered before."""
        return set(self.request.session.get(TICKED, {}).get(str(self.plan.pk), []))

    @property
    def left_out(self) -> set[int]:
        return set(self.request.session.get(KEPT, {}).get(str(self.plan.pk), []))

    @property
    def table(self) -> Table:
        page = whole_number(self.request.GET.get("p")) or 1
        everything = "all" in self.request.GET
        return Table(self.plan, left_out=self.left_out, ticked=self.ticked, page=page, everything=everything)

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        if not self.may_change or self.plan.status in (PlanStatus.WAITING, PlanStatus.RUNNING):
            return []
        address = reverse("mentoring_desk:plan_discard", args=[self.plan.pk])
        return [Button(_("Give this plan up"), url=address, icon_name="bin", priority=10)]

    def ready(self) -> HttpResponse:
        self.template_name = "wagtail_mentoring/desk/plan.html"
        plan, table = self.plan, self.table
        figures, ended = table.figures, plan.status == PlanStatus.ENDED
        invited = table.sections[PlanRowStatus.APPROVED]
        served = table.sections[PlanRowStatus.PROPOSED]
        can_act = self.may_change and not ended
        return self.respond(
            plan=plan,
            table=table,
            heading=plan_words.heading(figures, invited.number),
            facts=[
                plan_words.counts(figures),
                plan_words.made(plan),
                *plan_words.standing(plan.result, invited.number),
            ],
            approved=plan_words.approved(plan.result),
            changed=plan_words.changed(plan.result),
            rounds=plan_words.rounds(plan.result),
            without_solver=plan_words.without_solver(plan.result),
            nobody=table.sections[PlanRowStatus.NOBODY],
            held=table.sections[PlanRowStatus.HELD_BACK],
            served=served,
            invited=invited,
            can_act=can_act,
            can_approve=can_act and served.number > 0,
            can_solve=can_act and table.rest > 0,
            fit=figures["fit"],
            **self.told(table),
            action_url=self.here,
            media="",
            has_unsaved_changes=False,
        )

    def told(self, table: Table) -> dict[str, Any]:
        """Return the labels of the buttons, how many are ticked, and what approving them does, in words."""
        choice = table.choice
        label = plan_words.approve_label(choice["people"], choice["mentors"])
        return {
            "again_label": plan_words.again_label(table.locks, table.rest),
            "approve_label": label,
            "title": _("When you press “%(label)s”") % {"label": label},
            "expected": choice["people"],
            "after": plan_words.consequences(choice, self.rules(table)),
        }

    def rules(self, table: Table) -> list[plan_words.Rule]:
        """Return the rules that hold for the people who are ticked. One query."""
        found = self.plan.union.participations.filter(pk__in=table.participations).select_related("programme")
        return [
            plan_words.Rule(str(one.programme), one.invitation_days, one.mentee_asked_about_pair)
            for one in found.order_by("pk")
        ]

    def progress(self) -> HttpResponse:
        self.template_name = "wagtail_mentoring/desk/plan_progress.html"
        plan = self.plan
        inviting = plan.stage == INVITE
        answer = self.respond(
            plan=plan,
            heading=_("The mentors are being invited") if inviting else _("The plan is being made"),
            stage=plan_words.STAGES.get("" if plan.status == PlanStatus.WAITING else plan.stage, ""),
            begun=dates.moment(plan.started_at or plan.alive_at or plan.created_at),
            seconds=LOOK_AGAIN,
            inviting=inviting,
        )
        # Looks again without a script. It is a header so that a reader who has stopped the page finds it at rest.
        answer.headers["Refresh"] = str(LOOK_AGAIN)
        return answer

    def broken(self) -> HttpResponse:
        """Say that the plan could not be made, or that its task was killed, and what to do."""
        self.template_name = "wagtail_mentoring/desk/plan_broken.html"
        plan, failed = self.plan, self.plan.status == PlanStatus.FAILED
        inviting = plan.stage == INVITE
        if inviting:
            heading = _("Inviting was interrupted")
        elif failed:
            heading = _("The plan could not be made")
        else:
            heading = _("The plan has stopped by itself")
        return self.respond(
            plan=plan,
            heading=heading,
            failed=failed,
            inviting=inviting,
            waiting=plan.status == PlanStatus.WAITING,
            invited=plan.rows.filter(status=PlanRowStatus.APPROVED).count() if inviting else 0,
            since=dates.moment(plan.alive_at or plan.created_at),
            may_change=self.may_change,
        )


class PlanDiscard(PlanScreen):
    """Asks before a plan is given up."""

    template_name = "wagtail_mentoring/desk/plan_discard.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_change:
            raise PermissionDenied
        return self.respond(plan=self.plan, invited=self.plan.rows.filter(status=PlanRowStatus.APPROVED).count())

    def crumbs(self) -> list[tuple[str, str]]:
        return [*super().crumbs(), (self.address, plan_words.short_title(self.plan))]

    def get_page_title(self) -> str:
        return _("Give this plan up")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_change:
            raise PermissionDenied
        try:
            plans.discard(self.plan, request.user)
        except StepRefused as refused:
            return self.to_plan(refused)
        messages.success(request, _("The plan was given up. Nothing of it is sent any more."))
        return redirect(reverse("mentoring_desk:plans"))
