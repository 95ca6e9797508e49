"""The short version of the agreement, as points to show with ticks."""

import re

from django.utils.safestring import SafeString

from wagtail_mentoring.agreements.models import AgreementText
from wagtail_mentoring.documents.sanitize import sanitize

_POINT = re.compile(r"<li>(.*?)</li>", re.DOTALL)


def summary_points(text: AgreementText) -> dict[str, object]:
    """Return the summary of ``text``: ``language``, and its ``points`` or, where it is no list, its ``html``."""
    html = sanitize(text.summary)
    points: list[SafeString] = [sanitize(point) for point in _POINT.findall(html)]
    return {"language": text.language, "points": points, "html": "" if points else html}
