"""The agreement on the private page: reading it, asking for a code, signing, and the PDF."""

import logging
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement, AgreementText, Party
from wagtail_mentoring.agreements.signing import CODE_PURPOSE
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.actors import Actor
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.sanitize import sanitize
from wagtail_mentoring.messages.models import MailEvent
from wagtail_mentoring.messages.outbox import put_code
from wagtail_mentoring.people import codes
from wagtail_mentoring.people.models import Mentor, OneTimeCode
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.limits import allowed
from wagtail_mentoring.workflows import CaseState, StepRefused

from .forms import SignForm
from .record import Record, record_of
from .session import TYPED_KEY, Visit, frame, with_visit
from .summary import summary_points

logger = logging.getLogger(__name__)
_TOO_OFTEN = "too_often"


def _own_record(visit: Visit) -> tuple[Record, Agreement, Party]:
    """Return the record with the agreement to which the reader is a party. Raises Http404 without one."""
    record = record_of(visit)
    in_pair = not isinstance(visit.person, Mentor) or any(member.mentor == visit.person for member in record.members)
    erased = visit.case.anonymised_at is not None
    if record.agreement is None or record.own_party is None or not in_pair or erased:
        raise Http404
    return record, record.agreement, record.own_party


def _open_code(visit: Visit) -> OneTimeCode | None:
    """Return the newest code if it can still be used."""
    code = visit.link.codes.filter(purpose=CODE_PURPOSE).first()
    usable = code and code.used_at is None and code.expires_at > clock.now() and code.attempts < conf.CODE_ATTEMPTS
    return code if usable else None


def _masked(email: str) -> str:
    """Return the address so that its owner knows it and a passer-by does not: "a•••l@example.org"."""
    name, _at, domain = email.rpartition("@")
    return f"{name[:1]}•••{name[-1:] if len(name) > 2 else ''}@{domain}"


def _page(
    request: HttpRequest, visit: Visit, form: SignForm | None = None, *, message: Any = "", status: int = 200
) -> HttpResponse:
    record, agreement, party = _own_record(visit)
    typed = request.session.get(TYPED_KEY, {})
    code = _open_code(visit)
    signed = hasattr(party, "signature")
    context = frame(
        visit,
        record=record,
        agreement=agreement,
        party=party,
        signed=signed,
        short=summary_points(_summary(agreement)),
        text=sanitize(agreement.text.body),
        form=form or SignForm(initial=typed, party_name=party.name),
        code=code,
        minutes=conf.CODE_MINUTES,
        masked=_masked(visit.person.email),
        show_form=code is not None or form is not None,
        can_sign=not signed and visit.case.case_state != CaseState.CLOSED,
        message=message,
        too_often=request.session.pop(_TOO_OFTEN, False),
    )
    return render(request, "wagtail_mentoring/portal/agreement.html", context, status=status)


def _summary(agreement: Agreement) -> AgreementText:
    """Return the text whose short version the reader understands: of the same version in the reader's language."""
    language = (get_language() or "en").split("-")[0]
    text = agreement.text
    if text.language == language:
        return text
    same = AgreementText.objects.filter(
        participation=text.participation, version=text.version, language=language
    ).exclude(summary="")
    return same.first() or text


@with_visit
@require_safe
def agreement(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The agreement: in short, in full, and below it the way to sign."""
    return _page(request, visit)


@with_visit
@require_POST
def send_code(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Mail a one-time code to the stored address. What was typed so far is kept."""
    _record, _agreement, party = _own_record(visit)
    back = redirect(reverse("wagtail_mentoring:portal_agreement") + "#sign")
    if hasattr(party, "signature") or visit.case.case_state == CaseState.CLOSED:
        return back
    request.session[TYPED_KEY] = {
        "typed_name": request.POST.get("typed_name", "")[:200],
        "agreed": bool(request.POST.get("agreed")),
    }
    if not allowed(conf.LIMIT_CODE, "code", visit.link.pk):
        request.session[_TOO_OFTEN] = True
        return back
    with transaction.atomic():
        _code, plain = codes.issue(visit.link, CODE_PURPOSE)
        put_code(MailEvent.CODE, to=visit.person, case=visit.case, code=plain, context={"minutes": conf.CODE_MINUTES})
    return back


def actor_on(visit: Visit, case: Case) -> Actor:
    """Return the visitor acting on ``case`` as the person of the link."""
    if isinstance(visit.person, Mentor):
        return actors.mentor_on(visit.person, case)
    return actors.mentee_on(visit.person, case)


# The tries of a code are counted even when everything after is rolled back, so no transaction may lie around this.
@transaction.non_atomic_requests
@with_visit
@require_http_methods(["GET", "HEAD", "POST"])
def signed(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """POST signs; GET says that it is done, and who has signed so far."""
    record, agreement, party = _own_record(visit)
    done = hasattr(party, "signature")
    if request.method != "POST" or done:
        if not done:
            return redirect("wagtail_mentoring:portal_agreement")
        return render(request, "wagtail_mentoring/portal/signed.html", frame(visit, record=record, party=party))
    form = SignForm(request.POST, party_name=party.name)
    if not form.is_valid():
        return _page(request, visit, form, status=422)
    try:
        code = codes.check(visit.link, CODE_PURPOSE, form.cleaned_data["code"])
    except codes.CodeRefused as error:
        form.add_error("code", str(error))
        return _page(request, visit, form, status=422)
    inputs = {**form.cleaned_data, "code": code, "link": visit.link}
    try:
        moves.move(visit.case.pk, "sign", lambda case: actor_on(visit, case), inputs)
    except StepRefused as error:
        message = str(error.reason)
        for name, why in error.errors.items():
            if name in form.fields:
                form.add_error(name, str(why))
                message = ""
        return _page(request, visit, form, message=message, status=422)
    request.session.pop(TYPED_KEY, None)
    return redirect("wagtail_mentoring:portal_signed")


@with_visit
@require_safe
def pdf(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The agreement as it was issued, of the reader's own case only."""
    _record, agreement, _party = _own_record(visit)
    stored = agreement.document.stored
    try:
        content = files.read(stored)
    except files.FileChanged:
        logger.exception("The agreement of %s cannot be read", visit.case.reference)
        return render(request, "wagtail_mentoring/portal/no_file.html", frame(visit), status=503)
    response = HttpResponse(content, content_type=stored.content_type)
    response.headers["Content-Disposition"] = f'inline; filename="{stored.name}"'
    return response
