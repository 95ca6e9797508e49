"""A fresh private link: by mail, by SMS where the site sends them, or as a text that the handler sends."""

import copy
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.cases import moves
from wagtail_mentoring.conf import conf
from wagtail_mentoring.messages import sms
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import PrivateLink
from wagtail_mentoring.people.phones import number_of
from wagtail_mentoring.people.signals import link_renewed
from wagtail_mentoring.privacy.limits import allowed

from .actions import HandlersScreen
from .base import Screen
from .talking.forms import MAIL, SMS, LinkForm


class FreshLink(Screen):
    """Asks how a fresh private link goes to its person, and sends it; every earlier address stops to work.

    A screen says which :attr:`link`, how it is :meth:`noted` in a history, and where the way :meth:`back` leads.
    """

    page_title = gettext_lazy("Send a new link")
    header_icon = "link"
    link: Any
    #: The words on the way back from the text, and of whom or what the page is.
    back_words: Any = ""
    subtitle: tuple[str, ...] = ()

    def noted(self, way: str) -> None:
        """Write into the history that the link was sent by ``way``."""
        raise NotImplementedError

    def back(self) -> Any:
        """Return the redirect to the page from which the screen was opened."""
        raise NotImplementedError

    @property
    def person(self) -> Any:
        return self.link.mentee or self.link.mentor

    # What an SMS brings must be committed before it leaves, so no transaction may lie around this.
    @transaction.non_atomic_requests
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> LinkForm:
        number = number_of(self.person.phone) if sms.reachable(self.person) else ""
        return LinkForm(data, address=self.person.email, phone=number)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.form())

    def show(self, form: LinkForm, status: int = 200) -> HttpResponse:
        return self.respond(
            status,
            form=form,
            media=form.media,
            action_url=self.request.path,
            submit_button_label=_("Send a new link"),
            submit_button_active_label=_("Working…"),
            known=[(_("For"), str(self.person))],
            happened=[],
            after=[
                _("The links that were sent before stop to work."),
                _("So does the private address of the person’s calendar, which can be made anew on the page."),
                _("A text that you send yourself is shown once, on the next page. Nothing of it is kept."),
                _("Whoever has the link opens the page. Be sure that the number or the address is the person’s own."),
                _("Your name and the time are written in the history."),
            ],
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, link = self.form(request.POST), self.link
        if not form.is_valid():
            return self.show(form)
        way = form.cleaned_data["way"]
        if way != MAIL and not allowed(conf.LIMIT_LINK_REQUEST, "link by hand", link.pk):
            form.add_error("way", _("This link was made anew too often. Try again in an hour, or send it by mail."))
            return self.show(form, 429)
        try:
            text = self.renew(way)
        except sms.NotSent as error:
            form.add_error("way", str(error))
            return self.show(form)
        if text:
            return self.text(text)
        said = {"name": self.person}
        if way == SMS:
            messages.success(request, _("An SMS with a new link was sent to %(name)s.") % said)
        else:
            messages.success(request, _("A new link is on its way to %(name)s.") % said)
        return self.back()

    def renew(self, way: str) -> str:
        """Make the link anew and send it; return the text that the handler sends, "" where the software does.

        Raises NotSent, and the old link works on.
        """
        if way == SMS:
            self.renew_by_sms()
            return ""
        with transaction.atomic():
            links.renew(self.link)
            links.stop_calendar(self.person)
            self.noted(way)
            if way == MAIL:
                link_renewed.send(PrivateLink, link=self.link)
                return ""
        return sms.link_text(self.link)

    def renew_by_sms(self) -> None:
        """Make the link anew, and once that is committed let an SMS bring it. Raises NotSent: the old link works on."""
        before = copy.copy(self.link)
        with transaction.atomic(durable=True):
            links.renew(self.link)
        try:
            sms.send(self.person, sms.link_text(self.link))
        except Exception:
            links.take_back(self.link, before)
            raise
        links.stop_calendar(self.person)
        self.noted(SMS)

    def text(self, text: str) -> HttpResponse:
        """Return the page with the text, which is shown this once."""
        self.template_name = "wagtail_mentoring/desk/link_text.html"
        told = {"back_address": self.back().url, "back_words": self.back_words, "subtitle": self.subtitle}
        response = self.respond(text=text, person=self.person, **told)
        response.headers["Cache-Control"] = "no-store, private"
        return response


class SendLink(FreshLink, HandlersScreen):
    """A fresh private link for the mentee or a current mentor of a case."""

    back_words = gettext_lazy("Back to the case")

    @cached_property
    def link(self) -> PrivateLink:
        """The link, if its person still belongs to the case."""
        mentors = [mentor.pk for mentor in self.dossier.mentors]
        belongs = Q(mentee__isnull=False) | Q(mentor__in=mentors)
        of_case = PrivateLink.objects.filter(belongs, case=self.case)
        related = of_case.select_related("mentee__union", "mentor__union", "case")
        return get_object_or_404(related, pk=self.kwargs["link_pk"])

    @property
    def subtitle(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.case.mentee.name, self.case.reference

    def noted(self, way: str) -> None:
        data = {"to": "mentee" if self.link.mentee_id else "mentor", "link": self.link.pk}
        how = {} if way == MAIL else {"way": way}
        moves.note(self.case.pk, "mentoring.link_sent", self.dossier.actor, data | how)

    def back(self) -> HttpResponse:
        return HandlersScreen.back(self)
