"""Rate limits count in the shared cache, and the cache holds no address."""

import pytest
from django.core.cache import cache

from wagtail_mentoring.privacy.limits import DjangoCacheStorage, allowed


def test_a_limit_counts_each_key_for_itself() -> None:
    assert [allowed("2/hour", "apply", "192.0.2.1") for _number in range(4)] == [True, True, False, False]
    assert allowed("2/hour", "apply", "192.0.2.2") and allowed("2/hour", "code", "192.0.2.1")
    assert allowed("", "apply", "192.0.2.1"), "an empty limit allows everything"
    with pytest.raises(ValueError, match="couldn't parse"):
        allowed("often", "apply", "192.0.2.1")


def test_the_counters_stand_in_the_cache_without_addresses() -> None:
    allowed("2/hour", "link", "amal@example.org")
    names = list(cache._cache)  # type: ignore[attr-defined]
    assert names and not any("amal" in name or "example.org" in name for name in names)
    cache.clear()
    assert [allowed("1/hour", "link", "amal@example.org"), allowed("1/hour", "link", "amal@example.org")] == [
        True,
        False,
    ]


def test_a_window_ends() -> None:
    storage = DjangoCacheStorage()
    assert [storage.incr("key", 60), storage.incr("key", 60), storage.get("key")] == [1, 2, 2]
    assert storage.get_expiry("key") > 0 and storage.check()
    cache.delete("key")
    assert storage.incr("key", 60) == 1
    storage.clear("key")
    assert storage.get("key") == 0
    with pytest.raises(NotImplementedError):
        storage.reset()
