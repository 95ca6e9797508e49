"""A mail with invented people, from a text as it is typed or saved: to look at, or sent to oneself."""

import datetime
import smtplib
import uuid
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.panels import HelpPanel
from wagtail.admin.views import generic

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.fingerprints import grouped
from wagtail_mentoring.privacy.limits import allowed
from wagtail_mentoring.programme.addresses import base_url
from wagtail_mentoring.programme.dates import long_day, span
from wagtail_mentoring.programme.localized import localized
from wagtail_mentoring.programme.models import Participation, ProfessionalField, Union
from wagtail_mentoring.programme.reviewed import TextEditView

from .compose import HIDDEN_CODE, Block, Mail, blocks_of, lay_out, naming, of_case
from .delivery import PerhapsSent, hand_to_server, message_of
from .destinations import Page, meant, opens_case
from .models import NOT_TO_A_PERSON, MailEvent, MailText, OutboxMessage
from .placeholders import KNOWN, known_in
from .texts import Wording


def sample_values(union: Union | None, profession: Any) -> dict[str, str]:
    """Return an invented value for every placeholder that there is, in the active language."""
    start = timezone.localtime(clock.now()).replace(hour=17, minute=0) + datetime.timedelta(days=5)
    day, address = long_day(start), f"{base_url(union)}/…/"
    known = {
        "name": _("Amal Sample"),
        "union": (localized(union.names) or union.short) if union else _("Union"),
        "union_short": union.short if union else _("Union"),
        "contact": (union.contact_name if union else "") or _("Sanna Sample"),
        "contact_email": (union.contact_email if union else "") or "sanna@example.org",
        "reference": _("SAMPLE"),
        "field": localized(profession.names) if profession else _("Professional field"),
        "number": "2",
        "when": span(start, 90),
        "theme": _("People and networks of the profession"),
        "place": _("The library"),
        "code": HIDDEN_CODE,
        "minutes": str(conf.CODE_MINUTES),
        "days": "30",
        "fingerprint": grouped("0123456789abcdef" * 4),
        "agreement_language": _("English"),
        "waiting": "\n".join([_("3 new applications"), _("1 question")]),
        **dict.fromkeys(("answer_by", "look_until", "until"), day),
    }
    links = ("link", "invitation", "case_address", "mentor_address", "concern_address", "desk_address")
    addresses = dict.fromkeys((*links, "notice", "orientation"), address)
    everything = {name for names in KNOWN.values() for name in names}
    # A sentence that differs from case to case, or what a person wrote.
    return {name: _("Sample of a sentence.") for name in everything} | known | addresses


def sample(text: MailText, address: str) -> Mail:
    """Return the mail in the words of ``text``, with invented values, to ``address``."""
    rules = text.participation
    if rules is None:
        rules = Participation.objects.select_related("union").order_by("pk").first()
    field = ProfessionalField.objects.filter(participation=rules).select_related("profession").first()
    row = OutboxMessage(event=text.event, union=rules.union if rules else None, address=address)
    with translation.override(text.language):
        values = sample_values(row.union, field.profession if field else None)
        values["link"] += naming(_page_of(text.event))
        if text.event in NOT_TO_A_PERSON:
            values["name"] = _("Sanna Sample")
        wording = Wording(text.subject, text.body, text.language)
        blocks: list[Block] = []
        for block in _of_case(text, blocks_of(text.body, values), values):
            if block.kind == "mails":
                blocks += [Block("heading", (str(MailEvent.ELIGIBLE.label),)), Block("paragraph", (capfirst("…"),))]
            else:
                blocks.append(block)
        return lay_out(row, wording, values, blocks)


def _of_case(text: MailText, blocks: list[Block], values: dict[str, str]) -> list[Block]:
    """Return ``blocks`` with what is added to a mail that leads to the page of a case, as when it is sent."""
    if not opens_case(text.event):
        return blocks
    return of_case(text.body, blocks, values["reference"], _page_of(text.event))


def _page_of(event: str) -> Page | None:
    # The sample of the mail about the end asks how it was.
    return meant(event, {"feedback": True}) if opens_case(event) else None


class SampleMixin:
    """Answers with the sample instead of saving: as HTML, with ``?part=text`` as plain text, with ``send`` by mail."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """Return the sample of the text as typed. Nothing is saved."""
        return self.answer(form.instance)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say what must be put right before a sample can be made."""
        faults = [
            f"{form.fields[name].label}: {message}" if name in form.fields else message
            for name, messages in form.errors.items()
            for message in messages
        ]
        return self.no_sample(faults)

    def answer(self, text: MailText) -> HttpResponse:
        user: Any = self.request.user
        if not allowed(conf.LIMIT_RENDER, "mail sample", "user", user.pk):
            return self.no_sample([_("You have opened too many samples. Try again in an hour.")], status=429)
        mail = sample(text, user.email)
        part = self.request.GET.get("part")
        if part == "send" and self.request.method == "POST":
            return self.send(mail)
        if part == "text":
            return _closed(HttpResponse(f"{mail.subject}\n\n{mail.text}", content_type="text/plain; charset=utf-8"))
        return _closed(HttpResponse(mail.html))

    def send(self, mail: Mail) -> HttpResponse:
        """Send the sample to the user's own address, and say so."""
        if not mail.address:
            return self.no_sample([_("Your account has no e-mail address. Write it into your profile.")])
        try:
            hand_to_server(message_of(mail, uuid.uuid4()))
        except (OSError, smtplib.SMTPException, PerhapsSent) as error:
            return self.no_sample([_("The mail server did not take it: %(error)s") % {"error": error}])
        return render(self.request, "wagtail_mentoring/messages/sample_sent.html", {"address": mail.address})

    def no_sample(self, faults: list[str], status: int = 422) -> HttpResponse:
        return render(self.request, "wagtail_mentoring/includes/no_sample.html", {"faults": faults}, status=status)


def _closed(response: HttpResponse) -> HttpResponse:
    """Return the sample as a page of its own that can load nothing and run nothing."""
    # Mails carry their styles in themselves.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store, private"
    return response


# A sample may be sent, and nothing is saved: no transaction may wait for the mail server.
_no_transaction = method_decorator(transaction.non_atomic_requests, name="dispatch")


@_no_transaction
class PreviewEditView(SampleMixin, TextEditView):
    """GET: the text as saved. POST, with what the edit form holds: as typed."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.answer(self.get_object())


@_no_transaction
class PreviewNewView(SampleMixin, generic.CreateView):
    """The sample of a text that is not saved yet."""

    http_method_names = ["post"]


class PlaceholderPanel(HelpPanel):
    """The buttons for the sample, and which placeholders the event knows."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("template", "wagtail_mentoring/messages/text_panel.html")
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            text, name = self.instance, "mentoring_mailtexts:preview"
            address = reverse(name, args=[text.pk]) if text.pk else reverse(f"{name}_new")
            known = KNOWN.get(text.event)
            return context | {
                "preview_address": address,
                "in_body": [f"{{{name}}}" for name in known or ()],
                "in_subject": [f"{{{name}}}" for name in known_in(text.event, subject=True)] if known else [],
            }
