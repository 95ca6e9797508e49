"""What the screens about asking have in common: the form, what will happen, and, when it is too late, what did."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.actors import user_on
from wagtail_mentoring.workflows import STATE_LABELS, CaseState, StepRefused
from wagtail_mentoring.workflows.steps import NOT_YOURS

from ..actions import HandlersScreen
from ..deciding import DecidingScreen
from ..forms import StepForm, asking
from ..forms.base import show_refusal, typed
from ..situation import situation


class AskScreen(DecidingScreen, HandlersScreen):
    """GET shows the form, POST does it. Not possible any more: why, and nothing is changed.

    A press on a page that shows less than has happened since is answered with what happened, and nothing typed is lost.
    """

    header_icon = "group"
    form_class: type[StepForm] = asking.ConfirmForm
    submit: Any = ""

    # What a screen says for itself.

    def reason(self) -> str:
        """Return why it is not possible now, "" when it is."""
        return ""

    def form_arguments(self) -> dict[str, Any]:
        """Return what the form takes besides the data and the dossier."""
        return {}

    def known(self) -> list[tuple[str, str]]:
        """Return the facts that the decision rests on."""
        return []

    def after(self) -> list[str]:
        """Return what happens when the button is pressed, one sentence each."""
        raise NotImplementedError

    def act(self, form: StepForm) -> Any:
        """Do it, under the lock. Raises :class:`StepRefused`."""
        raise NotImplementedError

    def done(self, form: StepForm, result: Any) -> str:
        """Return what is said when it is done."""
        raise NotImplementedError

    # The way of every screen.

    def form(self, data: Any = None) -> StepForm:
        return self.form_class(data, dossier=self.dossier, **self.form_arguments())

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.blocked(200) if self.reason() else self.show(self.form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.reason():
            return self.blocked(409, self.happened())
        form = self.form(request.POST)
        if not form.is_valid():
            return self.not_now() or self.show(form)
        try:
            with transaction.atomic():
                self.check_seen(form.cleaned_data["seen"])
                result = self.act(form)
        except StepRefused as refused:
            return self.refused(form, refused)
        messages.success(request, self.done(form, result))
        return self.back()

    def check_seen(self, seen: int) -> None:
        """Lock the case, and refuse when more has happened than the page showed, or the right has gone."""
        case = moves.lock(self.case.pk)
        if not user_on(self.request.user, case).roles:
            raise StepRefused(NOT_YOURS)
        moves.refuse_stale(case, seen)

    def refused(self, form: StepForm, refused: StepRefused) -> HttpResponse:
        self.load_again(form)
        answer = self.not_now()
        if answer is not None:
            return answer
        show_refusal(form, refused)
        return self.show(form)

    def load_again(self, form: StepForm) -> None:
        """Read everything anew, after what was tried has been undone."""
        for name in ("proposal", "invitation"):
            self.__dict__.pop(name, None)
        self.load()
        form.dossier = self.dossier

    def not_now(self) -> HttpResponse | None:
        """Return the page that says why it is not possible now, or what happened meanwhile; None: neither."""
        happened = self.happened()
        if self.reason():
            return self.blocked(409, happened)
        if not happened:
            return None
        data = self.with_seen()
        self.renew(data)
        return self.show(self.form(data), 409, happened)

    def renew(self, data: Any) -> None:
        """Change what was entered where something has happened meanwhile; nothing, if not said otherwise."""

    def show(self, form: StepForm, status: int = 200, happened: list[str] | None = None) -> HttpResponse:
        return self.respond(
            status,
            form=form,
            media=form.media,
            happened=happened or [],
            submit_button_label=self.submit or self.page_title,
            submit_button_active_label=_("Working…"),
            has_unsaved_changes=form.is_bound,
            action_url=self.request.get_full_path(),
            known=[row for row in self.known() if row[1]],
            after=[one for one in self.after() if one] + [_("Your name and the time are written in the history.")],
            state_label=STATE_LABELS[CaseState(self.case.state)],
            situation=situation(self.case)[0],
            **self.more(),
        )

    def more(self) -> dict[str, Any]:
        """Return what else the page shows."""
        return {}

    def blocked(self, status: int, happened: list[str] | None = None) -> HttpResponse:
        return self.refuse(status, self.reason(), happened, typed(self.form_class, self.request.POST))
