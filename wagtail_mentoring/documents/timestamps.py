"""The time-stamping authority that a site may name, what it needs to count for long, and what happens without it."""

import contextvars
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from asn1crypto import x509
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend
from pyhanko_certvalidator.path import ValidationPath

from wagtail_mentoring.conf import conf

from .trust import listed_certificates

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

#: How long one answer of the authority or of a revocation service may take, in seconds.
ANSWER_SECONDS = 5
#: How long a signature may take with everything that is asked for it.
SIGNATURE_SECONDS = 15
#: After a failure the authority is left alone for so long, so that a hundred documents do not wait a hundred times.
REST_SECONDS = 60.0

_resting_until: dict[str, float] = {}


class TookTooLong(Exception):
    """The work was given up; it may go on in its thread, and its result is lost."""


@lru_cache(maxsize=8)
def _client(url: str) -> TimeStamper:
    # One for each address: it asks once how large an answer is, and remembers.
    return RequestsHTTPTimeStamper(url, timeout=ANSWER_SECONDS)


def timestamper() -> TimeStamper | None:
    """Return the client of TSA_URL; None without one, and for a minute after it failed."""
    url = conf.TSA_URL
    if not url or _resting_until.get(url, 0.0) > time.monotonic():
        return None
    return _client(url)


def failed(error: BaseException) -> None:
    """Note that the authority did not do its work, in the log and for the next documents."""
    url = conf.TSA_URL
    _resting_until[url] = time.monotonic() + REST_SECONDS
    logger.warning(
        "The time-stamping authority %s gave no timestamp (%s: %s). Documents are certified without one for now; "
        "it is asked again in %d seconds.",
        url, type(error).__name__, error, REST_SECONDS,
    )  # fmt: skip


def forget_failures() -> None:
    """Ask the authority again at once."""
    _resting_until.clear()


@dataclass(frozen=True)
class Evidence:
    """What proves years later that the certificates were good: their paths and what was found about revocation."""

    paths: tuple[ValidationPath, ...]
    context: ValidationContext


async def evidence(signer: Signer, authority: TimeStamper) -> Evidence:
    """Collect the evidence for the signer's certificate and for the authority's, which may mean to ask their issuers.

    Roots are those of TRUSTED_CERTIFICATES, and for the signer the end of its own chain. Raises what
    pyhanko_certvalidator raises when a path or an answer about revocation is missing.
    """
    own = signer.signing_cert
    chain = list(signer.cert_registry)
    ends = [one for one in (own, *chain) if one is not None and one.self_issued]
    context = ValidationContext(
        trust_roots=[*(x509.Certificate.load(root) for root in listed_certificates()), *ends],
        other_certs=chain,
        allow_fetching=True,
        revocation_mode="require",
        fetcher_backend=RequestsFetcherBackend(per_request_timeout=ANSWER_SECONDS),
    )
    validator = CertificateValidator(own, intermediate_certs=chain, validation_context=context)
    # A key usage is asked for when a certificate is imported; here any will do.
    paths = [await validator.async_validate_usage(set())]
    async for path in authority.validation_paths(context):
        paths.append(path)
    return Evidence(tuple(paths), context)


def apart(work: Callable[[], Result], seconds: float | None = None) -> Result:
    """Run the work in a thread of its own and return its result; what it raises is raised here.

    pyHanko starts an event loop, which a thread that has one already cannot. Raises TookTooLong after ``seconds``.
    """
    result: list[Result] = []
    error: list[BaseException] = []
    context = contextvars.copy_context()

    def run() -> None:
        try:
            result.append(context.run(work))
        except BaseException as raised:
            error.append(raised)

    thread = threading.Thread(target=run, name="signing", daemon=True)
    thread.start()
    thread.join(seconds)
    if error:
        raise error[0]
    if not result:
        raise TookTooLong(f"no result after {seconds} seconds")
    return result[0]
