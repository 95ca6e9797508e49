"""When the data on persons of a case will be erased, as the union's rules say."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring.programme import dates
from wagtail_mentoring.workflows import CaseState, EndReason

from .dossier import Dossier


@dataclass(frozen=True, slots=True)
class Erasure:
    """What the side panel says: ``when`` for the person, ``basis`` for the noted basis of eligibility."""

    when: str
    basis: str


def _months(number: int) -> str:
    return ngettext("%(number)s month", "%(number)s months", number) % {"number": number}


def erasure_of(dossier: Dossier) -> Erasure:
    """Return in words when what is erased."""
    case, rules = dossier.case, dossier.case.participation
    if case.anonymised_at is not None:
        when = _("Erased on %(day)s.") % {"day": dates.day(case.anonymised_at)}
    elif case.case_state != CaseState.CLOSED or case.closed_at is None:
        kept = _months(
            rules.retention_follow_up_months if dossier.follow_up_consented else rules.retention_closed_months
        )
        when = _("The clock starts when the case is closed: %(months)s after that.") % {"months": kept}
    else:
        months = rules.retention_closed_months
        if case.end_reason == EndReason.NOT_ELIGIBLE:
            months = rules.retention_not_eligible_months
        elif dossier.follow_up_consented:
            months = rules.retention_follow_up_months
        day = dates.day(dates.months_after(case.closed_at, months))
        when = _("On %(day)s, %(months)s after the end.") % {"day": day, "months": _months(months)}
    decision, basis = dossier.decision, ""
    if decision is not None and decision.basis:
        day = dates.day(dates.months_after(decision.decided_at, rules.retention_basis_months))
        basis = _("Noted basis of eligibility: on %(day)s") % {"day": day}
    return Erasure(when, basis)
