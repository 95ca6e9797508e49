"""The history, and whether its chain is unbroken."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.words import sentence
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.users import user_name
from wagtail_mentoring.workflows import Role

from ..dossier import Dossier
from . import register

ACTED_AS = {
    Role.HANDLER.value: gettext_lazy("Contact person"),
    Role.MENTEE.value: gettext_lazy("The mentee"),
    Role.MENTOR.value: gettext_lazy("A mentor"),
    Role.SYSTEM.value: gettext_lazy("System"),
}


def _who(entry: Any, dossier: Dossier) -> str:
    if entry.user is not None:
        return user_name(entry.user)
    if entry.actor == Role.MENTEE.value:
        return str(dossier.mentee)
    return str(ACTED_AS.get(entry.actor, ACTED_AS[Role.SYSTEM.value]))


def _text(entry: Any) -> str:
    text = getattr(entry, "text", None)
    if text is None:
        return ""
    return _("(erased)") if text.erased_at else str(text.text)


@register("history", gettext_lazy("History"), "history", 90)
def history(dossier: Dossier) -> Mapping[str, Any]:
    """Every line of the history in words, the newest first, and the faults that the check of the chain found."""
    return {
        "entries": [
            {
                "when": dates.moment(entry.timestamp),
                "who": _who(entry, dossier),
                "what": sentence(entry),
                "text": _text(entry),
            }
            for entry in reversed(dossier.log)
        ],
        "faults": verify_chain(dossier.case, dossier.log),
    }
