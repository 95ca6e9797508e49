"""The page of the agreement: declining, supplements, documents, and who reads what."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.factories import as_handler, make_case, make_field, make_handler, make_mentor, pair_of, pretend_pdf, sign
from tests.portal.conftest import address
from tests.snapshots import rows
from wagtail_mentoring.agreements.models import Agreement, Party, SignatureUpload
from wagtail_mentoring.agreements.parties import current_agreement, current_agreements
from wagtail_mentoring.agreements.record import make_record
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.documents.fingerprints import grouped
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.storage import private_storage

pytestmark = pytest.mark.django_db
HOME = "/mentoring/p/"
PAGE, DECLINE, SIGN, PDF = (f"{HOME}agreement/{part}" for part in ("", "decline/", "signed/", "pdf/"))


@pytest.fixture
def case(db: None) -> Case:
    return make_case(state="paired", agreement="out", name="Amina Yusuf", email="amina@example.org")


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return " ".join(response.content.decode().split())


def party(case: Case) -> Party:
    return Party.objects.get(agreement=current_agreement(case), mentee=case.mentee)


def replace(case: Case, leaving: Mentor, joining: Mentor, *, send: bool = True) -> None:
    inputs = {"leaving": leaving, "joining": joining, "reason": "Moved away."}
    moves.move(case.pk, "replace_mentor", as_handler(), inputs)
    if send:
        with pretend_pdf():
            moves.move(case.pk, "send_agreement", as_handler())


# Declining


@pytest.mark.parametrize("reason", ["", "I do not agree with point 4."])
def test_whoever_does_not_want_to_sign_says_so(opened: Any, case: Case, reason: str) -> None:
    client = opened(case)
    assert f'href="{DECLINE}"' in text_of(client.get(PAGE))
    asked = text_of(client.get(DECLINE))
    assert "Nobody has to sign" in asked and "You can change your mind" in asked
    response = client.post(DECLINE, {"reason": reason})
    assert (response.status_code, response["Location"]) == (302, PAGE)
    declined = party(case)
    assert declined.declined_at is not None and declined.decline_reason == reason
    text = text_of(client.get(PAGE))
    assert "You have said that you do not want to sign" in text and f'href="{DECLINE}"' not in text
    assert "You have said that you do not want to sign" in text_of(client.get(HOME))
    # The contact person is told that, and reads why on the case; the others see no more than before.
    (row,) = OutboxMessage.objects.filter(case=case, event="declined")
    assert (row.address, row.context) == ("mentoring@tek.example.org", {"role": "mentee"})
    other = text_of(opened(case, pair_of(case)[0]).get(PAGE))
    assert "do not want" not in other.replace("I do not want to sign", "")
    assert "point 4" not in other


def test_declining_is_undone_by_signing(opened: Any, case: Case) -> None:
    client = opened(case)
    client.post(DECLINE, {"reason": "Not now."})
    sign(case, mentee=case.mentee)
    text = text_of(client.get(PAGE))
    assert "You have signed it." in text and "do not want" not in text
    assert (party(case).declined_at, party(case).decline_reason) == (None, "")


def test_declining_takes_back_a_copy_that_waits(opened: Any, case: Case) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.portal.test_copies import png

    client = opened(case)
    client.post(PAGE + "paper/", {"file": SimpleUploadedFile("a.png", png())})
    assert SignatureUpload.objects.get().status == "waiting"
    client.post(DECLINE)
    assert SignatureUpload.objects.get().status == "refused"
    assert "You have said that you do not want to sign" in text_of(client.get(PAGE))
    client.post(PAGE + "paper/", {"file": SimpleUploadedFile("b.png", png())})
    text = text_of(client.get(PAGE))
    assert "Your signed copy has arrived" in text and "do not want to sign</h2>" not in text
    assert party(case).declined_at is None


def test_declining_twice_is_declining_once(opened: Any, case: Case) -> None:
    client = opened(case)
    for _ in range(2):
        assert client.post(DECLINE, {"reason": "No."}).url == PAGE
    assert client.get(DECLINE).url == PAGE
    assert case.log.filter(action="mentoring.step.decline").count() == 1
    assert OutboxMessage.objects.filter(event="declined").count() == 1


def test_a_bad_reason_is_refused_and_kept_in_the_field(opened: Any, case: Case) -> None:
    client = opened(case)
    before = rows()
    for reason, sentence in (("My code is 131052-308T.", "personal identity code"), ("x" * 2001, "2000 characters")):
        response = client.post(DECLINE, {"reason": reason})
        assert response.status_code == 422
        text = response.content.decode()
        assert sentence in text and reason in text and 'aria-invalid="true"' in text
    assert rows() == before


def test_whoever_has_signed_or_is_not_here_declines_nothing(opened: Any, case: Case) -> None:
    sign(case, mentee=case.mentee)
    before = rows()
    assert opened(case).post(DECLINE, {"reason": "No."}).url == PAGE
    assert Client().post(DECLINE).status_code == 403
    assert opened(make_case(state="eligible")).post(DECLINE).status_code == 404
    assert [row["declined_at"] for row in rows()["wagtail_mentoring_party"]] == [None] * 3
    assert rows()["wagtail_mentoring_signature"] == before["wagtail_mentoring_signature"]


# Supplements


def test_a_mentor_who_joined_later_signs_the_supplement(opened: Any) -> None:
    field = make_field()
    case = make_case(field, "paired", agreement="signed", name="Amina Yusuf")
    (old, stays), new = pair_of(case), make_mentor(field, name="Nea Ny")
    replace(case, old, new)
    main, supplement = current_agreements(case)
    client = opened(case, new)
    assert "Read and sign the supplement" in text_of(client.get(HOME))
    text = text_of(client.get(PAGE))
    assert "<h1>Sign the supplement to the agreement</h1>" in text and "We agree." in text
    assert f'name="shown_sha256" value="{supplement.document.sha256}"' not in text  # only with the code's form
    assert client.get(PDF).content == files.read(supplement.document.stored)
    # The agreement that it joins can be read too.
    joined = f"/mentoring/p/document/{main.document.pk}/"
    assert f'href="{joined}"' in text and "The agreement that you join, as PDF" in text
    assert client.get(joined).content == files.read(main.document.stored)
    # Who takes part now, and nobody who left.
    assert "Amina Yusuf" in text and stays.name in text and old.name not in text
    # The mentee sees the own agreement, and that there is a supplement.
    mentee = opened(case)
    text = text_of(mentee.get(PAGE))
    assert "<h1>The ethics agreement</h1>" in text and "You have signed it." in text
    assert "Joined later, with a supplement" in text and "Supplement to the agreement" in text
    assert "We wait until everybody has signed" in text_of(mentee.get(HOME))
    assert mentee.get(PDF).content == files.read(main.document.stored)
    sign(case, mentor=new)
    assert "Everybody has signed. You can now meet." in text_of(client.get(SIGN))
    assert "Everybody has signed" in text_of(mentee.get(HOME))


def test_the_mentor_who_left_gets_nothing(opened: Any) -> None:
    field = make_field()
    case = make_case(field, "paired", agreement="signed")
    old = pair_of(case)[0]
    client = opened(case, old)
    document = current_agreement(case).document
    replace(case, old, make_mentor(field))
    for where in (PAGE, PDF, SIGN, DECLINE, f"/mentoring/p/document/{document.pk}/"):
        assert client.get(where).status_code == 404, where
    assert "Your part in this mentoring has ended" in text_of(client.get(HOME))


def test_between_two_mentors_nobody_is_asked_to_sign_in_vain(opened: Any, case: Case) -> None:
    """An agreement that names somebody who has left cannot be signed: nobody is told to."""
    first = pair_of(case)[0]
    sign(case, mentor=pair_of(case)[1])
    replace(case, first, make_mentor(make_field()), send=False)
    client = opened(case)
    text = text_of(client.get(PAGE))
    assert "You cannot sign just now" in text and 'id="sign"' not in text
    assert client.post(PAGE + "code/").status_code == 302
    assert not OutboxMessage.objects.filter(event="code").exists()
    assert "You do not need to do anything." in text_of(client.get(HOME))
    with pretend_pdf():
        moves.move(case.pk, "send_agreement", as_handler())
    assert "Now it is your turn to sign." in text_of(client.get(PAGE))


def test_the_steps_show_that_somebody_signs_again(opened: Any) -> None:
    field = make_field()
    case = make_case(field, "meeting_1")
    replace(case, pair_of(case)[0], make_mentor(field), send=False)
    text = text_of(opened(case).get(HOME))
    assert "Now: you all sign the agreement" in text and "A new mentor has joined" in text


def test_an_agreement_issued_anew_is_signed_by_all(opened: Any) -> None:
    case = make_case(state="paired", agreement="signed")
    client, before = opened(case), current_agreement(case)
    with pretend_pdf():
        moves.move(case.pk, "reissue", as_handler(), {"reason": "The text has changed."})
    assert "Now it is your turn to sign." in text_of(client.get(PAGE))
    assert client.get(PDF).content == files.read(current_agreement(case).document.stored)
    assert client.get(f"/mentoring/p/document/{before.document.pk}/").status_code == 404


# Documents


def addresses(text: str) -> list[str]:
    return re.findall(r'href="(/mentoring/p/document/\d+/)"', text)


def test_the_documents_of_the_page_and_their_headers(opened: Any) -> None:
    case = make_case(state="paired", agreement="out", real_pdf=True)
    for person in pair_of(case):
        sign(case, mentor=person)
    sign(case, mentee=case.mentee)
    assert make_record(current_agreement(case).pk)
    client = opened(case)
    text = text_of(client.get(HOME))
    assert "Signing record" in text and len(addresses(text)) == 2
    agreement = Agreement.objects.select_related("document__stored", "record__stored").get()
    kept = {files.read(agreement.document.stored), files.read(agreement.record.stored)}
    assert {client.get(where).content for where in addresses(text)} == kept
    assert grouped(agreement.document.sha256) in text and grouped(agreement.record.sha256) in text
    for where in (*addresses(text), PDF):
        response = client.get(where)
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"].startswith("attachment; filename=")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "no-store" in response["Cache-Control"] and response["Referrer-Policy"] == "same-origin"
    assert addresses(text_of(opened(case, pair_of(case)[0]).get(HOME))) == addresses(text)


def test_no_document_but_the_own(opened: Any, case: Case) -> None:
    other = make_case(state="paired", agreement="out")
    foreign = current_agreement(other).document
    assert opened(other).get(f"/mentoring/p/document/{foreign.pk}/").status_code == 200
    for client, status in ((opened(case), 404), (Client(), 403), (opened(make_case(state="eligible")), 404)):
        assert client.get(f"/mentoring/p/document/{foreign.pk}/").status_code == status
        assert client.get(f"/mentoring/p/document/{foreign.pk + 999}/").status_code == status


def test_a_document_that_is_gone_is_said_kindly(opened: Any, case: Case) -> None:
    document = current_agreement(case).document
    private_storage().delete(document.stored.file)
    response = opened(case).get(f"/mentoring/p/document/{document.pk}/")
    assert response.status_code == 503 and "The PDF cannot be shown" in response.content.decode()


def test_the_fingerprints_lead_to_the_public_check(opened: Any, case: Case) -> None:
    text = text_of(opened(case).get(PAGE))
    assert "Fingerprints of the files" in text and grouped(current_agreement(case).document.sha256) in text
    assert re.search(r'<a href="/mentoring/[a-z-]+/">Check a document</a>', text)


def test_who_has_signed_and_how(opened: Any) -> None:
    user = make_handler()
    case = make_case(make_field(contact_person_signs=True), "paired", agreement="out", user=user)
    first, second = pair_of(case)
    sign(case, mentor=first)
    inputs = {
        "typed_name": "Sanna Lindqvist", "agreed": True, "shown_sha256": current_agreement(case).document.sha256,
    }  # fmt: skip
    moves.move(case.pk, "sign_as_contact", as_handler(user), inputs)
    for person in (case.mentee, second):
        text = text_of(opened(case, person).get(PAGE))
        assert text.count("Here on the page, with a code") == 1 and text.count("Here on the site") == 1
        assert text.count(">Not yet<") == 2


def test_the_whole_text_stands_on_the_page_with_its_facts(opened: Any, case: Case) -> None:
    text = text_of(opened(case).get(PAGE))
    assert f"<dd>{case.reference}</dd>" in text and "Version 1, English" in text and "<dd>3–5</dd>" in text
    assert "<script" not in text and " style=" not in text and "onclick" not in text


def test_the_whole_text_lies_open_above_the_place_to_sign(opened: Any, case: Case) -> None:
    text = text_of(opened(case).get(PAGE))
    opens, sign_here = text.index('<details class="mtg-more" open>'), text.index('id="sign"')
    assert opens < text.index("We agree.") < sign_here


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ""), ("fi", "Koko sopimuksen kieli on englanti."), ("sv", "Hela avtalet är på engelska.")],
)
def test_the_page_says_when_the_agreement_is_in_another_language(
    opened: Any, case: Case, language: str, said: str
) -> None:
    client = opened(case)
    client.cookies["django_language"] = language
    text = text_of(client.get(PAGE))
    assert ("mtg-otherlang" in text) is bool(said) and said in text
    assert text.find("mtg-otherlang") < text.index('<details class="mtg-more"')


def test_a_finnish_page_names_languages_and_days_in_finnish(opened: Any, case: Case) -> None:
    client = opened(case)
    client.cookies["django_language"] = "fi"
    text = text_of(client.get(PAGE))
    assert "Versio 1, englanti" in text
    assert re.search(r"<dt>Päivätty</dt><dd>\w+na \d", text) and re.search(r"Tehty \w+na \d", text)


def test_the_address_that_sends_a_code_leads_home(opened: Any, case: Case) -> None:
    client = opened(case)
    response = client.get(f"{PAGE}code/")
    assert (response.status_code, response["Location"]) == (302, HOME)
    assert not OutboxMessage.objects.filter(event="code").exists()


@pytest.mark.parametrize("where", [HOME, PAGE])
def test_the_number_of_queries_is_the_same_whatever_there_is(
    opened: Any, django_assert_max_num_queries: Any, where: str
) -> None:
    field = make_field()
    case = make_case(field, "paired", agreement="signed")
    replace(case, pair_of(case)[0], make_mentor(field))
    sign(case, mentor=pair_of(case)[1])
    for person in (case.mentee, *pair_of(case)):
        client = opened(case, person)
        client.get(where)
        with django_assert_max_num_queries(21):
            client.get(where)


def test_a_link_that_was_taken_back_opens_nothing(opened: Any, case: Case) -> None:
    from tests.portal.conftest import link_of
    from wagtail_mentoring.people import links

    client, path = opened(case), address(case, case.mentee)
    links.revoke(link_of(case, case.mentee))
    document = current_agreement(case).document
    for where in (PAGE, PDF, SIGN, DECLINE, path, f"/mentoring/p/document/{document.pk}/"):
        assert client.get(where).status_code == 403, where
