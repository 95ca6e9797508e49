"""One view for every step: its form, what will happen, and, when it is not possible now, why."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.agreements.refusals import note_refused
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.actors import user_on
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.sanitize import sanitize
from wagtail_mentoring.programme import dates
from wagtail_mentoring.workflows import STATE_LABELS, CaseState, StepRefused
from wagtail_mentoring.workflows.flow import CaseFlow
from wagtail_mentoring.workflows.states import PAIR_STATES
from wagtail_mentoring.workflows.steps import NOT_YOURS, refusal

from . import consequences
from .addresses import file_address
from .deciding import DecidingScreen
from .forms import FORMS, StepForm
from .forms.base import show_refusal, typed
from .forms.picking import SEARCH
from .next_step import signs_as_contact, step_label
from .panels.answers import answers
from .situation import situation

#: Texts of the buttons; a step that is not named has its own label.
SUBMIT: dict[str, Any] = {
    "accept": gettext_lazy("Record: eligible"),
    "refuse": gettext_lazy("Refuse and close the case"),
    "sign_as_contact": gettext_lazy("Sign the agreement"),
    "confirm_signature": gettext_lazy("Take it as signature"),
    "reject_signature": gettext_lazy("Do not take it"),
    "record_paper": gettext_lazy("Record the signatures"),
    "replace_mentor": gettext_lazy("Replace the mentor"),
    "plan_meeting": gettext_lazy("Save the time and tell everyone"),
    "complete": gettext_lazy("Close the case"),
    "end": gettext_lazy("End the case"),
    "reopen": gettext_lazy("Reopen the case"),
}


AGREEMENT_FAILED = "mentoring.agreement_failed"

#: Both are decided on the page of the copy.
OF_A_COPY = ("confirm_signature", "reject_signature")


#: The steps that are decided by how many meetings there were.
_ABOUT_MEETINGS = frozenset(
    ("plan_meeting", "cancel_meeting", "miss_meeting", "record_meeting", "undo_meeting", "go_back", "complete", "end")
)


class StepScreen(DecidingScreen):
    """GET shows the form of a step, POST takes it. Not possible now: the reason, and nothing is changed."""

    template_name = "wagtail_mentoring/desk/step.html"
    header_icon = "tasks"
    light_post = True

    @property
    def step(self) -> str:
        """The name of the step."""
        raise NotImplementedError

    def form(self, data: Any = None, files: Any = None) -> StepForm:
        """Return the step's form."""
        return FORMS[self.step](data, files, dossier=self.dossier)

    @cached_property
    def label(self) -> str:
        """The step's name for a person; recording a meeting names the next one."""
        state = self.case.case_state
        if self.step in ("plan_meeting", "send_agreement") and state in PAIR_STATES:
            return str(step_label(self.step, _("Send the agreement"), self.dossier))
        # From the case's own state first, whose label names the meeting; a step from another state has its name too.
        ways = (way for found in (state, *CaseState) for way in CaseFlow.state.get_outgoing_transitions(found))
        return str(next(way.label for way in ways if way.slug == self.step))

    def get_page_title(self) -> str:
        return self.label

    @property
    def reason(self) -> str:
        """Why the step is not possible now, or "" when it is."""
        reason = str(refusal(self.dossier.facts, self.dossier.actor, self.step))
        party = self.dossier.contact_party if self.step == "sign_as_contact" and not reason else None
        if party is not None and not signs_as_contact(self.dossier):
            reason = _("The agreement names %s as contact person. Only that person can sign here.") % party.name
        return reason

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.reason:
            return self.blocked(status=403 if self.reason == str(NOT_YOURS) else 200)
        return self.page(self.form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if SEARCH in request.POST:
            return self.searched()
        form = self.form(request.POST, request.FILES)
        if not form.is_valid():
            self.load_again(form)
            return self.not_now(form) or self.faulty(form)
        user, label = request.user, self.label
        try:
            # It checks everything under the lock, so nothing is gathered here before: a good press is one move.
            moved = moves.move(
                self.case.pk, self.step, lambda case: user_on(user, case), form.inputs(), seen=form.cleaned_data["seen"]
            )
        except StepRefused as refused:
            return self.refused(form, refused)
        messages.success(request, done(moved, label, changed=moved.state != self.case.state))
        return redirect(reverse("mentoring_desk:case", args=[moved.pk]))

    def searched(self) -> HttpResponse:
        """Show the form again as it was typed, with whom the search in it found."""
        self.load()
        if self.reason:
            return self.blocked(status=403 if self.reason == str(NOT_YOURS) else 409)
        form = self.form()
        form.keep(self.request.POST)
        return self.page(form)

    def faulty(self, form: StepForm) -> HttpResponse:
        """Show the form with its errors. A file that was refused stands in the history, as one that a party sends."""
        refused = form.refused_file()
        if refused is not None:
            note_refused(self.case.pk, self.dossier.actor, *refused)
            self.load_again(form)
            form.data = self.with_seen()  # So that the next press does not count it as news.
        return self.page(form)

    def load_again(self, form: StepForm) -> None:
        """Read all that the page shows, once the press did not end in a move."""
        self.load()
        form.dossier = self.dossier

    def not_now(self, form: StepForm) -> HttpResponse | None:
        """Return the page that says why the step is not possible now, or what happened meanwhile; None: neither."""
        happened = self.happened()
        if self.reason:
            status = 403 if self.reason == str(NOT_YOURS) else 409
            return self.blocked(status=status, happened=happened, texts=typed(type(form), self.request.POST))
        if happened:
            return self.stale(form, happened)
        return None

    def refused(self, form: StepForm, refused: StepRefused) -> HttpResponse:
        """Show the form again with the errors; or what has happened, when somebody was quicker just now."""
        self.load_again(form)
        if self.failed_just_now():
            # It is in the history by now: the next press counts it as seen.
            form = self.form(self.with_seen(), self.request.FILES)
            form.add_error(None, str(refused.reason))
            return self.page(form)
        answer = self.not_now(form)
        if answer is not None:
            return answer
        show_refusal(form, refused, form.refusals)
        return self.page(form)

    def stale(self, form: StepForm, happened: list[str]) -> HttpResponse:
        """Show the form as it was typed, with what happened meanwhile; sent again, it counts."""
        again = self.form(self.with_seen(), self.request.FILES)
        return self.page(again, status=409, happened=happened)

    def failed_just_now(self) -> bool:
        """Whether all that has happened since the page was shown is that this very try could not make the document."""
        new = self.news()
        return len(new) == 1 and new[0].action == AGREEMENT_FAILED and new[0].user == self.request.user

    def page(self, form: StepForm, status: int = 200, happened: list[str] | None = None) -> HttpResponse:
        return self.respond(
            status,
            form=form,
            media=form.media,
            happened=happened or [],
            submit_button_label=SUBMIT.get(self.step, self.label),
            submit_button_active_label=_("Working…"),
            has_unsaved_changes=form.is_bound or form.kept,
            action_url=self.request.path,
            known=self.known(),
            after=consequences.of_step(self.dossier, self.step),
            reading=self.reading(),
            **self.heading(),
        )

    def blocked(
        self, status: int, happened: list[str] | None = None, texts: list[tuple[Any, str]] | None = None
    ) -> HttpResponse:
        """Explain why the step is not possible now, with the ``texts`` that were written for it."""
        return self.refuse(status, self.reason, happened, texts, **self.heading())

    def reading(self) -> dict[str, Any] | None:
        """Return the agreement to read before signing: its text and its file."""
        party = self.dossier.contact_party if self.step == "sign_as_contact" else None
        if party is None:
            return None
        agreement = next(one for one in self.dossier.current_agreements if one.pk == party.agreement_id)
        newest = [agreement.document, *(version.document for version in agreement.signed_files)][-1]  # type: ignore[attr-defined]
        return {
            "language": agreement.text.language,
            "text": sanitize(agreement.text.body),
            "address": file_address(newest.stored),
            "sha256": agreement.document.sha256,
        }

    def heading(self) -> dict[str, Any]:
        case = self.case
        return {
            "state_label": STATE_LABELS[CaseState(case.state)],
            "situation": situation(case)[0],
            "position_of_case": dates.day(case.state_since),
        }

    def known(self) -> list[tuple[str, str]]:
        """Return the facts that this decision rests on, above the form."""
        dossier, case = self.dossier, self.case
        if self.step in ("accept", "refuse"):
            wanted = {_("Basis chosen"), _("Degree"), _("Profession")}
            return [row for row in answers(dossier)["answers"] if row[0] in wanted]
        rows = [(_("Field"), case.field_name)]
        if dossier.mentors:
            rows.append((_("Mentors"), ", ".join(mentor.name for mentor in dossier.mentors)))
        if self.step == "pair":
            rows.append((_("Goals"), dict(answers(dossier)["answers"]).get(_("Goals"), "")))
        if self.step in _ABOUT_MEETINGS:
            rules = {"held": len(dossier.held), "least": case.min_meetings, "most": case.max_meetings}
            rows.append((_("Held"), _("%(held)s of %(least)s to %(most)s meetings") % rules))
        return [row for row in rows if row[1]]


class StepView(StepScreen):
    """The step that the address names."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["step"] not in FORMS:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @property
    def step(self) -> str:
        return str(self.kwargs["step"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.to_copy() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.step in OF_A_COPY:
            self.load()
            return self.to_copy() or self.blocked(status=403 if self.reason == str(NOT_YOURS) else 409)
        return super().post(request, *args, **kwargs)

    def to_copy(self) -> HttpResponse | None:
        """Lead to the page of the oldest copy that waits: there it is decided on."""
        if self.step not in OF_A_COPY or self.reason or not self.dossier.copies_waiting:
            return None
        return redirect("mentoring_desk:copy", self.case.pk, self.dossier.copies_waiting[0].pk)


def done(case: Case, label: str, *, changed: bool) -> str:
    """Return what is said after the step ``label`` was taken on ``case``."""
    said = {
        "name": case.mentee.name,
        "reference": case.reference,
        "state": STATE_LABELS[case.case_state],
        "step": label,
    }
    if not changed:
        return _("%(step)s: done for %(name)s (%(reference)s).") % said
    return _("%(step)s: done. %(name)s (%(reference)s) is now “%(state)s”.") % said
