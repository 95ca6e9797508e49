"""What the case page says of the agreement, and what can be tried again there."""

from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import as_handler, make_case, pretend_pdf, sign
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Party
from wagtail_mentoring.cases import moves
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.models import Case
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.workflows import StepRefused

from .agreement_pages import agreement_of, copy_for, copy_page, fresh, page_of, step_of

pytestmark = pytest.mark.django_db


def test_a_copy_that_waits_comes_first(admin: Client, case: Case) -> None:
    copy = copy_for(case, "scan")
    answer = admin.get(page_of(case))
    card = answer.context["next"]
    assert card.title == "Look at the signed copy of Amina Yusuf"
    assert (card.primary.name, str(card.primary.label)) == ("confirm_signature", "Look at the copy")
    assert answer.content.decode().count('class="button"') == 1
    assert copy_page(copy) in answer.content.decode()
    assert "signed copy to look at" in admin.get(reverse("mentoring_desk:cases")).content.decode()


def test_who_declined_and_what_to_do(admin: Client, case: Case) -> None:
    party = agreement_of(case).parties.get(name="Jukka Laine")
    Party.objects.filter(pk=party.pk).update(declined_at=clock.now(), decline_reason="No <time>")
    answer = admin.get(page_of(case))
    assert answer.context["next"].title == "Talk with Jukka Laine, who does not want to sign"
    content = answer.content.decode()
    assert "No &lt;time&gt;" in content and "Declined" in content
    assert "Otherwise replace this mentor" in content


def test_a_try_that_failed_can_be_tried_again(admin: Client, field: Any) -> None:
    case = make_case(field, "paired")
    failing = mock.patch(
        "wagtail_mentoring.agreements.issue.make_agreement", side_effect=DocumentRenderError("Pango is missing")
    )
    with failing:
        answer = admin.post(step_of(case, "send_agreement"), {"seen": case.log_length})
    assert answer.status_code == 200 and "Pango is missing" in answer.content.decode()
    # The failure is in the history by now; the page counts it as seen.
    assert answer.context["form"]["seen"].value() == str(fresh(case).log_length)
    content = admin.get(page_of(case)).content.decode()
    assert "The last try to make the PDF failed" in content and "Try again" in content
    with pretend_pdf():
        admin.post(step_of(case, "send_agreement"), {"seen": fresh(case).log_length})
    assert "The last try" not in admin.get(page_of(case)).content.decode()
    with failing, pytest.raises(StepRefused):
        moves.move(case.pk, "reissue", as_handler(), {"reason": "x"})
    content = admin.get(page_of(case)).content.decode()
    assert "The last try to make the PDF failed" in content
    assert admin.get(page_of(case)).context["next"].title != "Send the ethics agreement"


def test_a_record_that_was_not_made(admin: Client, case: Case) -> None:
    with mock.patch("wagtail_mentoring.agreements.record._hand_over"):
        for person in ({"mentee": case.mentee}, *({"mentor": member.mentor} for member in current_members(case))):
            sign(case, **person)
    agreement = agreement_of(case)
    address = reverse("mentoring_desk:make_record", args=[case.pk, agreement.pk])
    assert "has not been made yet" in admin.get(page_of(case)).content.decode()
    fails = mock.patch("wagtail_mentoring.agreements.record._draw", side_effect=DocumentRenderError("no"))
    with fails:
        answer = admin.post(address, follow=True)
    content = answer.content.decode()
    assert "could not be made" in content and "The last try failed" in content and "Make it now" in content
    with mock.patch("wagtail_mentoring.desk.actions.make_record", return_value=True) as made:
        admin.post(address)
    assert made.call_args.args == (agreement.pk,)
    other = make_case(case.field, "paired", agreement="out")
    assert admin.post(reverse("mentoring_desk:make_record", args=[other.pk, agreement.pk])).status_code == 404


def test_queries_do_not_grow_with_agreements_and_copies(
    admin: Client, case: Case, django_assert_max_num_queries: Any
) -> None:
    copy_for(case, "file")
    admin.get(page_of(case))
    with django_assert_max_num_queries(60) as first:
        admin.get(page_of(case))
    for number in range(4):
        with pretend_pdf():
            moves.move(case.pk, "reissue", as_handler(), {"reason": f"Again {number}"})
        copy_for(case, "file")
        copy_for(case, "scan", party=None)
    with django_assert_max_num_queries(60) as second:
        admin.get(page_of(case))
    assert len(second) <= len(first), [query["sql"][:120] for query in second.captured_queries]
