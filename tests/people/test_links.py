"""Private links: who holds one opens one page, and an old, altered or revoked one opens nothing."""

import copy
import datetime

import pytest
from django.core import signing

from tests.factories import make_case, make_mentor
from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import PrivateLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> PrivateLink:
    case = make_case()
    return links.link_for(case, mentee=case.mentee)


def test_a_person_has_one_link_to_a_case(link: PrivateLink) -> None:
    assert links.link_for(link.case, mentee=link.mentee) == link
    assert links.link_for(link.case, mentor=make_mentor()) != link


def test_a_link_is_read_back(link: PrivateLink) -> None:
    assert links.read_token(links.token(link)) == link


@pytest.mark.parametrize(
    "payload", [[], [1], [1, 1, 1], ["x", 1], [None, None], {"pk": 1}, "text", 7, [987654, 1], [[], 1], [2**70, 1]]
)
def test_signed_nonsense_opens_nothing(payload: object) -> None:
    with pytest.raises(links.LinkRefused):
        links.read_token(signing.dumps(payload, salt=links.SALT))


@pytest.mark.parametrize("value", ["", ":", "a:b:c", "\x00", "é" * 40])
def test_unsigned_nonsense_opens_nothing(value: str) -> None:
    with pytest.raises(links.LinkRefused):
        links.read_token(value)


def test_an_altered_value_or_another_salt_opens_nothing(link: PrivateLink) -> None:
    good = links.token(link)
    for bad in (good[:-1], good + "A", good.swapcase(), signing.dumps([link.pk, link.generation], salt="other")):
        with pytest.raises(links.LinkRefused):
            links.read_token(bad)


def test_renewing_ends_earlier_addresses(link: PrivateLink) -> None:
    old = links.token(link)
    new = links.token(links.renew(link))
    assert links.read_token(new) == link
    with pytest.raises(links.LinkRefused):
        links.read_token(old)


def test_an_expired_link_opens_nothing_and_is_renewed_when_asked_for(link: PrivateLink) -> None:
    old = links.token(link)
    with clock.at(clock.now() + datetime.timedelta(days=conf.LINK_DAYS, seconds=1)):
        with pytest.raises(links.LinkRefused):
            links.read_token(old)
        again = links.link_for(link.case, mentee=link.mentee)
        assert links.read_token(links.token(again)) == link
        with pytest.raises(links.LinkRefused):
            links.read_token(old)


def test_a_revoked_link_opens_nothing(link: PrivateLink) -> None:
    value = links.token(link)
    links.revoke(link)
    with pytest.raises(links.LinkRefused):
        links.read_token(value)


def test_a_revoked_link_stays_revoked_until_it_is_renewed(link: PrivateLink) -> None:
    """A mail that happens to be written does not open again what the contact person closed."""
    links.revoke(link)
    with clock.at(clock.now() + datetime.timedelta(days=conf.LINK_DAYS, seconds=1)):
        again = links.link_for(link.case, mentee=link.mentee)
        with pytest.raises(links.LinkRefused):
            links.read_token(links.token(again))
        assert links.read_token(links.token(links.renew(again))) == link


def test_a_renewal_that_is_taken_back_leaves_the_old_address_and_none_of_its_own(link: PrivateLink) -> None:
    links.revoke(link)
    before = copy.copy(link)
    links.renew(link)
    lost = links.token(link)
    assert links.take_back(link, before)
    link.refresh_from_db()
    assert (link.generation, link.expires_at, link.revoked_at) == (
        before.generation,
        before.expires_at,
        before.revoked_at,
    )
    links.renew(link)
    assert links.token(link) != lost and links.read_token(links.token(link)) == link
    with pytest.raises(links.LinkRefused):
        links.read_token(lost)


def test_a_renewal_is_not_taken_back_when_there_is_a_newer_one(link: PrivateLink) -> None:
    before = copy.copy(link)
    links.renew(link)
    newer = links.renew(PrivateLink.objects.get(pk=link.pk))
    assert not links.take_back(link, before)
    assert links.read_token(links.token(newer)) == link


def test_a_link_works_until_it_is_revoked_or_its_time_is_over() -> None:
    case = make_case()
    link = links.link_for(case, mentee=case.mentee)

    def works() -> bool:
        link.refresh_from_db()
        assert PrivateLink.objects.working().filter(pk=link.pk).exists() == link.works
        return link.works

    assert works()
    with clock.at(link.expires_at):
        assert works()
    with clock.at(link.expires_at + datetime.timedelta(seconds=1)):
        assert not works()
    links.revoke(link)
    assert not works()
    links.renew(link)
    assert works()
