"""What the database itself keeps of agreements, their parties and signed copies; and that a case can be deleted."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.factories import as_handler, make_case, make_field, make_handler, make_mentor, pretend_pdf, sign
from tests.snapshots import rows
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement, Party, Signature, SignatureUpload
from wagtail_mentoring.agreements.parties import agreement_of, current_agreement
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.privacy import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return make_case(make_field(contact_person_signs=True), "paired", agreement="out", user=make_handler())


def party(case: Case, role: str) -> Party:
    return Party.objects.filter(agreement=current_agreement(case), role=role).order_by("pk")[0]


def refused(change: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def test_a_place_in_the_file_is_of_one_party(case: Case) -> None:
    refused(lambda: Party.objects.filter(pk=party(case, "mentor").pk).update(field_name="sig_mentee"))
    # Each agreement has its own places.
    other = make_case(state="paired", agreement="out")
    assert party(other, "mentee").field_name == party(case, "mentee").field_name


@pytest.mark.parametrize("role", ["mentee", "mentor", "contact"])
def test_a_party_is_the_person_that_the_role_says(case: Case, role: str) -> None:
    one = Party.objects.filter(pk=party(case, role).pk)
    people = {
        "mentee": {"mentee": make_case().mentee, "mentor": None, "user": None},
        "mentor": {"mentee": None, "mentor": make_mentor(), "user": None},
        "contact": {"mentee": None, "mentor": None, "user": make_handler()},
    }
    for other, values in people.items():
        if other == role:
            one.update(**values)
        else:
            refused(lambda values=values: one.update(**values))
    nobody = {"mentee": None, "mentor": None, "user": None}
    if role == "contact":
        one.update(**nobody)  # The account is gone; the name stays.
    else:
        refused(lambda: one.update(**nobody))


def test_the_account_of_a_contact_person_can_be_deleted() -> None:
    user = make_handler()
    case = make_case(make_field(contact_person_signs=True), "paired", agreement="out", user=user)
    user.delete()
    assert party(case, "contact").user is None


def copy(case: Case, **values: Any) -> SignatureUpload:
    stored = files.store(case.union, "scan.png", b"a scan", "image/png")
    agreement = current_agreement(case)
    return SignatureUpload.objects.create(agreement=agreement, kind="scan", stored=stored, **values)


def test_one_copy_of_a_party_waits(case: Case) -> None:
    first = copy(case, party=party(case, "mentee"))
    refused(lambda: copy(case, party=party(case, "mentee")))
    copy(case, party=party(case, "mentor"))
    for _number in range(2):
        copy(case)  # A scan that a handler adds is nobody's.
    SignatureUpload.objects.filter(pk=first.pk).update(status="refused")
    copy(case, party=party(case, "mentee"))


def signed_on_paper() -> Case:
    """Everyone signed: the mentee by a code, the mentors on paper; one mentor joined later with a supplement."""
    case = make_case(state="paired", agreement="out")
    sign(case, mentee=case.mentee)
    mentors = list(Party.objects.filter(agreement=current_agreement(case), role="mentor"))
    inputs = {"content": b"%PDF-1.7", "content_type": "application/pdf", "parties": mentors, "signed_on": clock.today()}
    moves.move(case.pk, "record_paper", as_handler(), inputs)
    left, new = current_members(case)[0].mentor, make_mentor(case.field)
    moves.move(case.pk, "replace_mentor", as_handler(), {"leaving": left, "joining": new, "reason": "Moved."})
    with pretend_pdf():
        moves.move(case.pk, "send_agreement", as_handler())
    sign(case, mentor=new)
    assert agreement_of(case, mentor=new) != current_agreement(case)
    return case


def test_an_agreement_signed_on_paper_can_be_deleted() -> None:
    case = make_case(state="paired", agreement="out")
    everyone = list(Party.objects.filter(agreement=current_agreement(case)))
    inputs = {
        "content": b"%PDF-1.7",
        "content_type": "application/pdf",
        "parties": everyone,
        "signed_on": clock.today(),
    }
    moves.move(case.pk, "record_paper", as_handler(), inputs)
    Agreement.objects.get().delete()
    assert not Signature.objects.exists() and not SignatureUpload.objects.exists() and not Party.objects.exists()


def test_a_case_with_all_of_it_can_be_deleted() -> None:
    case, other = signed_on_paper(), make_case(state="meeting_1")
    Case.objects.get(pk=case.pk).delete()
    left = rows()
    assert {row["case_id"] for row in left["wagtail_mentoring_agreement"]} == {other.pk}
    assert {row["case_id"] for row in left["wagtail_mentoring_mentorpair"]} == {other.pk}
    assert not SignatureUpload.objects.exists()


def test_what_others_rest_on_is_not_deleted_alone() -> None:
    """A scan with signatures, an agreement with a supplement and a pair with agreements go only with all of it."""
    from django.db.models import RestrictedError

    case = signed_on_paper()
    main = current_agreement(case)
    assert main is not None
    for one in (SignatureUpload.objects.get(), main, main.pair):
        with pytest.raises(RestrictedError):
            one.delete()
