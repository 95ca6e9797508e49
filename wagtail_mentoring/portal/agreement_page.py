"""The page of the agreement: in short, in full, three ways to sign, and what became of a copy that was sent."""

from typing import Literal

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement, AgreementText, Party, UploadKind
from wagtail_mentoring.agreements.signing import CODE_PURPOSE
from wagtail_mentoring.cases import actors
from wagtail_mentoring.cases.actors import Actor
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.agreement_sheet import meetings_label
from wagtail_mentoring.documents.sanitize import sanitize
from wagtail_mentoring.documents.uploads import UploadResult
from wagtail_mentoring.people.models import Mentor, OneTimeCode
from wagtail_mentoring.programme.localized import language_name, page_language
from wagtail_mentoring.programme.texts import in_force

from .forms import ScanForm, SignedFileForm, SignForm
from .papers import papers_of
from .record import Record, record_of
from .session import TYPED_KEY, Visit, frame
from .summary import summary_points

#: In the session until the next page: a code was asked for too often.
TOO_OFTEN_KEY = "too_often"
Way = Literal["here", "file", "paper"]


def own_record(visit: Visit) -> tuple[Record, Agreement, Party]:
    """Return the record with the agreement to which the reader is a party. Raises Http404 without one."""
    record = record_of(visit)
    in_pair = not isinstance(visit.person, Mentor) or any(member.mentor == visit.person for member in record.members)
    erased = visit.case.anonymised_at is not None
    if record.agreement is None or record.own_party is None or not in_pair or erased:
        raise Http404
    return record, record.agreement, record.own_party


def actor_on(visit: Visit, case: Case) -> Actor:
    """Return the visitor acting on ``case`` as the person of the link."""
    if isinstance(visit.person, Mentor):
        return actors.mentor_on(visit.person, case)
    return actors.mentee_on(visit.person, case)


def agreement_page(
    request: HttpRequest,
    visit: Visit,
    faulty: forms.Form | None = None,
    *,
    way: Way = "here",
    message: str = "",
    status: int = 200,
) -> HttpResponse:
    """Return the page; ``faulty`` is the form of ``way`` when it comes back with errors, ``message`` what is wrong."""
    record, agreement, party = own_record(visit)
    typed = request.session.get(TYPED_KEY, {})
    code = _open_code(visit)
    sign_form = faulty if way == "here" and faulty else SignForm(initial=typed, party_name=party.name)
    context = frame(
        visit,
        record=record,
        agreement=agreement,
        party=party,
        signed=record.signed,
        short=summary_points(_summary(agreement)),
        text=sanitize(agreement.text.body),
        language_name=language_name(agreement.text.language),
        other_language=agreement.text.language != page_language(),
        meetings=meetings_label(visit.case.min_meetings, visit.case.max_meetings),
        papers=papers_of(record.agreements),
        way=way,
        form=sign_form,
        file_form=faulty if way == "file" and faulty else SignedFileForm(),
        paper_form=faulty if way == "paper" and faulty else ScanForm(),
        faulty=faulty if faulty and faulty.errors else None,
        code=code,
        minutes=conf.CODE_MINUTES,
        masked=masked(visit.person.email),
        show_form=code is not None or (way == "here" and faulty is not None),
        can_sign=record.must_sign,
        copy_said=copy_said(record),
        message=message,
        too_often=request.session.pop(TOO_OFTEN_KEY, False),
    )
    return render(request, "wagtail_mentoring/portal/agreement.html", context, status=status)


def copy_said(record: Record) -> str:
    """Return what the check found in the signed file that waits, in the reader's language; ``""`` for a scan."""
    copy = record.copy
    if copy is None or copy.kind != UploadKind.FILE or not copy.report:
        return ""
    return UploadResult.from_report(copy.report).message


def _open_code(visit: Visit) -> OneTimeCode | None:
    """Return the newest code if it can still be used."""
    code = visit.link.codes.filter(purpose=CODE_PURPOSE).first()
    usable = code and code.used_at is None and code.expires_at > clock.now() and code.attempts < conf.CODE_ATTEMPTS
    return code if usable else None


def masked(email: str) -> str:
    """Return the address so that its owner knows it and a passer-by does not: "a•••l@example.org"."""
    name, _at, domain = email.rpartition("@")
    return f"{name[:1]}•••{name[-1:] if len(name) > 2 else ''}@{domain}"


def _summary(agreement: Agreement) -> AgreementText:
    """Return the text whose short version the reader understands: of the same version in the reader's language.

    Languages get their versions one after the other: where the same is not there, the one in force now helps more than
    a summary in a language that the reader does not know.
    """
    language = page_language()
    text = agreement.text
    if text.language == language:
        return text
    told = AgreementText.objects.exclude(summary="")
    same = told.filter(participation=text.participation, version=text.version, language=language).first()
    return same or in_force(told, agreement.case.participation, language, fallback=language) or text
