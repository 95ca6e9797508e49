"""That a contact person has seen an answer of somebody who is not sure, or says no."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_mentoring.meetings.feedback import mark_seen
from wagtail_mentoring.meetings.models import Feedback

from ..actions import HandlersScreen


class FeedbackSeen(HandlersScreen):
    """Notes it. A GET goes back: the case page has the button."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.back()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        feedback = get_object_or_404(Feedback, case=self.case, pk=self.kwargs["feedback_pk"])
        mark_seen(feedback.pk, request.user)
        messages.success(request, _("Noted: you have seen the answer."))
        return self.back()

    def back(self) -> HttpResponse:
        return redirect(reverse("mentoring_desk:case", args=[self.case.pk]) + "#feedback-section")
