"""A union with a field, its handler logged in, and a stranger's case."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_agreement_text, make_case, make_field, make_handler, make_mentor, make_union
from tests.pairing.conftest import run as run


@pytest.fixture
def union(db: None) -> Any:
    return make_union("tek")


@pytest.fixture
def field(union: Any) -> Any:
    make_agreement_text()
    return make_field(union)


@pytest.fixture
def handler(union: Any) -> Any:
    return make_handler(union, "sanna")


@pytest.fixture
def admin(handler: Any) -> Client:
    """A client in which the handler of TEK is logged in."""
    client = Client()
    client.force_login(handler)
    return client


@pytest.fixture
def case(field: Any) -> Any:
    """A case with two mentors whose agreement is out."""
    mentors = [make_mentor(field, name="Maria Korhonen"), make_mentor(field, name="Jukka Laine")]
    return make_case(field, "paired", agreement="out", name="Amina Yusuf", mentors=mentors)
