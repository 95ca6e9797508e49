"""The mentee is asked about the mentors who have said yes."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.refusals import add_refusal
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.choices import InvitationStatus, MenteeAnswer, ProposalStatus
from wagtail_mentoring.pairing.models import Proposal
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.privacy.consents import consented
from wagtail_mentoring.privacy.models import ConsentKind
from wagtail_mentoring.programme.dates import on_day
from wagtail_mentoring.workflows import StepRefused

from .mentor_forms import PairAnswerForm
from .session import Visit, frame, with_visit
from .shown import shown_mentors

#: How to reach a mentor is of use only when they have met.
NOT_YET = frozenset({"email", "phone"})


def open_proposal(case: Case) -> Proposal | None:
    """Return the proposal of ``case`` that is being asked, or None. One query."""
    return Proposal.objects.filter(case=case, status=ProposalStatus.OPEN).first()


def proposed_mentors(proposal: Proposal) -> list[Mentor]:
    """Return the mentors of ``proposal`` who have said yes, in the order in which they were named."""
    rows = proposal.invitations.filter(status=InvitationStatus.YES).select_related("mentor").order_by("pk")
    return [row.mentor for row in rows]


def replaced_words(proposal: Proposal, joining: list[Mentor]) -> str:
    """Return who leaves a running pair, who would come and who stays, by the names that may be shown; else ""."""
    if proposal.replaces_id is None:
        return ""
    members = [member.mentor for member in current_members(proposal.case)]
    stays = [mentor for mentor in members if mentor.pk != proposal.replaces_id]
    leaves = [mentor for mentor in members if mentor.pk == proposal.replaces_id]
    named = consented([*members, *joining], ConsentKind.SHOWN_TO_MENTEE)
    names = {mentor.pk: mentor.called for mentor in [*members, *joining] if "name" in named.get(mentor.pk, ())}
    told = [_who_stops(names.get(mentor.pk, ""), alone=not stays) for mentor in leaves]
    told += [
        _("%(name)s would take the place.") % {"name": names[mentor.pk]}
        if mentor.pk in names
        else _("Another mentor would take the place.")
        for mentor in joining
    ]
    told += [
        _("%(name)s stays.") % {"name": names[mentor.pk]} if mentor.pk in names else _("Your other mentor stays.")
        for mentor in stays
    ]
    return " ".join(told)


def _who_stops(name: str, *, alone: bool) -> str:
    """Return that a mentor stops. ``alone``: there is no second one."""
    if alone:
        return _("Your mentor, %(name)s, stops.") % {"name": name} if name else _("Your mentor stops.")
    return _("One of your mentors, %(name)s, stops.") % {"name": name} if name else _("One of your mentors stops.")


@sensitive_post_parameters()
@with_visit
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The mentors as the mentee may see them, and the question. POST answers it. Mentors are led to their page."""
    proposal = open_proposal(visit.case) if visit.is_mentee else None
    if proposal is None or proposal.mentee_asked_at is None:
        return redirect("wagtail_mentoring:portal_home")
    # Before the mentors: should they change in between, the page's answer is refused.
    mark = invitations.mark_of(proposal)
    mentors = proposed_mentors(proposal)
    form = PairAnswerForm(request.POST if request.method == "POST" else None, number=len(mentors))
    if request.method == "POST":
        mark = request.POST.get("shown", "")
        if form.is_valid():
            try:
                yes, note = form.cleaned_data["answer"] == MenteeAnswer.YES, form.cleaned_data["note"]
                invitations.mentee_answers(proposal.pk, yes, note, shown=mark)
            except StepRefused as refusal:
                return _again(request, visit, form, refusal)
            return redirect("wagtail_mentoring:portal_home")
    return _page(request, visit, proposal, mentors, form, mark)


def _again(request: HttpRequest, visit: Visit, form: PairAnswerForm, refusal: StepRefused) -> HttpResponseBase:
    """Show those whom the mentee is asked about by now, with the note and no answer; home when not asked."""
    message = add_refusal(form, refusal)
    proposal = open_proposal(visit.case)
    if proposal is None or proposal.mentee_asked_at is None:
        return redirect("wagtail_mentoring:portal_home")
    mark = invitations.mark_of(proposal)
    mentors = proposed_mentors(proposal)
    if message:
        form = PairAnswerForm(None, number=len(mentors), initial={"note": form.cleaned_data["note"]})
    return _page(request, visit, proposal, mentors, form, mark, message)


def _page(
    request: HttpRequest,
    visit: Visit,
    proposal: Proposal,
    mentors: list[Mentor],
    form: PairAnswerForm,
    mark: str,
    message: str = "",
) -> HttpResponse:
    people = shown_mentors(mentors, ConsentKind.SHOWN_TO_MENTEE, without=NOT_YET)
    replaced = replaced_words(proposal, mentors)
    told = {"replaced": replaced, "people": people, "proposal": proposal, "message": message}
    last_day = proposal.mentee_answer_by
    answer_by = on_day(last_day) if last_day and last_day >= clock.today() else ""
    context = frame(visit, form=form, mark=mark, answer_by=answer_by, **told)
    status = 422 if form.errors or message else 200
    return render(request, "wagtail_mentoring/portal/pair.html", context, status=status)
