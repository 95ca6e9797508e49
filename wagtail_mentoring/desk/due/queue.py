"""What is about a union rather than a case: who waits for mentors, sign-ups, and plans that are ready."""

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing.choices import PlanRowStatus, PlanStatus
from wagtail_mentoring.pairing.models import PairingPlan, PlanRow
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme import dates

from .base import Due, Found, Kind, Whose, of_case, register


@register(Kind("waiting", 20, "time", gettext_lazy("%(n)s waits for mentors"), gettext_lazy("%(n)s wait for mentors")))
def waiting(whose: Whose) -> Found:
    """People who wait for mentors while nobody is asked: one row for each union, with the longest wait.

    Those for whom everybody has said no, or who would rather have others, have rows of their own; a plan that has all
    who wait at a union stands for them.
    """
    cases = whose.cases.with_asking().filter(asking="waiting")
    # Where a plan that is ready has all of them, its own row says so.
    planned = PlanRow.objects.filter(plan__in=_ready(whose).values("pk"), case=OuterRef("pk"))
    not_planned = cases.filter(~Exists(planned.exclude(status=PlanRowStatus.APPROVED))).order_by()
    cases = cases.filter(union__in=list(not_planned.values_list("union", flat=True).distinct()))
    unions = list(
        Case.objects.filter(pk__in=cases.order_by().values("pk"))
        .order_by()
        .values("union", "union__short")
        .annotate(number=Count("pk"), since=Min("state_since"), case=Min("pk"))
    )
    alone = Case.objects.select_related("mentee", "field__profession").in_bulk(
        [row["case"] for row in unions if row["number"] == 1]
    )
    rows = []
    for row in unions:
        waited = dates.days_since(row["since"])
        longest = _("The longest wait is %(days)s.") % {"days": dates.days(waited)} if waited > 0 else ""
        if row["number"] == 1:
            case = alone[row["case"]]
            rows.append(
                of_case(
                    "waiting",
                    row["since"],
                    case,
                    what=_("Waits for mentors."),
                    why=_("Nobody is being asked."),
                    button=_("Find mentors"),
                    address=reverse("mentoring_desk:find_mentors", args=[case.pk]),
                )
            )
            continue
        rows.append(
            Due(
                kind="waiting",
                since=row["since"],
                name=_("The waiting queue"),
                about=row["union__short"],
                what=ngettext("%(n)s waits for mentors.", "%(n)s wait for mentors.", row["number"])
                % {"n": row["number"]},
                why=" ".join(filter(None, (_("Nobody is being asked for them."), longest))),
                button=_("Plan the queue"),
                address=reverse("mentoring_desk:plans"),
                page=reverse("mentoring_desk:cases") + f"?asking=waiting&union={row['union']}",
            )
        )
    return Found(rows, len(rows), sum(row["number"] for row in unions))


@register(Kind("sign_up", 110, "plus", gettext_lazy("%(n)s sign-up"), gettext_lazy("%(n)s sign-ups")))
def sign_ups(whose: Whose) -> Found:
    """People who signed up as mentors and wait for approval: one row for each union."""
    found = (
        Mentor.objects.filter(
            union__in=whose.unions,
            signed_up_at__isnull=False,
            approved_on__isnull=True,
            anonymised_at__isnull=True,
            ended_on__isnull=True,
        )
        .order_by()
        .values("union", "union__short")
        .annotate(number=Count("pk"), since=Min("signed_up_at"))
    )
    rows = [
        Due(
            kind="sign_up",
            since=row["since"],
            name=ngettext("%(n)s new mentor", "%(n)s new mentors", row["number"]) % {"n": row["number"]},
            about=row["union__short"],
            what=_("Signed up, not approved yet."),
            why=_("Talk with each of them, confirm the membership, and approve or decline."),
            button=_("Look at the sign-ups"),
            address=reverse("mentoring_mentors:index") + f"?state=waiting&union={row['union']}",
        )
        for row in found
    ]
    return Found(rows, len(rows), sum(row["number"] for row in found))


def _ready(whose: Whose) -> "QuerySet[PairingPlan]":
    """Return the newest plan of each union, where it is ready."""
    newest = (
        PairingPlan.objects.filter(union__in=whose.unions)
        .order_by()
        .values("union")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    return PairingPlan.objects.filter(pk__in=newest, status=PlanStatus.READY)


@register(Kind("plan", 120, "tasks", gettext_lazy("%(n)s plan ready"), gettext_lazy("%(n)s plans ready")))
def plans(whose: Whose) -> Found:
    """Plans for a whole queue that are ready to be looked at: the newest of each union."""
    ready = (
        _ready(whose)
        .select_related("union")
        .defer("inputs", "result")
        .annotate(
            number=Count("rows", filter=Q(rows__status=PlanRowStatus.PROPOSED)),
            invited=Count("rows", filter=Q(rows__status=PlanRowStatus.APPROVED)),
            without=Count("rows", filter=Q(rows__status__in=[PlanRowStatus.NOBODY, PlanRowStatus.HELD_BACK])),
        )
    )
    rows = []
    for plan in ready:
        said = ngettext("It proposes mentors for %(n)s mentee.", "It proposes mentors for %(n)s mentees.", plan.number)
        said = said % {"n": plan.number}
        if plan.without:
            text = ngettext("%(n)s has none in it.", "%(n)s have none in it.", plan.without)
            said += " " + text % {"n": plan.without}
        sent = _("Nothing has been sent.")
        if plan.invited:
            sent = _("Mentors are invited for %(n)s already.") % {"n": plan.invited}
        rows.append(
            Due(
                kind="plan",
                since=plan.finished_at or plan.created_at,
                name=_("Plan for the waiting queue"),
                about=plan.union.short,
                what=_("A plan is ready."),
                why=f"{said} {sent}",
                button=_("Look at the plan"),
                address=reverse("mentoring_desk:plan", args=[plan.pk]),
            )
        )
    return Found(rows, len(rows), len(rows))
