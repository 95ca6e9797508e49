"""Certificates: for whom, with which facts, made once, and what is said where there can be none."""

import datetime
import hashlib
from io import BytesIO
from typing import Any
from unittest import mock

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.documents.sheets import text_of
from tests.factories import Drive, as_handler, make_case, make_field, make_handler, make_mentor
from tests.reports.pretend import pretend_certificate
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.errors import WorkerTimedOut
from wagtail_mentoring.meetings.models import Attendance, Meeting
from wagtail_mentoring.models import Certificate, Document, PrivateFile
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.ownership import owner_of
from wagtail_mentoring.reports.certificates import (
    CertificateFailed,
    CertificateRefused,
    certificate_for,
    offer_to,
    offers,
    time_together,
)

pytestmark = pytest.mark.django_db


def mentors_of(case: Case) -> list[Mentor]:
    return list(Mentor.objects.filter(memberships__pair__case=case).order_by("pk"))


def by(person: Any) -> Any:
    """Return what certificate_for asks for: the person on the private page."""
    if isinstance(person, Mentor):
        return lambda case: actors.mentor_on(person, case)
    return lambda case: actors.mentee_on(person, case)


def test_the_mentee_takes_part_and_each_mentor_is_thanked() -> None:
    case = make_case(state="closed")
    first, second = mentors_of(case)
    assert [(offer.person, offer.certificate) for offer in offers(case)] == [
        (case.mentee, None),
        (first, None),
        (second, None),
    ]
    with pretend_certificate():
        own = certificate_for(case.pk, case.mentee, by(case.mentee))
        thanks = certificate_for(case.pk, first, as_handler(make_handler(case.union)))
    assert (own.mentee, own.mentor, own.document.kind, own.issued_by) == (case.mentee, None, "participation", None)
    assert (thanks.mentee, thanks.mentor, thanks.document.kind) == (None, first, "thanks")
    assert thanks.issued_by is not None
    assert files.read(thanks.document.stored).startswith(b"%PDF-1.7 thanks")
    assert own.document.stored.name == f"{case.reference}-certificate.pdf"
    assert own.document.sha256 == hashlib.sha256(files.read(own.document.stored)).hexdigest()
    assert [offer.certificate for offer in offers(case)] == [own, thanks, None]
    owner = owner_of(thanks.document.stored)
    assert owner is not None and (owner.case_id, owner.what) == (case.pk, "certificate")
    case.refresh_from_db()
    assert verify_chain(case) == []
    entries = case.log.filter(action="mentoring.certificate_made").order_by("sequence")
    assert [(entry.actor, entry.data["sha256"]) for entry in entries] == [
        ("mentee", own.document.sha256),
        ("handler", thanks.document.sha256),
    ]


def test_a_second_call_returns_the_same_and_writes_nothing() -> None:
    case = make_case(state="closed")
    with pretend_certificate():
        made = certificate_for(case.pk, case.mentee, by(case.mentee))
        before = rows()
        again = certificate_for(case.pk, case.mentee, as_handler(), language="fi")
    assert again == made and again.document == made.document
    assert rows() == before


def test_the_facts_are_those_of_the_meetings_in_which_the_person_was() -> None:
    case = make_case(state="closed", closed_from="meeting_4")
    first, second = mentors_of(case)
    meetings = list(Meeting.objects.filter(case=case).order_by("number"))
    Attendance.objects.filter(meeting=meetings[0], mentor=second).update(present=False)
    Attendance.objects.filter(meeting=meetings[3], mentor=second).update(present=False)
    Meeting.objects.filter(pk=meetings[1].pk).update(minutes=60)
    whole, part = time_together(case, first), time_together(case, second)
    assert whole is not None and (whole.meetings, whole.minutes) == (4, 90 + 60 + 90 + 90)
    assert part is not None and (part.meetings, part.minutes) == (2, 60 + 90)
    days = [timezone.localdate(meeting.starts_at) for meeting in meetings]
    assert (whole.first, whole.last) == (days[0], days[3])
    assert (part.first, part.last) == (days[1], days[2])
    Attendance.objects.filter(mentor=second).update(present=False)
    assert time_together(case, second) is None
    assert offer_to(case, second) is None and offer_to(case, first) is not None
    with pretend_certificate(), pytest.raises(CertificateRefused, match="No meeting with this person"):
        certificate_for(case.pk, second, by(second))


def test_an_undone_meeting_does_not_count() -> None:
    case = make_case(state="meeting_4")
    moves.move(case.pk, "undo_meeting", as_handler(), {"reason": "It was not held."})
    moves.move(case.pk, "complete", as_handler(), {"situation": "studies"})
    time = time_together(case, case.mentee)
    assert time is not None and time.meetings == 3


def test_a_mentor_of_an_earlier_pair_is_thanked_too() -> None:
    field = make_field()
    case = make_case(field, "meeting_1", opened_at=clock.now() - datetime.timedelta(days=90))
    before = mentors_of(case)
    drive = Drive(case, clock.now() - datetime.timedelta(days=60), None, False)
    drive.go("go_back", reason="They moved away.")
    drive.pair([make_mentor(field), make_mentor(field)])
    drive.agreement()
    for number in (2, 3):
        drive.meet(number)
    drive.go("complete", situation="studies")
    case = drive.case
    found = offers(case)
    assert [offer.person for offer in found][:3] == [case.mentee, *before] and len(found) == 5
    # By the handler: a mentor who left has no business with the case on the private page.
    with pretend_certificate():
        assert certificate_for(case.pk, before[0], as_handler()).mentor == before[0]
        with pytest.raises(CertificateRefused):
            certificate_for(case.pk, before[1], by(before[1]))


def test_there_is_none_without_a_meeting_before_the_end_or_after_erasure() -> None:
    running, unmet = make_case(state="meeting_3"), make_case(state="closed", closed_from="paired")
    erased = make_case(state="closed")
    Case.objects.filter(pk=erased.pk).update(anonymised_at=clock.now())
    erased.refresh_from_db()
    before = rows()
    for case, why in ((running, "when the mentoring has ended"), (unmet, "No meeting"), (erased, "been erased")):
        assert offers(case) == []
        with pretend_certificate(), pytest.raises(CertificateRefused, match=why):
            certificate_for(case.pk, case.mentee, by(case.mentee))
    assert rows() == before


def test_nobody_gets_the_certificate_of_somebody_else() -> None:
    case, other = make_case(state="closed"), make_case(state="closed")
    first, second = mentors_of(case)
    for person, actor in ((case.mentee, by(first)), (first, by(second)), (first, by(case.mentee))):
        with pretend_certificate(), pytest.raises(CertificateRefused):
            certificate_for(case.pk, person, actor)
    with pretend_certificate(), pytest.raises(CertificateRefused):
        certificate_for(case.pk, other.mentee, by(other.mentee))
    with pretend_certificate(), pytest.raises(CertificateRefused, match="No meeting with this person"):
        certificate_for(case.pk, other.mentee, as_handler())
    assert not Certificate.objects.exists()


def test_when_it_cannot_be_made_nothing_is_left() -> None:
    case = make_case(state="closed")
    before, kept = rows(), stored()
    for why in (WorkerTimedOut("It took too long."), RuntimeError("pulled the plug")):
        fault = mock.patch("wagtail_mentoring.reports.certificates.make_certificate", side_effect=why)
        kind: Any = CertificateFailed if isinstance(why, WorkerTimedOut) else RuntimeError
        with fault, pytest.raises(kind):
            certificate_for(case.pk, case.mentee, by(case.mentee))
    with (
        pretend_certificate(),
        mock.patch.object(moves, "record", side_effect=RuntimeError("the plug again")),
        pytest.raises(RuntimeError),
    ):
        certificate_for(case.pk, case.mentee, by(case.mentee))
    assert rows() == before and stored() == kept
    with pretend_certificate():
        assert certificate_for(case.pk, case.mentee, by(case.mentee)).pk


def stored() -> set[str]:
    storage = storages["mentoring_private"]
    return {f"{folder}/{name}" for folder in storage.listdir("")[0] for name in storage.listdir(folder)[1]}


def test_a_case_that_was_reopened_and_closed_again_gets_a_new_one(django_capture_on_commit_callbacks: Any) -> None:
    case = make_case(state="closed")
    with pretend_certificate():
        old = certificate_for(case.pk, case.mentee, by(case.mentee))
    old_document = old.document
    moves.move(case.pk, "reopen", as_handler(), {"reason": "One more meeting."})
    moves.move(case.pk, "complete", as_handler(), {"situation": "studies"})
    case.refresh_from_db()
    assert [offer.certificate for offer in offers(case)] == [None, None, None]
    with pretend_certificate(), django_capture_on_commit_callbacks(execute=True):
        new = certificate_for(case.pk, case.mentee, by(case.mentee))
    assert new.pk == old.pk and new.document != old_document
    assert not Document.objects.filter(pk=old_document.pk).exists()
    assert not PrivateFile.objects.filter(pk=old_document.stored_id).exists()
    assert not storages["mentoring_private"].exists(old_document.stored.file)
    assert offers(case)[0].certificate == new


def test_the_database_holds_one_for_each_person_of_a_case() -> None:
    case = make_case(state="closed")
    with pretend_certificate():
        made = certificate_for(case.pk, case.mentee, by(case.mentee))
        other = certificate_for(case.pk, mentors_of(case)[0], as_handler())
    for values in (
        {"mentee": case.mentee},
        {"mentor": other.mentor},
        {},
        {"mentee": case.mentee, "mentor": mentors_of(case)[1]},
    ):
        stored = files.store(case.union, "x.pdf", b"%PDF", "application/pdf")
        document = Document.objects.create(kind="x", title="X", language="en", stored=stored, sha256="")
        with pytest.raises(IntegrityError), transaction.atomic():
            Certificate.objects.create(case=case, document=document, issued_at=made.issued_at, **values)


@pytest.mark.parametrize(
    ("language", "kind", "expected"),
    [
        ("en", "mentee", ("Certificate of participation", "Engineers")),
        ("fi", "mentor", ("Engineers (fi)",)),
        ("sv", "mentee", ("Engineers",)),
    ],
)
def test_the_document_is_certified_and_names_nobody_else(language: str, kind: str, expected: tuple[str, ...]) -> None:
    case = make_case(state="closed", name="Amina Yusuf")
    first, second = mentors_of(case)
    person: Any = case.mentee if kind == "mentee" else first
    made = certificate_for(case.pk, person, by(person), language=language)
    content = files.read(made.document.stored)
    assert made.document.language == language
    words = text_of(content)
    for word in (person.name, case.reference, case.union.contact_name, *expected):
        assert word in words
    for other in (case.mentee, first, second):
        assert other == person or other.name not in words
    reader = PdfFileReader(BytesIO(content))
    (signature,) = reader.embedded_signatures
    assert signature.field_name == "sig_issuer"
    assert signature.docmdp_level is not None and signature.docmdp_level.name == "NO_CHANGES"


def test_a_storage_that_fails_takes_no_certificate_away(django_capture_on_commit_callbacks: Any) -> None:
    """The new one is there and the old one is gone; its bytes lie without a row, where the sweep finds them."""
    case = make_case(state="closed")
    with pretend_certificate():
        old = certificate_for(case.pk, case.mentee, by(case.mentee)).document
    Certificate.objects.update(issued_at=clock.now() - datetime.timedelta(days=2000))
    name, storage = old.stored.file, type(storages["mentoring_private"])
    with (
        pretend_certificate(),
        mock.patch.object(storage, "delete", side_effect=OSError("The disk is gone.")),
        django_capture_on_commit_callbacks(execute=True),
    ):
        new = certificate_for(case.pk, case.mentee, by(case.mentee))
        assert not Document.objects.filter(pk=old.pk).exists(), "in the same transaction as the new one"
        assert not PrivateFile.objects.filter(pk=old.stored_id).exists()
    assert new.document != old and files.read(new.document.stored)
    assert name in stored()
    files.sweep(datetime.timedelta(0))
    assert name not in stored()


def test_bytes_stay_while_their_row_may_come_back(django_capture_on_commit_callbacks: Any) -> None:
    case = make_case(state="closed")
    kept = files.store(case.union, "x.pdf", b"%PDF", "application/pdf")
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError), transaction.atomic():
        files.delete(PrivateFile.objects.get(pk=kept.pk))
        raise RuntimeError("The plug is pulled.")
    assert files.read(PrivateFile.objects.get(pk=kept.pk)) == b"%PDF"
