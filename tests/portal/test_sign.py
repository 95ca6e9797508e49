"""Reading and signing the agreement over HTTP."""

import datetime
import re

import pytest
from django.test import Client

from tests.factories import make_agreement_text, make_case, make_field, make_mentor, pretend_pdf, sign
from tests.portal.conftest import address, link_of
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import AgreementText, Signature
from wagtail_mentoring.agreements.parties import current_agreement
from wagtail_mentoring.cases import moves
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.messages.outbox import SEALED_CODE
from wagtail_mentoring.people.models import OneTimeCode
from wagtail_mentoring.privacy.storage import keys, private_storage

pytestmark = pytest.mark.django_db
PAGE, CODE, SIGN, PDF = (f"/mentoring/p/agreement/{part}" for part in ("", "code/", "signed/", "pdf/"))


@pytest.fixture
def case(db):
    return make_case(state="paired", agreement="out", name="Amina Yusuf", email="amina@example.org")


def page(response) -> str:
    return response.content.decode()


def mailed(person_case) -> str:
    """Return the digits of the newest code mail, as they lie encrypted in the outbox."""
    row = OutboxMessage.objects.filter(case=person_case, event="code").first()
    return keys().decrypt(row.context[SEALED_CODE].encode()).decode()


def values(case, **changed):
    shown = current_agreement(case).document.sha256
    return {"code": "", "typed_name": "Amina Yusuf", "agreed": "on", "shown_sha256": shown} | changed


def signatures(case) -> list[str]:
    return list(Signature.objects.filter(party__agreement__case=case).values_list("typed_name", flat=True))


def test_the_whole_way(opened, case) -> None:
    client = opened(case)
    home = page(client.get("/mentoring/p/"))
    assert "This is the one thing to do now." in home and f'href="{PAGE}"' in home
    text = page(client.get(PAGE))
    assert "We agree." in text and "Be kind." in text and "Send me a code" in text
    assert 'name="code"' not in text
    assert client.post(CODE).url == PAGE + "#sign"
    row = OutboxMessage.objects.get(case=case, event="code")
    assert row.address == "amina@example.org"
    text = page(client.get(PAGE))
    assert "a•••a@example.org" in text and "amina@example.org" not in text
    response = client.post(SIGN, values(case, code=mailed(case)))
    assert (response.status_code, response.url) == (302, SIGN)
    text = page(client.get(SIGN))
    assert "Thank you, you have signed" in text and "We wait for the others" in text
    signature = Signature.objects.get()
    assert signature.party.mentee == case.mentee
    assert signature.link == link_of(case, case.mentee)
    assert signature.shown_sha256 == current_agreement(case).document.sha256
    assert case.log.filter(action="mentoring.step.sign", actor="mentee").count() == 1
    assert "You have signed. We wait until everybody has signed" in page(client.get("/mentoring/p/"))


def test_the_words_promise_no_more_than_a_simple_signature(opened, case) -> None:
    client = opened(case)
    client.post(CODE)
    text = page(client.get(PAGE))
    assert "simple electronic signature" in text
    assert not re.search(r"advanced|qualified", text, re.IGNORECASE)


def test_mentors_sign_too_and_all_are_told(opened, case) -> None:
    for member in case.pairs.get().memberships.all():
        client = opened(case, member.mentor)
        client.post(CODE)
        response = client.post(SIGN, values(case, typed_name=member.mentor.name.lower(), code=mailed(case)))
        assert response.status_code == 302
    sign(case, mentee=case.mentee)
    assert OutboxMessage.objects.filter(case=case, event="agreement_signed").count() == 3
    assert "Everybody has signed" in page(opened(case).get(SIGN))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"typed_name": ""}, "Write your name."),
        ({"typed_name": "Amina"}, "Write your name as it stands in the agreement: Amina Yusuf"),
        ({"agreed": ""}, "Tick the box if you agree"),
        ({"code": ""}, "Write the code from the e-mail."),
        ({"code": "000 000 1"}, "This is not the code that we sent last."),
        ({"shown_sha256": "f" * 64}, "The agreement has changed since you opened this page."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(opened, case, changed, message) -> None:
    client = opened(case)
    client.post(CODE)
    digits = mailed(case)
    response = client.post(SIGN, values(case, **({"code": digits} | changed)))
    assert response.status_code == 422
    text = page(response)
    assert message in text
    assert "no-store" in response["Cache-Control"]
    if "typed_name" not in changed:
        assert 'value="Amina Yusuf"' in text
    if "code" not in changed:
        assert f'value="{digits}"' in text
    if "agreed" not in changed:
        assert re.search(r'<input[^>]*name="agreed"[^>]*checked', text)
    assert signatures(case) == []


def test_a_page_with_errors_shows_the_text_that_counts(opened, case) -> None:
    client = opened(case)
    client.post(CODE)
    text = page(client.post(SIGN, values(case, code=mailed(case), shown_sha256="f" * 64)))
    assert f'name="shown_sha256" value="{current_agreement(case).document.sha256}"' in text
    assert "The agreement has changed" in page(client.post(SIGN, values(case, code=mailed(case), shown_sha256="")))
    assert signatures(case) == []


def test_a_slip_of_the_pen_costs_no_try(opened, case) -> None:
    client = opened(case)
    client.post(CODE)
    for _ in range(7):
        client.post(SIGN, values(case, typed_name="Amina", code=mailed(case)))
    assert client.post(SIGN, values(case, code=mailed(case))).status_code == 302


def test_what_was_typed_survives_the_asking_for_a_code(opened, case) -> None:
    client = opened(case)
    client.post(CODE, {"typed_name": 'Amina "A" Yusuf', "agreed": "on"})
    text = page(client.get(PAGE))
    assert 'value="Amina &quot;A&quot; Yusuf"' in text
    assert re.search(r'<input[^>]*name="agreed"[^>]*checked', text)


def test_a_code_cannot_be_guessed(opened, case) -> None:
    client = opened(case)
    client.post(CODE)
    right = mailed(case)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    texts = [page(client.post(SIGN, values(case, code=wrong))) for _ in range(6)]
    assert ["too many wrong tries" in text for text in texts] == [False] * 5 + [True]
    response = client.post(SIGN, values(case, code=right))
    assert "too many wrong tries" in page(response)
    assert signatures(case) == []
    # The way on: a new code.
    assert "Send me a code" in page(client.get(PAGE))
    client.post(CODE)
    assert client.post(SIGN, values(case, code=mailed(case))).status_code == 302


def test_codes_end_and_newer_ones_replace_older_ones(opened, case) -> None:
    client = opened(case)
    client.post(CODE)
    first = mailed(case)
    client.post(CODE)
    if mailed(case) != first:
        assert "not the code that we sent last" in page(client.post(SIGN, values(case, code=first)))
    with clock.at(clock.now() + datetime.timedelta(minutes=16)):
        text = page(client.post(SIGN, values(case, code=mailed(case))))
        assert "This code is too old." in text
    assert signatures(case) == []


def test_a_code_works_once_and_for_its_person_only(opened, case) -> None:
    first, second = (member.mentor for member in case.pairs.get().memberships.all())
    one, two, mentee = opened(case, first), opened(case, second), opened(case)
    one.post(CODE)
    digits = mailed(case)
    assert "Ask for a code first." in page(two.post(SIGN, values(case, typed_name=second.name, code=digits)))
    mentee.post(CODE)
    if mailed(case) != digits:
        assert "not the code" in page(mentee.post(SIGN, values(case, code=digits)))
    assert one.post(SIGN, values(case, typed_name=first.name, code=digits)).status_code == 302
    again = one.post(SIGN, values(case, typed_name=first.name, code=digits))
    assert again.status_code == 200 and "you have signed" in page(again)
    assert signatures(case) == [first.name]
    assert OneTimeCode.objects.filter(used_at__isnull=False).count() == 1


def test_codes_are_not_sent_without_end(opened, case) -> None:
    client = opened(case)
    for _ in range(8):
        response = client.post(CODE, {"typed_name": "Amina"}, follow=True)
    assert OutboxMessage.objects.filter(case=case, event="code").count() == 6
    assert "asked for a code too often" in page(response)
    assert "asked for a code too often" not in page(client.get(PAGE))


def test_another_case_has_another_agreement(opened, case) -> None:
    field = make_field()
    without, other = make_case(field, "eligible"), make_case(field, "paired", agreement="out", name="Dawit Haile")
    for method, where in (("get", PAGE), ("get", PDF), ("post", CODE), ("post", SIGN)):
        assert getattr(opened(without), method)(where).status_code == 404
        assert getattr(Client(), method)(where).status_code == 403
    text = page(opened(other).get(PAGE))
    assert "Dawit" not in text.split("<main")[0] and "Amina" not in text
    client = opened(other)
    client.post(CODE)
    # The right code for the own link, with the hash of somebody else's agreement.
    inputs = values(case, typed_name="Dawit Haile", code=mailed(other))
    assert client.post(SIGN, inputs).status_code == 422
    assert signatures(other) == signatures(case) == []


def test_the_pdf_is_the_issued_one_and_kept_nowhere(opened, case) -> None:
    response = opened(case).get(PDF)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"].startswith("no-store")
    assert f"{case.reference}-en.pdf" in response["Content-Disposition"]
    assert response.content.startswith(b"%PDF-1.7 " + case.reference.encode())


def test_a_broken_file_is_said_kindly(opened, case) -> None:
    private_storage().delete(current_agreement(case).document.stored.file)
    response = opened(case).get(PDF)
    assert response.status_code == 503
    assert "The PDF cannot be shown" in page(response)


def test_a_mentor_who_left_can_neither_read_nor_sign(opened, case) -> None:
    first = case.pairs.get().memberships.first().mentor
    client = opened(case, first)
    client.post(CODE)
    digits, inputs = mailed(case), values(case, typed_name=first.name)
    case.pairs.get().memberships.filter(mentor=first).update(left_at=clock.now())
    for response in (client.get(PAGE), client.get(PDF), client.post(SIGN, {**inputs, "code": digits})):
        assert response.status_code == 404
    assert signatures(case) == []


def test_a_closed_case_is_not_signed(opened, case) -> None:
    client = opened(case)
    client.post(CODE)
    from tests.factories import as_handler

    moves.move(case.pk, "end", as_handler(), {"end_reason": "mentee_withdrew", "situation": "unknown"})
    text = page(client.get(PAGE))
    assert "Sign the agreement</button>" not in text
    response = client.post(SIGN, values(case, code=mailed(case)))
    assert response.status_code == 422
    assert "not possible while the case is in the state" in page(response)
    assert signatures(case) == []


def test_the_short_version_is_in_the_readers_language(opened) -> None:
    make_agreement_text()
    AgreementText.objects.create(
        language="fi", version=1, body="<p>Sovimme.</p>", summary="<ul><li>Ole kiltti.</li></ul>"
    )
    case = make_case(state="paired", agreement="out")
    text = page(opened(case, language="fi").get(PAGE))
    assert '<div lang="fi">' in text and "Ole kiltti." in text
    # What is signed stays in the language in which it was issued.
    assert "We agree." in text and "Sovimme." not in text


def test_text_of_an_editor_is_cleaned(opened) -> None:
    text = make_agreement_text()
    AgreementText.objects.filter(pk=text.pk).update(
        body="<h2>One</h2><p onclick='x()'>Fine</p><script>alert(1)</script>", summary="<li><img src=x>Good</li>"
    )
    content = page(opened(make_case(state="paired", agreement="out")).get(PAGE))
    assert "Fine" in content and "Good" in content
    assert "alert(1)" not in content and "onclick" not in content and "<img" not in content


def test_a_new_pair_signs_anew(opened) -> None:
    field = make_field()
    case = make_case(field, "meeting_1", name="Amina Yusuf")
    old = case.pairs.get().memberships.first().mentor
    from tests.factories import as_handler

    moves.move(case.pk, "go_back", as_handler(), {"reason": "A mentor moved away."})
    pair = {"first": make_mentor(field), "second": make_mentor(field)}
    moves.move(case.pk, "pair", as_handler(), pair)
    with pretend_pdf():
        moves.move(case.pk, "send_agreement", as_handler())
    assert "Send me a code" in page(opened(case).get(PAGE))
    client = Client()
    client.post(address(case, old))
    assert client.get(PAGE).status_code == 404


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("Aoife O'Brien", "Aoife O\u2019Brien"),
        ("Aoife O\u2019Brien", "aoife  o'brien"),
        ("P\u00e4ivi M\u00e4ki", "Pa\u0308ivi Ma\u0308ki"),
    ],
)
def test_a_name_as_another_keyboard_writes_it(opened, printed, typed) -> None:
    case = make_case(state="paired", agreement="out", name=printed, email="amina@example.org")
    client = opened(case)
    client.post(CODE)
    response = client.post(SIGN, values(case, code=mailed(case), typed_name=typed))
    assert (response.status_code, signatures(case)) == (302, [" ".join(typed.split())])


def test_the_summary_stays_while_a_language_lags_behind(opened) -> None:
    """English is at version 2, and nobody has translated it yet."""
    make_agreement_text()
    words = {"language": "fi", "body": "<p>Sovimme.</p>", "in_force_from": clock.now() - datetime.timedelta(days=900)}
    AgreementText.objects.create(version=1, summary="<ul><li>Ole kiltti.</li></ul>", **words)
    english = {"language": "en", "version": 2, "body": "<p>We agree more.</p>", "summary": "Be kinder."}
    AgreementText.objects.create(in_force_from=clock.now() - datetime.timedelta(days=800), **english)
    case = make_case(state="paired", agreement="out")
    assert current_agreement(case).text.version == 2
    text = opened(case, language="fi").get(PAGE).content.decode()
    assert "Ole kiltti." in text and "Be kinder." not in text
    # A version that is to come says nothing yet; in a language without any it is the agreement's own.
    assert "Be kinder." in opened(case, language="sv").get(PAGE).content.decode()
    words |= {"language": "sv", "in_force_from": clock.now() + datetime.timedelta(days=1)}
    AgreementText.objects.create(version=1, summary="Var snäll.", **words)
    assert "Var snäll." not in opened(case, language="sv").get(PAGE).content.decode()
