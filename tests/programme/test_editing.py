"""Who may edit which rows: by policy, and on every route of the viewsets."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_field, make_handler, make_programme, make_union, make_user
from wagtail_mentoring.agreements.models import AgreementText
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.models import MeetingTheme, Notice, Participation, ProfessionalField, RoutingRule, Union
from wagtail_mentoring.programme.colours import contrast, looks_like_error

pytestmark = pytest.mark.django_db

RIGHTS = tuple(
    f"{action}_{model}"
    for action in ("add", "change", "delete", "view")
    for model in (
        "union",
        "participation",
        "professionalfield",
        "meetingtheme",
        "routingrule",
        "notice",
        "agreementtext",
        "mailtext",
        "profession",
    )
)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def union_editor() -> Any:
    """A handler of SAFA who has every model permission of editors, but not that of the whole programme."""
    from django.contrib.auth.models import Permission

    user = make_handler(make_union("safa"))
    user.user_permissions.add(
        *Permission.objects.filter(content_type__app_label="wagtail_mentoring", codename__in=RIGHTS)
    )
    return type(user).objects.get(pk=user.pk)


def rows() -> dict[str, tuple[Any, Any]]:
    """Return by viewset a row of SAFA and the like row of TEK."""
    made: dict[str, tuple[Any, Any]] = {}
    for slug in ("safa", "tek"):
        field = make_field(make_union(slug), f"{slug}-field")
        rules = field.participation
        theme = MeetingTheme.objects.create(
            programme=make_programme(), participation=rules, number=1, titles={"en": f"Own theme of {slug}"}
        )
        notice = Notice.objects.create(kind="cookies", language="en", participation=rules, body=f"<p>{slug}</p>")
        text = AgreementText.objects.create(language="en", participation=rules, body=f"<p>{slug}</p>")
        found = {
            "mentoring_unions": rules.union,
            "mentoring_rules": rules,
            "mentoring_fields": field,
            "mentoring_themes": theme,
            "mentoring_notices": notice,
            "mentoring_agreementtexts": text,
        }
        for key, row in found.items():
            made[key] = (*made.get(key, ()), row)  # type: ignore[assignment]
    return made


def test_a_row_of_another_union_is_404_on_every_route(union_editor: Any) -> None:
    client = client_of(union_editor)
    for viewset, (own, foreign) in rows().items():
        routes = ["edit", "delete", "history", "history_results", "usage"]
        if viewset in ("mentoring_notices", "mentoring_agreementtexts"):
            routes += ["review", "copy"]
        for route in routes:
            status = client.get(reverse(f"{viewset}:{route}", args=[own.pk])).status_code
            assert status in (200, 302), (viewset, route)
            if route != "delete" or viewset not in ("mentoring_notices", "mentoring_agreementtexts"):
                assert client.get(reverse(f"{viewset}:{route}", args=[foreign.pk])).status_code == 404, (viewset, route)
            client.post(reverse(f"{viewset}:{route}", args=[foreign.pk]), {})
        assert type(foreign).objects.filter(pk=foreign.pk).exists(), viewset


def test_lists_hold_own_rows_and_those_of_the_programme(union_editor: Any) -> None:
    client = client_of(union_editor)
    rows()
    html = client.get(reverse("mentoring_themes:index")).content.decode()
    assert "Own theme of safa" in html and "Theme 2" in html
    assert "Own theme of tek" not in html
    assert "TEK" not in re.split(r"\W+", client.get(reverse("mentoring_rules:index")).content.decode())


def test_forms_offer_own_unions_alone_and_refuse_others(union_editor: Any) -> None:
    client = client_of(union_editor)
    made = rows()
    html = client.get(reverse("mentoring_themes:add")).content.decode()
    assert "SAFA – Mentoring" in html and "TEK – Mentoring" not in html
    data = {"programme": make_programme().pk, "number": 3, "titles_en": "Taken over", "summaries_en": ""}
    before = MeetingTheme.objects.count()
    for participation in ("", made["mentoring_rules"][1].pk):
        response = client.post(reverse("mentoring_themes:add"), data | {"participation": participation})
        assert response.status_code == 200
        assert "Taken over" in response.content.decode()
    assert MeetingTheme.objects.count() == before
    response = client.post(reverse("mentoring_themes:add"), data | {"participation": made["mentoring_rules"][0].pk})
    assert response.status_code == 302
    assert MeetingTheme.objects.count() == before + 1


def test_the_programmes_own_rows_need_the_programmes_right(union_editor: Any) -> None:
    rule = RoutingRule.objects.create(programme=make_programme(), words=["teacher"])
    theme = MeetingTheme.objects.filter(participation=None).first()
    assert theme is not None
    client = client_of(union_editor)
    assert client.get(reverse("mentoring_themes:edit", args=[theme.pk])).status_code == 404
    assert client.get(reverse("mentoring_routing:edit", args=[rule.pk])).status_code in (302, 403, 404)
    client.post(reverse("mentoring_routing:reorder", args=[rule.pk]) + "?position=0")
    wide = client_of(make_user("wide", (*RIGHTS, "change_programme")))
    assert wide.get(reverse("mentoring_themes:edit", args=[theme.pk])).status_code == 200
    assert wide.get(reverse("mentoring_routing:edit", args=[rule.pk])).status_code == 200


def test_copying_never_writes_the_row_that_is_copied(union_editor: Any) -> None:
    notice = Notice.objects.create(kind="cookies", language="en", body="<p>Of all unions</p>")
    client = client_of(union_editor)
    address = reverse("mentoring_notices:copy", args=[notice.pk])
    assert "Of all unions" in client.get(address).content.decode()
    client.post(address, {"kind": "cookies", "language": "en", "participation": "", "body": "null"})
    assert Notice.objects.get().body == "<p>Of all unions</p>"


def test_a_grant_without_model_permission_edits_nothing() -> None:
    field = make_field(make_union("safa"))
    client = client_of(make_handler(make_union("safa")))
    response = client.get(reverse("mentoring_fields:edit", args=[field.pk]))
    assert response.status_code in (302, 403)
    assert not permission_policy(ProfessionalField).user_has_permission(make_handler(make_union("safa")), "change")


def test_a_supervisor_edits_nothing() -> None:
    from tests.factories import make_supervisor

    user = make_supervisor(make_union("safa"))
    from django.contrib.auth.models import Permission

    user.user_permissions.add(
        *Permission.objects.filter(content_type__app_label="wagtail_mentoring", codename__in=RIGHTS)
    )
    user = type(user).objects.get(pk=user.pk)
    assert not permission_policy(Participation).user_has_permission(user, "change")


def test_a_routing_rule_is_written_as_lines_and_boxes() -> None:
    client = client_of(make_user("wide", (*RIGHTS, "change_programme")))
    union = make_union("tek")
    data = {
        "programme": make_programme().pk,
        "words": "engineer\n  insinööri \n\n",
        "degree_levels": ["master", "doctor"],
        "sectors": [],
        "unions": [union.pk],
        "reasons_en": "Because",
        "question_en": "",
        "active": "on",
    }
    assert client.post(reverse("mentoring_routing:add"), data).status_code == 302
    rule = RoutingRule.objects.get()
    assert (rule.words, rule.degree_levels, rule.sectors) == (["engineer", "insinööri"], ["master", "doctor"], [])
    html = client.get(reverse("mentoring_routing:index")).content.decode()
    assert "Master’s degree, Doctoral degree" in html and "TEK" in html
    empty = client.post(reverse("mentoring_routing:add"), data | {"words": " \n "})
    assert "Write at least one word." in empty.content.decode()


def test_routing_rules_are_put_in_order() -> None:
    rules = [
        RoutingRule.objects.create(programme=make_programme(), words=[w], sort_order=n) for n, w in enumerate("abc")
    ]
    client = client_of(make_user("wide", (*RIGHTS, "change_programme")))
    response = client.post(reverse("mentoring_routing:reorder", args=[rules[2].pk]) + "?position=0")
    assert response.status_code in (200, 204)
    assert [rule.words[0] for rule in RoutingRule.objects.all()] == ["c", "a", "b"]


def test_a_union_with_unreadable_colours_is_refused_beside_the_colour() -> None:
    union = make_union("safa")
    client = client_of(make_user("wide", (*RIGHTS, "change_programme")))
    address = reverse("mentoring_unions:edit", args=[union.pk])
    data = {
        "names_en": "Association of Architects",
        "short": "SAFA",
        "code": "SAFA",
        "slug": "safa",
        "sort_order": 0,
        "accent": "#aacc00",
        "accent_soft": "#e9eff8",
        "accent_dark": "#a9c8fb",
        "accent_dark_soft": "#1a2a42",
    }
    response = client.post(address, data)
    assert response.status_code == 200
    html = response.content.decode()
    assert "choose a colour with at least 7 to 1" in html and "Association of Architects" in html
    assert "This red looks like" in client.post(address, data | {"accent": "#8c2121"}).content.decode()
    assert client.post(address, data | {"accent": "#1e4a8c"}).status_code == 302
    assert Union.objects.get(pk=union.pk).accent == "#1e4a8c"


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://mentoring.example.org", True),
        ("https://mentoring.example.org:8443/", True),
        ("https://elsewhere.example.net", False),
        ("https://mentoring.example.org.elsewhere.example.net/", False),
        ("https://mentoring.example.org@elsewhere.example.net/", False),
    ],
)
def test_links_in_mails_lead_to_this_site(address: str, fits: bool, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "mentoring.example.org"]
    union = make_union("kt")
    data = {name: getattr(union, name) for name in ("short", "code", "slug", "sort_order")}
    data |= {name: getattr(union, name) for name in ("accent", "accent_soft", "accent_dark", "accent_dark_soft")}
    data |= {"names_en": "KT", "names_fi": "KT", "names_sv": "KT", "base_url": address}
    answer = client_of(make_user("admin", is_superuser=True)).post(
        reverse("mentoring_unions:edit", args=[union.pk]), data
    )
    union.refresh_from_db()
    assert answer.status_code == (302 if fits else 200)
    assert union.base_url == (address if fits else "")
    if not fits:
        assert "does not answer at this address" in answer.content.decode()


def test_colours_are_measured_as_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#0b5a4a", "#ffffff") == pytest.approx(8.15, abs=0.01)
    assert looks_like_error("#b0221c") and looks_like_error("#ffaea5")
    assert not looks_like_error("#1e4a8c") and not looks_like_error("#5a4b08")


def test_questions_are_added_to_a_field() -> None:
    field = make_field(make_union("safa"))
    client = client_of(make_user("wide", (*RIGHTS, "change_programme")))
    data = {
        "participation": field.participation_id,
        "profession": field.profession_id,
        "intake_open": "on",
        "intake_note_en": "",
        "questions-TOTAL_FORMS": 1,
        "questions-INITIAL_FORMS": 0,
        "questions-MIN_NUM_FORMS": 0,
        "questions-MAX_NUM_FORMS": 100,
        "questions-0-label": "Which programs do you use?",
        "questions-0-field_type": "singleline",
        "questions-0-ORDER": 1,
    }
    assert client.post(reverse("mentoring_fields:edit", args=[field.pk]), data).status_code == 302
    assert [question.label for question in field.questions.all()] == ["Which programs do you use?"]


def test_the_menu_shows_what_one_may_edit(union_editor: Any) -> None:
    html = client_of(union_editor).get(reverse("wagtailadmin_home")).content.decode()
    assert reverse("mentoring_rules:index") in html
    assert (
        reverse("mentoring_rules:index")
        not in client_of(make_handler(make_union("tek"))).get(reverse("wagtailadmin_home")).content.decode()
    )
