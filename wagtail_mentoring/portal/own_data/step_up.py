"""A fresh one-time code before the own data is changed or taken along: a private link alone is not enough for that."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf
from wagtail_mentoring.messages import sms
from wagtail_mentoring.messages.models import MailEvent
from wagtail_mentoring.messages.outbox import put_code
from wagtail_mentoring.people import codes
from wagtail_mentoring.people.models import OneTimeCode, PrivateLink
from wagtail_mentoring.people.whose import key_of
from wagtail_mentoring.privacy.limits import allowed

from ..agreement_page import masked
from ..session import FRESH_KEY
from .forms import CodeForm
from .visits import TEMPLATES, OwnVisit, own_frame, with_person

#: So long a typed code counts.
FRESH_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Purpose:
    """For what a code is asked. ``page`` is the route that needs it."""

    title: Any
    page: str


PURPOSES = {
    "contact": Purpose(gettext_lazy("Change your contact data"), "portal_data_contact"),
    "address_old": Purpose(gettext_lazy("New e-mail address"), "portal_data_address"),
    "export": Purpose(gettext_lazy("Get all data about you"), "portal_data_export"),
    "calendar": Purpose(gettext_lazy("Your meetings in your calendar"), "portal_data_calendar"),
}


def is_fresh(request: HttpRequest, link: PrivateLink, purpose: str) -> bool:
    """Return whether a code for ``purpose`` was typed on this device, by this link, in the last ten minutes."""
    kept = request.session.get(FRESH_KEY)
    found = kept.get(purpose) if isinstance(kept, dict) else None
    if not isinstance(found, list) or len(found) != 3:
        return False
    return found[:2] == [link.pk, link.generation] and found[2] > clock.now().timestamp()


def make_fresh(request: HttpRequest, link: PrivateLink, purpose: str) -> None:
    """Remember for ten minutes that a code for ``purpose`` was typed."""
    until = clock.now() + datetime.timedelta(minutes=FRESH_MINUTES)
    kept = request.session.get(FRESH_KEY)
    # Under a new session key: one that somebody else knows is not lifted with it.
    request.session.cycle_key()
    request.session[FRESH_KEY] = {
        **(kept if isinstance(kept, dict) else {}),
        purpose: [link.pk, link.generation, until.timestamp()],
    }


def spend(request: HttpRequest, purpose: str) -> None:
    """Forget that a code for ``purpose`` was typed: the next change needs another."""
    kept = request.session.get(FRESH_KEY)
    if isinstance(kept, dict) and purpose in kept:
        request.session[FRESH_KEY] = {name: value for name, value in kept.items() if name != purpose}


def to_code(purpose: str) -> HttpResponseBase:
    """Send the person on to the page that asks for the code."""
    return redirect("wagtail_mentoring:portal_data_code", purpose)


def mail_code(visit: OwnVisit, purpose: str, *, words: str = "", address: str = "") -> bool:
    """Mail a code for ``purpose`` to the person, or to another ``address`` of the person; False: too often.

    ``words`` names in the mail what it is for, where that is not the purpose itself.
    """
    if not allowed(conf.LIMIT_CODE, "code", *key_of(visit.person)):
        return False
    with transaction.atomic():
        _code, plain = codes.issue(visit.link, purpose)
        context = {"minutes": conf.CODE_MINUTES, "purpose": words or purpose}
        put_code(MailEvent.CODE_DATA, to=visit.person, case=visit.case, code=plain, context=context, address=address)
    return True


def send_code(visit: OwnVisit, purpose: str) -> bool:
    """Send a code for ``purpose`` by SMS to the person's number; False: too often. Raises :class:`sms.NotSent`.

    A code that has not left is worthless at once, and one that came before works on.
    """
    if not allowed(conf.LIMIT_CODE, "code", *key_of(visit.person)):
        return False
    # Committed before it leaves: a code that comes must work.
    with transaction.atomic(durable=True):
        issued, plain = codes.issue(visit.link, purpose)
    try:
        sms.send(visit.person, sms.code_text(visit.person, plain))
    except Exception:
        codes.take_back(issued)
        raise
    return True


def by_sms(visit: OwnVisit, purpose: str) -> bool:
    """Return whether a code for ``purpose`` may come by SMS: not where the address itself must prove who it is."""
    return purpose != "address_old" and sms.reachable(visit.person)


def open_code(link: PrivateLink, purpose: str) -> OneTimeCode | None:
    """Return the newest code for ``purpose`` if it can still be used."""
    code = link.codes.filter(purpose=purpose).first()
    usable = code and code.used_at is None and code.expires_at > clock.now() and code.attempts < conf.CODE_ATTEMPTS
    return code if usable else None


# The tries of a code are counted even when everything after is rolled back, and an SMS leaves after what it brings is
# committed: so no transaction may lie around this.
@transaction.non_atomic_requests
@sensitive_post_parameters()
@with_person
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, visit: OwnVisit, purpose: str) -> HttpResponseBase:
    """Send a code, and take it. Then go where it is needed."""
    if purpose not in PURPOSES:
        raise Http404
    page = reverse(f"wagtail_mentoring:{PURPOSES[purpose].page}")
    if is_fresh(request, visit.link, purpose):
        return redirect(page)
    typed = request.method == "POST" and "code" in request.POST
    form, too_often, failed = CodeForm(request.POST if typed else None), False, ""
    if typed and _taken(request, visit, purpose, form):
        return redirect(page)
    if request.method == "POST" and not typed:
        wants_sms = request.POST.get("by") == "sms" and by_sms(visit, purpose)
        try:
            too_often = not (send_code(visit, purpose) if wants_sms else mail_code(visit, purpose))
        except sms.NotSent as error:
            failed = str(error)
        if not too_often and not failed:
            return redirect(request.path + ("?sms" if wants_sms else ""))
    return _code_page(request, visit, purpose, form, too_often=too_often, failed=failed)


def _taken(request: HttpRequest, visit: OwnVisit, purpose: str, form: CodeForm) -> bool:
    """Return whether the typed code is right, and remember it; else say in ``form`` what is wrong."""
    if not form.is_valid():
        return False
    try:
        codes.use(codes.check(visit.link, purpose, form.cleaned_data["code"]))
    except codes.CodeRefused as error:
        form.add_error("code", str(error))
        return False
    make_fresh(request, visit.link, purpose)
    return True


def _code_page(
    request: HttpRequest, visit: OwnVisit, purpose: str, form: CodeForm, *, too_often: bool, failed: str
) -> HttpResponseBase:
    """Show where the code went and the field for it, or the ways to get one. ``failed``: why no SMS has left."""
    sent = open_code(visit.link, purpose)
    context = own_frame(
        visit,
        title=PURPOSES[purpose].title,
        form=form,
        code=sent,
        show_form=sent is not None or form.is_bound,
        masked=masked(visit.person.email),
        minutes=conf.CODE_MINUTES,
        too_often=too_often,
        failed=failed,
        by_sms=by_sms(visit, purpose),
        sent_by_sms="sms" in request.GET,
        phone=visit.person.phone.strip()[-3:],
        cannot_read=purpose == "address_old",
    )
    status = 429 if too_often else 503 if failed else 422 if form.errors else 200
    return render(request, TEMPLATES + "code.html", context, status=status)
