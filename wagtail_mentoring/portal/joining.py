"""Becoming a mentor: the choice of a union, the form, and the page after sending. Public, without an account."""

import logging
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from wagtail_mentoring.conf import conf
from wagtail_mentoring.pages.addresses import text_address
from wagtail_mentoring.people.signing_up import sign_up
from wagtail_mentoring.privacy.limits import allowed, client_address
from wagtail_mentoring.privacy.models import Notice, NoticeKind
from wagtail_mentoring.privacy.public_texts import notice_in_force
from wagtail_mentoring.programme.localized import served_language
from wagtail_mentoring.programme.models import Participation, ProfessionalField, Programme, Union

from .answered import AnsweredFirst
from .sign_up_form import SignUpForm

logger = logging.getLogger(__name__)

TEMPLATES = "wagtail_mentoring/portal/"
#: What the page after sending shows: of which union, and where the mail went.
SENT_KEY = "mentoring_signed_up"


def _frame(rules: Participation | None, profession: str = "", **context: Any) -> dict[str, Any]:
    union = rules.union if rules else None
    subtitle = f"{capfirst(profession)} · {union.short}" if union and profession else ""
    return {"mentoring_union": union, "mentoring_subtitle": subtitle, "rules": rules, **context}


@never_cache
@require_safe
def choose_union(request: HttpRequest, programme: str) -> HttpResponse:
    """The unions of the programme with their fields, each with the way to its form."""
    chosen = get_object_or_404(Programme, slug=programme)
    rows = (
        Participation.objects.filter(programme=chosen, fields__isnull=False)
        .distinct()
        .select_related("union", "programme")
        .prefetch_related("fields__profession")
        .order_by("union__sort_order", "union__slug")
    )
    unions = [
        {"rules": rules, "fields": sorted((str(field.profession) for field in rules.fields.all()), key=str.casefold)}
        for rules in rows
    ]
    return render(request, TEMPLATES + "join_union.html", _frame(None, programme=chosen, unions=unions))


def _offered(programme: str, union: str) -> tuple[Participation, list[ProfessionalField]]:
    """Return the union's rules and its fields by name. Raises Http404 for a union without any."""
    rules = get_object_or_404(
        Participation.objects.select_related("union", "programme"), programme__slug=programme, union__slug=union
    )
    fields = list(ProfessionalField.objects.filter(participation=rules).select_related("profession", "participation"))
    if not fields:
        raise Http404
    return rules, sorted(fields, key=lambda field: str(field.profession).casefold())


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def become_mentor(request: HttpRequest, programme: str, union: str, profession: str | None = None) -> HttpResponseBase:
    """The form of one union; by way of a field page its field is ticked already. POST sends it."""
    rules, fields = _offered(programme, union)
    field = next((one for one in fields if one.profession.slug == profession), None)
    if profession is not None and field is None:
        raise Http404
    name = str(field.profession) if field else ""
    notice = notice_in_force(NoticeKind.PRIVACY, rules, served_language())
    if notice is None:
        return render(request, TEMPLATES + "join_not_ready.html", _frame(rules, name), status=503)
    first = {"language": served_language(), "fields_chosen": [str(field.pk)] if field else []}
    form = SignUpForm(
        request.POST if request.method == "POST" else None,
        initial=first,
        offered=fields,
        notice_address=text_address(NoticeKind.PRIVACY, rules.union),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            email = form.cleaned_data["email"]
            # By device, by union and by address: nobody is flooded with forms or mails from many devices either.
            by_device = allowed(conf.LIMIT_APPLY, "mentor-sign-up", client_address(request))
            by_union = by_device and allowed(conf.LIMIT_SIGN_UP, "mentor-sign-up at", rules.union_id)
            if by_union:
                by_address = allowed(conf.LIMIT_LINK_REQUEST, "mentor-sign-up of", email.casefold())
                # Nothing tells whether the union knew this address before: neither what follows nor how long it takes.
                request.session[SENT_KEY] = {"rules": rules.pk, "email": email}
                there = reverse("wagtail_mentoring:become_mentor_sent")
                return AnsweredFirst(there, partial(_write, rules.union, form, notice) if by_address else lambda: None)
            form.add_error(
                None,
                _("Very many people are signing up just now. Wait an hour and try again.")
                if by_device
                else _("There were too many tries from this connection. Wait an hour and try again."),
            )
            status = 429
    context = _frame(rules, name, form=form, field=field)
    return render(request, TEMPLATES + "join.html", context, status=status)


def _write(union: Union, form: SignUpForm, notice: Notice) -> None:
    """Write the mentor of a valid form, once the answer is away. Nobody reads an error any more but in the log."""
    try:
        sign_up(
            union,
            form.chosen_fields,
            form.columns(),
            notice=notice,
            shown_to_mentee=form.cleaned_data["shown_to_mentee"],
            shown_to_partner=form.cleaned_data["shown_to_partner"],
        )
    except Exception:
        logger.exception("A sign-up at union %s could not be written", union.pk)


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponseBase:
    """The page after sending: what happens next. The same for everybody."""
    told: dict[str, Any] = request.session.get(SENT_KEY) or {}
    rules = Participation.objects.select_related("union", "programme").filter(pk=told.get("rules", 0)).first()
    if rules is None:
        raise Http404
    return render(request, TEMPLATES + "join_sent.html", _frame(rules, email=told["email"]))
