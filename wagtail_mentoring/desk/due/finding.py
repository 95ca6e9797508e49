"""Finding mentors for one case: questions, one mentor missing, nobody left to ask, a replacement that failed."""

from typing import Any

from django.db.models import F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing.choices import InvitationStatus, MenteeAnswer, ProposalStatus
from wagtail_mentoring.pairing.models import Invitation, Proposal

from .base import Found, Kind, Whose, of_case, register, rows_of_cases

QUESTION = Kind(
    "question",
    15,
    "help",
    gettext_lazy("%(n)s question"),
    gettext_lazy("%(n)s questions"),
    gettext_lazy("A mentor asks."),
    cases=lambda user: Case.objects.with_asking().filter(question_waits=True).values("pk"),
)


@register(QUESTION)
def questions(whose: Whose) -> Found:
    """Questions of mentors that have no answer."""
    waiting = Invitation.objects.filter(
        proposal__case__in=whose.keys,
        proposal__status=ProposalStatus.OPEN,
        status__in=[InvitationStatus.ASKED, InvitationStatus.YES],
        question_at__isnull=False,
        reply_at__isnull=True,
    ).select_related("mentor", "proposal__case__mentee", "proposal__case__field__profession")
    found, total = whose.oldest(waiting, "question_at")
    rows = [
        of_case(
            "question",
            one.question_at,
            one.proposal.case,
            what=str(QUESTION.what),
            why=_("%(name)s: “%(question)s”") % {"name": one.mentor.name, "question": _shortened(one.question)},
            button=_("Answer %(name)s") % {"name": one.mentor.name},
            address=reverse("mentoring_desk:invitation_reply", args=[one.proposal.case_id, one.pk]),
        )
        for one in found
    ]
    return Found(rows, total, total)


def _shortened(text: str, most: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rsplit(" ", 1)[0] + "…"


def _asking(whose: Whose, value: str, moment: str) -> tuple[list[Any], int]:
    """Return the oldest cases whose questions stand at ``value``, and how many there are.

    ``since`` is the last ``moment`` of its proposals: ``ended_at``, or when the last answer came.
    """
    proposals = Proposal.objects.filter(case=OuterRef("pk")).order_by().values("case")
    last = Subquery(proposals.annotate(last=Max(moment)).values("last"))
    found = whose.cases.with_asking().filter(asking=value).annotate(since=Coalesce(last, F("state_since")))
    return whose.oldest(found, "since")


def _find(case: Any) -> str:
    return reverse("mentoring_desk:find_mentors", args=[case.pk])


def _listed(value: str) -> Any:
    """Return what gives the address of the list of cases whose questions stand at ``value``."""
    return lambda: reverse("mentoring_desk:cases") + f"?asking={value}"


@register(
    Kind(
        "missing",
        30,
        "group",
        gettext_lazy("%(n)s mentor missing"),
        gettext_lazy("%(n)s mentors missing"),
        listed=_listed("missing"),
    )
)
def missing(whose: Whose) -> Found:
    """Cases in which one mentor said yes and the other did not."""

    def said(case: Any) -> dict[str, Any]:
        return {
            "what": _("One mentor missing."),
            "why": _("One mentor said yes, the other did not. Ask somebody else, or go on with one."),
            "button": _("Find the second mentor"),
            "address": reverse("mentoring_desk:case", args=[case.pk]) + "#asked-section",
        }

    return rows_of_cases("missing", _asking(whose, "missing", "invitations__answered_at"), said)


@register(
    Kind(
        "nobody",
        35,
        "warning",
        gettext_lazy("%(n)s without mentors"),
        gettext_lazy("%(n)s without mentors"),
        listed=_listed("nobody"),
    )
)
def nobody(whose: Whose) -> Found:
    """Cases in which everybody who was asked has said no."""

    def said(case: Any) -> dict[str, Any]:
        return {
            "what": _("Nobody left to ask."),
            "why": _("Everybody who was asked has said no, or did not answer."),
            "button": _("Find mentors"),
            "address": _find(case),
        }

    return rows_of_cases("nobody", _asking(whose, "nobody", "ended_at"), said)


@register(
    Kind(
        "refused",
        40,
        "user",
        gettext_lazy("%(n)s mentee said no"),
        gettext_lazy("%(n)s mentees said no"),
        listed=_listed("refused"),
    )
)
def refused(whose: Whose) -> Found:
    """Cases whose mentee would rather have other mentors."""

    def said(case: Any) -> dict[str, Any]:
        return {
            "what": _("The mentee said no."),
            "why": _("%(name)s would rather have other mentors.") % {"name": case.mentee.called},
            "button": _("Find mentors"),
            "address": _find(case),
        }

    return rows_of_cases("refused", _asking(whose, "refused", "ended_at"), said)


@register(
    Kind(
        "silent",
        42,
        "user",
        gettext_lazy("%(n)s mentee has not answered"),
        gettext_lazy("%(n)s mentees have not answered"),
        listed=_listed("silent"),
    )
)
def silent(whose: Whose) -> Found:
    """Cases whose mentee was asked about the mentors and did not answer in time."""

    def said(case: Any) -> dict[str, Any]:
        return {
            "what": _("The mentee has not answered about the pair."),
            "why": _("The mentors’ places are free again. Call %(name)s, then find mentors.")
            % {"name": case.mentee.called},
            "button": _("Find mentors"),
            "address": _find(case),
        }

    return rows_of_cases("silent", _asking(whose, "silent", "ended_at"), said)


REPLACEMENT = Kind(
    "replacement",
    45,
    "rotate",
    gettext_lazy("%(n)s replacement failed"),
    gettext_lazy("%(n)s replacements failed"),
    gettext_lazy("No new mentor yet."),
    cases=lambda user: Case.objects.replacement_failed().values("pk"),
)


@register(REPLACEMENT)
def replacements(whose: Whose) -> Found:
    """Pairs in which one mentor was to be replaced, nobody came of it, and nobody is asked now."""

    def said(case: Any) -> dict[str, Any]:
        return {
            "what": str(REPLACEMENT.what),
            "why": _why_not_replaced(case),
            "button": _("Find another mentor"),
            "address": _find(case) + f"?replaces={case.leaving}",
        }

    found = whose.cases.replacement_failed().annotate(since=Coalesce("failed_at", "state_since"))
    return rows_of_cases("replacement", whose.oldest(found, "since"), said)


def _why_not_replaced(case: Any) -> str:
    names = {"name": case.mentee.called, "leaving": case.leaving_name}
    if case.mentee_asked is not None and not case.mentee_said:
        return _("%(name)s has not answered about the mentor in the place of %(leaving)s.") % names
    if case.mentee_said == MenteeAnswer.NO:
        return _("%(name)s would rather have somebody else in the place of %(leaving)s.") % names
    return _("Nobody who was asked comes in the place of %(name)s, and nobody is being asked now.") % {
        "name": case.leaving_name
    }
