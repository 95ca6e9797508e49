"""Says what is in the demo: addresses, logins, cases and private links."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.conf import conf
from wagtail_mentoring.pages.models import FieldPage
from wagtail_mentoring.pairing.choices import ProposalStatus
from wagtail_mentoring.pairing.models import Invitation, Proposal
from wagtail_mentoring.people.links import token
from wagtail_mentoring.people.models import LinkPurpose, Mentor, PrivateLink
from wagtail_mentoring.programme.models import Union
from wagtail_mentoring.reports.certificates import offers
from wagtail_mentoring.workflows import CaseState

from .users import PASSWORD, logins


class NotShown(Exception):
    """Private links are not shown of a site that is no demonstration."""


def describe() -> dict[str, Any]:
    """Return the demo as plain data. All addresses are paths. Raises :class:`NotShown` on a site that is no demo."""
    if not conf.DEMO:
        raise NotShown('Private links are shown only where WAGTAIL_MENTORING["DEMO"] is True.')
    pages = FieldPage.objects.live().select_related("field__participation__union").order_by("path")
    cases = Case.objects.select_related("union").order_by("pk")
    return {
        "unions": [{"slug": union.slug, "name": union.names.get("en", union.short)} for union in Union.objects.all()],
        "field_pages": [page.get_url() for page in pages],
        "logins": [
            {"role": login.role, "username": login.username, "password": PASSWORD, "union": login.union}
            for login in logins()
        ],
        "cases_list": reverse("mentoring_desk:cases"),
        "cases": [
            {
                "reference": case.reference,
                "union": case.union.slug,
                "state": case.state,
                "address": reverse("mentoring_desk:case", args=[case.pk]),
            }
            for case in cases
        ],
        "private_links": [
            {
                "role": "mentee" if link.mentee_id else "mentor",
                "case": reference,
                "address": reverse("wagtail_mentoring:portal_open", args=[token(link)]),
            }
            for link, reference in _links()
        ],
        "certificates": _certificates(cases),
        "mentors_list": reverse("mentoring_mentors:index"),
        "sign_ups": [
            {"union": slug, "address": reverse("mentoring_mentors:inspect", args=[pk])}
            for pk, slug in Mentor.objects.filter(approved_on=None).order_by("pk").values_list("pk", "union__slug")
        ],
        "mentor_pages": [
            reverse("wagtail_mentoring:portal_open", args=[token(link)])
            for link in PrivateLink.objects.filter(purpose=LinkPurpose.MENTOR, revoked_at__isnull=True)
        ],
        "asking": [_asking(proposal) for proposal in _proposals()],
    }


def _proposals() -> "QuerySet[Proposal]":
    found = Proposal.objects.filter(case__state=CaseState.ELIGIBLE).select_related("case__union", "case__mentee")
    return found.prefetch_related("invitations__private_link").order_by("pk")


def _asking(proposal: Proposal) -> dict[str, Any]:
    """Return how far the question to two mentors has come, the case, and the page of everybody who is asked."""
    case = proposal.case
    rows = list(proposal.invitations.all())
    links = [_asked_by(row.private_link, "mentor", row.status) for row in rows if hasattr(row, "private_link")]
    if proposal.mentee_asked_at and not proposal.mentee_answer:
        links += [
            _asked_by(link, "mentee", "asked") for link in PrivateLink.objects.filter(case=case, mentee=case.mentee)
        ]
    return {
        "what": _stage(proposal, rows),
        "case": case.reference,
        "union": case.union.slug,
        "address": reverse("mentoring_desk:case", args=[case.pk]),
        "links": links,
    }


def _stage(proposal: Proposal, rows: list[Invitation]) -> str:
    if proposal.status != ProposalStatus.OPEN:
        return str(proposal.status)
    if proposal.mentee_asked_at:
        return "mentee_asked"
    return "question" if any(row.question and not row.reply_at for row in rows) else "mentors_asked"


def _asked_by(link: PrivateLink, role: str, status: str) -> dict[str, str]:
    return {"role": role, "status": status, "address": reverse("wagtail_mentoring:portal_open", args=[token(link)])}


def _links() -> list[tuple[PrivateLink, str]]:
    """Return the links that work, each with its case's reference, the busiest cases first."""
    links = PrivateLink.objects.filter(purpose=LinkPurpose.CASE, revoked_at__isnull=True, case__isnull=False)
    return [
        (link, link.case.reference)
        for link in links.select_related("case").order_by("-case__log_length", "pk")
        if link.case
    ]


def _certificates(cases: Iterable[Case]) -> list[dict[str, Any]]:
    """Return who may have a certificate, whether it was made, and the private page on which it is."""
    links = {
        (link.case_id, link.mentee_id, link.mentor_id): link
        for link in PrivateLink.objects.filter(purpose=LinkPurpose.CASE, revoked_at__isnull=True)
    }
    found = []
    for case in cases:
        for offer in offers(case):
            mentee, mentor = (offer.person.pk, None) if offer.is_mentee else (None, offer.person.pk)
            link = links.get((case.pk, mentee, mentor))
            if link is not None:
                found.append(
                    {
                        "case": case.reference,
                        "for": "mentee" if offer.is_mentee else "mentor",
                        "made": offer.certificate is not None,
                        "address": reverse("wagtail_mentoring:portal_open", args=[token(link)]),
                    }
                )
    return found
