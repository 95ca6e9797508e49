"""Writing with the mentee or one mentor of a case: the whole thread, an answer, and what counts as read."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.messages.conversation import services
from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.pairing import leavers
from wagtail_mentoring.programme.localized import language_name
from wagtail_mentoring.workflows import StepRefused

from ..asking.base import AskScreen
from ..forms import StepForm
from .forms import LeavingForm, LetterForm
from .threads import correspondent, thread_of


class Write(AskScreen):
    """The thread with the mentee, or with the mentor whom the address names."""

    template_name = "wagtail_mentoring/desk/talking/thread.html"
    form_class = LetterForm
    header_icon = "mail"
    submit = gettext_lazy("Send the message")

    @cached_property
    def person(self) -> Any:
        """Who is written with; somebody who has no part in the case and no thread is 404."""
        found = correspondent(self.dossier, self.kwargs.get("mentor_pk"))
        if found is None:
            raise Http404
        return found

    def get_page_title(self) -> str:
        return _("Messages with %(name)s") % {"name": self.person.name}

    def reason(self) -> str:
        if self.person.anonymised_at is not None:
            return _("The data of this person are erased: there is nobody to write to.")
        return ""

    def after(self) -> list[str]:
        by = {"name": self.person.called, "language": language_name(self.person.language)}
        return [
            _("%(name)s gets a mail with a link to the page where your message stands, as you wrote it.") % by,
            _("What %(name)s wrote counts as read.") % by,
            _("The mails of %(name)s are in %(language)s.") % by,
        ]

    def more(self) -> dict[str, Any]:
        return {"thread": thread_of(self.dossier, self.person), "seen": self.case.log_length}

    def load_again(self, form: StepForm) -> None:
        self.__dict__.pop("person", None)
        super().load_again(form)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "read" in request.POST:
            return self.only_read()
        return super().post(request, *args, **kwargs)

    def only_read(self) -> HttpResponse:
        """Note that what the page showed was read, and needs no answer."""
        try:
            with transaction.atomic():
                self.check_seen(whole_number(self.request.POST.get("seen")) or 0)
                services.mark_read(self.case, self.person, user=self.request.user)
        except StepRefused as refused:
            form = self.form()
            self.load_again(form)
            messages.error(self.request, str(refused))
            return self.show(self.form(), 409, self.happened())
        messages.success(self.request, _("Noted as read."))
        return self.back()

    def act(self, form: StepForm) -> Any:
        return services.answer(self.case.pk, self.person, form.cleaned_data["body"], self.request.user)

    def done(self, form: StepForm, result: Any) -> str:
        return _("Your message is on its way to %(name)s.") % {"name": self.person.name}

    def back(self) -> HttpResponse:
        return redirect(reverse("mentoring_desk:case", args=[self.case.pk]) + "#conversation-section")


class Stays(AskScreen):
    """Notes that a mentor who wanted to leave stays after all. Whoever leaves is replaced instead."""

    form_class = LeavingForm
    submit = gettext_lazy("Note: stays")

    @cached_property
    def mentor(self) -> Any:
        wanted = self.kwargs["mentor_pk"]
        found = next((mentor for mentor in self.dossier.mentors if mentor.pk == wanted), None)
        if found is None:
            raise Http404
        return found

    def get_page_title(self) -> str:
        return _("%(name)s stays") % {"name": self.mentor.name}

    def reason(self) -> str:
        if leavers.wants_to_leave_still(self.case, self.mentor):
            return ""
        return _("%(name)s has not asked to leave this mentoring.") % {"name": self.mentor.name}

    def after(self) -> list[str]:
        return [
            _("The wish to leave is not on your desk any more."),
            _("%(name)s gets no mail, and may ask again at any time.") % {"name": self.mentor.called},
        ]

    def act(self, form: StepForm) -> Any:
        return leavers.note_stays(self.case.pk, self.mentor, self.request.user, form.cleaned_data["note"])

    def done(self, form: StepForm, result: Any) -> str:
        return _("Noted: %(name)s stays.") % {"name": self.mentor.name}
