"""A new e-mail address: after a code from the old one, a code to the new one; or the contact person changes it."""

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wagtail_mentoring.cases.refusals import add_refusal
from wagtail_mentoring.conf import conf
from wagtail_mentoring.people import address_changes, codes
from wagtail_mentoring.people.address_changes import code_purpose, open_change
from wagtail_mentoring.people.whose import key_of
from wagtail_mentoring.privacy.limits import allowed
from wagtail_mentoring.workflows import StepRefused

from .. import session
from ..agreement_page import masked
from . import step_up
from .forms import AddressForm, CodeForm, LostAddressForm
from .visits import TEMPLATES, OwnVisit, own_frame, with_person

PURPOSE = "address_old"


@sensitive_post_parameters()
@with_person
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """Ask for the new address, and mail a code to it. Without a fresh code from the old one, the way to it."""
    if not step_up.is_fresh(request, visit.link, PURPOSE):
        return step_up.to_code(PURPOSE)
    form, too_often = AddressForm(request.POST if request.method == "POST" else None), False
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                change = address_changes.ask(visit.person, form.cleaned_data["email"])
                # Too often: nothing is asked for, so that nothing waits for a code that never comes.
                too_often = not step_up.mail_code(
                    visit, code_purpose(change), words="address_new", address=change.new_email
                )
                if too_often:
                    transaction.set_rollback(True)
        except StepRefused as refusal:
            add_refusal(form, refusal)
        else:
            if not too_often:
                step_up.spend(request, PURPOSE)
                return redirect("wagtail_mentoring:portal_data_new_address")
    status = 429 if too_often else 422 if form.errors else 200
    context = own_frame(visit, form=form, too_often=too_often)
    return render(request, TEMPLATES + "address.html", context, status=status)


# The tries of a code are counted even when everything after is rolled back, so no transaction may lie around this.
@transaction.non_atomic_requests
@sensitive_post_parameters()
@with_person
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """Take the code that went to the new address; then the address is changed, and this device stays in."""
    change = open_change(visit.person)
    if change is None or change.by_handler:
        return redirect("wagtail_mentoring:portal_data")
    purpose, too_often = code_purpose(change), False
    typed = request.method == "POST" and "code" in request.POST
    form = CodeForm(request.POST if typed else None)
    if typed and form.is_valid():
        try:
            code = codes.check(visit.link, purpose, form.cleaned_data["code"])
            address_changes.confirm(visit.person, code)
        except codes.CodeRefused as error:
            form.add_error("code", str(error))
        except StepRefused as refusal:
            form.add_error("code", str(refusal))
        else:
            # Every link was made anew, this one too.
            visit.link.refresh_from_db()
            session.begin(request, visit.link)
            return redirect("wagtail_mentoring:portal_data_address_changed")
    elif request.method == "POST" and not typed:
        too_often = not step_up.mail_code(visit, purpose, words="address_new", address=change.new_email)
        if not too_often:
            return redirect(request.path)
    context = own_frame(
        visit,
        form=form,
        change=change,
        code=step_up.open_code(visit.link, purpose),
        minutes=conf.CODE_MINUTES,
        too_often=too_often,
    )
    status = 429 if too_often else 422 if form.errors else 200
    return render(request, TEMPLATES + "new_address.html", context, status=status)


@with_person
@require_http_methods(["GET", "HEAD"])
def changed(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """Say that the address is changed, and what that means for older mails."""
    context = own_frame(visit, masked=masked(visit.person.email))
    return render(request, TEMPLATES + "address_changed.html", context)


@with_person
@require_POST
def cancel(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """Keep the old address after all."""
    address_changes.cancel(visit.person)
    return redirect("wagtail_mentoring:portal_data")


@sensitive_post_parameters()
@with_person
@require_http_methods(["GET", "HEAD", "POST"])
def lost(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """Ask the contact person, who makes sure of the person in another way, and changes the address."""
    form, too_often = LostAddressForm(request.POST if request.method == "POST" else None), False
    if request.method == "POST" and form.is_valid():
        too_often = not allowed(conf.LIMIT_CODE, "address asked", *key_of(visit.person))
        if not too_often:
            try:
                address_changes.ask(visit.person, form.cleaned_data["email"], by_handler=True)
                return redirect("wagtail_mentoring:portal_data")
            except StepRefused as refusal:
                add_refusal(form, refusal)
    status = 429 if too_often else 422 if form.errors else 200
    context = own_frame(visit, form=form, too_often=too_often)
    return render(request, TEMPLATES + "lost_address.html", context, status=status)
