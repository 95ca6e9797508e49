"""Rate limits whose counters stand in Django's default cache.

The cache must be one that all processes of the site share (database, files, Memcached, Redis): with one per process,
such as ``LocMemCache``, each process counts for itself and the limit is that much higher. Memcached and Redis count
exactly; Django's caches in files and in the database read and write in two steps, so that of many tries at the same
moment more are let through than the limit says. The tries of a one-time code are counted in the database, exactly,
and depend on no cache. The names of the counters
are keyed hashes, so that the cache holds no address of a person.
"""

import time
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from limits import parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from wagtail_mentoring.conf import conf


class DjangoCacheStorage(Storage):
    """Counters of the ``limits`` library in Django's default cache."""

    STORAGE_SCHEME = ["django-cache"]

    @property
    def base_exceptions(self) -> type[Exception]:
        return Exception

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        # The end is stored beside the counter: a cache tells nobody when an entry ends.
        if cache.add(key, amount, expiry):
            cache.set(f"{key}:end", time.time() + expiry, expiry)
            return amount
        try:
            return int(cache.incr(key, amount))
        except ValueError:  # It ended between the two calls.
            cache.set(key, amount, expiry)
            return amount

    def get(self, key: str) -> int:
        return int(cache.get(key, 0))

    def get_expiry(self, key: str) -> float:
        return float(cache.get(f"{key}:end", time.time()))

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        raise NotImplementedError("The cache is not ours alone.")

    def clear(self, key: str) -> None:
        cache.delete_many([key, f"{key}:end"])


_limiter = FixedWindowRateLimiter(DjangoCacheStorage())


def allowed(limit: str, *key: Any) -> bool:
    """Count one try of ``key`` (a purpose and who tries) and return whether it is within ``limit``.

    ``limit`` is in the notation of the library, such as ``"5/hour"``; an empty one allows everything. Raises
    ValueError for another notation.
    """
    if not limit:
        return True
    name = salted_hmac("wagtail_mentoring.limits", "\n".join(map(str, key)), algorithm="sha256").hexdigest()
    return _limiter.hit(parse(limit), "mentoring", name)


def client_address(request: HttpRequest) -> str:
    """Return the address from which ``request`` comes, as the setting CLIENT_ADDRESS finds it, else REMOTE_ADDR.

    No header is believed by itself: who may write it, could count as another visitor with each try. Raises ImportError
    when the setting names no function.
    """
    found = import_string(conf.CLIENT_ADDRESS)(request) if conf.CLIENT_ADDRESS else ""
    return str(found or request.META.get("REMOTE_ADDR", ""))
