"""The unions of a group, on Wagtail's own group page."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from tests.factories import make_union
from wagtail_mentoring.models import GroupUnionPermission

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("root", "root@example.org", "a-known-password"))
    return client


def data(lines: list[tuple[Any, ...]], initial: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = {"name": "SAFA handlers"}
    for prefix in ("page_permissions", "collection_permissions", "document_permissions", "image_permissions"):
        found |= {f"{prefix}-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")}
        found[f"{prefix}-MAX_NUM_FORMS"] = 1000
    found |= {
        "mentoring_unions-TOTAL_FORMS": len(lines),
        "mentoring_unions-INITIAL_FORMS": initial,
        "mentoring_unions-MIN_NUM_FORMS": 0,
        "mentoring_unions-MAX_NUM_FORMS": 1000,
    }
    for number, (union, role, *deleted) in enumerate(lines):
        found[f"mentoring_unions-{number}-union"] = union.pk if union else ""
        found[f"mentoring_unions-{number}-role"] = role
        found[f"mentoring_unions-{number}-DELETE"] = "1" if deleted else ""
    return found


def grants() -> list[tuple[str, str]]:
    return sorted(GroupUnionPermission.objects.values_list("union__slug", "role"))


def address(client: Client) -> str:
    group = Group.objects.get(name="SAFA handlers")
    return reverse("wagtailusers_groups:edit", args=[group.pk])


def test_a_group_is_made_with_its_unions(client: Client) -> None:
    lines = [(make_union("safa"), "handler"), (make_union("tek"), "supervisor"), (None, "handler")]
    assert client.post(reverse("wagtailusers_groups:add"), data(lines)).status_code == 302
    assert grants() == [("safa", "handler"), ("tek", "supervisor")]
    html = client.get(address(client)).content.decode()
    assert "Mentoring: unions" in html and 'data-w-formset-target="totalFormsInput"' in html


def test_lines_are_changed_removed_and_added(client: Client) -> None:
    safa, tek, kt = (make_union(slug) for slug in ("safa", "tek", "kt"))
    client.post(reverse("wagtailusers_groups:add"), data([(safa, "handler"), (tek, "handler")]))
    kept = GroupUnionPermission.objects.get(union=safa).pk
    lines = [(safa, "handler"), (tek, "handler", True), (kt, "supervisor")]
    assert client.post(address(client), data(lines, initial=2)).status_code == 302
    assert grants() == [("kt", "supervisor"), ("safa", "handler")]
    assert GroupUnionPermission.objects.get(union=safa).pk == kept


def test_the_same_line_twice_is_refused_and_nothing_changes(client: Client) -> None:
    safa = make_union("safa")
    client.post(reverse("wagtailusers_groups:add"), data([(safa, "handler")]))
    response = client.post(address(client), data([(safa, "handler"), (safa, "handler")], initial=1))
    assert response.status_code == 200
    assert "The same union stands twice" in response.content.decode()
    assert grants() == [("safa", "handler")]


def test_the_rights_on_cases_are_offered(client: Client) -> None:
    html = client.get(reverse("wagtailusers_groups:add")).content.decode()
    assert "Case" in html and "Mentoring: unions" in html
    from django.contrib.auth.models import Permission

    right = Permission.objects.get(content_type__app_label="wagtail_mentoring", codename="view_case")
    assert f'value="{right.pk}"' in html
