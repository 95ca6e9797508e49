"""Words for states and outcomes: for the handler, and for the mentee and mentors."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .states import CaseState, EndReason, Situation

STATE_LABELS = {
    CaseState.APPLIED: pgettext_lazy("state of a case", "Applied"),
    CaseState.ELIGIBLE: pgettext_lazy("state of a case", "Eligible"),
    CaseState.PAIRED: pgettext_lazy("state of a case", "Paired"),
    CaseState.MEETING_1: pgettext_lazy("state of a case", "Meeting 1"),
    CaseState.MEETING_2: pgettext_lazy("state of a case", "Meeting 2"),
    CaseState.MEETING_3: pgettext_lazy("state of a case", "Meeting 3"),
    CaseState.MEETING_4: pgettext_lazy("state of a case", "Meeting 4"),
    CaseState.MEETING_5: pgettext_lazy("state of a case", "Meeting 5"),
    CaseState.CLOSED: pgettext_lazy("state of a case", "Closed"),
}

#: What the mentee and the mentors read.
PUBLIC_STATE_LABELS = {
    CaseState.APPLIED: _("We are reading your application"),
    CaseState.ELIGIBLE: _("We are looking for your mentors"),
    CaseState.PAIRED: _("Your mentors are found"),
    CaseState.MEETING_1: _("You have had your first meeting"),
    CaseState.MEETING_2: _("You have had two meetings"),
    CaseState.MEETING_3: _("You have had three meetings"),
    CaseState.MEETING_4: _("You have had four meetings"),
    CaseState.MEETING_5: _("You have had all five meetings"),
    CaseState.CLOSED: _("The mentoring has ended"),
}

END_REASON_LABELS = {
    EndReason.COMPLETED: _("Completed"),
    EndReason.MENTEE_WITHDREW: _("The mentee withdrew"),
    EndReason.MENTORS_WITHDREW: _("The mentors withdrew"),
    EndReason.NO_MENTORS: _("No mentors were found"),
    EndReason.NOT_ELIGIBLE: _("Not eligible"),
    EndReason.MOVED_AWAY: _("The mentee moved away"),
    EndReason.NO_CONTACT: _("No contact"),
    EndReason.POOR_FIT: _("Poor fit"),
    EndReason.ETHICS_CONCERN: _("Ethics concern"),
    EndReason.DUPLICATE: _("Duplicate"),
    EndReason.TRANSFERRED: _("Transferred to another union"),
}

SITUATION_LABELS = {
    Situation.JOB_IN_OWN_FIELD: _("A job in my own field"),
    Situation.OTHER_JOB: _("Another job"),
    Situation.STUDIES: _("Studies"),
    Situation.INTERNSHIP: _("An internship"),
    Situation.LOOKING_FOR_WORK: _("Looking for work"),
    Situation.OTHER: pgettext_lazy("situation", "Something else"),
    Situation.UNKNOWN: _("Not known"),
}
