"""Signed files and scans: what becomes of them, and what a handler decides."""

import datetime
import hashlib
from typing import Any

import pytest

from tests.documents.signatures import authority, person, signed
from tests.factories import as_handler, make_case, make_field, make_handler, make_mentor, pretend_pdf, sign
from tests.snapshots import rows, stored_files
from wagtail_mentoring import clock
from wagtail_mentoring.agreements import evidence
from wagtail_mentoring.agreements.evidence import hand_in_file, hand_in_scan
from wagtail_mentoring.agreements.models import Agreement, Party, Signature, SignatureUpload
from wagtail_mentoring.agreements.parties import agreement_of, current_agreement
from wagtail_mentoring.cases import actors, facts, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.uploads import ScanFound, UploadRefused, UploadResult
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.privacy import files
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db
SCAN = b"%PDF-1.7 a scan"


@pytest.fixture
def case() -> Case:
    return make_case(state="paired", agreement="out", name="Amal Example")


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the check of files answer as told."""

    def set_answer(outcome: Any, code: str = "accepted") -> None:
        found = UploadResult(outcome, code, None, ())
        monkeypatch.setattr(evidence, "check_signed", lambda *args, **kwargs: found)

    return set_answer


@pytest.fixture
def any_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "check_scan", lambda content: ScanFound("application/pdf", 1, b"cleaned " + content))


def mentee_of(case: Case) -> Any:
    return lambda found: actors.mentee_on(case.mentee, found)


def party(case: Case) -> Party:
    return Party.objects.get(agreement=current_agreement(case), mentee=case.mentee)


def handler_moves(case: Case, step: str, user: Any = None, **inputs: Any) -> Case:
    return moves.move(case.pk, step, as_handler(user), inputs)


def upload(case: Case) -> SignatureUpload:
    return SignatureUpload.objects.get(agreement__case=case, status="waiting")


def test_an_accepted_file_signs_and_becomes_the_newest(case: Case, answer: Any) -> None:
    answer("accepted")
    assert hand_in_file(case.pk, mentee_of(case), b"signed by Amal").outcome == "signed"
    agreement = current_agreement(case)
    assert agreement is not None
    issued, newest = agreement.files()
    assert files.read(newest.stored) == b"signed by Amal"
    assert issued.sha256 == agreement.document.sha256 != newest.sha256
    signature = Signature.objects.get(party=party(case))
    assert (signature.method, signature.document, signature.shown_sha256) == ("certificate", newest, issued.sha256)
    assert len(facts.gather(case).unsigned) == 2


def test_a_refused_file_changes_nothing_but_the_history(case: Case, answer: Any) -> None:
    answer("refused", "unsigned")
    before = rows()
    with pytest.raises(StepRefused) as caught:
        hand_in_file(case.pk, mentee_of(case), b"x")
    assert "file" in caught.value.errors
    line = case.log.order_by("-sequence")[0]
    assert line.action == "mentoring.upload_refused"
    assert line.data["code"] == "unsigned"
    changed = {table for table, found in rows().items() if found != before[table]}
    assert changed == {"wagtail_mentoring_case", "wagtail_mentoring_caselogentry"}


def test_a_doubtful_file_waits_for_the_handler_who_takes_it(case: Case, answer: Any) -> None:
    answer("review", "issuer_unknown")
    assert hand_in_file(case.pk, mentee_of(case), b"signed by a stranger").outcome == "waits"
    assert facts.gather(case).uploads_waiting == 1
    assert len(facts.gather(case).unsigned) == 3
    user = make_handler(case.union)
    handler_moves(case, "confirm_signature", user, upload=upload(case))
    signature = Signature.objects.get(party=party(case))
    assert (signature.method, signature.confirmed_by) == ("certificate", user)
    assert files.read(current_agreement(case).files()[-1].stored) == b"signed by a stranger"  # type: ignore[union-attr]
    with pytest.raises(StepRefused, match="No signed copy waits"):
        handler_moves(case, "confirm_signature", user, upload=signature.upload)


def test_a_handler_refuses_a_copy_with_a_reason(case: Case, answer: Any) -> None:
    answer("review")
    hand_in_file(case.pk, mentee_of(case), b"x")
    waiting = upload(case)
    with pytest.raises(StepRefused, match="Say why"):
        handler_moves(case, "reject_signature", upload=waiting, reason=" ")
    assert upload(case) == waiting
    handler_moves(case, "reject_signature", upload=waiting, reason="It is not legible.")
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason) == ("refused", "It is not legible.")
    assert not Signature.objects.exists()


def test_a_newer_copy_puts_the_earlier_aside(case: Case, answer: Any, any_scan: None) -> None:
    answer("review")
    hand_in_file(case.pk, mentee_of(case), b"first")
    first = upload(case)
    hand_in_scan(case.pk, mentee_of(case), SCAN)
    assert upload(case).kind == "scan"
    # What is kept is what the check gave back, and not what was sent.
    assert files.read(upload(case).stored) == b"cleaned " + SCAN
    with pytest.raises(StepRefused, match="does not wait any more"):
        handler_moves(case, "confirm_signature", upload=first)


def test_signing_by_name_puts_the_copy_aside(case: Case, answer: Any) -> None:
    answer("review")
    hand_in_file(case.pk, mentee_of(case), b"first")
    sign(case, mentee=case.mentee)
    assert facts.gather(case).uploads_waiting == 0
    assert SignatureUpload.objects.get().status == "refused"


def test_two_files_made_from_the_same_version(case: Case, answer: Any) -> None:
    """The second would lose the signature of the first: it is not taken, by the check nor by a handler."""
    answer("review")
    hand_in_file(case.pk, mentee_of(case), b"of the mentee")
    mentor = current_members(case)[0].mentor
    answer("accepted")
    hand_in_file(case.pk, lambda found: actors.mentor_on(mentor, found), b"of the mentor")
    with pytest.raises(StepRefused, match="Download the newest file"):
        handler_moves(case, "confirm_signature", upload=upload(case))
    assert Signature.objects.count() == 1


def test_a_race_between_the_check_and_the_lock(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    mentor = current_members(case)[0].mentor

    def slow_check(content: bytes, **known: Any) -> UploadResult:
        if content == b"slow":
            hand_in_file(case.pk, lambda found: actors.mentor_on(mentor, found), b"quick")
        return UploadResult("accepted", "accepted", None, ())

    monkeypatch.setattr(evidence, "check_signed", slow_check)
    with pytest.raises(StepRefused, match="Download the newest file") as caught:
        hand_in_file(case.pk, mentee_of(case), b"slow")
    assert "file" in caught.value.errors
    last = case.log.order_by("-sequence")[0]
    assert (last.action, last.data["code"]) == ("mentoring.upload_refused", "too_late")
    assert [document.sha256 for document in current_agreement(case).files()][1:] == [  # type: ignore[union-attr]
        Signature.objects.get().document.sha256  # type: ignore[union-attr]
    ]


def test_replaced_while_the_copy_is_checked(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    left = current_members(case)[0].mentor

    def slow_check(content: bytes, **known: Any) -> UploadResult:
        inputs = {"leaving": left, "joining": make_mentor(case.field), "reason": "Moved."}
        moves.move(case.pk, "replace_mentor", as_handler(), inputs)
        return UploadResult("review", "self_signed", None, ())

    monkeypatch.setattr(evidence, "check_signed", slow_check)
    with pytest.raises(StepRefused):
        hand_in_file(case.pk, lambda found: actors.mentor_on(left, found), b"slow")
    assert not SignatureUpload.objects.exists()


def test_everyone_signs_on_one_paper(case: Case) -> None:
    user = make_handler(case.union)
    agreement = current_agreement(case)
    assert agreement is not None
    everyone = list(agreement.parties.all())
    inputs = {"content": SCAN, "content_type": "application/pdf", "parties": everyone, "signed_on": clock.today()}
    handler_moves(case, "record_paper", user, **inputs)
    assert facts.gather(case).unsigned == ()
    found = Signature.objects.all()
    assert {one.method for one in found} == {"paper"} and {one.confirmed_by for one in found} == {user}
    assert SignatureUpload.objects.get().status == "taken"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"content": b""}, "scan"),
        ({"content_type": "text/html"}, "scan"),
        ({"parties": []}, "parties"),
        ({"signed_on": None}, "signed_on"),
        ({"signed_on": datetime.date(2999, 1, 1)}, "signed_on"),
        ({"signed_on": datetime.date(2001, 1, 1)}, "signed_on"),
    ],
)
def test_a_paper_with_something_wrong(case: Case, change: dict[str, Any], field: str) -> None:
    inputs = {
        "content": SCAN,
        "content_type": "application/pdf",
        "parties": [party(case)],
        "signed_on": clock.today(),
    } | change
    before, stored = rows(), stored_files()
    with pytest.raises(StepRefused) as caught:
        handler_moves(case, "record_paper", **inputs)
    assert field in caught.value.errors
    assert rows() == before
    assert stored_files() == stored, "what was stored for the move goes again"


def test_a_paper_of_somebody_who_has_signed(case: Case) -> None:
    sign(case, mentee=case.mentee)
    inputs = {"content": SCAN, "content_type": "image/png", "parties": [party(case)], "signed_on": clock.today()}
    with pytest.raises(StepRefused) as caught:
        handler_moves(case, "record_paper", **inputs)
    assert "parties" in caught.value.errors


def test_a_scan_from_a_party_is_confirmed_for_all_on_it(case: Case, any_scan: None) -> None:
    mentor = current_members(case)[0].mentor
    hand_in_scan(case.pk, lambda found: actors.mentor_on(mentor, found), SCAN)
    told = case.log.order_by("-sequence")[0].data
    assert told["sha256"] == upload(case).stored.sha256 == hashlib.sha256(b"cleaned " + SCAN).hexdigest()
    assert told["sent_sha256"] == hashlib.sha256(SCAN).hexdigest(), "what came is not what is kept"
    everyone = list(current_agreement(case).parties.all())  # type: ignore[union-attr]
    handler_moves(case, "confirm_signature", upload=upload(case), parties=everyone, signed_on=clock.today())
    assert facts.gather(case).unsigned == ()


def test_a_scan_that_is_none(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(content: bytes) -> Any:
        raise UploadRefused("not_a_scan", "This is not a scan.")

    monkeypatch.setattr(evidence, "check_scan", refuse)
    with pytest.raises(StepRefused, match="not a scan"):
        hand_in_scan(case.pk, mentee_of(case), b"x")
    assert not SignatureUpload.objects.exists()
    assert case.log.order_by("-sequence")[0].data["code"] == "not_a_scan"


def test_who_may_not_hand_in(case: Case, answer: Any) -> None:
    answer("accepted")
    other = make_case(state="paired", agreement="out")
    strangers = [
        mentee_of(other),
        lambda found: actors.mentor_on(current_members(other)[0].mentor, found),
        as_handler(make_handler(case.union)),
    ]
    for stranger in strangers:
        with pytest.raises(StepRefused):
            hand_in_file(case.pk, stranger, b"x")
    sign(case, mentee=case.mentee)
    with pytest.raises(StepRefused, match="signed this agreement already"):
        hand_in_file(case.pk, mentee_of(case), b"x")


def test_declining_and_changing_ones_mind(case: Case) -> None:
    moves.move(case.pk, "decline", mentee_of(case), {"reason": "I want to think."})
    assert party(case).declined_at is not None
    with pytest.raises(StepRefused, match="declined already"):
        moves.move(case.pk, "decline", mentee_of(case), {})
    assert len(facts.gather(case).unsigned) == 3
    sign(case, mentee=case.mentee)
    assert (party(case).declined_at, party(case).decline_reason) == (None, "")


def test_the_contact_person_signs_where_the_union_asks_for_it() -> None:
    field = make_field(contact_person_signs=True)
    user, colleague = make_handler(field.union), make_handler(field.union)
    case = make_case(field, state="paired", agreement="signed", user=user)
    assert facts.gather(case).unsigned == () and facts.gather(case).contact_unsigned
    agreement = current_agreement(case)
    assert agreement is not None
    assert not Agreement.objects.without_record().exists(), "the record waits for the contact person"
    inputs = {"typed_name": "Sanna Lindqvist", "agreed": True, "shown_sha256": agreement.document.sha256}
    with pytest.raises(StepRefused, match="Only that person"):
        handler_moves(case, "sign_as_contact", colleague, **inputs)
    with pytest.raises(StepRefused) as caught:
        handler_moves(case, "sign_as_contact", user, **inputs | {"typed_name": "Sanna", "agreed": False})
    assert set(caught.value.errors) == {"typed_name", "agreed"}
    handler_moves(case, "sign_as_contact", user, **inputs)
    assert Signature.objects.get(party__role="contact").method == "account"
    assert list(Agreement.objects.without_record()) == [agreement]


def test_a_contact_person_who_is_gone_is_not_waited_for() -> None:
    user = make_handler()
    case = make_case(make_field(contact_person_signs=True), state="paired", agreement="signed", user=user)
    user.is_active = False
    user.save()
    assert not facts.gather(case).contact_unsigned
    assert Agreement.objects.without_record().filter(case=case).exists()


def test_everyone_is_asked_again(case: Case, answer: Any) -> None:
    sign(case, mentee=case.mentee)
    first = current_agreement(case)
    answer("review")
    mentor = current_members(case)[0].mentor
    hand_in_file(case.pk, lambda found: actors.mentor_on(mentor, found), b"x")
    with pretend_pdf(), pytest.raises(StepRefused, match="Say why"):
        handler_moves(case, "reissue", reason="")
    with pretend_pdf():
        handler_moves(case, "reissue", reason="The text has changed.")
    second = current_agreement(case)
    assert first is not None and second is not None and second.pk != first.pk
    first.refresh_from_db()
    assert first.superseded_why == "The text has changed."
    assert len(facts.gather(case).unsigned) == 3 and facts.gather(case).uploads_waiting == 0
    copy = SignatureUpload.objects.get()
    assert (copy.status, copy.reason) == ("refused", "The agreement was issued anew.") and copy.decided_at is not None


def test_only_the_new_mentor_signs_a_supplement() -> None:
    case = make_case(state="meeting_1")
    main = current_agreement(case)
    left, stays = (member.mentor for member in current_members(case))
    new = make_mentor(case.field)
    handler_moves(case, "replace_mentor", leaving=left, joining=new, reason="Moved away.")
    assert case.state == "meeting_1"
    with pytest.raises(StepRefused, match="not been sent to everyone"):
        handler_moves(case, "record_meeting", number=2)
    with pretend_pdf():
        handler_moves(case, "send_agreement")
    assert facts.gather(case).unsigned == (new.name,)
    supplement = agreement_of(case, mentor=new)
    assert supplement is not None and main is not None
    assert (supplement.supplement_to, current_agreement(case)) == (main, main)
    assert agreement_of(case, mentor=stays) == main
    sign(case, mentor=new)
    assert facts.gather(case).unsigned == ()
    with pytest.raises(StepRefused):
        sign(case, mentor=left)


def test_a_mentor_replaced_before_anybody_has_signed(case: Case) -> None:
    first = current_agreement(case)
    left = current_members(case)[0].mentor
    handler_moves(case, "replace_mentor", leaving=left, joining=make_mentor(case.field), reason="No time.")
    with pretend_pdf():
        handler_moves(case, "send_agreement")
    again = current_agreement(case)
    assert again is not None and first is not None and again.pk != first.pk and not again.is_supplement
    assert len(facts.gather(case).unsigned) == 3


def test_a_mentor_who_leaves_is_not_waited_for() -> None:
    case = make_case(state="paired", agreement="out")
    left, stays = (member.mentor for member in current_members(case))
    sign(case, mentee=case.mentee)
    sign(case, mentor=stays)
    new = make_mentor(case.field)
    handler_moves(case, "replace_mentor", leaving=left, joining=new, reason="No time.")
    assert facts.gather(case).unsigned == ()
    assert Agreement.objects.without_record().filter(case=case).exists()
    listed = Case.objects.with_situation().get(pk=case.pk)
    assert not listed.signature_missing


# The real thing


def test_a_file_signed_with_a_real_certificate(settings: Any, tmp_path: Any) -> None:
    case = make_case(state="paired", agreement="out", real_pdf=True, name="Amal Example")
    agreement = current_agreement(case)
    assert agreement is not None
    content = files.read(agreement.document.stored)
    (tmp_path / "authority.pem").write_bytes(authority().pem)
    trusted = {"TRUSTED_CERTIFICATES": [str(tmp_path / "authority.pem")]}
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, **trusted}

    stranger = signed(content, person("Amal Example"))
    assert hand_in_file(case.pk, mentee_of(case), stranger).outcome == "waits"

    known = signed(content, person("Amal Example", authority()))
    handed = hand_in_file(case.pk, mentee_of(case), known)
    assert handed.outcome == "signed"
    assert "Amal Example" in handed.message

    mentor = current_members(case)[0].mentor
    with pytest.raises(StepRefused):
        hand_in_file(case.pk, lambda found: actors.mentor_on(mentor, found), known)
    assert Signature.objects.count() == 1
