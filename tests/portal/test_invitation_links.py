"""Whose link to an invitation opens what: no other page, nobody else's question, and nothing by a mail scanner."""

import datetime
import re

import pytest
from django.test import Client

from tests.factories import make_case, make_field, make_mentor
from tests.portal.asking import (
    ASK,
    BREAK,
    OWN,
    PAGE,
    PRIVATE,
    WORDS,
    invitation_of,
    invited,
    make_asked,
    open_link,
    own,
    status,
)
from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.pairing.models import Invitation
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import PrivateLink

pytestmark = pytest.mark.django_db


def test_following_the_link_answers_nothing_and_opens_nothing() -> None:
    first = invitation_of(make_asked(**WORDS))
    link = links.link_for_invitation(first)
    address = f"/mentoring/p/{links.token(link)}/"
    client = Client()
    for method in (client.get, client.head, client.get):
        assert method(address).status_code == 200
    assert client.get(PAGE).status_code == 403
    link.refresh_from_db()
    assert link.opened_at is None and status(first) == "asked"
    assert not [word for word in (*PRIVATE, "Tampere", "TEK") if word in client.get(address).content.decode()]
    response = client.post(address)
    assert response.headers["Location"] == PAGE and client.get(PAGE).status_code == 200
    # Looking, again and again, changes nothing.
    before = Invitation.objects.values().get(pk=first.pk)
    for method in (client.get, client.head):
        assert method(PAGE).status_code == 200
    assert Invitation.objects.values().get(pk=first.pk) == before
    for path in (ASK, BREAK):
        assert client.get(path).status_code == 405


def test_altered_expired_and_revoked_links_open_nothing() -> None:
    first = invitation_of(make_asked())
    link = links.link_for_invitation(first)
    token = links.token(link)
    client = Client()
    for spoilt in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x" + token, token.split(":")[0]):
        assert client.post(f"/mentoring/p/{spoilt}/").status_code == 403
    inside = open_link(link)
    PrivateLink.objects.filter(pk=link.pk).update(expires_at=clock.now() - datetime.timedelta(seconds=1))
    assert client.post(f"/mentoring/p/{token}/").status_code == 403
    assert inside.get(PAGE).status_code == 403
    assert inside.post(PAGE, {"answer": "yes"}).status_code == 403
    PrivateLink.objects.filter(pk=link.pk).update(expires_at=clock.now() + datetime.timedelta(days=1))
    inside = open_link(link)
    link.refresh_from_db()
    links.revoke(link)
    assert inside.get(PAGE).status_code == 403
    assert status(first) == "asked"


def test_a_session_answers_its_own_question_alone() -> None:
    mine, theirs = invitation_of(make_asked()), invitation_of(make_asked())
    client = invited(mine)
    client.post(PAGE, {"answer": "other", "invitation": theirs.pk, "number": theirs.pk, "pk": theirs.pk})
    assert status(mine) == "no" and status(theirs) == "asked"
    # A link whose row names somebody else's question opens nothing.
    PrivateLink.objects.filter(purpose="invitation").delete()
    PrivateLink.objects.create(
        purpose="invitation", mentor=mine.mentor, invitation=theirs, expires_at=clock.now() + datetime.timedelta(days=1)
    )
    assert open_link(PrivateLink.objects.get(invitation=theirs)).get(PAGE).status_code == 403


def test_a_session_opens_the_pages_of_its_own_kind_alone() -> None:
    field = make_field()
    mentor = make_mentor(field, capacity=3)
    case = make_case(field, "paired", mentors=[mentor, make_mentor(field)], agreement="out")
    first = invitation_of(make_asked(mentor, make_mentor(field)))
    pages = {
        "case": ["/mentoring/p/", "/mentoring/p/agreement/", "/mentoring/p/guide/1/", "/mentoring/p/mentors/"],
        "invitation": [PAGE],
        "mentor": [OWN, f"{OWN}profile/", f"{OWN}away/", f"{OWN}stop/", f"{OWN}orientation/"],
    }
    browsers = {
        "case": open_link(links.link_for(case, mentor=mentor)),
        "invitation": invited(first),
        "mentor": own(mentor),
    }
    posts = {
        "case": ["/mentoring/p/agreement/code/", f"/mentoring/p/case/{case.reference}/"],
        "invitation": [PAGE, ASK, BREAK],
        "mentor": [f"{OWN}still-true/", f"{OWN}case/{case.reference}/", f"{OWN}invitation/{first.pk}/"],
    }
    for kind, client in browsers.items():
        for other, addresses in pages.items():
            for address in addresses:
                got = client.get(address).status_code
                assert (got != 403) == (kind == other), (kind, address, got)
        for other, addresses in posts.items():
            for address in addresses:
                if kind != other:
                    assert client.post(address, {"answer": "yes"}).status_code == 403, (kind, address)
        # And it is still open afterwards.
        assert client.get(pages[kind][0]).status_code == 200
    assert status(first) == "asked"


def test_the_address_of_another_page_leads_to_the_one_that_is_open() -> None:
    field = make_field()
    mentor = make_mentor(field, capacity=3)
    case = make_case(field, "paired", mentors=[mentor, make_mentor(field)], agreement="out")
    first = invitation_of(make_asked(mentor, make_mentor(field)))
    for link, other, home in (
        (links.link_for_invitation(first), "/mentoring/p/", PAGE),
        (links.link_for(case, mentor=mentor), OWN, "/mentoring/p/"),
        (links.link_for_mentor(mentor), PAGE, OWN),
    ):
        client = open_link(link)
        answer = client.get(other)
        assert answer.status_code == 403
        page = answer.content.decode()
        assert f'href="{home}">Go to the page that is open' in page and "Your page has closed" not in page
        assert client.get(home).status_code == 200
        # What opens nothing any more is not led to.
        links.revoke(link)
        assert "Your page has closed" in client.get(other).content.decode()


def test_the_forms_are_guarded_against_other_sites() -> None:
    first = invitation_of(make_asked())
    client = Client(enforce_csrf_checks=True)
    address = f"/mentoring/p/{links.token(links.link_for_invitation(first))}/"
    assert client.post(address).status_code == 403
    key = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(address).content.decode())
    assert key is not None
    assert client.post(address, {"csrfmiddlewaretoken": key[1]}).status_code == 302
    for path in (PAGE, ASK, BREAK):
        assert client.post(path, {"answer": "yes", "question": "?"}).status_code == 403
    assert status(first) == "asked" and not Invitation.objects.get(pk=first.pk).question


def test_erased_people_leave_a_page_that_opens_no_more() -> None:
    proposal = make_asked()
    client = invited(invitation_of(proposal))
    Case.objects.filter(pk=proposal.case_id).update(anonymised_at=clock.now())
    assert client.get(PAGE).status_code == 403
