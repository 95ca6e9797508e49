"""The signing record: made when everyone has signed, once, certified, with the agreement and the data inside it."""

import io
import json
from typing import Any

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.documents.sheets import text_of
from tests.documents.signatures import person, signed
from tests.factories import as_handler, make_case, make_handler, make_mentor, pretend_pdf, sign
from wagtail_mentoring import clock
from wagtail_mentoring.agreements import record
from wagtail_mentoring.agreements.evidence import hand_in_file
from wagtail_mentoring.agreements.models import Agreement, SignatureUpload
from wagtail_mentoring.agreements.parties import agreement_of, current_agreement
from wagtail_mentoring.agreements.record import make_due_records, make_record
from wagtail_mentoring.cases import actors, facts, moves
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.desk.dossier import Dossier
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.models import Document
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.models import PrivateFile
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db


def signed_case(**values: Any) -> tuple[Case, Agreement]:
    case = make_case(state="paired", agreement="signed", real_pdf=True, name="Amal Example", **values)
    agreement = current_agreement(case)
    assert agreement is not None
    return case, agreement


def record_of(agreement: Agreement) -> bytes:
    agreement.refresh_from_db()
    assert agreement.record is not None
    return files.read(agreement.record.stored)


def inside(content: bytes) -> dict[str, bytes]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return {name: file.get_file().read_bytes() for name, file in pdf.attachments.items()}


def test_the_record_holds_the_agreement_and_the_data() -> None:
    case, agreement = signed_case()
    assert make_record(agreement.pk)
    content = record_of(agreement)
    held = inside(content)
    reference = case.reference
    assert set(held) == {f"{reference}-en.pdf", f"{reference}-signatures.json"}
    assert held[f"{reference}-en.pdf"] == files.read(agreement.document.stored)
    told = json.loads(held[f"{reference}-signatures.json"])
    assert told["agreement"]["sha256"] == agreement.document.sha256
    assert [party["signature"]["method"] for party in told["parties"]] == ["typed"] * 3
    assert "@example.org" not in json.dumps(told)
    signatures = PdfFileReader(io.BytesIO(content)).embedded_signatures
    assert [found.field_name for found in signatures] == ["sig_issuer"]
    assert signatures[0].docmdp_level.name == "NO_CHANGES"
    assert case.log.order_by("-sequence")[0].action == "mentoring.record_made"
    assert verify_chain(Case.objects.get(pk=case.pk)) == []


def test_the_record_is_made_once() -> None:
    _case, agreement = signed_case()
    assert make_record(agreement.pk)
    documents = Document.objects.count()
    assert make_record(agreement.pk) and make_due_records() == (0, 0)
    assert Document.objects.count() == documents


def test_the_last_signature_has_it_made(django_capture_on_commit_callbacks: Any) -> None:
    case = make_case(state="paired", agreement="out", real_pdf=True)
    first, second = (member.mentor for member in current_members(case))
    with django_capture_on_commit_callbacks(execute=True):
        sign(case, mentee=case.mentee)
        sign(case, mentor=first)
    assert current_agreement(case).record is None  # type: ignore[union-attr]
    with django_capture_on_commit_callbacks(execute=True):
        sign(case, mentor=second)
    assert current_agreement(case).record is not None  # type: ignore[union-attr]


def test_nothing_is_made_before_everyone_has_signed() -> None:
    case = make_case(state="paired", agreement="out")
    sign(case, mentee=case.mentee)
    assert make_due_records() == (0, 0)
    assert not make_record(current_agreement(case).pk)  # type: ignore[union-attr]
    assert not make_record(0)


def test_a_record_that_cannot_be_made_is_told_once_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    case, agreement = signed_case()
    stored = PrivateFile.objects.count()

    def fail(*args: Any) -> Any:
        raise DocumentRenderError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(record, "render_record", fail)
        assert make_due_records() == (0, 1)
        assert make_due_records() == (0, 1)
    actions = list(case.log.order_by("sequence").values_list("action", flat=True))
    assert actions.count("mentoring.record_failed") == 1
    assert PrivateFile.objects.count() == stored
    assert make_due_records() == (1, 0)


def test_the_agreement_that_was_issued_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    from wagtail_mentoring.privacy.storage import private_storage

    _case, agreement = signed_case()
    private_storage().delete(agreement.document.stored.file)
    assert not make_record(agreement.pk)


def test_a_signature_in_the_file_is_sealed() -> None:
    case = make_case(state="paired", agreement="out", real_pdf=True, name="Amal Example")
    agreement = current_agreement(case)
    assert agreement is not None
    content = signed(files.read(agreement.document.stored), person("Amal Example"))
    hand_in_file(case.pk, lambda found: actors.mentee_on(case.mentee, found), content)
    waiting = SignatureUpload.objects.get()
    moves.move(case.pk, "confirm_signature", as_handler(make_handler(case.union)), {"upload": waiting})
    for member in current_members(case):
        sign(case, mentor=member.mentor)
    assert make_record(agreement.pk)
    newest = files.read(agreement.files()[-1].stored)
    fields = [found.field_name for found in PdfFileReader(io.BytesIO(newest)).embedded_signatures]
    assert fields == ["sig_issuer", "sig_mentee", "sig_seal"]
    assert newest.startswith(content)
    # The name and the words are those of the private page: it is not the file that was issued.
    name = f"{case.reference}-en-3.pdf"
    assert agreement.files()[-1].stored.name == name
    content = record_of(agreement)
    assert inside(content)[name] == newest
    words = "The agreement with the signatures made in the file and the union’s seal"
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert str(pdf.attachments[name].description) == words
    assert f"fingerprint {agreement.document.sha256[:16]}…" in text_of(content)


def test_a_paper_is_kept_in_the_record() -> None:
    case = make_case(state="paired", agreement="out", real_pdf=True)
    agreement = current_agreement(case)
    assert agreement is not None
    inputs = {
        "content": b"%PDF-1.7 scanned",
        "content_type": "application/pdf",
        "parties": list(agreement.parties.all()),
        "signed_on": clock.today(),
    }
    moves.move(case.pk, "record_paper", as_handler(make_handler(case.union)), inputs)
    assert make_record(agreement.pk)
    assert inside(record_of(agreement))[f"{case.reference}-scan-1.pdf"] == b"%PDF-1.7 scanned"


def test_a_supplement_has_a_record_of_its_own() -> None:
    case, agreement = signed_case()
    make_record(agreement.pk)
    left, new = current_members(case)[0].mentor, make_mentor(case.field)
    moves.move(
        case.pk, "replace_mentor", as_handler(), {"leaving": left, "joining": new, "reason": "Moved to another town."}
    )
    moves.move(case.pk, "send_agreement", as_handler())
    sign(case, mentor=new)
    supplement = agreement_of(case, mentor=new)
    assert supplement is not None
    assert make_due_records() == (1, 0)
    told = json.loads(inside(record_of(supplement))[f"{case.reference}-signatures.json"])
    assert told["agreement"]["supplement_to"] == agreement.document.sha256
    assert [party["name"] for party in told["parties"]] == [new.name]


def test_a_case_whose_data_are_erased_gets_no_record() -> None:
    with pretend_pdf():
        case = make_case(state="paired", agreement="signed")
    Case.objects.filter(pk=case.pk).update(anonymised_at=clock.now())
    assert make_due_records() == (0, 0)


def test_a_record_that_fails_unforeseen_holds_up_no_other_and_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.management import call_command

    from wagtail_mentoring.messages.models import MailEvent, OutboxMessage, OutboxStatus
    from wagtail_mentoring.messages.outbox import put

    case, _agreement = signed_case()
    put(MailEvent.TEST, to="you@example.org", union=case.union)

    def fail(*args: Any) -> Any:
        raise ValueError("unforeseen")

    monkeypatch.setattr(record, "render_record", fail)
    call_command("mentoring_due")
    assert case.log.order_by("-sequence")[0].data["why"] == "ValueError"
    assert not OutboxMessage.objects.filter(status=OutboxStatus.WAITING).exists()


def test_something_happens_while_the_record_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    case, agreement = signed_case()
    drawn, real = [], record.render_record

    def slow(*args: Any) -> Any:
        if not drawn:
            moves.note(case.pk, "mentoring.link_sent", actors.SYSTEM)
        drawn.append(1)
        return real(*args)

    monkeypatch.setattr(record, "render_record", slow)
    assert make_record(agreement.pk)
    assert len(drawn) == 2
    history = json.loads(inside(record_of(agreement))[f"{case.reference}-signatures.json"])["history"]
    assert history["entries"] == Case.objects.get(pk=case.pk).log_length - 1


def test_nobody_signs_after_the_record_is_made() -> None:
    """A mentor's copy waits; the mentor is replaced; the others have signed, so that the record is made."""
    case = make_case(state="paired", agreement="out", real_pdf=True)
    agreement = current_agreement(case)
    assert agreement is not None
    left, stays = (member.mentor for member in current_members(case))
    content = signed(files.read(agreement.document.stored), person(left.name), "sig_mentor_1")
    hand_in_file(case.pk, lambda found: actors.mentor_on(left, found), content)
    copy = SignatureUpload.objects.get()
    sign(case, mentee=case.mentee)
    sign(case, mentor=stays)
    new = make_mentor(case.field)
    moves.move(case.pk, "replace_mentor", as_handler(), {"leaving": left, "joining": new, "reason": "Moved."})
    assert facts.gather(case).uploads_waiting == 0
    assert Dossier(Case.objects.get(pk=case.pk), make_handler(case.union)).copies_waiting == []
    assert make_record(agreement.pk)
    for parties in ({}, {"parties": [copy.party], "signed_on": clock.today()}):
        with pytest.raises(StepRefused):
            moves.move(case.pk, "confirm_signature", as_handler(), {"upload": copy, **parties})
    scan = {"content": b"%PDF-1.7", "content_type": "application/pdf", "parties": [copy.party]}
    with pytest.raises(StepRefused):
        moves.move(case.pk, "record_paper", as_handler(), {**scan, "signed_on": clock.today()})
    assert agreement.files() == [agreement.document]


def test_what_hands_the_record_over_fails_no_signature(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """The queue of tasks is down: the last signer is told of no error, and the record is made with what is due."""
    case = make_case(state="paired", agreement="out", real_pdf=True)

    def fail(pk: int) -> None:
        raise OSError("The queue is down.")

    with monkeypatch.context() as patch:
        patch.setattr(record, "_hand_over", fail)
        for person_of in ({"mentee": case.mentee}, *({"mentor": one.mentor} for one in current_members(case))):
            with django_capture_on_commit_callbacks(execute=True):
                sign(case, **person_of)
    assert facts.gather(case).unsigned == ()
    assert make_due_records() == (1, 0)


def test_a_file_is_sealed_once() -> None:
    """The record is gone and made anew: the file that was closed already stays as it is."""
    case = make_case(state="paired", agreement="out", real_pdf=True, name="Amal Example")
    agreement = current_agreement(case)
    assert agreement is not None
    content = signed(files.read(agreement.document.stored), person("Amal Example"))
    hand_in_file(case.pk, lambda found: actors.mentee_on(case.mentee, found), content)
    waiting = SignatureUpload.objects.get()
    moves.move(case.pk, "confirm_signature", as_handler(make_handler(case.union)), {"upload": waiting})
    for member in current_members(case):
        sign(case, mentor=member.mentor)
    assert make_record(agreement.pk)
    closed = agreement.files()
    Agreement.objects.filter(pk=agreement.pk).update(record=None)
    assert make_record(agreement.pk)
    assert agreement.files() == closed and len(closed) == 3
    assert inside(record_of(agreement))[f"{case.reference}-en-3.pdf"] == files.read(closed[-1].stored)
