"""The programme page and the field pages, as a visitor gets them."""

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from tests.factories import make_case, make_field, make_programme, make_union
from tests.pages.site import make_field_page, make_programme_page
from wagtail_mentoring import clock
from wagtail_mentoring.models import MentorPair, Profession, RoutingRule
from wagtail_mentoring.pages.listing import alternatives
from wagtail_mentoring.pages.waiting import FEWEST, usual_waiting
from wagtail_mentoring.programme.models import Area

pytestmark = pytest.mark.django_db


def get(client: Client, address: str, language: str = "en") -> str:
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 200, address
    return response.content.decode()


def name(field: Any, area: str = Area.OTHER, **names: str) -> Any:
    """Rename the profession of ``field`` and put it under a heading."""
    Profession.objects.filter(pk=field.profession_id).update(names=names, area=area)
    field.refresh_from_db()
    return field


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


class TestProgrammePage:
    def test_fields_stand_under_their_headings(self, client: Client) -> None:
        architects = name(make_field(make_union("safa"), "architects"), Area.TECHNOLOGY, en="architects")
        doctors = name(make_field(make_union("fma"), "doctors"), Area.HEALTH, en="doctors")
        pages = [make_field_page(architects), make_field_page(doctors)]
        html = get(client, make_programme_page().url)
        health, technology = html.index("Health and care"), html.index("Technology and building")
        assert health < html.index(f'href="{pages[1].url}"') < technology < html.index(f'href="{pages[0].url}"')
        assert "Education and research" not in html
        assert "2 Finnish unions" in html
        assert ">Architects<" in html

    def test_unpublished_and_restricted_pages_are_not_listed(self, client: Client) -> None:
        hidden = make_field_page(make_field(make_union("safa"), "architects"), live=False)
        private = make_field_page(make_field(make_union("fma"), "doctors"))
        PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
        html = get(client, make_programme_page().url)
        assert hidden.slug not in html
        assert private.slug not in html
        assert "No field is published yet." in html

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("architect", "safa-architects"),
            ("ARKKITEHTI", "safa-architects"),
            ("I am an architect", "safa-architects"),
            ("civil engineer", "tek-technology"),
            ("insinööri", "tek-technology"),
        ],
    )
    def test_search_finds_by_names_in_every_language_and_by_rules(self, client: Client, asked: str, found: str) -> None:
        make_field_page(name(make_field(make_union("safa"), "architects"), en="architects", fi="arkkitehdit"))
        make_field_page(name(make_field(make_union("tek"), "technology"), en="Masters in Technology"))
        rule = RoutingRule.objects.create(programme=make_programme(), words=["engineer", "insinööri"])
        rule.unions.add(make_union("tek"))
        html = client.get(make_programme_page().url, {"q": asked}).content.decode()
        results = html[html.index('id="found"') : html.index("What mentoring is")]
        assert re.findall(r'href="[^"]*/programme/([^/"]+)/"', results) == [found]
        assert f'value="{asked}"' in html

    def test_search_without_a_hit_leads_on(self, client: Client) -> None:
        make_field_page()
        html = client.get(make_programme_page().url, {"q": "<script>astronaut"}).content.decode()
        assert "We found no field for “&lt;script&gt;astronaut”" in html
        assert 'href="/mentoring/apply/mentoring/"' in html

    def test_numbers_come_from_the_unions_rules(self, client: Client) -> None:
        make_field(make_union("tek"), "a", min_meetings=2, max_meetings=4)
        make_field(make_union("safa"), "b", min_meetings=3, max_meetings=5, asylum_seekers_may_apply=True)
        html = get(client, make_programme_page().url)
        assert "You meet 2 to 5 times" in html
        assert "asylum seekers" in html

    def test_constant_number_of_queries(self, client: Client) -> None:
        make_field_page(make_field(make_union("tek"), "engineers"))
        address = make_programme_page().url
        rule = RoutingRule.objects.create(programme=make_programme(), words=["teacher"])
        rule.unions.add(make_union("tek"))
        before = queries(client, address), queries(client, f"{address}?q=teacher")
        for number in range(8):
            union = make_union(f"union{'abcdefgh'[number]}")
            make_field_page(make_field(union, f"teachers{number}"))
            RoutingRule.objects.create(programme=make_programme(), words=[f"word{number}"]).unions.add(union)
        assert (queries(client, address), queries(client, f"{address}?q=teacher")) == before


class TestFieldPage:
    def test_says_what_a_visitor_asks(self, client: Client) -> None:
        union = make_union("safa", names={"en": "Association of Architects", "fi": "Arkkitehtiliitto"})
        field = name(make_field(union, "architects", regulated=False), en="architects")
        html = get(client, make_field_page(field).url)
        assert "Association of Architects" in html
        assert "3 to 5 meetings, each 1.5 hours" in html
        assert "Sanna Lindqvist" in html and "mailto:mentoring@safa.example.org" in html
        assert [f"Theme {number}" in html for number in range(1, 6)] == [True] * 5
        assert html.count('href="/mentoring/apply/mentoring/safa/architects/"') == 2
        assert 'data-mtg-union="safa"' in html and 'href="/mentoring/unions.css"' in html
        assert 'href="/mentoring/texts/never_tell/safa/"' in html
        assert "asked for asylum" not in html

    def test_in_the_visitors_language(self, client: Client) -> None:
        html = get(client, make_field_page().url, "fi")
        assert '<html lang="fi"' in html
        assert "Aihe 1" in html and "Theme 1" not in html

    def test_paused_intake_says_so_and_names_alternatives(self, client: Client) -> None:
        paused = name(make_field(make_union("tek"), "technology"), en="technology")
        paused.intake_open, paused.intake_note = False, {"en": "Open again in February."}
        paused.save()
        other = name(make_field(make_union("safa"), "architects"), en="architects")
        rule = RoutingRule.objects.create(programme=make_programme(), words=["architect"])
        rule.unions.add(make_union("tek"), make_union("safa"))
        link = make_field_page(other)
        html = get(client, make_field_page(paused).url)
        assert "This field takes no applications now" in html
        assert "Open again in February." in html
        assert f'href="{link.url}"' in html
        assert "apply/mentoring/tek/technology" not in html
        assert 'href="/mentoring/apply/mentoring/"' in html

    def test_alternatives_leave_out_paused_and_unrelated_fields(self) -> None:
        asked = name(make_field(make_union("tek"), "technology"), en="technology")
        same = make_field(make_union("kt"), "technology")
        name(make_field(make_union("fma"), "doctors"), en="doctors")
        closed = make_field(make_union("tral"), "technology")
        closed.intake_open = False
        closed.save()
        assert alternatives(asked) == [same]

    def test_queries_do_not_grow_with_the_body_or_the_neighbours(self, client: Client) -> None:
        page = make_field_page(make_field(make_union("tek"), "engineers"))
        before = queries(client, page.url)
        page.body = [("heading", "Work"), ("paragraph", "<p>Text</p>"), ("quote", {"text": "Good.", "who": "A."})] * 5
        page.save()
        make_field_page(make_field(make_union("safa"), "architects"))
        assert queries(client, page.url) == before <= 10

    def test_every_block_is_rendered(self, client: Client) -> None:
        body = [
            ("heading", "A heading"),
            ("paragraph", "<p>A <b>paragraph</b></p>"),
            ("steps", {"heading": "Steps", "steps": [{"title": "First", "text": "Do it"}]}),
            ("question", {"question": "Why?", "answer": "<p>Therefore</p>"}),
            ("quote", {"text": "A quotation", "who": "Somebody"}),
        ]
        html = get(client, make_field_page(body=body).url)
        for expected in ("<h2>A heading</h2>", "<b>paragraph</b>", "First", "<summary>Why?</summary>", "Therefore"):
            assert expected in html
        assert "<blockquote><p>A quotation</p></blockquote>" in html


class TestWaiting:
    def test_is_the_promise_while_few_have_waited(self) -> None:
        field = make_field(decision_days=14, pairing_days=28)
        waiting = usual_waiting(field)
        assert (waiting.weeks, waiting.measured) == (6, False)

    def test_is_measured_where_enough_have_waited(self) -> None:
        field = make_field()
        for number in range(FEWEST):
            case = make_case(field=field)
            pair = MentorPair.objects.create(union=case.union, case=case)
            days = datetime.timedelta(weeks=2 + number)
            MentorPair.objects.filter(pk=pair.pk).update(created_at=case.opened_at + days)
        with clock.at(clock.now() + datetime.timedelta(weeks=20)):
            waiting = usual_waiting(field)
        assert (waiting.weeks, waiting.measured) == (4, True)


class TestFrame:
    def test_language_is_remembered_and_the_address_kept(self, client: Client) -> None:
        page = make_field_page()
        response = client.post("/mentoring/language/", {"language": "sv", "next": page.url})
        assert (response.status_code, response.headers["Location"]) == (302, page.url)
        assert '<html lang="sv"' in client.get(page.url).content.decode()

    @pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/"])
    def test_language_leads_nowhere_else(self, client: Client, address: str) -> None:
        response = client.post("/mentoring/language/", {"language": "fi", "next": address})
        assert "evil" not in response.headers["Location"]

    def test_language_is_changed_by_post_alone(self, client: Client) -> None:
        assert client.get("/mentoring/language/?language=fi").status_code == 405

    def test_nothing_is_inline(self, client: Client) -> None:
        for address in (make_field_page().url, make_programme_page().url, "/mentoring/texts/cookies/"):
            html = get(client, address)
            assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", html), address

    def test_union_colours_are_served_with_an_etag(self, client: Client) -> None:
        make_union("safa", accent="#1e4a8c")
        make_union("odd", accent="red;}")
        response = client.get("/mentoring/unions.css")
        css = response.content.decode()
        assert '.mtg[data-mtg-union="safa"]{--mtg-u:#1e4a8c;' in css
        assert "red" not in css
        assert "max-age=300" in response.headers["Cache-Control"]
        again = client.get("/mentoring/unions.css", headers={"if-none-match": response.headers["ETag"]})
        assert again.status_code == 304


def test_a_reader_of_another_language_reads_the_fields_name_in_it(client: Client) -> None:
    page = make_field_page(name(make_field(), en="architects", fi="arkkitehdit"), title="For architects")
    finnish = get(client, page.url, "fi")
    assert "<h1>Arkkitehdit</h1>" in finnish
    assert '<p class="mtg-lead" lang="en">Talk with two colleagues.' in finnish
    english = get(client, page.url)
    assert "<h1>For architects</h1>" in english and '<p class="mtg-lead">Talk' in english
