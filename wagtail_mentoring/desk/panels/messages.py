"""The mails about the case, as they were sent."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from ..dossier import Dossier
from ..mail_words import row_of
from . import register


@register("messages", gettext_lazy("Messages"), "mail", 60)
def messages(dossier: Dossier) -> Mapping[str, Any]:
    """Every mail of the case, the newest first."""
    return {"mails": [row_of(mail) for mail in dossier.mails]}
