"""A signed copy that waits for the handler: what the check found, both files side by side, and the decision."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from wagtail_mentoring.agreements.models import Agreement, SignatureUpload, UploadKind, UploadStatus
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.findings import sentence
from wagtail_mentoring.documents.uploads import UploadRefused, UploadResult, page_sheet
from wagtail_mentoring.privacy.files import FileChanged, read
from wagtail_mentoring.privacy.models import PrivateFile
from wagtail_mentoring.privacy.reading import record_reading
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.users import user_name

from . import consequences
from .addresses import file_address
from .base import CaseScreen, too_often
from .forms import FORMS, StepForm
from .next_agreement import copy_label
from .steps import SUBMIT, StepScreen

#: Sharp enough to compare words and signatures, in dots per inch.
DPI = 100


def copy_of(case: Any, pk: int) -> SignatureUpload:
    """Return a signed copy of the case. Raises Http404."""
    related = ("party", "stored", "decided_by", "uploaded_by", "based_on__stored", "agreement__document__stored")
    copies = SignatureUpload.objects.of(case).select_related(*related)
    found: SignatureUpload = get_object_or_404(copies, pk=pk)
    return found


def issued_file(copy: SignatureUpload) -> PrivateFile:
    """Return the file that the copy is compared with: the version it was made from, else the one issued."""
    document = copy.based_on or copy.agreement.document
    return document.stored


class CopyReview(StepScreen):
    """One signed copy. The two buttons take the steps ``confirm_signature`` and ``reject_signature``."""

    template_name = "wagtail_mentoring/desk/copy.html"
    header_icon = "view"

    def load(self, *, whole: bool = True) -> None:
        super().load(whole=whole)
        self.copy = self.dossier.copy = copy_of(self.case, self.kwargs["upload_pk"])

    @property
    def step(self) -> str:
        return "reject_signature" if self.request.POST.get("decision") == "refuse" else "confirm_signature"

    def get_page_title(self) -> str:
        return copy_label(self.copy)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(self.form())

    @cached_property
    def waits(self) -> bool:
        """Whether the user can decide on the copy now."""
        current = Agreement.objects.current().filter(pk=self.copy.agreement_id).exists()
        return self.dossier.may_handle and current and self.copy.status == UploadStatus.WAITING

    def page(self, form: StepForm, status: int = 200, happened: list[str] | None = None) -> HttpResponse:
        forms = [
            {
                "decision": decision,
                "form": form if step == self.step else FORMS[step](dossier=self.dossier, auto_id=f"{decision}-%s"),
                "after": consequences.of_step(self.dossier, step),
                "label": SUBMIT[step],
                "heading": heading,
            }
            for step, decision, heading in (
                ("confirm_signature", "take", _("Take the copy as signature")),
                ("reject_signature", "refuse", _("Do not take it")),
            )
        ]
        media = forms[0]["form"].media + forms[1]["form"].media
        return self.respond(
            status,
            copy=self.copy,
            forms=forms if self.waits else [],
            errors=form.non_field_errors() if form.is_bound else [],
            media=media,
            happened=happened or [],
            found=self.found(),
            decided=self.decided(),
            sent=dates.moment(self.copy.uploaded_at),
            sides=self.sides(),
            # A photo is often of the page with the signatures alone, which is the last.
            last_first=self.copy.kind == UploadKind.SCAN,
            **self.heading(),
        )

    def sides(self) -> list[dict[str, Any]]:
        """Return both files: their pictures and the way to each file itself."""
        issued = _("Issued by the union")
        if self.copy.based_on_id and self.copy.based_on_id != self.copy.agreement.document_id:
            issued = _("The version before, with the signatures made in it")
        return [
            {
                "heading": heading,
                "picture": reverse("mentoring_desk:copy_picture", args=[self.case.pk, self.copy.pk, side]),
                "address": file_address(stored),
                "name": stored.name,
            }
            for side, heading, stored in (
                ("issued", issued, issued_file(self.copy)),
                ("sent", _("Sent back"), self.copy.stored),
            )
        ]

    def found(self) -> dict[str, Any]:
        """Return what the check found, in words: a summary, each finding, and the certificate."""
        if self.copy.kind == UploadKind.SCAN or not self.copy.report:
            return {
                "message": _(
                    "This is a scan or photo of a paper. No program can judge it: compare the pages, and look whether "
                    "every page is there and who has signed."
                )
            }
        result = UploadResult.from_report(self.copy.report)
        rows: list[tuple[str, str]] = []
        if result.signer is not None:
            signer = result.signer
            issuer = signer.issuer
            if signer.self_signed:
                issuer = _("%(issuer)s: made by the signer, nobody vouches for the name") % {"issuer": issuer}
            known = _("Known to us") if signer.trusted else _("Not known to us")
            rows = [
                (_("Printed in the agreement"), self.copy.party.name if self.copy.party else ""),
                (_("Name in the certificate"), signer.name),
                (_("Certificate issued by"), issuer),
                (_("Issuer"), known),
                (_("Signed, as the file says"), dates.moment(signer.signed_at) if signer.signed_at else ""),
                (_("Timestamp of an authority"), dates.moment(signer.timestamped_at) if signer.timestamped_at else ""),
                (_("SHA-256 of the certificate"), signer.fingerprint),
            ]
        return {
            "message": result.told,
            "sentences": [sentence(finding) for finding in result.findings],
            "rows": [row for row in rows if row[1]],
        }

    def decided(self) -> str:
        """Return who decided what on the copy, "" while nobody has."""
        copy = self.copy
        if copy.status == UploadStatus.WAITING or copy.decided_at is None:
            return ""
        parts = {
            "state": copy.get_status_display(),
            "when": dates.moment(copy.decided_at),
            "name": user_name(copy.decided_by),
        }
        return (_("%(state)s, %(when)s, by %(name)s.") if parts["name"] else _("%(state)s, %(when)s.")) % parts


class CopyPicture(CaseScreen):
    """All pages of one side as one picture from the limited process. Reading it is logged, and nothing keeps it."""

    def load(self, *, whole: bool = True) -> None:
        super().load(whole=False)
        self.copy = copy_of(self.case, self.kwargs["upload_pk"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        side = self.kwargs["side"]
        if side not in ("issued", "sent"):
            raise Http404
        refused = too_often("picture", request.user)
        if refused is not None:
            return self.private(refused)
        stored = issued_file(self.copy) if side == "issued" else self.copy.stored
        try:
            sheet = page_sheet(read(stored), stored.content_type, dpi=DPI)
        except (UploadRefused, DocumentRenderError, FileChanged):
            words_for_it = _("This file cannot be shown as a picture. Download it to look at it.")
            return self.private(HttpResponse(words_for_it, status=410, content_type="text/plain; charset=utf-8"))
        what = "agreement" if side == "issued" else "signed_copy"
        record_reading(request.user, self.case.union_id, what, self.case.pk)
        return self.private(HttpResponse(sheet.content, content_type=sheet.content_type))

    @staticmethod
    def private(response: HttpResponse) -> HttpResponse:
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response
