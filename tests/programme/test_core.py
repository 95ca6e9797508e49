"""Row rights, texts in force, themes and texts by language."""

import datetime
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser

from tests.factories import make_case, make_field, make_handler, make_programme, make_supervisor, make_union, make_user
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.wording import text_in_force
from wagtail_mentoring.models import AgreementText, Case, GroupUnionPermission, MeetingTheme, Mentor, Programme
from wagtail_mentoring.programme.localized import LocalizedFormField, localized
from wagtail_mentoring.programme.rights import UnionPermissionPolicy, may_handle, may_read, unions_for
from wagtail_mentoring.programme.themes import themes_for

DAY = datetime.timedelta(days=1)


class TestRights:
    pytestmark = pytest.mark.django_db

    def test_who_may_read_and_handle(self) -> None:
        tek, kt = make_union("tek"), make_union("kt")
        people = {
            "handler": (make_handler(tek), True, True),
            "supervisor": (make_supervisor(tek), True, False),
            "handler of another": (make_handler(kt), False, False),
            "superuser": (make_user(is_superuser=True), True, True),
            "inactive superuser": (make_user(is_superuser=True, is_active=False), False, False),
            "inactive handler": (make_handler(tek, is_active=False), False, False),
            "nobody": (AnonymousUser(), False, False),
        }
        for name, (user, read, handle) in people.items():
            assert (may_read(user, tek.pk), may_handle(user, tek.pk)) == (read, handle), name
            assert (tek in unions_for(user), tek in unions_for(user, handle=True)) == (read, handle), name

    def test_two_groups_add_up(self) -> None:
        user = make_handler(make_union("tek"))
        user.groups.add(make_supervisor(make_union("kt")).groups.get())
        assert set(unions_for(user)) == {make_union("tek"), make_union("kt")}
        assert set(unions_for(user, handle=True)) == {make_union("tek")}

    @pytest.mark.parametrize("action, expected", [("view", True), ("choose", True), ("change", False), ("add", False)])
    def test_a_supervisor_with_every_model_permission_still_changes_nothing(self, action: str, expected: bool) -> None:
        """What a group may do with a model counts only where the union's grant allows it too."""
        case = make_case()
        user = make_supervisor(case.union)
        user.user_permissions.set(make_handler(case.union).user_permissions.all())
        user = type(user).objects.get(pk=user.pk)
        policy = UnionPermissionPolicy(Case)
        assert policy.user_has_permission(user, action) is expected
        assert policy.user_has_any_permission(user, [action]) is expected
        assert policy.user_has_permission_for_instance(user, action, case) is expected
        assert policy.instances_user_has_permission_for(user, action).exists() is expected

    def test_the_rows_of_another_union(self) -> None:
        mine, foreign = make_case(), make_case(make_field(make_union("kt")))
        user, policy = make_handler(mine.union), UnionPermissionPolicy(Case)
        for action in ("view", "change", "choose"):
            assert list(policy.instances_user_has_permission_for(user, action)) == [mine]
            assert policy.user_has_permission_for_instance(user, action, mine)
            assert not policy.user_has_permission_for_instance(user, action, foreign)
        assert not policy.user_has_permission(user, "delete")

    def test_a_model_permission_without_a_union_gives_no_rows(self) -> None:
        make_case()
        user, policy = make_user(rights=("view_case", "change_case")), UnionPermissionPolicy(Case)
        assert not policy.user_has_permission(user, "view")
        assert not policy.user_has_any_permission(user, ["view", "change"])
        assert not policy.instances_user_has_any_permission_for(user, ["view", "change"]).exists()

    def test_a_union_without_the_model_permission_gives_no_rows(self) -> None:
        case, user = make_case(), make_user()
        user.groups.add(make_handler(case.union).groups.get())
        assert not UnionPermissionPolicy(Case).user_has_permission(user, "view")
        assert not UnionPermissionPolicy(Mentor).user_has_any_permission(user, ["view", "add"])
        assert not Case.objects.readable_by(user).exists()

    def test_a_right_taken_away_counts_from_the_next_request(self) -> None:
        case = make_case()
        user = make_handler(case.union)
        assert may_handle(user, case.union_id)
        GroupUnionPermission.objects.all().delete()
        assert not may_handle(type(user).objects.get(pk=user.pk), case.union_id)

    def test_one_query_for_all_questions(self, django_assert_num_queries: Any) -> None:
        unions = [make_union(slug) for slug in ("tek", "kt", "yka")]
        user = make_handler(unions[0])
        with django_assert_num_queries(1):
            assert [may_handle(user, union.pk) for union in unions] == [True, False, False]


class TestTextsInForce:
    pytestmark = pytest.mark.django_db

    @pytest.fixture(autouse=True)
    def _no_texts(self, db: None) -> None:
        AgreementText.objects.all().delete()

    def text(self, body: str, language: str = "en", own: bool = False, version: int = 1, days: int = -1) -> None:
        participation = make_union().participations.get() if own else None
        AgreementText.objects.create(
            body=body,
            language=language,
            participation=participation,
            version=version,
            in_force_from=clock.now() + days * DAY,
        )

    def found(self, language: str, slug: str = "tek") -> str:
        text = text_in_force(make_union(slug).participations.get(), language)
        return text.body if text else ""

    def test_language_before_owner_before_age(self) -> None:
        self.text("default en")
        self.text("own en", own=True, days=-3)
        self.text("default fi", "fi", days=-9)
        assert [self.found("en"), self.found("fi"), self.found("sv")] == ["own en", "default fi", "own en"]
        assert [self.found("en", "kt"), self.found("sv", "kt")] == ["default en", "default en"]

    def test_the_newest_that_is_in_force(self) -> None:
        self.text("old", days=-9)
        self.text("new", version=2, days=-2)
        self.text("to come", version=3, days=2)
        assert self.found("en") == "new"
        with clock.at(clock.now() + 5 * DAY):
            assert self.found("en") == "to come"

    def test_nothing_in_either_language(self) -> None:
        self.text("default fi", "fi")
        assert self.found("sv") == ""


class TestThemes:
    pytestmark = pytest.mark.django_db

    @staticmethod
    def titles(**rules: Any) -> list[tuple[int, str]]:
        return [(theme["number"], theme["titles"]["en"]) for theme in themes_for(make_field(**rules))]

    def test_five(self) -> None:
        assert self.titles() == [(number, f"Theme {number}") for number in range(1, 6)]

    @pytest.mark.parametrize(
        "most, expected",
        [
            (4, ["Theme 1", "Theme 2", "Theme 3", "Theme 4 · Theme 5"]),
            (3, ["Theme 1", "Theme 2 · Theme 3", "Theme 4 · Theme 5"]),
            (2, ["Theme 1 · Theme 2", "Theme 3 · Theme 4 · Theme 5"]),
            (1, ["Theme 1 · Theme 2 · Theme 3 · Theme 4 · Theme 5"]),
        ],
    )
    def test_fewer_meetings_take_all_themes_together(self, most: int, expected: list[str]) -> None:
        """With three meetings: 1, 2 and 3, 4 and 5. The evaluation at the end is never left out."""
        assert self.titles(min_meetings=1, max_meetings=most) == list(enumerate(expected, 1))

    def test_every_language_is_joined(self) -> None:
        theme = themes_for(make_field(max_meetings=3))[1]
        assert theme["titles"]["fi"] == "Aihe 2 · Aihe 3"

    def test_a_theme_without_a_language_takes_the_english_words(self) -> None:
        make_programme()
        MeetingTheme.objects.filter(number=3).update(titles={"en": "Theme 3"})
        assert themes_for(make_field(max_meetings=3))[1]["titles"]["fi"] == "Aihe 2 · Theme 3"

    def test_the_narrowest_counts(self) -> None:
        field, other = make_field(), make_field(slug="chemists")
        union = make_union().participations.get()
        make = MeetingTheme.objects.create
        make(programme=make_programme(), participation=union, number=2, titles={"en": "Union 2"})
        make(programme=make_programme(), field=field, number=2, titles={"en": "Field 2"})
        make(programme=make_programme(), participation=union, number=4, titles={"en": "Union 4"})
        make(programme=Programme.objects.create(slug="other"), number=1, titles={"en": "Of another programme"})
        assert [theme["titles"]["en"] for theme in themes_for(field)] == [
            "Theme 1",
            "Field 2",
            "Theme 3",
            "Union 4",
            "Theme 5",
        ]
        assert themes_for(other)[1]["titles"]["en"] == "Union 2"

    def test_a_union_that_arranged_its_own_themes_for_three_meetings(self) -> None:
        field = make_field(max_meetings=3)
        for number in (1, 2, 3):
            MeetingTheme.objects.create(
                programme=make_programme(),
                participation=field.participation,
                number=number,
                titles={"en": f"Union {number}"},
            )
        assert [theme["titles"]["en"] for theme in themes_for(field)] == ["Union 1", "Union 2", "Union 3"]


class TestLocalized:
    def test_the_order_of_languages(self) -> None:
        texts = {"en": "Architects", "fi": "Arkkitehdit", "sv": ""}
        asked = ["fi", "fi-FI", "sv", "de", "en"]
        assert [localized(texts, code) for code in asked] == [
            "Arkkitehdit",
            "Arkkitehdit",
            "Architects",
            "Architects",
            "Architects",
        ]
        assert localized({"sv": "Arkitekter"}, "fi") == "Arkitekter"
        assert (localized({}), localized(None), localized({"en": ""})) == ("", "", "")

    def form(self, required: bool, **texts: str) -> forms.Form:
        class NameForm(forms.Form):
            name = LocalizedFormField(required=required)

        return NameForm({f"name_{code}": texts.get(code, "") for code in ("en", "fi", "sv")})

    def test_the_english_text_is_required(self) -> None:
        assert self.form(True, en="Architects").is_valid()
        assert self.form(False).is_valid()
        for form in (self.form(True), self.form(True, fi="Arkkitehdit")):
            assert not form.is_valid()
            assert "name" in form.errors
        optional = self.form(False, fi="Arkkitehdit")
        assert optional.is_valid()
        assert optional.cleaned_data == {"name": {"fi": "Arkkitehdit"}}

    def test_the_widget_names_each_language_and_asks_for_english_alone(self) -> None:
        html = str(self.form(True)["name"])
        assert html.count("<input") == 3
        assert html.count(" required") == 1
        assert 'lang="fi"' in html
