"""What the contact person writes with the mentee and with each mentor. What the three write to each other is theirs."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from ..dossier import Dossier
from ..talking.threads import threads_of
from . import register


@register("conversation", gettext_lazy("Conversation"), "comment", 52)
def conversation(dossier: Dossier) -> Mapping[str, Any]:
    """A thread with each person."""
    return {"threads": threads_of(dossier), "paired": bool(dossier.pairs)}
