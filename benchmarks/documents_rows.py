"""Issuing agreements: what the process, the fields, the checks and the certification cost over the bare layout."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.test import override_settings

from tests.documents import jobs
from tests.documents.sheets import sheet
from tests.documents.signatures import UNION
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents import layout, workers
from wagtail_mentoring.documents.agreement_sheet import TEMPLATE, AgreementSheet, render_agreement
from wagtail_mentoring.documents.assets import BASE_URL
from wagtail_mentoring.documents.certify import certify
from wagtail_mentoring.documents.render import render_html
from wagtail_mentoring.documents.templates import search_path

from .measure import Row, compare

ROUNDS = 30
AGREEMENTS = 200
BATCH = 25
TWICE = 1 / 1.8


def _agreement(number: int = 417) -> AgreementSheet:
    return sheet(reference=f"SAFA-2026-{number:04d}", mentors=("Maija Mallikas", "Erik Exempel"))


def _issue(number: int = 417) -> bytes:
    """Render in the document process and certify, as a case does."""
    return certify(render_agreement(_agreement(number)).content, UNION, may_sign=True)


def one_agreement() -> list[Row]:
    """Issuing one agreement through the warm process, against WeasyPrint alone with the same HTML, style and fonts."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    wanted = _agreement()
    html = render_html(TEMPLATE, wanted.context(), language=wanted.language, title=wanted.title())
    # Nothing of ours but where the style sheet and the fonts are found.
    fetcher = layout.fetcher(search_path())
    fonts = FontConfiguration()
    style_sheet = weasyprint.CSS(url=BASE_URL + layout.STYLE_SHEET, url_fetcher=fetcher, font_config=fonts)

    def bare() -> bytes:
        document = weasyprint.HTML(string=html, base_url=BASE_URL, url_fetcher=fetcher)
        content: bytes = document.write_pdf(font_config=fonts, stylesheets=[style_sheet], pdf_tags=True)
        return content

    return compare(
        "issue one agreement (render and certify)",
        lambda: _issue,
        "bare WeasyPrint, same HTML, shared fonts",
        lambda: bare,
        at_most=1.6,
        rounds=ROUNDS,
    )


def many_agreements() -> list[Row]:
    """Issuing many with two document processes against one, batch by batch in turn; one caller for each process."""
    taken = {1: 0.0, 2: 0.0}
    batches = [range(begin, begin + BATCH) for begin in range(0, AGREEMENTS, BATCH)]
    for turn, batch in enumerate(batches):
        for processes in (1, 2) if turn % 2 else (2, 1):
            taken[processes] += _with(processes, partial(_all, batch, processes))
    each = {processes: spent * 1000 / AGREEMENTS for processes, spent in taken.items()}
    return [
        Row(
            f"{AGREEMENTS} agreements on two processes, each",
            round(each[2], 3),
            "ms",
            f"on one process ({each[1]:.3f} ms)",
            round(each[2] / each[1], 3),
            round(TWICE, 3),
        )
    ]


def _all(batch: range, callers_at_once: int) -> None:
    with ThreadPoolExecutor(callers_at_once) as callers:
        assert all(callers.map(_issue, batch))


def _with(processes: int, work: Callable[[], Any]) -> float:
    """Return the seconds that ``work`` takes with so many warm document processes."""
    with override_settings(WAGTAIL_MENTORING={**_settings(), "DOCUMENT_PROCESSES": processes}):
        assert conf.DOCUMENT_PROCESSES == processes
        _wait_until_warm(processes)
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin


def _wait_until_warm(processes: int) -> None:
    """Wait until every process has begun to take work, which it does once it has loaded everything."""
    with ThreadPoolExecutor(4) as callers:
        while len(set(callers.map(partial(workers.call, jobs.pid), [0.1] * 4))) < processes:
            pass


def _settings() -> dict[str, Any]:
    from django.conf import settings

    return dict(settings.WAGTAIL_MENTORING)


ALL = (one_agreement, many_agreements)
