"""Feedback: after the first meeting, at the end, and later with consent. Two minutes, and it stops nothing."""

from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_mentoring.applications.forms import StepForm
from wagtail_mentoring.applications.questions import LongText, One, Several
from wagtail_mentoring.cases.actors import current_mentors
from wagtail_mentoring.meetings import feedback as service
from wagtail_mentoring.meetings.models import Again, Feedback, FeedbackKind, Fit
from wagtail_mentoring.workflows import SITUATION_LABELS, Situation

from ..session import Visit, with_visit
from .entering import HOME, belongs, page, submitted

SITUATIONS = [(str(value), label) for value, label in SITUATION_LABELS.items() if value != Situation.UNKNOWN]


class FeedbackForm(StepForm):
    """The questions of one kind of feedback; those that are not asked are taken out."""

    fit = One(Fit, label=gettext_lazy("Do you three fit together?"), required=False)
    goals_reached = Several((), label=gettext_lazy("Which of your goals have you reached?"), required=False)
    confidence = One(
        [
            ("1", gettext_lazy("1 – not at all")),
            ("2", "2"),
            ("3", "3"),
            ("4", "4"),
            ("5", gettext_lazy("5 – very sure")),
        ],
        label=gettext_lazy("How sure are you now that you will find work in your field?"),
        required=False,
    )
    situation = One(SITUATIONS, label=gettext_lazy("What is your situation now?"), required=False)
    satisfaction = One(
        [
            ("5", gettext_lazy("5 – very happy")),
            ("4", "4"),
            ("3", "3"),
            ("2", "2"),
            ("1", gettext_lazy("1 – not happy at all")),
        ],
        label=gettext_lazy("How happy are you with the mentoring?"),
        required=False,
    )
    again = One(Again, label=gettext_lazy("Would you be a mentor again?"), required=False)
    comment = LongText(
        label=gettext_lazy("Anything we should know?"),
        max_length=service.MOST_COMMENT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    layouts = {"fit": "row", "again": "row"}

    def __init__(self, *args: Any, asked: Feedback, contact: str, mentors: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = service.questions(asked)
        needed = service.needed(asked)
        for name in list(self.fields):
            if name not in names:
                del self.fields[name]
            else:
                self.fields[name].required = name in needed
        self.order_fields(names)
        if "goals_reached" in self.fields:
            goals = service.goals_of(asked.case)
            cast(Several, self.fields["goals_reached"]).choices = goals
            if not goals:
                del self.fields["goals_reached"]
        if "fit" in self.fields:
            if mentors < 2:
                self.fields["fit"].label = _("Do you two fit together?")
            self.fields["fit"].help_text = _(
                "If you are not sure, %(name)s gets in touch with you. Nothing else changes."
            ) % {"name": contact}


def title_of(asked: Feedback) -> str:
    """Return the heading of the page, by what is asked."""
    return {
        FeedbackKind.FIRST: _("How did your first meeting together feel?"),
        FeedbackKind.END: _("How was the mentoring?"),
        FeedbackKind.MONTHS_3: _("How are you now, three months later?"),
        FeedbackKind.MONTHS_12: _("How are you now, a year later?"),
    }[FeedbackKind(asked.kind)]


@sensitive_post_parameters()
@with_visit
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """What the visitor is asked now; without a question, the thanks. Also for a mentor of a pair that has ended."""
    asked = service.open_for(visit.case, visit.person)
    inside = belongs(visit)
    if not inside and not service.was_asked(visit.case, visit.person):
        return redirect(HOME)
    if asked is None:
        promised = service.waits_for_contact(visit.case, visit.person)
        return page(request, visit, "feedback_thanks", no_case_pages=not inside, promised=promised)
    # The case of the visit has its union and its application at hand.
    asked.case = visit.case
    union = visit.case.union
    form = FeedbackForm(
        request.POST if request.method == "POST" else None,
        asked=asked,
        contact=union.contact_name or union.short,
        mentors=current_mentors(visit.case).count(),
    )

    def give(given: dict[str, Any]) -> None:
        service.give(asked.pk, visit.person, given)

    # Afterwards the page has another question, or thanks.
    outcome = submitted(request, visit, form, give, to="wagtail_mentoring:portal_feedback")
    if outcome.answer is not None:
        return outcome.answer
    context = {"asked": asked, "title": title_of(asked), "no_case_pages": not inside}
    return page(request, visit, "feedback", form=form, message=outcome.message, status=outcome.status, **context)
