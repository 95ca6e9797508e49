"""What needs a contact person, oldest first. Worked out from the rows each time; nothing about it is stored."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Q, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.querysets import CaseQuerySet
from wagtail_mentoring.pairing.models import (
    Invitation,
    InvitationStatus,
    PairingPlan,
    PlanStatus,
    Proposal,
    ProposalStatus,
)
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme.rights import unions_for


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing to do: its icon, and what the count says of one and of several."""

    name: str
    icon: str
    one: Any
    several: Any

    def counted(self, number: int) -> str:
        return str(self.one if number == 1 else self.several) % {"n": number}


@dataclass(frozen=True, slots=True)
class Due:
    """One row: since when, about whom, what is the matter, and the button."""

    kind: str
    since: datetime.datetime
    name: str
    about: str
    what: str
    why: str
    button: str
    address: str
    #: Where the name leads; "" nowhere else than the button.
    page: str = ""
    #: How many things the row stands for.
    number: int = 1


#: Gives the rows of one kind. ``mine``: only cases of the user, or of nobody yet.
Provider = Callable[[Any, bool], list[Due]]
_providers: dict[str, tuple[Kind, Provider]] = {}


def register(kind: Kind) -> Callable[[Provider], Provider]:
    """Register a function that gives the rows of ``kind``, in a constant number of queries."""

    def decorate(provider: Provider) -> Provider:
        _providers[kind.name] = (kind, provider)
        return provider

    return decorate


def due_for(user: Any, *, mine: bool) -> tuple[list[Due], list[tuple[Kind, int]]]:
    """Return the rows for ``user``, oldest first, and how many there are of each kind that there is."""
    rows: list[Due] = []
    counts = []
    for kind, provider in _providers.values():
        found = provider(user, mine)
        if found:
            counts.append((kind, sum(row.number for row in found)))
        rows += found
    return sorted(rows, key=lambda row: (row.since, row.about)), counts


def handled(user: Any, mine: bool) -> CaseQuerySet:
    """Return the running cases that ``user`` may move; ``mine``: without those of other handlers."""
    found: CaseQuerySet = Case.objects.running().filter(union__in=unions_for(user, handle=True))
    if mine:
        found = found.filter(Q(handler=user) | Q(handler=None))
    return found.select_related("mentee", "field__profession")


def _about(case: Any) -> str:
    return f"{case.reference} · {case.field_name[:1].upper()}{case.field_name[1:]}"


def _of_case(kind: str, since: datetime.datetime, case: Any, **said: Any) -> Due:
    page = reverse("mentoring_desk:case", args=[case.pk])
    return Due(kind=kind, since=since, name=case.mentee.name, about=_about(case), page=page, **said)


@register(Kind("question", "help", gettext_lazy("%(n)s question"), gettext_lazy("%(n)s questions")))
def questions(user: Any, mine: bool) -> list[Due]:
    """Questions of mentors that have no answer."""
    waiting = Invitation.objects.filter(
        proposal__case__in=handled(user, mine).order_by().values("pk"),
        proposal__status=ProposalStatus.OPEN,
        status__in=[InvitationStatus.ASKED, InvitationStatus.YES],
        question_at__isnull=False,
        reply_at__isnull=True,
    ).select_related("mentor", "proposal__case__mentee", "proposal__case__field__profession")
    return [
        _of_case(
            "question",
            one.question_at or one.proposal.created_at,
            one.proposal.case,
            what=_("A mentor asks."),
            why=_("%(name)s: “%(question)s”") % {"name": one.mentor.name, "question": _shortened(one.question)},
            button=_("Answer %(name)s") % {"name": one.mentor.name},
            address=reverse("mentoring_desk:invitation_reply", args=[one.proposal.case_id, one.pk]),
        )
        for one in waiting
    ]


def _shortened(text: str, most: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rsplit(" ", 1)[0] + "…"


def _asking(user: Any, mine: bool, value: str) -> CaseQuerySet:
    """Return the cases whose questions stand at ``value``, with ``since``: when the last answer came."""
    proposals = Proposal.objects.filter(case=OuterRef("pk")).order_by().values("case")
    answered = Max("invitations__answered_at")
    return (
        handled(user, mine)
        .with_asking()
        .filter(asking=value)
        .annotate(
            ended=Subquery(proposals.annotate(last=Max("ended_at")).values("last")),
            answered=Subquery(proposals.annotate(last=answered).values("last")),
        )
    )


@register(Kind("missing", "group", gettext_lazy("%(n)s mentor missing"), gettext_lazy("%(n)s mentors missing")))
def missing(user: Any, mine: bool) -> list[Due]:
    """Cases in which one mentor said yes and the other did not."""
    return [
        _of_case(
            "missing",
            case.answered or case.state_since,
            case,
            what=_("One mentor missing."),
            why=_("One mentor said yes, the other did not. Ask somebody else, or go on with one."),
            button=_("Find the second mentor"),
            address=reverse("mentoring_desk:case", args=[case.pk]) + "#asked-section",
        )
        for case in _asking(user, mine, "missing")
    ]


@register(Kind("nobody", "warning", gettext_lazy("%(n)s without mentors"), gettext_lazy("%(n)s without mentors")))
def nobody(user: Any, mine: bool) -> list[Due]:
    """Cases in which everybody who was asked has said no."""
    return [
        _of_case(
            "nobody",
            case.ended or case.state_since,
            case,
            what=_("Nobody left to ask."),
            why=_("Everybody who was asked has said no, or did not answer."),
            button=_("Find mentors"),
            address=reverse("mentoring_desk:find_mentors", args=[case.pk]),
        )
        for case in _asking(user, mine, "nobody")
    ]


@register(Kind("refused", "user", gettext_lazy("%(n)s mentee said no"), gettext_lazy("%(n)s mentees said no")))
def refused(user: Any, mine: bool) -> list[Due]:
    """Cases whose mentee would rather have other mentors."""
    return [
        _of_case(
            "refused",
            case.ended or case.state_since,
            case,
            what=_("The mentee said no."),
            why=_("%(name)s would rather have other mentors.") % {"name": case.mentee.called},
            button=_("Find mentors"),
            address=reverse("mentoring_desk:find_mentors", args=[case.pk]),
        )
        for case in _asking(user, mine, "refused")
    ]


@register(Kind("sign_up", "plus", gettext_lazy("%(n)s sign-up"), gettext_lazy("%(n)s sign-ups")))
def sign_ups(user: Any, mine: bool) -> list[Due]:
    """People who signed up as mentors and wait for approval: one row for each union."""
    waiting = (
        Mentor.objects.filter(
            union__in=unions_for(user, handle=True),
            signed_up_at__isnull=False,
            approved_on__isnull=True,
            anonymised_at__isnull=True,
            ended_on__isnull=True,
        )
        .order_by()
        .values("union", "union__short")
        .annotate(number=Count("pk"), since=Min("signed_up_at"))
    )
    return [
        Due(
            kind="sign_up",
            number=row["number"],
            since=row["since"],
            name=ngettext("%(n)s new mentor", "%(n)s new mentors", row["number"]) % {"n": row["number"]},
            about=row["union__short"],
            what=_("Signed up, not approved yet."),
            why=_("Talk with each of them, confirm the membership, and approve or decline."),
            button=_("Look at the sign-ups"),
            address=reverse("mentoring_mentors:index") + f"?state=waiting&union={row['union']}",
        )
        for row in waiting
    ]


@register(Kind("plan", "tasks", gettext_lazy("%(n)s plan ready"), gettext_lazy("%(n)s plans ready")))
def plans(user: Any, mine: bool) -> list[Due]:
    """Plans for a whole queue that are ready to be looked at: the newest of each union."""
    newest = (
        PairingPlan.objects.filter(union__in=unions_for(user, handle=True))
        .order_by()
        .values("union")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    ready = (
        PairingPlan.objects.filter(pk__in=newest, status=PlanStatus.READY)
        .select_related("union")
        .annotate(number=Count("rows", filter=Q(rows__first__isnull=False)))
    )
    found = []
    for plan in ready:
        try:
            address = reverse("mentoring_desk:plan", args=[plan.pk])
        except NoReverseMatch:
            continue
        said = ngettext("It proposes mentors for %(n)s mentee.", "It proposes mentors for %(n)s mentees.", plan.number)
        found.append(
            Due(
                kind="plan",
                since=plan.finished_at or plan.created_at,
                name=_("Plan for the waiting queue"),
                about=plan.union.short,
                what=_("A plan is ready."),
                why=said % {"n": plan.number} + " " + _("Nothing has been sent."),
                button=_("Look at the plan"),
                address=address,
            )
        )
    return found
