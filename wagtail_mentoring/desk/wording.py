"""Words of the handlers' screens for choices that the forms of applicants word in the first person."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_mentoring.applications.models import EligibilityBasis
from wagtail_mentoring.workflows import Situation

#: What somebody showed, or chose, as the basis of eligibility.
BASIS_CHOSEN: dict[str, Any] = {
    EligibilityBasis.RESIDENCE_PERMIT: _("Residence permit"),
    EligibilityBasis.MUNICIPALITY: _("Placement in a municipality"),
    EligibilityBasis.CITIZEN: _("Citizen of Finland, or right of residence as an EU citizen"),
    EligibilityBasis.ASYLUM_SEEKER: _("Asylum seeker, waits for a decision"),
}

#: The mentee's situation, as a handler says it.
SITUATIONS: dict[str, Any] = {
    Situation.JOB_IN_OWN_FIELD: _("A job in the mentee’s own field"),
    Situation.OTHER_JOB: _("Another job"),
    Situation.STUDIES: _("Studies"),
    Situation.INTERNSHIP: _("An internship"),
    Situation.LOOKING_FOR_WORK: _("Looking for work"),
    Situation.OTHER: pgettext_lazy("situation", "Something else"),
    Situation.UNKNOWN: _("Not known"),
}

#: How far the questions to mentors have come (``cases.querysets.ASKING``), under the state and in filters.
ASKING: dict[str, Any] = {
    "waiting": _("waiting for mentors"),
    "mentors": _("mentors asked"),
    "missing": _("one mentor missing"),
    "mentee": _("mentee asked"),
    "refused": _("mentee would rather have others"),
    "silent": _("mentee did not answer"),
    "nobody": _("nobody left to ask"),
}

#: Of these, those in which nothing goes on until the handler acts.
ACT_NOW = ("missing", "refused", "silent", "nobody")
