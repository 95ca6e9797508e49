"""The points of the criteria and the days of invitations, as an editor enters them."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from tests.factories import make_union
from wagtail_mentoring.models import Participation
from wagtail_mentoring.programme import weights

pytestmark = pytest.mark.django_db


def names() -> list[str]:
    return [one.name for one in weights.criteria()]


def test_every_criterion_has_a_default_and_they_make_a_hundred() -> None:
    assert sum(weights.points({}).values()) == 100
    assert {"speciality", "goals", "languages", "load", "partner"} <= set(names())


@pytest.mark.parametrize("given", [{"a": 1, "b": 1, "c": 1}, {"a": 7, "b": 0, "c": 93}, {"a": 100}, {"a": 33, "b": 67}])
def test_shares_make_a_hundred(given: dict[str, int]) -> None:
    assert sum(weights.shares(given).values()) == 100
    assert all((given[name] == 0) == (share == 0) for name, share in weights.shares(given).items())


def test_shares_of_nothing_are_nothing() -> None:
    assert weights.shares({"a": 0, "b": 0}) == {"a": 0, "b": 0}


@pytest.mark.parametrize("written", ["-1", "101", "1.5", "many", "٣", "9999"])
def test_what_is_no_number_from_0_to_100_is_named(written: str) -> None:
    with pytest.raises(ValidationError) as refused:
        weights.WeightsField().clean({"speciality": written})
    assert "Speciality" in refused.value.messages[0] and written in refused.value.messages[0]


def test_all_zero_is_refused() -> None:
    with pytest.raises(ValidationError, match="0 points"):
        weights.WeightsField().clean(dict.fromkeys(names(), "0"))


def posted(rules: Participation, **changed: Any) -> dict[str, Any]:
    """Return the whole form as a browser sends it, with some of it changed."""
    from wagtail_mentoring.programme.viewsets import ParticipationViewSet

    form_class = ParticipationViewSet().get_edit_handler().get_form_class()
    form = form_class(instance=rules)
    values = {}
    for bound in form:
        value = bound.value()
        if bound.name != "weights" and value is not None and value is not False:
            values[bound.name] = "on" if value is True else str(value)
    return values | {f"weights-{name}": str(number) for name, number in weights.points(rules.weights).items()} | changed


@pytest.fixture
def rules() -> Participation:
    return make_union("tek").participations.get()


def test_weights_are_saved_and_their_shares_shown(rules: Participation, admin_client: Client) -> None:
    where = reverse("mentoring_rules:edit", args=[rules.pk])
    answer = admin_client.post(where, posted(rules, **{"weights-speciality": "60"}))
    assert answer.status_code == 302, answer.context["form"].errors
    rules.refresh_from_db()
    assert rules.weights["speciality"] == 60
    page = " ".join(admin_client.get(where).content.decode().split())
    assert 'name="weights-speciality" value="60"' in page
    assert "43 %" in page and "usually 20" in page  # 60 of 140


def test_nothing_typed_is_lost_and_a_missing_criterion_is_kept(rules: Participation, admin_client: Client) -> None:
    rules.weights = {"gone_with_a_package": 8}
    rules.save()
    where = reverse("mentoring_rules:edit", args=[rules.pk])
    answer = admin_client.post(where, posted(rules, **{"weights-goals": "lots", "weights-place": "77"}))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="lots"' in page and 'value="77"' in page and "not “lots”" in page
    assert admin_client.post(where, posted(rules, **{"weights-place": "77"})).status_code == 302
    rules.refresh_from_db()
    assert (rules.weights["place"], rules.weights["gone_with_a_package"]) == (77, 8)


@pytest.mark.parametrize(("days", "reminder", "taken"), [("7", "6", True), ("7", "7", False), ("1", "1", False)])
def test_a_reminder_comes_before_the_last_day(
    days: str, reminder: str, taken: bool, rules: Participation, admin_client: Client
) -> None:
    where = reverse("mentoring_rules:edit", args=[rules.pk])
    data = posted(rules, invitation_days=days, invitation_reminder_days=reminder)
    answer = admin_client.post(where, data)
    assert (answer.status_code == 302) == taken
    if not taken:
        assert answer.context["form"].errors["invitation_reminder_days"]
