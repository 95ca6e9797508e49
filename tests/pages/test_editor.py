"""What an editor does in Wagtail's page editor: create, preview, publish."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import GroupPagePermission, Site
from wagtail.test.utils.form_data import nested_form_data, streamfield

from tests.factories import make_field, make_union
from tests.pages.site import make_field_page, make_programme_page
from wagtail_mentoring.models import FieldPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Client:
    """A client logged in as a member of a group that may create and publish pages, and nothing else."""
    from django.contrib.auth.models import Permission

    group = Group.objects.create(name="Mentoring editors")
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    root = Site.objects.get(is_default_site=True).root_page
    for right in ("add_page", "change_page", "publish_page"):
        permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=right)
        GroupPagePermission.objects.create(group=group, page=root, permission=permission)
    user = get_user_model().objects.create_user("editor", "editor@example.org", "a-known-password")
    user.groups.add(group)
    client = Client()
    client.force_login(user)
    return client


def page_data(field: Any, **values: Any) -> dict[str, Any]:
    return nested_form_data(
        {
            "title": "Mentoring for architects",
            "slug": "architects",
            "lead": "Talk with two architects.",
            "field": field.pk,
            "body": streamfield([("heading", "Work in Finland")]),
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000},
        }
        | values
    )


def test_an_editor_creates_previews_and_publishes_a_field_page(editor: Client) -> None:
    parent = make_programme_page()
    field = make_field(make_union("safa"), "architects")
    address = reverse("wagtailadmin_pages:add", args=["wagtail_mentoring", "fieldpage", parent.pk])
    form = editor.get(address).content.decode()
    assert f'<option value="{field.pk}">Architects</option>' in form
    assert '<optgroup label="Union SAFA">' in form
    data = page_data(field)

    preview = reverse("wagtailadmin_pages:preview_on_add", args=["wagtail_mentoring", "fieldpage", parent.pk])
    assert editor.post(preview, data).json()["is_valid"]
    shown = editor.get(preview, {"mode": ""}).content.decode()
    assert "Mentoring for architects" in shown and "Theme 1" in shown

    response = editor.post(address, data | {"action-publish": "1"})
    assert response.status_code == 302
    page = FieldPage.objects.get()
    assert page.live
    public = Client().get(page.url).content.decode()
    assert "<h2>Work in Finland</h2>" in public


def test_a_second_page_for_the_same_field_is_refused_beside_the_field(editor: Client) -> None:
    field = make_field()
    make_field_page(field, title="The first page")
    address = reverse("wagtailadmin_pages:add", args=["wagtail_mentoring", "fieldpage", make_programme_page().pk])
    response = editor.post(address, page_data(field, slug="again") | {"action-publish": "1"})
    assert response.status_code == 200
    html = response.content.decode()
    assert "The page “The first page” is about this field already." in html
    assert 'value="Mentoring for architects"' in html
    assert FieldPage.objects.count() == 1


def test_a_page_may_be_changed_and_published_again(editor: Client) -> None:
    page = make_field_page()
    data = page_data(page.field, title="Another title", slug=page.slug)
    response = editor.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data | {"action-publish": "1"})
    assert response.status_code == 302
    assert "Another title" in Client().get(page.url).content.decode()


def test_the_chooser_costs_the_same_with_many_fields(editor: Client) -> None:
    page = make_field_page()
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    editor.get(address)
    with CaptureQueriesContext(connection) as few:
        editor.get(address)
    for number in range(12):
        make_field(make_union(f"u{'abcdefghijkl'[number]}"), f"field{number}")
    with CaptureQueriesContext(connection) as many:
        html = editor.get(address).content.decode()
    assert html.count("<optgroup") == 13
    assert len(many) == len(few)
