"""Who the mentee is and how to reach them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.localized import language_name

from ..brief import languages
from ..dossier import Dossier
from . import register


@register("person", gettext_lazy("Person"), "user", 20, half=True)
def person(dossier: Dossier) -> Mapping[str, Any]:
    """The person's data. Access needs are health data: only that there are some, until they are asked for."""
    mentee, case = dossier.mentee, dossier.case
    municipality = mentee.municipality
    if municipality and mentee.hide_municipality:
        # A supervisor reads cases, but somebody under a non-disclosure order has shown it to the handler alone.
        hidden = _("shown to you only: never tell it to anybody else")
        municipality = f"{municipality} · {hidden}" if dossier.may_handle else _("Shown to the handler only")
    rows = [
        (_("Name"), mentee.name),
        (_("Preferred name"), mentee.preferred_name),
        (_("E-mail"), mentee.email),
        (_("Phone"), mentee.phone),
        (_("Safe way to contact"), mentee.safe_contact),
        (_("Municipality"), municipality),
        (_("Languages"), languages(mentee)),
        (_("Language of this case"), language_name(case.language)),
    ]
    consents = [(given.get_kind_display(), dates.day(given.given_at), given.withdrawn_at) for given in dossier.consents]
    return {
        "rows": [(label, value) for label, value in rows if value],
        "has_access_needs": bool(mentee.access_needs),
        "consents": consents,
    }
