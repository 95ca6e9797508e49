"""The mails about the agreement: to whom, once, and with no more than they may tell."""

from typing import Any

import pytest
from django.urls import reverse

from tests.factories import (
    as_handler,
    make_agreement_text,
    make_case,
    make_field,
    make_handler,
    make_mentor,
    make_union,
    pretend_pdf,
    sign,
)
from wagtail_mentoring import clock
from wagtail_mentoring.agreements import evidence
from wagtail_mentoring.agreements.models import Party, SignatureUpload
from wagtail_mentoring.agreements.parties import current_agreement, current_agreements
from wagtail_mentoring.agreements.signals import copy_waits
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.fingerprints import grouped
from wagtail_mentoring.documents.uploads import ScanFound
from wagtail_mentoring.messages.compose import compose
from wagtail_mentoring.messages.models import NOT_TO_A_PERSON, OutboxMessage
from wagtail_mentoring.messages.texts import LANGUAGES
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.privacy.models import Consent
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db
CONTACT = "mentoring@tek.example.org"


@pytest.fixture
def case(db: None) -> Case:
    field = make_field()
    mentors = [make_mentor(field, email=f"m{number}@example.org") for number in (1, 2)]
    made = make_case(field, "paired", mentors=mentors, agreement="out", email="amina@example.org", name="Amina Yusuf")
    OutboxMessage.objects.all().delete()
    return made


@pytest.fixture(autouse=True)
def _any_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "check_scan", lambda content: ScanFound("image/png", 1, content))


def mails(case: Case, event: str = "") -> list[tuple[str, str]]:
    rows = OutboxMessage.objects.filter(case=case).order_by("pk")
    return list((rows.filter(event=event) if event else rows).values_list("event", "address"))


def step(case: Case, name: str, user: Any = None, **inputs: Any) -> Case:
    with pretend_pdf():
        return moves.move(case.pk, name, as_handler(user), inputs)


def mentors_of(case: Case) -> list[Mentor]:
    return [member.mentor for member in current_members(case)]


def send_paper(case: Case) -> SignatureUpload:
    evidence.hand_in_scan(case.pk, lambda found: actors.mentee_on(case.mentee, found), b"scan")
    return SignatureUpload.objects.get(status="waiting")


def everybody_on_paper(case: Case, upload: SignatureUpload) -> dict[str, Any]:
    parties = list(Party.objects.needed().filter(agreement=upload.agreement, signature__isnull=True))
    return {"upload": upload, "parties": parties, "signed_on": clock.today()}


def test_the_agreement_is_sent_with_the_fingerprint_of_its_file() -> None:
    case = make_case(state="paired")
    OutboxMessage.objects.all().delete()
    make_agreement_text()
    step(case, "send_agreement")
    agreement = current_agreement(case)
    assert agreement is not None
    row = OutboxMessage.objects.filter(event="agreement_out", mentee=case.mentee).get()
    assert f"Fingerprint of the PDF (SHA-256): {grouped(agreement.document.sha256)}" in compose(row).text
    assert len(mails(case, "agreement_out")) == 3


def test_signing_again_is_asked_of_all_with_the_reason(case: Case) -> None:
    before = current_agreement(case)
    step(case, "reissue", reason="The text has changed.\n\nPoint 4 is new.")
    assert mails(case) == [
        ("agreement_again", address) for address in ("amina@example.org", "m1@example.org", "m2@example.org")
    ]
    text = compose(OutboxMessage.objects.filter(case=case).earliest("pk")).text
    assert "The text has changed." in text and "Point 4 is new." in text
    assert grouped(current_agreement(case).document.sha256) in text  # type: ignore[union-attr]
    assert before is not None and grouped(before.document.sha256) not in text


def test_everybody_is_told_once_when_all_have_signed(case: Case) -> None:
    sign(case, mentee=case.mentee)
    sign(case, mentor=mentors_of(case)[0])
    assert mails(case, "agreement_signed") == []
    sign(case, mentor=mentors_of(case)[1])
    assert len(mails(case, "agreement_signed")) == 3


def test_a_confirmed_paper_may_be_the_last_signature(case: Case) -> None:
    upload = send_paper(case)
    assert mails(case) == [("copy_waits", CONTACT)]
    step(case, "confirm_signature", make_handler(), **everybody_on_paper(case, upload))
    assert len(mails(case, "agreement_signed")) == 3


def test_a_paper_of_the_handler_may_be_the_last_signature(case: Case) -> None:
    parties = list(current_agreement(case).parties.all())  # type: ignore[union-attr]
    inputs = {"content": b"scan", "content_type": "image/png", "parties": parties, "signed_on": clock.today()}
    step(case, "record_paper", make_handler(), **inputs)
    assert len(mails(case, "agreement_signed")) == 3


def test_the_contact_persons_signature_tells_nobody_again() -> None:
    user = make_handler()
    case = make_case(make_field(contact_person_signs=True), "paired", agreement="signed", user=user)
    assert len(mails(case, "agreement_signed")) == 3
    shown = current_agreement(case).document.sha256  # type: ignore[union-attr]
    step(case, "sign_as_contact", user, typed_name="Sanna Lindqvist", agreed=True, shown_sha256=shown)
    assert len(mails(case, "agreement_signed")) == 3


def test_a_supplement_goes_to_the_new_mentor_alone_and_all_are_told_once_more(case: Case) -> None:
    for person in mentors_of(case):
        sign(case, mentor=person)
    sign(case, mentee=case.mentee)
    new = make_mentor(make_field(), email="nea@example.org")
    step(case, "replace_mentor", leaving=mentors_of(case)[0], joining=new, reason="Moved.")
    step(case, "send_agreement")
    assert mails(case, "supplement_out") == [("supplement_out", "nea@example.org")]
    row = OutboxMessage.objects.get(event="supplement_out")
    assert grouped(current_agreements(case)[1].document.sha256) in compose(row).text
    assert len(mails(case, "agreement_signed")) == 3
    sign(case, mentor=new)
    told = [address for _event, address in mails(case, "agreement_signed")]
    assert told[3:] == ["amina@example.org", "m2@example.org", "nea@example.org"]


def test_a_mentor_who_comes_back_makes_nobody_hear_it_twice(case: Case) -> None:
    first = mentors_of(case)[0]
    for person in mentors_of(case):
        sign(case, mentor=person)
    sign(case, mentee=case.mentee)
    other = make_mentor(make_field())
    step(case, "replace_mentor", leaving=first, joining=other, reason="Moved.")
    step(case, "replace_mentor", leaving=other, joining=first, reason="Came back.", override_reason="They got on well.")
    assert len(mails(case, "agreement_signed")) == 3


def test_the_last_signature_may_have_been_given_before_a_mentor_comes_back(case: Case) -> None:
    first, second = mentors_of(case)
    sign(case, mentor=first)
    other = make_mentor(make_field())
    sign(case, mentor=second)
    step(case, "replace_mentor", leaving=first, joining=other, reason="Moved.")
    step(case, "send_agreement")
    sign(case, mentee=case.mentee)
    assert mails(case, "agreement_signed") == []
    step(case, "replace_mentor", leaving=other, joining=first, reason="Came back.", override_reason="They got on well.")
    assert len(mails(case, "agreement_signed")) == 3


def test_a_copy_that_is_not_taken_is_told_to_its_sender_alone(case: Case) -> None:
    upload = send_paper(case)
    step(case, "reject_signature", make_handler(), upload=upload, reason="The date is missing.")
    assert mails(case) == [("copy_waits", CONTACT), ("copy_refused", "amina@example.org")]
    row = OutboxMessage.objects.get(event="copy_refused")
    assert "The date is missing." in compose(row).text


def test_the_copy_of_a_mentor_who_left_waits_no_more_and_is_told_to_nobody(case: Case) -> None:
    first = mentors_of(case)[0]
    evidence.hand_in_scan(case.pk, lambda found: actors.mentor_on(first, found), b"scan")
    case.pairs.get().memberships.filter(mentor=first).update(left_at=clock.now())
    upload = SignatureUpload.objects.get()
    with pytest.raises(StepRefused):
        step(case, "reject_signature", make_handler(), upload=upload, reason="The date is missing.")
    assert mails(case, "copy_refused") == []


def test_declining_is_told_to_the_contact_person_without_the_reason(case: Case) -> None:
    make_actor = lambda found: actors.mentor_on(mentors_of(case)[0], found)  # noqa: E731
    moves.move(case.pk, "decline", make_actor, {"reason": "A secret reason."})
    assert mails(case) == [("declined", CONTACT)]
    row = OutboxMessage.objects.get()
    mail = compose(row)
    for word in ("A secret reason.", mentors_of(case)[0].name, "Amina"):
        assert word not in mail.text + mail.subject
    assert row.link is None and f"http://127.0.0.1:8000{reverse('mentoring_desk:case', args=[case.pk])}\n" in mail.text


def test_without_a_contact_address_the_handlers_get_what_waits() -> None:
    union = make_union(contact_email="")
    handler = make_handler(union, "kaisa")
    case = make_case(make_field(union), "paired", agreement="out")
    OutboxMessage.objects.all().delete()
    send_paper(case)
    assert mails(case) == [("copy_waits", handler.email)]


def consent(mentor: Mentor, kind: str, *fields: str) -> None:
    Consent.objects.create(mentor=mentor, kind=kind, fields=list(fields))


@pytest.mark.parametrize("shown", [True, False])
def test_a_new_mentor_is_named_only_to_those_who_may_read_it(case: Case, shown: bool) -> None:
    first, second = mentors_of(case)
    new = make_mentor(make_field(), name="Nea Ny", email="nea@example.org")
    if shown:
        consent(new, "shown_to_mentee", "name")
        consent(new, "shown_to_partner", "title")
    step(case, "replace_mentor", leaving=first, joining=new, reason="He was rude.")
    assert mails(case) == [
        ("mentor_left", "m1@example.org"),
        ("paired_mentor", "nea@example.org"),
        ("mentor_joined", "amina@example.org"),
        ("mentor_joined", "m2@example.org"),
    ]
    left, joins, mentee, partner = (compose(row) for row in OutboxMessage.objects.order_by("pk"))
    assert ("New mentor: Nea Ny" in mentee.text) is shown
    assert "Nea" not in partner.text and "New mentor:" not in partner.text
    assert first.name not in mentee.text + partner.text + joins.text
    for mail in (left, joins, mentee, partner):
        assert "rude" not in mail.text
    # Whoever left gets no link: there is nothing more to see.
    row = OutboxMessage.objects.get(event="mentor_left")
    assert row.link is None and "/p/" not in left.text and "Amina" not in left.text


def told_of_the_new_mentor(case: Case) -> dict[str, str]:
    rows = OutboxMessage.objects.filter(case=case, event="mentor_joined")
    return {row.address: compose(row).text for row in rows}


def test_whoever_has_not_signed_is_not_told_that_nothing_is_to_be_done(case: Case) -> None:
    first, second = mentors_of(case)
    sign(case, mentor=second)
    step(case, "replace_mentor", leaving=first, joining=make_mentor(make_field(), name="Nea Ny"), reason="Moved.")
    told = told_of_the_new_mentor(case)
    assert "You have not signed it yet. We write to you when you can sign it." in told["amina@example.org"]
    assert "do not need to do anything" not in told["amina@example.org"]
    assert "You do not need to do anything now." in told["m2@example.org"]
    # And so it is: with the supplement, whoever has still to sign is written to.
    OutboxMessage.objects.all().delete()
    step(case, "send_agreement")
    assert mails(case)[1:] == [("agreement_out", "amina@example.org")]
    assert "Nea" not in mails(case, "supplement_out")[0][1]
    row = OutboxMessage.objects.get(event="agreement_out")
    assert grouped(current_agreements(case)[0].document.sha256) in compose(row).text


def test_whoever_has_not_signed_can_sign_at_once_when_a_mentor_comes_back(case: Case) -> None:
    first, other = mentors_of(case)[0], make_mentor(make_field())
    step(case, "replace_mentor", leaving=first, joining=other, reason="Moved.")
    OutboxMessage.objects.all().delete()
    step(case, "replace_mentor", leaving=other, joining=first, reason="Came back.", override_reason="They got on well.")
    told = told_of_the_new_mentor(case)
    assert "You have not signed it yet. You can sign it now on your own page." in told["amina@example.org"]


def test_whoever_does_not_want_to_sign_is_not_asked_by_the_way(case: Case) -> None:
    moves.move(case.pk, "decline", lambda found: actors.mentee_on(case.mentee, found), {"reason": ""})
    step(case, "replace_mentor", leaving=mentors_of(case)[0], joining=make_mentor(make_field()), reason="Moved.")
    assert "not signed" not in told_of_the_new_mentor(case)["amina@example.org"]


def test_a_mentor_who_declined_is_thanked_for_the_answer(case: Case) -> None:
    first, second = mentors_of(case)
    moves.move(case.pk, "decline", lambda found: actors.mentor_on(first, found), {"reason": ""})
    step(case, "replace_mentor", leaving=first, joining=make_mentor(make_field()), reason="Declined.")
    step(case, "replace_mentor", leaving=second, joining=make_mentor(make_field()), reason="Moved.")
    declined, moved = (compose(row).text for row in OutboxMessage.objects.filter(event="mentor_left").order_by("pk"))
    assert "Thank you for your answer and for your time." in declined and "what you gave" not in declined
    assert "Thank you for your time and for what you gave." in moved


@pytest.mark.parametrize(("of_mentor", "who"), [(False, "The mentee"), (True, "A mentor")])
def test_the_contact_person_reads_whose_copy_waits_and_what_it_is(case: Case, of_mentor: bool, who: str) -> None:
    mentor = mentors_of(case)[0]
    actor = (lambda at: actors.mentor_on(mentor, at)) if of_mentor else (lambda at: actors.mentee_on(case.mentee, at))
    evidence.hand_in_scan(case.pk, actor, b"scan")
    mail = compose(OutboxMessage.objects.get(event="copy_waits"))
    assert f"From: {who}\n" in mail.text and "What it is: A scan of a signed paper\n" in mail.text
    upload = SignatureUpload.objects.get()
    upload.kind = "file"
    copy_waits.send(SignatureUpload, upload=upload, case=case)
    mail = compose(OutboxMessage.objects.filter(event="copy_waits").latest("pk"))
    assert "What it is: A file with a signature in it\n" in mail.text
    assert who not in mail.subject and mentor.name not in mail.subject


def test_the_contact_person_reads_who_declined_and_does_not_sign_the_mail(case: Case) -> None:
    case.union.contact_name = "Sanna Lindqvist"
    case.union.save()
    moves.move(case.pk, "decline", lambda found: actors.mentee_on(case.mentee, found), {"reason": ""})
    text = compose(OutboxMessage.objects.get(event="declined")).text
    assert text.startswith("Hello Sanna Lindqvist,") and "Who: The mentee\n" in text
    assert text.count("Sanna Lindqvist") == 1 and "Contact person" not in text
    assert text.rstrip().endswith(f"The mentoring site, {case.union.names['en']}")
    case.union.contact_name = ""
    case.union.save()
    assert compose(OutboxMessage.objects.get(event="declined")).text.startswith(f"Hello {case.union.short},")


def test_the_mail_says_in_which_language_the_agreement_is_when_it_is_another_one() -> None:
    mentors = [make_mentor(make_field(), email=f"m{number}@example.org") for number in (1, 2)]
    Mentor.objects.filter(email="m1@example.org").update(language="fi")
    Mentor.objects.filter(email="m2@example.org").update(language="sv")
    case = make_case(make_field(), "paired", mentors=mentors, email="amina@example.org")
    make_agreement_text()
    step(case, "send_agreement")
    texts = {row.address: compose(row).text for row in OutboxMessage.objects.filter(event="agreement_out")}
    assert "The whole agreement is in" not in texts["amina@example.org"]
    assert "Koko sopimuksen kieli on englanti." in texts["m1@example.org"]
    assert "Hela avtalet är på engelska." in texts["m2@example.org"]


def test_a_refused_step_sends_nothing(case: Case) -> None:
    with pytest.raises(StepRefused):
        step(case, "reissue", reason=" ")
    with pytest.raises(StepRefused):
        step(case, "replace_mentor", leaving=mentors_of(case)[0], joining=None, reason="x")
    assert mails(case) == []


NEW = [
    "agreement_out", "agreement_again", "supplement_out", "agreement_signed", "copy_waits", "copy_refused", "declined",
    "mentor_joined", "mentor_left",
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", NEW)
def test_each_mail_is_whole_in_each_language(case: Case, event: str, language: str) -> None:
    from wagtail_mentoring.messages.outbox import put
    from wagtail_mentoring.people import links

    to_person = event not in NOT_TO_A_PERSON
    link = links.link_for(case, mentee=case.mentee) if to_person and event != "mentor_left" else None
    context = {"sha256": "0123456789abcdef" * 4, "reason": "The date is missing.", "new_mentor": "Nea Ny"}
    row = put(
        event, to=case.mentee if to_person else CONTACT, case=case, link=link, context=context, language=language
    )  # fmt: skip
    mail = compose(row)
    assert "{" not in mail.text + mail.subject
    assert "Amina" not in mail.subject and (not to_person or "Amina Yusuf" in mail.text)
    body = {"agreement_again", "copy_refused"}
    assert ("The date is missing." in mail.text) is (event in body)
    assert ("0123 4567 89ab cdef" in mail.text) is (event in {"agreement_out", "agreement_again", "supplement_out"})
