"""What the tests of the handlers' screens of the agreement share: addresses, and copies that wait."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from wagtail_mentoring.agreements.models import Agreement, SignatureUpload
from wagtail_mentoring.agreements.parties import current_agreement
from wagtail_mentoring.models import Case
from wagtail_mentoring.privacy import files

TODAY = "%d.%m.%Y"


def step_of(case: Case, step: str) -> str:
    return reverse("mentoring_desk:step", args=[case.pk, step])


def page_of(case: Case) -> str:
    return reverse("mentoring_desk:case", args=[case.pk])


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def today() -> str:
    return timezone.localdate().strftime(TODAY)


def agreement_of(case: Case) -> Agreement:
    found = current_agreement(case)
    assert found is not None
    return found


REPORT = {
    "outcome": "review",
    "code": "unknown_issuer",
    "signer": {
        "name": "Amina <Yusuf>",
        "issuer": "Some Issuer",
        "trusted": False,
        "self_signed": False,
        "fingerprint": "ab" * 32,
        "field": "sig_mentee",
        "signed_at": None,
        "timestamped_at": None,
    },
    "findings": [{"code": "unknown_issuer", "values": {"issuer": "Some Issuer"}}],
}


def copy_for(case: Case, kind: str, **values: Any) -> SignatureUpload:
    """Return a copy that waits: a ``scan``, or a ``file`` that the check could not decide."""
    agreement = agreement_of(case)
    scan = kind == "scan"
    name, content_type = ("scan.png", "image/png") if scan else ("signed.pdf", "application/pdf")
    stored = files.store(case.union, name, f"{kind} of {case.pk}".encode(), content_type)
    extra: dict[str, Any] = {} if scan else {"based_on": agreement.document, "report": REPORT}
    party = agreement.parties.get(role="mentee")
    return SignatureUpload.objects.create(
        agreement=agreement, **{"party": party, "kind": kind, "stored": stored} | extra | values
    )


def copy_page(copy: SignatureUpload) -> str:
    return reverse("mentoring_desk:copy", args=[copy.agreement.case_id, copy.pk])
