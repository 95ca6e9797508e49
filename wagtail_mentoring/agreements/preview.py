"""The agreement as a PDF with sample names, from a text as it is typed or saved: to look at, never certified."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.agreement_sheet import (
    AgreementSheet,
    SheetParty,
    UnionBrand,
    meetings_label,
    render_agreement,
)
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.privacy.limits import allowed
from wagtail_mentoring.programme.brand import brand_of
from wagtail_mentoring.programme.localized import localized, own_name
from wagtail_mentoring.programme.models import Participation, ProfessionalField
from wagtail_mentoring.programme.reviewed import TextEditView

from .models import AgreementText


def sample_sheet(text: AgreementText, version: str) -> AgreementSheet:
    """Return the agreement in the words of ``text``, with invented people and a note that it is a sample."""
    rules = text.participation
    if rules is None:
        rules = Participation.objects.select_related("union").order_by("pk").first()
    union = rules.union if rules else None
    profession = None
    if rules is not None:
        field = ProfessionalField.objects.filter(participation=rules).select_related("profession").first()
        profession = field.profession if field else None
    with translation.override(text.language):
        named = capfirst(localized(profession.names, text.language)) if profession else _("Professional field")
        note = format_html(
            "<h2>{}</h2><p>{}</p>",
            _("Sample"),
            _("This is a sample to look at. The people are invented. It is not certified, and nobody can sign it."),
        )
        parties = [
            SheetParty("mentee", _("Amal Sample"), named),
            SheetParty("mentor", _("Maria Sample"), named),
            SheetParty("mentor", _("Jukka Sample"), named),
        ]
        if rules is not None and rules.contact_person_signs:
            contact = union.contact_name if union and union.contact_name else _("Sanna Sample")
            parties.append(SheetParty("contact", contact, union.short if union else "", required=False))
        return AgreementSheet(
            union=brand_of(union, text.language) if union else UnionBrand(name=_("Union"), short=_("Union")),
            reference=_("SAMPLE"),
            language=text.language,
            language_name=own_name(text.language),
            parties=tuple(parties),
            # At the end, so that the clauses keep their numbers; every page bears the reference.
            text=text.body + note,
            version_label=version,
            issued=timezone.localdate(clock.now()),
            field=named,
            meetings=meetings_label(rules.min_meetings, rules.max_meetings) if rules else "3–5",
        )


class SampleMixin:
    """Answers with the sample instead of saving."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """Return the sample of the text as typed. Nothing is saved."""
        return self.sample(form.instance, _("draft"))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say what must be put right before a sample can be made."""
        faults = [
            f"{form.fields[name].label}: {message}" if name in form.fields else message
            for name, messages in form.errors.items()
            for message in messages
        ]
        return self.no_sample(faults)

    def sample(self, text: AgreementText, version: str) -> HttpResponse:
        """Return the PDF, or a page that says why there is none."""
        if not allowed(conf.LIMIT_RENDER, "sample", "user", self.request.user.pk):
            return self.no_sample([_("You have opened too many samples. Try again in an hour.")], status=429)
        try:
            content = render_agreement(sample_sheet(text, version)).content
        except DocumentRenderError as error:
            return self.no_sample([str(error)])
        response = HttpResponse(content, content_type="application/pdf")
        response.headers["Content-Disposition"] = f'inline; filename="sample-{text.language}.pdf"'
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store, private"
        return response

    def no_sample(self, faults: list[str], status: int = 422) -> HttpResponse:
        return render(self.request, "wagtail_mentoring/includes/no_sample.html", {"faults": faults}, status=status)


class PreviewEditView(SampleMixin, TextEditView):
    """GET: the text as saved. POST, with what the edit form holds: as typed."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = self.get_object()
        return self.sample(text, str(text.version))
