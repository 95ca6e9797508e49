"""The page on which a mentor answers an invitation: yes, no, a question first, a break."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wagtail_mentoring.cases.refusals import add_refusal
from wagtail_mentoring.conf import conf
from wagtail_mentoring.pages.addresses import text_address
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.choices import InvitationStatus
from wagtail_mentoring.pairing.volunteering import open_invitations
from wagtail_mentoring.people import links
from wagtail_mentoring.people.own_profile import pause as take_pause
from wagtail_mentoring.privacy.limits import allowed
from wagtail_mentoring.privacy.models import NoticeKind
from wagtail_mentoring.workflows import StepRefused

from . import session
from .asked import asked, stage_of
from .mentor_forms import YES, AnswerForm, PauseForm, QuestionForm
from .own_page import questions_of
from .session import InvitationVisit, mentor_frame, with_invitation

HERE = "wagtail_mentoring:portal_invitation"


def _page(request: HttpRequest, visit: InvitationVisit, **given: Any) -> HttpResponse:
    """Show the invitation as it stands, with the forms of ``given`` in the place of fresh ones."""
    shown = asked(visit)
    forms = {
        "form": given.get("form") or _answer_form(visit),
        "question_form": given.get("question_form") or QuestionForm(),
        "pause_form": given.get("pause_form") or PauseForm(auto_id="pause_%s"),
    }
    wrong = any(form.is_bound and form.errors for form in forms.values())
    message = given.get("message", "")
    others = [
        one
        for one in questions_of(visit.mentor)
        if one[0] != visit.invitation and one[0].status == InvitationStatus.ASKED
    ]
    context = mentor_frame(
        visit, shown=shown, message=message, invitation=visit.invitation, case=visit.case, others=others, **forms
    )
    status = given.get("status") or (422 if wrong or message else 200)
    return render(request, "wagtail_mentoring/portal/invitation.html", context, status=status)


def _said_yes(visit: InvitationVisit) -> bool:
    return visit.invitation.status == InvitationStatus.YES


def _answer_form(visit: InvitationVisit, data: Any = None) -> AnswerForm:
    orientation = "" if visit.mentor.oriented_on else text_address(NoticeKind.ORIENTATION, visit.union)
    return AnswerForm(data, said_yes=_said_yes(visit), orientation=orientation)


@sensitive_post_parameters()
@with_invitation
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, visit: InvitationVisit) -> HttpResponseBase:
    """What is asked, and the answer. A POST answers; whoever comes too late reads so in kind words."""
    if request.method != "POST":
        return _page(request, visit)
    if _said_yes(visit) and request.POST.get("answer") == YES:
        # A button pressed twice.
        return redirect(HERE)
    form = _answer_form(visit, request.POST)
    if not form.is_valid():
        return _page(request, visit, form=form)
    try:
        _answer(visit, form.cleaned_data)
    except StepRefused as refusal:
        message = add_refusal(form, refusal)
        visit.invitation.refresh_from_db()
        return _page(request, visit, form=form, message=message)
    return redirect(HERE)


def _answer(visit: InvitationVisit, answers: dict[str, Any]) -> None:
    """Write the answer down. Raises :class:`StepRefused`."""
    number, message = visit.invitation.pk, answers["message"]
    if answers["answer"] == YES:
        invitations.answer_yes(number, oriented=answers.get("oriented", False), message=message)
    else:
        invitations.answer_no(number, reason=answers["answer"], message=message)


@sensitive_post_parameters()
@with_invitation
@require_POST
def ask(request: HttpRequest, visit: InvitationVisit) -> HttpResponseBase:
    """Send a question to the contact person."""
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _page(request, visit, question_form=form)
    if not allowed(conf.LIMIT_APPLY, "invitation-question", visit.link.pk):
        return render(request, "wagtail_mentoring/portal/too_often.html", status=429)
    try:
        invitations.ask(visit.invitation.pk, form.cleaned_data["question"])
    except StepRefused as refusal:
        message = add_refusal(form, refusal)
        return _page(request, visit, question_form=form, message=message)
    return redirect(HERE)


@with_invitation
@require_POST
def pause(request: HttpRequest, visit: InvitationVisit) -> HttpResponseBase:
    """After a no for want of time: ask nothing more until a day."""
    form = PauseForm(request.POST, auto_id="pause_%s")
    if stage_of(visit.invitation, visit.mentor) != "pause":
        return redirect(HERE)
    if not form.is_valid():
        return _page(request, visit, pause_form=form)
    take_pause(visit.mentor.pk, form.cleaned_data["until"])
    return redirect(HERE)


@with_invitation
@require_POST
def to_other(request: HttpRequest, visit: InvitationVisit, number: int) -> HttpResponseBase:
    """Go to another open question to the same mentor, with the link that belongs to it."""
    found = next((row for row in open_invitations(visit.mentor) if row.pk == number), None)
    if found is None:
        raise Http404
    session.begin(request, links.link_for_invitation(found))
    return redirect(HERE)
