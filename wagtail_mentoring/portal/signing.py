"""Signing here on the page: reading the agreement, asking for a code, typing one's name."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wagtail_mentoring.agreements.models import Signature, SignatureMethod
from wagtail_mentoring.agreements.signing import CODE_PURPOSE
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.refusals import add_refusal
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.uploads import UploadResult
from wagtail_mentoring.messages.models import MailEvent
from wagtail_mentoring.messages.outbox import put_code
from wagtail_mentoring.people import codes
from wagtail_mentoring.people.whose import key_of
from wagtail_mentoring.privacy.limits import allowed
from wagtail_mentoring.workflows import StepRefused

from .agreement_page import TOO_OFTEN_KEY, actor_on, agreement_page, own_record
from .forms import SignForm
from .papers import papers_of
from .session import TYPED_KEY, Visit, frame, with_visit


@with_visit
@require_safe
def agreement(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The agreement: in short, in full, and below it the ways to sign."""
    return agreement_page(request, visit)


@with_visit
@require_http_methods(["GET", "HEAD", "POST"])
def send_code(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Mail a one-time code to the stored address. What was typed so far is kept. A GET goes home."""
    if request.method != "POST":
        return redirect("wagtail_mentoring:portal_home")
    record, *_others = own_record(visit)
    back = redirect(reverse("wagtail_mentoring:portal_agreement") + "#sign")
    if not record.must_sign:
        return back
    request.session[TYPED_KEY] = {
        "typed_name": request.POST.get("typed_name", "")[:200],
        "agreed": bool(request.POST.get("agreed")),
    }
    if not allowed(conf.LIMIT_CODE, "code", *key_of(visit.person)):
        request.session[TOO_OFTEN_KEY] = True
        return back
    with transaction.atomic():
        _code, plain = codes.issue(visit.link, CODE_PURPOSE)
        put_code(MailEvent.CODE, to=visit.person, case=visit.case, code=plain, context={"minutes": conf.CODE_MINUTES})
    return back


# The tries of a code are counted even when everything after is rolled back, so no transaction may lie around this.
@transaction.non_atomic_requests
@with_visit
@require_http_methods(["GET", "HEAD", "POST"])
def signed(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """POST signs; GET says that it is done, and who has signed so far."""
    record, _own, party = own_record(visit)
    if record.signed:
        context = frame(
            visit, record=record, party=party, papers=papers_of(record.agreements), found=_found(party.signature)
        )
        return render(request, "wagtail_mentoring/portal/signed.html", context)
    if request.method != "POST":
        return redirect("wagtail_mentoring:portal_agreement")
    form = SignForm(request.POST, party_name=party.name)
    if not form.is_valid():
        return agreement_page(request, visit, form, status=422)
    try:
        code = codes.check(visit.link, CODE_PURPOSE, form.cleaned_data["code"])
    except codes.CodeRefused as error:
        form.add_error("code", str(error))
        return agreement_page(request, visit, form, status=422)
    inputs = {**form.cleaned_data, "code": code, "link": visit.link}
    try:
        moves.move(visit.case.pk, "sign", lambda case: actor_on(visit, case), inputs)
    except StepRefused as error:
        return agreement_page(request, visit, form, message=add_refusal(form, error), status=422)
    request.session.pop(TYPED_KEY, None)
    return redirect("wagtail_mentoring:portal_signed")


def _found(signature: Signature) -> str:
    """Return what became of a signed file or paper, in the reader's language; ``""`` when a name was typed."""
    if signature.confirmed_by_id:
        return _("Your contact person has looked at the signed copy and has confirmed it.")
    if signature.method != SignatureMethod.CERTIFICATE or not signature.details.get("findings"):
        return ""
    return UploadResult.from_report(signature.details).message
