"""The concerns of the case that the reader deals with. Whose they are not, sees nothing of this panel."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from ..dossier import Dossier
from ..talking.concerns import row_of
from . import register


@register("concerns", gettext_lazy("Concerns"), "warning", 53)
def concerns(dossier: Dossier) -> Mapping[str, Any]:
    """Each concern with whose it is and how far it is."""
    return {"rows": [row_of(one) for one in dossier.concerns], "hidden": not dossier.concerns}
