"""The agreement: not sent, a signed copy to look at, somebody who does not want to sign, the own signature."""

from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.agreements.models import Party, SignatureUpload
from wagtail_mentoring.cases.models import Case

from ..next_agreement import copy_label
from .base import Due, Found, Kind, Whose, of_case, register, rows_of_cases, step_address

AGREEMENT = Kind(
    "agreement",
    50,
    "doc-full",
    gettext_lazy("%(n)s agreement to send"),
    gettext_lazy("%(n)s agreements to send"),
    gettext_lazy("Agreement not sent."),
    cases=lambda user: Case.objects.agreement_to_send().values("pk"),
)


@register(AGREEMENT)
def agreements(whose: Whose) -> Found:
    """Pairs whose agreement has not been sent to everyone, since the last mentor joined."""
    found = whose.cases.agreement_to_send().annotate(since=F("joined_at"))
    return rows_of_cases("agreement", whose.oldest(found, "since"), _sending)


def _sending(case: Any) -> dict[str, Any]:
    return {
        "what": str(AGREEMENT.what),
        "why": _("The mentors are found. They and %(name)s sign the agreement before they meet.")
        % {"name": case.mentee.called},
        "button": _("Send the agreement"),
        "address": step_address(case.pk, "send_agreement"),
    }


COPY = Kind(
    "copy",
    60,
    "doc-full-inverse",
    gettext_lazy("%(n)s signed copy to look at"),
    gettext_lazy("%(n)s signed copies to look at"),
    gettext_lazy("Signed copy to look at."),
    cases=lambda user: SignatureUpload.objects.to_look_at().values("agreement__case"),
)


@register(COPY)
def copies(whose: Whose) -> Found:
    """Signed files that the check could not decide on, and scans of signed papers, since they were sent."""
    waiting = SignatureUpload.objects.to_look_at().filter(agreement__case__in=whose.keys)
    found, total = whose.oldest(waiting.select_related("party", *_CASE), "uploaded_at")
    rows = [
        of_case(
            "copy",
            copy.uploaded_at,
            copy.agreement.case,
            what=str(COPY.what),
            why=_("%(copy)s. It counts when you have taken it.") % {"copy": copy_label(copy)},
            button=_("Look at the copy"),
            address=reverse("mentoring_desk:copy", args=[copy.agreement.case_id, copy.pk]),
        )
        for copy in found
    ]
    return Found(rows, total, total)


DECLINED = Kind(
    "declined",
    65,
    "warning",
    gettext_lazy("%(n)s signature declined"),
    gettext_lazy("%(n)s signatures declined"),
    gettext_lazy("Signature declined."),
    cases=lambda user: Party.objects.declined().values("agreement__case"),
)
_CASE = ("agreement__case__mentee", "agreement__case__field__profession")


@register(DECLINED)
def declined(whose: Whose) -> Found:
    """Parties who do not want to sign, since they said so."""
    parties = Party.objects.declined().filter(agreement__case__in=whose.keys)
    found, total = whose.oldest(parties.select_related(*_CASE), "declined_at")
    return Found([_refusal(party) for party in found], total, total)


def _refusal(party: Any) -> Due:
    case = party.agreement.case
    return of_case(
        "declined",
        party.declined_at,
        case,
        what=str(DECLINED.what),
        why=_("%(name)s does not want to sign the agreement. Talk with %(name)s.") % {"name": party.name},
        button=_("See what you can do"),
        address=reverse("mentoring_desk:case", args=[case.pk]),
    )


CONTACT = Kind(
    "contact",
    70,
    "edit",
    gettext_lazy("%(n)s agreement to sign"),
    gettext_lazy("%(n)s agreements to sign"),
    gettext_lazy("Your signature is missing."),
    cases=lambda user: Party.objects.waiting_for(user).values("agreement__case"),
)


@register(CONTACT)
def own_signatures(whose: Whose) -> Found:
    """Agreements that name the user as contact person, since they were issued. Nobody else can sign them."""
    # Whoever handles the case now: the agreement names a person.
    everybody = Whose(whose.user, mine=False).keys
    parties = Party.objects.waiting_for(whose.user).filter(agreement__case__in=everybody)
    found, total = whose.oldest(parties.select_related(*_CASE), "agreement__issued_at")
    rows = [
        of_case(
            "contact",
            party.agreement.issued_at,
            party.agreement.case,
            what=str(CONTACT.what),
            why=_("The agreement names you as contact person."),
            button=_("Sign the agreement"),
            address=step_address(party.agreement.case_id, "sign_as_contact"),
        )
        for party in found
    ]
    return Found(rows, total, total)
