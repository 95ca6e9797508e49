"""One-time codes: right ones, wrong ones, old ones, and how many tries."""

import datetime

import pytest

from tests.factories import make_case
from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf
from wagtail_mentoring.people import codes, links
from wagtail_mentoring.people.models import OneTimeCode, PrivateLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> PrivateLink:
    case = make_case()
    return links.link_for(case, mentee=case.mentee)


def wrong(plain: str) -> str:
    return "000000" if plain != "000000" else "111111"


def test_the_right_code(link: PrivateLink) -> None:
    code, plain = codes.issue(link, "sign")
    assert len(plain) == 6
    assert plain not in code.code_hash
    checked = codes.check(link, "sign", f" {plain[:3]} {plain[3:]} ")
    codes.use(checked)
    with pytest.raises(codes.CodeRefused):
        codes.use(checked)
    with pytest.raises(codes.CodeRefused):
        codes.check(link, "sign", plain)


@pytest.mark.parametrize("zero", ["٠", "۰", "०", "０"])
def test_digits_of_other_scripts(link: PrivateLink, zero: str) -> None:
    """A keyboard may write the digits of its own script."""
    _code, plain = codes.issue(link, "sign")
    typed = "".join(chr(ord(zero) + int(digit)) for digit in plain)
    assert codes.check(link, "sign", typed)


@pytest.mark.parametrize("typed", ["", "²²²²²²", "abc", "12345", "1234567"])
def test_what_is_no_code_is_refused(link: PrivateLink, typed: str) -> None:
    codes.issue(link, "sign")
    with pytest.raises(codes.CodeRefused):
        codes.check(link, "sign", typed)


def test_wrong_tries_are_counted_and_end_the_code(link: PrivateLink) -> None:
    code, plain = codes.issue(link, "sign")
    for _try in range(conf.CODE_ATTEMPTS):
        with pytest.raises(codes.CodeRefused, match="not the code"):
            codes.check(link, "sign", wrong(plain))
    with pytest.raises(codes.CodeRefused, match="too many"):
        codes.check(link, "sign", plain)
    code.refresh_from_db()
    assert code.attempts == conf.CODE_ATTEMPTS


def test_a_right_try_costs_none(link: PrivateLink) -> None:
    """Who types the code rightly and a name wrongly comes back more often than a guesser may."""
    _code, plain = codes.issue(link, "sign")
    for _try in range(conf.CODE_ATTEMPTS + 2):
        assert codes.check(link, "sign", plain)


def test_a_newer_code_ends_the_older(link: PrivateLink) -> None:
    _old, first = codes.issue(link, "sign")
    _new, second = codes.issue(link, "sign")
    if first != second:
        with pytest.raises(codes.CodeRefused):
            codes.check(link, "sign", first)
    assert codes.check(link, "sign", second)


def test_an_old_code(link: PrivateLink) -> None:
    _code, plain = codes.issue(link, "sign")
    with clock.at(clock.now() + datetime.timedelta(minutes=conf.CODE_MINUTES, seconds=1)):
        with pytest.raises(codes.CodeRefused, match="too old"):
            codes.check(link, "sign", plain)


def test_a_code_of_another_purpose_or_person(link: PrivateLink) -> None:
    _code, plain = codes.issue(link, "export")
    with pytest.raises(codes.CodeRefused, match="Ask for a code"):
        codes.check(link, "sign", plain)
    other = make_case()
    with pytest.raises(codes.CodeRefused, match="Ask for a code"):
        codes.check(links.link_for(other, mentee=other.mentee), "export", plain)


def test_codes_are_stored_as_hashes_alone(link: PrivateLink) -> None:
    _code, plain = codes.issue(link, "sign")
    assert plain not in str(OneTimeCode.objects.values().get())
