"""The public page that reads a document of ours: upload it, read the answer; nothing is kept."""

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.errors import WorkerBusy
from wagtail_mentoring.documents.verify import verify
from wagtail_mentoring.privacy.limits import allowed, client_address
from wagtail_mentoring.privacy.uploads import MemoryFileField, uploads_in_memory

#: The icon of each answer.
_ICONS = {
    "unchanged": "tick",
    "added": "alert",
    "changed": "alert",
    "revoked": "alert",
    "not_ours": "document",
    "unreadable": "document",
}


class VerifyForm(forms.Form):
    """One PDF."""

    document = MemoryFileField(
        label=gettext_lazy("The PDF file"),
        help_text=gettext_lazy("For example an agreement, a signing record or a certificate."),
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
    )


# Looking at the file takes its time, and the counting of visits stands whatever comes after it: no transaction around.
@transaction.non_atomic_requests
@uploads_in_memory
@require_http_methods(["GET", "HEAD", "POST"])
def verify_document(request: HttpRequest) -> HttpResponse:
    """Show the form, or the answer to a file. Nothing is stored, and nothing is told that is not in the file."""
    form = VerifyForm(request.POST, request.FILES) if request.method == "POST" else VerifyForm()
    context: dict[str, object] = {"form": form, "mentoring_union": None}
    status = 200
    if request.method == "POST" and form.is_valid():
        if allowed(conf.LIMIT_VERIFY, "verify", client_address(request)):
            try:
                answer = verify(form.cleaned_data["document"])
            except WorkerBusy as error:
                form.add_error("document", str(error))
                status = 503
            else:
                context |= {"answer": answer, "icon": _ICONS[answer.state], "form": VerifyForm()}
        else:
            form.add_error("document", gettext("From here, many files were checked lately. Try again in an hour."))
            status = 429
    elif request.method == "POST":
        status = 422
    response = render(request, "wagtail_mentoring/pages/verify.html", context, status=status)
    response.headers["Cache-Control"] = "no-store, private"
    return response
