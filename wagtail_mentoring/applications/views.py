"""The public pages of the application. They work without an account and without JavaScript."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf
from wagtail_mentoring.people.links import LinkRefused, read_token
from wagtail_mentoring.people.models import LinkPurpose
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.limits import allowed, client_address
from wagtail_mentoring.privacy.models import NoticeKind
from wagtail_mentoring.privacy.public_texts import notice_in_force, public_text
from wagtail_mentoring.programme.dates import clock_time, long_day, on_day
from wagtail_mentoring.programme.localized import served_language
from wagtail_mentoring.programme.models import ProfessionalField, Programme

from . import drafts, services
from .forms import StepForm
from .forms.pages import CheckForm, StartForm, StopForm
from .journey import BY_KEY, CHECK, MAIN_STEPS, Journey, Step, review
from .models import ApplicationDraft
from .signals import draft_saved_for_later

TEMPLATES = "wagtail_mentoring/applications/"
FORM_METHODS = ["GET", "HEAD", "POST"]


def _frame(field: ProfessionalField | None, **context: Any) -> dict[str, Any]:
    """Return the context of a page in the frame of ``field``: its union's colours and its name in the header."""
    subtitle = ""
    if field is not None:
        subtitle = f"{capfirst(str(field.profession))} · {field.union.short}"
    union = field.union if field else None
    return {"mentoring_union": union, "mentoring_subtitle": subtitle, "field": field, **context}


def _too_many(form: StepForm) -> None:
    form.add_error(
        None, _("There were too many tries from this connection. Wait an hour and try again. Nothing is lost.")
    )


def _no_draft(request: HttpRequest) -> HttpResponseBase:
    """Answer a request for a page of a draft that this browser has not, or no longer."""
    if drafts.of_session(request, sent=True):
        return redirect("wagtail_mentoring:apply_receipt")
    return render(request, TEMPLATES + "gone.html", _frame(None, programmes=Programme.objects.all()), status=404)


@never_cache
@require_http_methods(FORM_METHODS)
def start(
    request: HttpRequest, programme: str, union: str | None = None, profession: str | None = None
) -> HttpResponseBase:
    """The page before the first question: whom we never tell, the privacy notice, a tick. POST begins a draft."""
    chosen_programme = get_object_or_404(Programme, slug=programme)
    field = None
    if union is not None:
        field = get_object_or_404(
            ProfessionalField.objects.select_related("participation__union", "participation__programme", "profession"),
            participation__programme=chosen_programme,
            participation__union__slug=union,
            profession__slug=profession,
        )
    participation = field.participation if field else None
    privacy = public_text(NoticeKind.PRIVACY, participation, served_language())
    promise = public_text(NoticeKind.NEVER_TELL, participation, served_language())
    if privacy.notice is None or promise.notice is None:
        return render(request, TEMPLATES + "not_ready.html", _frame(field), status=503)
    form = StartForm(request.POST or None)
    status = 200
    if request.method == "POST":
        form = StartForm(request.POST)
        if form.is_valid():
            if allowed(conf.LIMIT_APPLY, "apply-start", client_address(request)):
                draft = drafts.begin(
                    chosen_programme, field, served_language(), notice=privacy.notice, never_tell=promise.notice
                )
                drafts.remember(request, draft)
                return redirect("wagtail_mentoring:apply_draft")
            _too_many(form)
            status = 429
    context = _frame(
        field,
        form=form,
        programme=chosen_programme,
        never_tell=promise,
        notice=privacy,
        unfinished=drafts.of_session(request),
    )
    return render(request, TEMPLATES + "start.html", context, status=status)


@never_cache
@require_safe
def go_on(request: HttpRequest) -> HttpResponseBase:
    """Lead to the first page of the draft on which something is missing."""
    draft = drafts.of_session(request)
    if draft is None:
        return _no_draft(request)
    return redirect("wagtail_mentoring:apply_step", Journey(draft).first_open().key)


@sensitive_post_parameters()
@never_cache
@require_http_methods(FORM_METHODS)
def step(request: HttpRequest, key: str) -> HttpResponseBase:
    """One page of questions. Whatever the button, what was typed is kept first."""
    if key not in BY_KEY:
        raise Http404
    if request.method != "POST" or key == CHECK:
        return _step(request, key)
    # Of two windows one waits, and goes on from what the other has written or finds the application sent.
    with files.undone_on_failure(), transaction.atomic():
        return _step(request, key, hold=True)


def _step(request: HttpRequest, key: str, *, hold: bool = False) -> HttpResponseBase:
    draft = drafts.of_session(request, hold=hold)
    if draft is None:
        return _no_draft(request)
    journey, here = Journey(draft), BY_KEY[key]
    if not journey.may_see(here):
        return redirect("wagtail_mentoring:apply_step", journey.first_open().key)
    if key == CHECK:
        return _check(request, journey)
    if request.method == "POST":
        return _answered(request, journey, here)
    form = journey.kept_form(here) if "missing" in request.GET else journey.form(here)
    return _page(request, journey, here, form)


def _answered(request: HttpRequest, journey: Journey, here: Step) -> HttpResponseBase:
    draft, action = journey.draft, request.POST.get("action", "next")
    form = journey.form(here, request.POST, request.FILES)
    kept = journey.keep(here, form, request.POST)
    _keep_file(draft, form)
    journey.settle()
    drafts.save(draft, served_language())
    if kept and action == "back" and (before := journey.before(here)):
        return redirect("wagtail_mentoring:apply_step", before.key)
    if kept and action == "stop":
        return redirect("wagtail_mentoring:apply_stop")
    then = CHECK if request.POST.get("then") == CHECK else ""
    if not form.is_valid():
        if not kept or "cv" in form.errors:
            return _page(request, journey, here, form)
        # Shown at an address of its own, from what was kept: the browser's own "back" and "reload" then work as well.
        query = "?missing=1" + (f"&then={then}" if then else "")
        return redirect(reverse("wagtail_mentoring:apply_step", args=[here.key]) + query)
    return redirect("wagtail_mentoring:apply_step", then or journey.after(here).key)


def _keep_file(draft: ApplicationDraft, form: StepForm) -> None:
    """Store or remove the CV as the form says; an accepted file is kept even when another answer is wrong."""
    if "cv" not in form.fields:
        return
    answers = getattr(form, "cleaned_data", {})
    draft.answers.get("work", {}).pop("remove_cv", None)
    if answers.get("cv"):
        drafts.attach_cv(draft, answers["cv"])
    elif answers.get("remove_cv"):
        drafts.remove_cv(draft)


def _page(request: HttpRequest, journey: Journey, here: Step, form: StepForm) -> HttpResponse:
    draft = journey.draft
    then = request.POST.get("then") or request.GET.get("then")
    context = _frame(
        draft.field,
        form=form,
        draft=draft,
        then=CHECK if then == CHECK else "",
        multipart=form.is_multipart(),
        **_progress(journey, here),
    )
    if here.key == "union":
        context["where"] = journey.destination
    template = "union.html" if here.key == "union" else "step.html"
    return render(request, TEMPLATES + template, context)


def _progress(journey: Journey, here: Step) -> dict[str, Any]:
    """Return what the bar and the list of steps show."""
    following = next((one for one in MAIN_STEPS if one.number == here.number + 1), None)
    title = str(following.title) if following else ""
    return {
        "step": here,
        "before": journey.before(here),
        "next_title": title[:1].lower() + title[1:],
        "bar": [one.number <= here.number for one in MAIN_STEPS],
        "steps": [
            {"step": one, "now": one.number == here.number, "done": one.number < here.number} for one in MAIN_STEPS
        ],
        "last_number": MAIN_STEPS[-1].number,
        "kept_days": (journey.draft.expires_at - journey.draft.changed_at).days,
        "saved": len(journey.draft.answers) > 1,
        "saved_on": on_day(journey.draft.changed_at),
        "saved_time": clock_time(journey.draft.changed_at),
        "saved_today": localtime(journey.draft.changed_at).date() == clock.today(),
    }


def _check(request: HttpRequest, journey: Journey) -> HttpResponseBase:
    """The last page: all answers, the ticks, and the button that sends. On GET everything before is complete."""
    draft = journey.draft
    participation = draft.field.participation if draft.field else None
    in_force = notice_in_force(NoticeKind.PRIVACY, participation, draft.language)
    other = in_force if in_force is not None and in_force != draft.notice else None
    address = ""
    if other is not None:
        kwargs = {"kind": NoticeKind.PRIVACY.value}
        address = reverse("wagtail_mentoring:text", kwargs=kwargs)
        if participation:
            address = reverse("wagtail_mentoring:union_text", kwargs={**kwargs, "union": participation.union.slug})
    form = CheckForm(request.POST if request.method == "POST" else None, notice_address=address)
    status = 200
    if request.method == "POST":
        if request.POST.get("action") == "back" and (before := journey.before(BY_KEY[CHECK])):
            return redirect("wagtail_mentoring:apply_step", before.key)
        if request.POST.get("action") == "stop":
            return redirect("wagtail_mentoring:apply_stop")
        if form.is_valid():
            if allowed(conf.LIMIT_APPLY, "apply-send", client_address(request)):
                return _send(draft, form, other)
            _too_many(form)
            status = 429
    context = _frame(
        draft.field,
        form=form,
        draft=draft,
        sections=review(journey),
        where=journey.destination,
        **_progress(journey, BY_KEY[CHECK]),
    )
    return render(request, TEMPLATES + "check.html", context, status=status)


def _send(draft: ApplicationDraft, form: CheckForm, other_notice: Any) -> HttpResponseBase:
    try:
        services.submit(draft, adult=True, follow_up=form.cleaned_data["follow_up"], notice=other_notice)
    except services.NotComplete as missing:
        # Something has changed since: the union's questions, its rules, or the answers in another window.
        return redirect(reverse("wagtail_mentoring:apply_step", args=[missing.step]) + "?missing=1")
    except ApplicationDraft.DoesNotExist:
        return redirect("wagtail_mentoring:apply_draft")
    return redirect("wagtail_mentoring:apply_receipt")


@never_cache
@require_safe
def receipt(request: HttpRequest) -> HttpResponseBase:
    """The page after sending: the reference, and what happens next. Nothing on it tells a double from a first one."""
    draft = drafts.of_session(request, sent=True)
    if draft is None:
        return _no_draft(request)
    told = draft.answers.get("receipt", {})
    sent_at, decided_by = parse_datetime(told.get("sent_at") or ""), parse_date(told.get("decided_by") or "")
    context = _frame(
        draft.field,
        told=told,
        sent_on=on_day(sent_at, year=True) if sent_at else "",
        sent_time=clock_time(sent_at) if sent_at else "",
        decided_by=on_day(decided_by) if decided_by else "",
        weeks=round(draft.field.participation.pairing_days / 7) if draft.field else None,
    )
    return render(request, TEMPLATES + "receipt.html", context)


@sensitive_post_parameters()
@never_cache
@require_http_methods(FORM_METHODS)
def stop(request: HttpRequest) -> HttpResponseBase:
    """Ask where to send the link with which the draft is resumed. POST sends it and takes the draft off this device."""
    draft = drafts.of_session(request)
    if draft is None:
        return _no_draft(request)
    known = (draft.answers.get("about", {}).get("email") or [""])[0]
    form = StopForm(request.POST if request.method == "POST" else None, initial={"email": known})
    status = 200
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["email"]
        limit = conf.LIMIT_LINK_REQUEST
        by_draft = allowed(limit, "draft-link", draft.key)
        if by_draft and allowed(limit, "draft-link", address.casefold()):
            with transaction.atomic():
                link = drafts.private_link(draft)
                draft_saved_for_later.send(ApplicationDraft, draft=draft, address=address, link=link)
            drafts.forget(request)
            context = _frame(draft.field, address=address, kept_until=long_day(draft.expires_at, year=True))
            return render(request, TEMPLATES + "stopped.html", context)
        _too_many(form)
        status = 429
    context = _frame(draft.field, form=form, kept_until=long_day(draft.expires_at, year=True))
    return render(request, TEMPLATES + "stop.html", context, status=status)


@never_cache
@require_http_methods(FORM_METHODS)
def resume(request: HttpRequest, token: str) -> HttpResponseBase:
    """Open a draft by its private link. It takes a click (POST), so that a mail scanner that follows links cannot."""
    try:
        link = read_token(token)
        draft = link.draft if link.purpose == LinkPurpose.DRAFT else None
    except LinkRefused:
        draft = None
    if draft is None or draft.sent_at is not None:
        return render(request, TEMPLATES + "gone.html", _frame(None, programmes=Programme.objects.all()), status=404)
    if request.method != "POST":
        context = _frame(draft.field, kept_until=long_day(draft.expires_at, year=True))
        return render(request, TEMPLATES + "resume.html", context)
    drafts.remember(request, draft)
    return redirect("wagtail_mentoring:apply_draft")


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponseBase:
    """Take the application off this device, for somebody who uses a shared computer."""
    drafts.forget(request)
    return render(request, TEMPLATES + "left.html", _frame(None, programmes=Programme.objects.all()))
