"""Tests that only PostgreSQL can answer: races, constraints, plans. Run them by `scripts/with_postgres.sh`."""

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def _on_postgres() -> None:
    if not settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        pytest.fail("These tests need PostgreSQL: scripts/with_postgres.sh pytest tests/postgres", pytrace=False)
