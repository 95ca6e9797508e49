"""A system check: the site's own criteria are there and are what a criterion must be."""

from collections import Counter
from typing import Any

from django.core import checks
from django.utils.module_loading import import_string

from wagtail_mentoring.conf import conf

from .matching.builtin import BUILT_IN

#: What every criterion has; see :class:`.matching.criteria.Criterion`.
_METHODS = ("alone", "pair", "most", "signature", "kin", "reason")


@checks.register
def check_criteria(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Return an error for each of the setting's dotted paths that leads to no criterion."""
    found: list[checks.CheckMessage] = []
    codes = Counter(criterion.code for criterion in BUILT_IN)
    for path in conf.CRITERIA:
        try:
            criterion = import_string(path)
            criterion = criterion() if isinstance(criterion, type) else criterion
        except Exception as error:
            found.append(_error("E041", f"The criterion {path} cannot be used: {error}"))
            continue
        missing = [name for name in _METHODS if not callable(getattr(criterion, name, None))]
        code, weight = getattr(criterion, "code", ""), getattr(criterion, "weight", None)
        if missing or not code or not isinstance(weight, int | float) or weight < 0:
            lacks = ", ".join([*missing, *([] if code else ["code"]), *([] if weight is not None else ["weight"])])
            found.append(_error("E042", f"The criterion {path} is none: it lacks {lacks or 'a weight of 0 or more'}."))
            continue
        codes[code] += 1
        if codes[code] > 1:
            found.append(_error("E043", f"The criterion {path} has the code “{code}”, which another one has."))
    return found


def _error(number: str, message: str) -> checks.CheckMessage:
    return checks.Error(
        message, hint="See WAGTAIL_MENTORING['CRITERIA'] and docs/matching.md.", id=f"wagtail_mentoring.{number}"
    )
