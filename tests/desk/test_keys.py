"""The unions' signing keys in the admin: whose, what of them, and that the private part is nowhere."""

import datetime
from typing import Any

import pytest
from cryptography import x509
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from tests.factories import make_union, make_user
from wagtail_mentoring import clock
from wagtail_mentoring.documents import keys
from wagtail_mentoring.documents.models import SigningKey
from wagtail_mentoring.setup import groups

pytestmark = pytest.mark.django_db
LIST = "mentoring_desk:keys"


def key_of(union: Any) -> SigningKey:
    return keys.store_key(union, keys.make_key(union))


def test_own_keys_alone(admin: Client, union: Any) -> None:
    assert "No signing keys yet" in admin.get(reverse(LIST)).content.decode()
    own, foreign = key_of(union), key_of(make_union("kt"))
    content = admin.get(reverse(LIST)).content.decode()
    assert keys.short_fingerprint(own.fingerprint) in content
    assert keys.short_fingerprint(foreign.fingerprint) not in content and "KT" not in content
    assert admin.get(reverse("mentoring_desk:certificate", args=[foreign.pk])).status_code == 404
    assert "mentoring/keys/" in admin.get(reverse("wagtailadmin_home")).content.decode()


def test_an_editor_sees_all_and_which_union_has_none(union: Any) -> None:
    groups.make_groups()
    editor = make_user()
    editor.groups.add(Group.objects.get(name=groups.EDITORS.name))
    client = Client()
    client.force_login(editor)
    own = key_of(union)
    make_union("kt")
    content = client.get(reverse(LIST)).content.decode()
    assert keys.short_fingerprint(own.fingerprint) in content
    assert "No key that is in force:" in content and "KT" in content


def test_the_state_of_a_key(admin: Client, union: Any) -> None:
    first = key_of(union)
    assert "In use" in admin.get(reverse(LIST)).content.decode()
    second = key_of(union)
    content = admin.get(reverse(LIST)).content.decode()
    assert "Retired" in content and keys.short_fingerprint(first.fingerprint) in content
    keys.revoke_key(first.fingerprint, "The <backup> was stolen")
    content = admin.get(reverse(LIST)).content.decode()
    assert "Revoked" in content and "Why: The &lt;backup&gt; was stolen" in content and "Retired" not in content
    SigningKey.objects.filter(pk=second.pk).update(not_after=clock.now() + datetime.timedelta(days=20))
    assert "make a new one" in admin.get(reverse(LIST)).content.decode()
    SigningKey.objects.filter(pk=second.pk).update(not_after=clock.now() - datetime.timedelta(days=1))
    content = admin.get(reverse(LIST)).content.decode()
    assert "Has ended" in content and "No key that is in force:" in content


def test_the_certificate_and_nothing_of_the_key(admin: Client, union: Any, django_assert_max_num_queries: Any) -> None:
    key = key_of(union)
    answer = admin.get(reverse("mentoring_desk:certificate", args=[key.pk]))
    found = x509.load_der_x509_certificate(answer.content)
    assert keys.KeyMaterial(None, found).fingerprint == key.fingerprint  # type: ignore[arg-type]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="tek-{key.fingerprint[:16]}.cer"'
    with django_assert_max_num_queries(40) as asked:
        admin.get(reverse(LIST))
        admin.get(reverse("mentoring_desk:certificate", args=[key.pk]))
    assert not [query for query in asked.captured_queries if "sealed_key" in query["sql"]]
