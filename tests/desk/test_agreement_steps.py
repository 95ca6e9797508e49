"""The handlers' steps of the agreement: signing as contact person, signing again, a new mentor."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_case, make_field, make_handler, make_mentor, pretend_pdf, sign
from wagtail_mentoring.agreements.models import Party, Signature
from wagtail_mentoring.desk.by_hand import list_mentors
from wagtail_mentoring.models import Case
from wagtail_mentoring.pairing.moves import current_members

from .agreement_pages import agreement_of, fresh, page_of, step_of

pytestmark = pytest.mark.django_db


def test_the_contact_person_signs(admin: Client, union: Any, handler: Any) -> None:
    case = make_case(make_field(union, contact_person_signs=True), "paired", agreement="out", user=handler)
    address = step_of(case, "sign_as_contact")
    assert "Sign as contact person" in admin.get(page_of(case)).content.decode()
    shown = admin.get(address)
    assert "We agree." in shown.content.decode() and agreement_of(case).document.sha256 in shown.content.decode()
    hidden = shown.context["form"]["shown_sha256"].value()
    data = {"seen": case.log_length, "shown_sha256": hidden, "typed_name": "Somebody Else", "agreed": True}
    answer = admin.post(address, data)
    assert "as it stands in the agreement" in str(answer.context["form"].errors["typed_name"])
    answer = admin.post(address, data | {"typed_name": "sanna lindqvist", "shown_sha256": "0" * 64})
    assert "has changed" in str(answer.context["form"].errors["agreed"])
    answer = admin.post(address, data | {"typed_name": "sanna lindqvist"})
    assert answer.headers["Location"] == page_of(case)
    assert Signature.objects.get().method == "account"


def test_another_handler_does_not_sign_for_the_contact_person(admin: Client, union: Any) -> None:
    other = make_handler(union, first_name="Pekka", last_name="Niemi")
    case = make_case(make_field(union, contact_person_signs=True), "paired", agreement="out", user=other)
    assert step_of(case, "sign_as_contact") not in admin.get(page_of(case)).content.decode()
    shown = admin.get(step_of(case, "sign_as_contact"))
    assert "names Pekka Niemi as contact person" in shown.content.decode()
    data = {"seen": case.log_length, "shown_sha256": agreement_of(case).document.sha256}
    answer = admin.post(step_of(case, "sign_as_contact"), data | {"typed_name": "Pekka Niemi", "agreed": True})
    assert answer.status_code == 409
    assert not Signature.objects.exists()


# Signing again, and a new mentor


def test_everyone_is_asked_to_sign_again(admin: Client, case: Case) -> None:
    sign(case, mentee=case.mentee)
    case = fresh(case)
    before = agreement_of(case)
    shown = admin.get(step_of(case, "reissue"))
    assert any("3 people sign again" in sentence for sentence in shown.context["after"])
    assert any("1 signature was made already" in sentence for sentence in shown.context["after"])
    assert "reason" in admin.post(step_of(case, "reissue"), {"seen": case.log_length}).context["form"].errors
    with pretend_pdf():
        admin.post(step_of(case, "reissue"), {"seen": case.log_length, "reason": "The text <is> new"})
    assert agreement_of(case).pk != before.pk
    content = admin.get(page_of(case)).content.decode()
    assert "The text &lt;is&gt; new" in content and "Replaced" in content
    assert before.document.sha256 in content and agreement_of(case).document.sha256 in content


def test_one_mentor_is_replaced_and_gets_a_supplement(admin: Client, case: Case, field: Any) -> None:
    sign(case, mentee=case.mentee)
    leaving, staying = (member.mentor for member in current_members(case))
    joining = make_mentor(field, name="Uusi Mentori")
    shown = admin.get(step_of(case, "replace_mentor"))
    listing = list_mentors(fresh(case), entering=True)
    assert [row.mentor for row in listing.rows if not row.absolute] == [joining]
    assert f'name="joining" value="{joining.pk}"' in shown.content.decode()
    data = {"seen": fresh(case).log_length, "leaving": leaving.pk, "joining": staying.pk, "reason": "Has moved"}
    assert "joining" in admin.post(step_of(case, "replace_mentor"), data).context["form"].errors
    answer = admin.post(step_of(case, "replace_mentor"), data | {"joining": joining.pk, "leaving": "nobody"})
    assert "leaving" in answer.context["form"].errors
    answer = admin.post(step_of(case, "replace_mentor"), data | {"joining": joining.pk})
    assert answer.headers["Location"] == page_of(case)
    card = admin.get(page_of(case)).context["next"]
    assert card.title == "Send the supplement to Uusi Mentori"
    assert str(card.primary.label) == "Send the supplement"
    assert "agreement not sent" in admin.get(reverse("mentoring_desk:cases")).content.decode()
    with pretend_pdf():
        admin.post(step_of(case, "send_agreement"), {"seen": fresh(case).log_length})
    content = admin.get(page_of(case)).content.decode()
    assert "Supplement, English" in content
    assert "Need not sign any more: has left the pair" in content
    assert set(Party.objects.unsigned().values_list("name", flat=True)) == {staying.name, joining.name}
    assert "signature missing" in admin.get(reverse("mentoring_desk:cases")).content.decode()
