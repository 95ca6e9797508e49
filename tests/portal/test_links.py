"""Private links over HTTP: what opens a page, what does not, and how a fresh link is got."""

import datetime
import re

import pytest
from django.test import Client

from tests.factories import make_case, make_field, make_handler, make_mentor, make_union
from tests.portal.asking import invitation_of, make_asked
from tests.portal.conftest import address, link_of
from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import PrivateLink

pytestmark = pytest.mark.django_db
HOME = "/mentoring/p/"
NEW_LINK = "/mentoring/p/new-link/"


def page(response) -> str:
    return response.content.decode()


def assert_private(response) -> None:
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert "noindex" in response["X-Robots-Tag"]


def test_following_the_link_opens_nothing(client: Client) -> None:
    case = make_case(name="Amina Yusuf")
    for method in (client.get, client.head, client.get):
        response = method(address(case, case.mentee))
        assert response.status_code == 200
        assert_private(response)
    text = page(response)
    # By whole words: the tokens in the page hold any letters.
    assert not {"Amina", "TEK"} & set(re.split(r"\W+", text)) and case.reference not in text
    assert client.get(HOME).status_code == 403
    assert link_of(case, case.mentee).opened_at is None
    # And after all the scanning the person can still open it.
    assert client.post(address(case, case.mentee)).url == HOME
    assert "We are reading your application" in page(client.get(HOME))
    assert link_of(case, case.mentee).opened_at is not None


def test_the_button_is_guarded_against_other_sites() -> None:
    case = make_case()
    client = Client(enforce_csrf_checks=True)
    assert client.post(address(case, case.mentee)).status_code == 403
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page(client.get(address(case, case.mentee))))
    assert found is not None
    response = client.post(address(case, case.mentee), {"csrfmiddlewaretoken": found[1]})
    assert response.url == HOME


def test_the_session_key_changes_when_a_page_is_opened(client: Client) -> None:
    case = make_case()
    client.session["a"] = 1
    session = client.session
    session["known"] = "before"
    session.save()
    client.cookies["sessionid"] = session.session_key
    client.post(address(case, case.mentee))
    assert client.session.session_key != session.session_key


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: "x" + token,
        lambda token: token.split(":")[0],
        lambda token: "anything",
        lambda token: "%00",
    ],
)
def test_an_altered_link_offers_a_fresh_one(client: Client, spoil) -> None:
    case = make_case()
    token = links.token(link_of(case, case.mentee))
    for response in (client.get(f"{HOME}{spoil(token)}/"), client.post(f"{HOME}{spoil(token)}/")):
        assert response.status_code == 403
        assert_private(response)
        assert "Send me a fresh link" in page(response)
        assert case.reference not in page(response)
    assert client.get(HOME).status_code == 403


def test_old_revoked_and_renewed_links_look_alike(client: Client) -> None:
    expired, revoked, renewed = make_case(), make_case(), make_case()
    addresses = [address(case, case.mentee) for case in (expired, revoked, renewed)]
    PrivateLink.objects.filter(case=expired).update(expires_at=clock.now() - datetime.timedelta(seconds=1))
    links.revoke(link_of(revoked, revoked.mentee))
    links.renew(link_of(renewed, renewed.mentee))
    pages = set()
    for old in addresses:
        response = client.post(old)
        assert response.status_code == 403
        text = re.sub(r'value="\w{64}"|value="/mentoring/p/[^"]*"', "", page(response))
        pages.add(text)
    assert len(pages) == 1
    assert client.post(address(renewed, renewed.mentee)).url == HOME


@pytest.mark.parametrize("change", ["renew", "revoke", "expire", "wait"])
def test_an_open_page_closes_when_its_link_does(opened, change: str) -> None:
    case = make_case()
    client = opened(case)
    assert client.get(HOME).status_code == 200
    link, at = link_of(case, case.mentee), clock.now()
    if change == "renew":
        links.renew(link)
    elif change == "revoke":
        links.revoke(link)
    elif change == "expire":
        PrivateLink.objects.update(expires_at=at - datetime.timedelta(seconds=1))
    else:
        at += datetime.timedelta(minutes=61)
    with clock.at(at):
        response = client.get(HOME)
        assert response.status_code == 403
        assert "Your page has closed" in page(response)
        assert client.get("/mentoring/p/agreement/").status_code == 403


def test_using_the_page_keeps_it_open(opened) -> None:
    case = make_case()
    client, at = opened(case), clock.now()
    for minutes in (50, 100, 150):
        with clock.at(at + datetime.timedelta(minutes=minutes)):
            assert client.get(HOME).status_code == 200


def test_a_link_shows_the_own_case_only(opened) -> None:
    field = make_field()
    mine, other = make_case(field, name="Amina Yusuf"), make_case(field, name="Dawit Haile")
    text = page(opened(mine).get(HOME))
    assert mine.reference in text
    assert other.reference not in text and "Dawit" not in text


def test_leaving_clears_the_device(opened) -> None:
    case = make_case()
    client = opened(case)
    assert client.get("/mentoring/p/leave/").status_code == 405
    response = client.post("/mentoring/p/leave/")
    assert response.url == "/mentoring/p/left/"
    assert response["Clear-Site-Data"] == '"cache"'
    assert "You have left" in page(client.get(response.url))
    assert client.get(HOME).status_code == 403
    assert dict(client.session) == {}


def ask(client: Client, email: str):
    return client.post(NEW_LINK, {"email": email}, follow=True)


def test_a_fresh_link_goes_to_the_stored_address(client: Client, django_capture_on_commit_callbacks) -> None:
    case = make_case(email="amina@example.org")
    OutboxMessage.objects.all().delete()
    ask(client, "AMINA@example.org")
    row = OutboxMessage.objects.get()
    assert (row.event, row.address, row.link) == ("fresh_link", "amina@example.org", link_of(case, case.mentee))
    assert case.log.filter(action="mentoring.link_sent").count() == 1


def test_the_answer_tells_nothing_about_the_address(client: Client) -> None:
    make_case(email="amina@example.org")
    known, unknown = ask(client, "amina@example.org"), ask(Client(), "nobody@example.org")
    assert known.redirect_chain == unknown.redirect_chain == [("/mentoring/p/new-link/sent/", 302)]
    assert page(known) == page(unknown)
    assert "If somebody with this address" in page(known)


def test_the_address_is_looked_up_after_the_answer(rf, monkeypatch) -> None:
    """What takes time for a known address happens when the answer is away."""
    from wagtail_mentoring.portal import views

    done = []
    monkeypatch.setattr(views, "send_fresh_links", done.append)
    request = rf.post(NEW_LINK, {"email": "amina@example.org"})
    request._dont_enforce_csrf_checks = True
    response = views.new_link(request)
    assert done == []
    response.close()
    response.close()
    assert done == ["amina@example.org"]


def test_everybody_with_the_address_gets_the_links_of_running_and_ended_cases(client: Client) -> None:
    field = make_field()
    mentor = make_mentor(field, email="both@example.org", capacity=2)
    mentee_case = make_case(field, email="both@example.org")
    refused = make_case(field, "closed", closed_from="applied", email="both@example.org")
    mentored = make_case(field, "paired", mentors=[mentor, make_mentor(field)])
    left = make_case(field, "paired", mentors=[make_mentor(field, email="both@example.org"), make_mentor(field)])
    left.pairs.update(ended_at=clock.now())
    elsewhere = make_case(make_field(make_union("safa"), "architects"), email="both@example.org")
    over = make_case(field, "closed", mentors=[mentor, make_mentor(field)])
    erased = make_case(field, "closed", email="both@example.org")
    Case.objects.filter(pk=erased.pk).update(anonymised_at=clock.now())
    OutboxMessage.objects.all().delete()
    ask(client, "both@example.org")
    told = {(row.case, row.mentor is not None) for row in OutboxMessage.objects.all()}
    # Both mentors with this address get their own page, which belongs to no case. What is over can still be read and
    # downloaded until it is erased.
    ended = {(refused, False), (over, True)}
    assert told == {(mentee_case, False), (mentored, True), (elsewhere, False), (None, True)} | ended
    assert OutboxMessage.objects.filter(case=None, event="fresh_mentor_link").count() == 2
    assert erased not in {case for case, _mentor in told}


def test_a_mentor_gets_the_own_page_and_the_open_questions_anew(client: Client) -> None:
    field = make_field()
    values = {"email": "maija@example.org", "capacity": 3}
    mentor, stopped = make_mentor(field, **values), make_mentor(field, ended_on=clock.today(), **values)
    waiting = make_mentor(field, approved_on=None, **values)
    open_one, answered, shut = (make_asked(mentor, make_mentor(field)) for _number in range(3))
    invitations.answer_yes(invitation_of(answered).pk)
    invitations.withdraw(shut.pk, make_handler())
    links.revoke(links.link_for_mentor(waiting))
    links.link_for_mentor(stopped)
    OutboxMessage.objects.all().delete()
    ask(client, "maija@example.org")
    told = {(row.event, row.link_id) for row in OutboxMessage.objects.all()}
    assert told == {
        ("fresh_mentor_link", links.link_for_mentor(mentor).pk),
        ("invitation_reminder", links.link_for_invitation(invitation_of(open_one)).pk),
        ("invitation_reminder", links.link_for_invitation(invitation_of(answered)).pk),
    }


def test_a_link_that_works_still_works_after_somebody_asked(client: Client) -> None:
    case = make_case(email="amina@example.org")
    before = address(case, case.mentee)
    ask(client, "amina@example.org")
    assert client.post(before).url == HOME


def test_an_expired_link_is_made_anew_and_a_revoked_one_is_not(client: Client) -> None:
    expired, revoked, both = (make_case(email=f"{name}@example.org") for name in "erb")
    long_ago = clock.now() - datetime.timedelta(days=1)
    for case in (revoked, both):
        links.revoke(link_of(case, case.mentee))
    PrivateLink.objects.filter(case__in=[expired, both]).update(expires_at=long_ago)
    OutboxMessage.objects.all().delete()
    for case in (expired, revoked, both):
        ask(client, case.mentee.email)
    assert [row.address for row in OutboxMessage.objects.all()] == ["e@example.org"]
    assert client.post(address(expired, expired.mentee)).url == HOME
    assert PrivateLink.objects.filter(case__in=[revoked, both], revoked_at__isnull=False).count() == 2


def test_links_cannot_be_asked_for_without_end(client: Client) -> None:
    case = make_case(email="amina@example.org")
    OutboxMessage.objects.all().delete()
    codes = [ask(client, "amina@example.org").status_code for _ in range(7)]
    assert codes == [200] * 5 + [429] * 2
    assert OutboxMessage.objects.filter(case=case).count() == 5
    # From another device the address has had enough too, and nobody is told.
    response = Client(REMOTE_ADDR="203.0.113.9").post(NEW_LINK, {"email": "amina@example.org"}, follow=True)
    assert response.status_code == 200
    assert OutboxMessage.objects.filter(case=case).count() == 5


@pytest.mark.parametrize("typed", ["", "amina", "amina@"])
def test_a_wrong_address_is_told_beside_the_field(client: Client, typed: str) -> None:
    response = client.post(NEW_LINK, {"email": typed})
    assert response.status_code == 200
    assert_private(response)
    assert f'value="{typed}"' in page(response) or not typed
    assert "mtg-err" in page(response)


def test_it_speaks_the_persons_language_until_another_is_chosen(client: Client) -> None:
    case = make_case()
    case.mentee.language = "fi"
    case.mentee.save()
    assert '<html lang="fi"' in page(client.get(address(case, case.mentee)))
    client.post(address(case, case.mentee))
    assert '<html lang="fi"' in page(client.get(HOME))
    client.post("/mentoring/language/", {"language": "sv", "next": HOME})
    assert '<html lang="sv"' in page(client.get(HOME))
    client.post(address(case, case.mentee))
    assert '<html lang="sv"' in page(client.get(HOME))
