"""Sending and signing the agreement."""

import datetime
import unicodedata
from typing import Any

import pytest

from tests.factories import as_handler, make_agreement_text, make_case, make_mentor, pretend_pdf, sign
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement, AgreementText, Signature
from wagtail_mentoring.agreements.parties import agreement_of, current_agreement
from wagtail_mentoring.cases import actors, facts, moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.models import Document
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import OneTimeCode
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return make_case(state="paired", agreement="out", name="Zoë O'Neill")


def code_for(link: Any, purpose: str = "sign") -> OneTimeCode:
    expires = clock.now() + datetime.timedelta(minutes=15)
    return OneTimeCode.objects.create(link=link, purpose=purpose, code_hash="", expires_at=expires)


def inputs_of(case: Case, **change: Any) -> dict[str, Any]:
    agreement = current_agreement(case)
    assert agreement is not None
    link = links.link_for(case, mentee=case.mentee)
    return {
        "typed_name": case.mentee.name,
        "agreed": True,
        "link": link,
        "code": code_for(link),
        "shown_sha256": agreement.document.sha256,
    } | change


def sign_with(case: Case, inputs: dict[str, Any]) -> Case:
    return moves.move(case.pk, "sign", lambda c: actors.mentee_on(case.mentee, c), inputs)


def refusal_of(case: Case, inputs: dict[str, Any], make_actor: Any = None) -> StepRefused:
    before = rows()
    with pytest.raises(StepRefused) as caught:
        moves.move(case.pk, "sign", make_actor or (lambda c: actors.mentee_on(case.mentee, c)), inputs)
    assert rows() == before
    return caught.value


def test_everyone_signs(case: Case) -> None:
    sign_with(case, inputs_of(case))
    assert len(facts.gather(case).unsigned) == 2
    for member in current_members(case):
        sign(case, mentor=member.mentor)
    assert facts.gather(case).unsigned == ()
    assert Signature.objects.count() == 3


@pytest.mark.parametrize(
    "typed",
    [
        "Zoë O'Neill",
        "  zoë   o'neill ",
        unicodedata.normalize("NFD", "Zoë O'Neill"),
        "Zoë O’Neill",
        "ZOË OʼNEILL",
    ],
)
def test_a_name_as_keyboards_write_it(case: Case, typed: str) -> None:
    sign_with(case, inputs_of(case, typed_name=typed))
    assert Signature.objects.get().typed_name == " ".join(typed.split())


@pytest.mark.parametrize(
    "change, field",
    [
        ({"typed_name": ""}, "typed_name"),
        ({"typed_name": "Zoë"}, "typed_name"),
        ({"typed_name": "Zoe O'Neill"}, "typed_name"),
        ({"agreed": False}, "agreed"),
        ({"shown_sha256": "0" * 64}, "agreed"),
        ({"shown_sha256": None}, "agreed"),
        ({"code": None}, "code"),
        ({"link": None}, "code"),
    ],
)
def test_what_is_missing_is_said_beside_the_field(case: Case, change: dict[str, Any], field: str) -> None:
    assert set(refusal_of(case, inputs_of(case, **change)).errors) == {field}


def test_a_code_for_something_else(case: Case) -> None:
    link = links.link_for(case, mentee=case.mentee)
    assert "code" in refusal_of(case, inputs_of(case, code=code_for(link, "export"))).errors


def test_a_used_code(case: Case) -> None:
    inputs = inputs_of(case)
    OneTimeCode.objects.filter(pk=inputs["code"].pk).update(used_at=clock.now())
    assert "code" in refusal_of(case, inputs).errors


def test_the_link_and_code_of_somebody_else(case: Case) -> None:
    """The code proves who signs: a mentor's own code does not sign for the mentee, nor does one for another case."""
    mentor = current_members(case)[0].mentor
    theirs = links.link_for(case, mentor=mentor)
    assert "code" in refusal_of(case, inputs_of(case, link=theirs, code=code_for(theirs))).errors
    # Nor does it sign by the mentee's own link.
    assert "code" in refusal_of(case, inputs_of(case, code=code_for(theirs))).errors
    other = make_case(state="paired")
    elsewhere = links.link_for(other, mentee=other.mentee)
    assert "code" in refusal_of(case, inputs_of(case, link=elsewhere, code=code_for(elsewhere))).errors


def test_signing_twice(case: Case) -> None:
    sign_with(case, inputs_of(case))
    assert "already" in str(refusal_of(case, inputs_of(case)).reason)


def test_signing_when_all_have_signed() -> None:
    case = make_case(state="paired", agreement="signed")
    assert "already" in str(refusal_of(case, inputs_of(case)).reason)


def test_a_mentor_who_left_or_never_was_in_the_pair(case: Case) -> None:
    inputs = inputs_of(case)
    stranger = make_mentor()
    refusal_of(case, inputs, lambda c: actors.mentor_on(stranger, c))
    member = current_members(case)[0]
    member.left_at = clock.now()
    member.save()
    refusal_of(case, inputs, lambda c: actors.mentor_on(member.mentor, c))


def test_the_handler_does_not_sign_for_others(case: Case) -> None:
    refusal_of(case, inputs_of(case), as_handler())


def test_the_agreement_of_the_pair_before_is_not_signed_any_more(case: Case) -> None:
    inputs = inputs_of(case)
    moves.move(case.pk, "go_back", as_handler(), {"reason": "x"})
    moves.move(case.pk, "pair", as_handler(), {"first": make_mentor(), "second": make_mentor()})
    assert current_agreement(case) is None
    assert "not been sent" in str(refusal_of(case, inputs).reason)


def test_sending_without_a_text() -> None:
    case = make_case(state="paired")
    AgreementText.objects.all().delete()
    before = rows()
    with pytest.raises(StepRefused, match="editor"):
        moves.move(case.pk, "send_agreement", as_handler())
    assert rows() == before


def test_a_document_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    case = make_case(state="paired")
    make_agreement_text()

    def fail(sheet: Any, union: Any) -> Any:
        raise DocumentRenderError("Pango is missing")

    monkeypatch.setattr("wagtail_mentoring.agreements.issue.make_agreement", fail)
    with pytest.raises(StepRefused, match="Pango is missing"):
        moves.move(case.pk, "send_agreement", as_handler())
    assert not Agreement.objects.exists() and not Document.objects.exists()
    last = case.log.order_by("-sequence")[0]
    assert (last.action, last.data) == ("mentoring.agreement_failed", {"why": "DocumentRenderError"})
    with pretend_pdf():
        moves.move(case.pk, "send_agreement", as_handler())
    assert Agreement.objects.count() == 1


def test_sending_twice(case: Case) -> None:
    with pretend_pdf(), pytest.raises(StepRefused, match="already been sent"):
        moves.move(case.pk, "send_agreement", as_handler())


def test_the_contact_persons_signature_is_never_waited_for() -> None:
    from tests.factories import make_field, make_handler

    case = make_case(make_field(contact_person_signs=True), state="paired", agreement="signed", user=make_handler())
    agreement = current_agreement(case)
    assert agreement is not None
    assert [party.role for party in agreement.parties.all()] == ["mentee", "mentor", "mentor", "contact"]
    assert facts.gather(case).unsigned == ()


def test_a_supplement_keeps_the_text_of_the_agreement_that_it_joins() -> None:
    """Whoever joins signs the same words as the others, although an editor has published newer ones since."""
    case = make_case(state="paired", agreement="signed")
    main = current_agreement(case)
    assert main is not None
    newer = AgreementText.objects.create(language="en", version=2, body="<p>We agree more.</p>", summary="Kinder.")
    left, new = current_members(case)[0].mentor, make_mentor(case.field)
    moves.move(case.pk, "replace_mentor", as_handler(), {"leaving": left, "joining": new, "reason": "Moved."})
    with pretend_pdf():
        moves.move(case.pk, "send_agreement", as_handler())
    supplement = agreement_of(case, mentor=new)
    assert supplement is not None and supplement.supplement_to == main
    assert supplement.text == main.text != newer
    # Everybody gets the newer one when everybody signs again.
    with pretend_pdf():
        moves.move(case.pk, "reissue", as_handler(), {"reason": "The text is new."})
    assert current_agreement(case).text == newer  # type: ignore[union-attr]


@pytest.mark.parametrize("signed", [True, False])
def test_a_mentor_who_comes_back_signs_what_was_not_signed_before_and_no_more(signed: bool) -> None:
    """The agreement still counts, and the one who was asked to sign it is in the pair again."""
    case = make_case(state="paired", agreement="out")
    away, stays = (member.mentor for member in current_members(case))
    between = make_mentor(case.field)
    for person in ({"mentee": case.mentee}, {"mentor": stays}, *([{"mentor": away}] if signed else [])):
        sign(case, **person)

    def replace(leaving: Any, joining: Any, **more: Any) -> None:
        inputs = {"leaving": leaving, "joining": joining, "reason": "Moved."} | more
        moves.move(case.pk, "replace_mentor", as_handler(), inputs)

    replace(away, between)
    assert not facts.gather(case).agreement_out
    replace(between, away, override_reason="Is back in Finland.")
    known = facts.gather(case)
    assert known.agreement_out and known.unsigned == (() if signed else (away.name,))
    if not signed:
        sign(case, mentor=away)
    assert facts.gather(case).unsigned == () and agreement_of(case, mentor=away) == current_agreement(case)
