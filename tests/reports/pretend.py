"""Certificates without the work of rendering and certifying them."""

import itertools
from typing import Any
from unittest import mock

_number = itertools.count(1)


def pretend_certificate() -> Any:
    """Return a patch under which a certificate is a few bytes instead of a rendered PDF."""

    def made(sheet: Any, union: Any) -> bytes:
        return f"%PDF-1.7 {sheet.kind} {next(_number)}".encode()

    return mock.patch("wagtail_mentoring.reports.certificates.make_certificate", made)
