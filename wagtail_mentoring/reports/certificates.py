"""Certificates: what a union certifies a mentee, and thanks each mentor for, when a case is closed."""

import datetime
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring import clock
from wagtail_mentoring.agreements.addresses import verify_address
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.actors import Actor
from wagtail_mentoring.cases.log import save_chain_end
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.certificate_sheet import CertificateSheet, render_certificate
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.models import Document, DocumentKind
from wagtail_mentoring.meetings.models import Attendance, Meeting, MeetingStatus
from wagtail_mentoring.people.models import Mentee, Mentor
from wagtail_mentoring.people.whose import Someone, key_in, key_of, of_person
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.models import PrivateFile
from wagtail_mentoring.privacy.ownership import Owner, register_finder
from wagtail_mentoring.programme.brand import brand_of
from wagtail_mentoring.programme.localized import localized, served_language
from wagtail_mentoring.programme.models import Union
from wagtail_mentoring.workflows import CaseState, Role
from wagtail_mentoring.workflows.steps import NOT_YOURS

from .models import Certificate

logger = logging.getLogger(__name__)

MADE = "mentoring.certificate_made"


class CertificateRefused(Exception):
    """There is no certificate, and ``reason`` says why in a sentence for the person who asked."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))
        self.reason = reason


class CertificateFailed(CertificateRefused):
    """There could be one, but it could not be made now. The cause is the DocumentRenderError."""


@dataclass(frozen=True, slots=True)
class TimeTogether:
    """The meetings of a case in which one person was present: how many, minutes in all, first and last day."""

    meetings: int
    minutes: int
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody who may have a certificate of a case; ``certificate`` is None until it was made."""

    person: Someone
    certificate: Certificate | None

    @property
    def is_mentee(self) -> bool:
        return isinstance(self.person, Mentee)


def time_together(case: Case, person: Someone) -> TimeTogether | None:
    """Return the time that ``person`` spent in held meetings of ``case``, None without one."""
    who = {"attendances__mentor" if isinstance(person, Mentor) else "attendances__mentee": person}
    held = Meeting.objects.filter(case=case, status=MeetingStatus.HELD, attendances__present=True, **who)
    rows = list(held.order_by("starts_at").values_list("starts_at", "minutes"))
    if not rows:
        return None
    return TimeTogether(
        meetings=len(rows),
        minutes=sum(minutes for _starts_at, minutes in rows),
        first=timezone.localdate(rows[0][0]),
        last=timezone.localdate(rows[-1][0]),
    )


def offers(case: Case) -> list[Offer]:
    """Return everybody who may have a certificate: of a closed case the mentee and each mentor who came to a meeting.

    Mentors of earlier pairs too. Two queries; empty for a case that runs, or whose persons have been erased.
    """
    if case.case_state != CaseState.CLOSED or case.anonymised_at is not None:
        return []
    there = Attendance.objects.filter(meeting__case=case, meeting__status=MeetingStatus.HELD, present=True)
    people = dict.fromkeys(
        one.mentee or one.mentor for one in there.select_related("mentee", "mentor").order_by("mentor", "pk")
    )
    made = {key_in(one): one for one in Certificate.objects.filter(case=case).select_related("document__stored")}
    found = [Offer(person, _still_true(case, made.get(key_of(person)))) for person in people if person is not None]
    return sorted(found, key=lambda offer: not offer.is_mentee)


def offer_to(case: Case, person: Someone) -> Offer | None:
    """Return what ``person`` may have of ``case``, None when there is nothing to certify."""
    return next((offer for offer in offers(case) if offer.person == person), None)


def certificate_for(
    case_id: int, person: Someone, make_actor: Callable[[Case], Actor], *, language: str = ""
) -> Certificate:
    """Return the certificate of ``person`` for a closed case; the first call makes, certifies and stores it.

    ``make_actor`` says who asks, given the locked case: a handler of its union, or the person. ``language`` is that of
    the document, by default the person's; a certificate that was made stays in its own. A case that was reopened and
    closed again gets a new one in the place of the old.

    Raises CertificateRefused (not theirs, not closed, no meeting) and CertificateFailed (the document could not be
    made); then nothing was changed. Raises ``Case.DoesNotExist``.
    """
    with files.undone_on_failure(), transaction.atomic():
        case = moves.lock(case_id)
        actor = make_actor(case)
        if Role.HANDLER not in actor.roles and not (actor.roles and person in (actor.mentee, actor.mentor)):
            raise CertificateRefused(NOT_YOURS)
        if case.case_state != CaseState.CLOSED:
            raise CertificateRefused(_("A certificate is made when the mentoring has ended."))
        if case.anonymised_at is not None:
            raise CertificateRefused(_("The data on the people in this mentoring have been erased."))
        existing = Certificate.objects.of(case, person).select_related("document__stored").first()
        if (kept := _still_true(case, existing)) is not None:
            return kept
        time = time_together(case, person)
        if time is None:
            raise CertificateRefused(_("No meeting with this person was recorded, so there is nothing to certify."))
        document = _issue(case, person, time, served_language(language or person.language))
        return _keep(case, person, actor, document, existing)


def make_certificate(sheet: CertificateSheet, union: Union) -> bytes:
    """Return the certificate's file, certified by the union: nothing in it may change any more.

    Raises DocumentRenderError when it cannot be laid out or certified.
    """
    # Late: a process that makes no documents need not load what signs and asks for timestamps.
    from wagtail_mentoring.documents.certify import certify

    return certify(render_certificate(sheet).content, union, may_sign=False)


def _still_true(case: Case, certificate: Certificate | None) -> Certificate | None:
    """Return the certificate unless the case was reopened and closed after it was made."""
    outdated = certificate is not None and case.closed_at is not None and certificate.issued_at < case.closed_at
    return None if outdated else certificate


def _issue(case: Case, person: Someone, time: TimeTogether, language: str) -> Document:
    """Make and store the document. Raises CertificateFailed."""
    union, thanks = case.union, isinstance(person, Mentor)
    sheet = CertificateSheet(
        kind="thanks" if thanks else "participation",
        union=brand_of(union, language),
        reference=case.reference,
        language=language,
        name=person.name,
        field=capfirst(localized(case.field.profession.names, language)),
        meetings=time.meetings,
        minutes=time.minutes,
        first=time.first,
        last=time.last,
        issued=timezone.localdate(clock.now()),
        contact=union.contact_name,
        verify_address=verify_address(union),
    )
    try:
        content = make_certificate(sheet, union)
    except DocumentRenderError as error:
        logger.exception("The certificate of %s could not be made", case.reference)
        raise CertificateFailed(
            _("The certificate could not be made just now. Nothing is lost: try again in some minutes.")
        ) from error
    name = f"{case.reference}-{'thanks' if thanks else 'certificate'}.pdf"
    return Document.objects.create(
        kind=DocumentKind.THANKS if thanks else DocumentKind.PARTICIPATION,
        title=sheet.title()[:255],
        language=language,
        stored=files.store(union, name, content, "application/pdf"),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _keep(case: Case, person: Someone, actor: Actor, document: Document, existing: Certificate | None) -> Certificate:
    """Write the row and the line in the history. ``case`` is locked."""
    certificate = existing or Certificate(case=case, **of_person(person))
    outdated = existing.document if existing else None
    certificate.document, certificate.issued_at, certificate.issued_by = document, clock.now(), actor.user
    certificate.save()
    if outdated is not None:
        stored = outdated.stored
        outdated.delete()
        files.delete(stored)
    data = dict([key_of(person)]) | {"document": document.pk, "sha256": document.sha256}
    moves.record(case, MADE, actor, data)
    save_chain_end(case)
    return certificate


@register_finder
def certificate_of(stored: PrivateFile) -> Owner | None:
    """Return the case of the certificate that the file is."""
    case_id = Certificate.objects.filter(document__stored=stored).values_list("case_id", flat=True).first()
    return None if case_id is None else Owner(case_id, "certificate")
