"""What people have said that nobody has dealt with, at the top of the check list of a case."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_mentoring.meetings.feedback import needs_a_person

from .card import MISSING, Check
from .dossier import Dossier
from .doubts import earlier_pair


def said(dossier: Dossier) -> list[Check]:
    """Return a line for new messages, for open concerns that the user deals with, for doubts, and for who leaves."""
    checks = []
    concerns = sum(one.closed_at is None for one in dossier.concerns)
    if concerns:
        what = ngettext("%(n)s concern is open", "%(n)s concerns are open", concerns) % {"n": concerns}
        checks.append(Check(MISSING, what, _("Read it under “Concerns” below.")))
    if dossier.unread:
        people = {(one.mentee_id, one.mentor_id): str(one.mentee or one.mentor) for one in dossier.unread}
        what = _("New messages of %(names)s") % {"names": ", ".join(people.values())}
        checks.append(Check(MISSING, what, _("Read and answer under “Conversation” below.")))
    for row in dossier.feedback:
        if row.given_at and row.seen_at is None and needs_a_person(row):
            said = {"name": str(row.mentee or row.mentor), "mentors": earlier_pair(row, dossier.memberships)}
            earlier = _("%(name)s was not sure of an earlier pair: %(mentors)s")
            what = (earlier if said["mentors"] else _("%(name)s is not sure of the pair")) % said
            checks.append(Check(MISSING, what, _("Read the answer under “Feedback” below.")))
    for leaver in dossier.leavers.values():
        why = _("Talk first. Then find somebody else under “Mentor pair”, or note there that the mentor stays.")
        checks.append(Check(MISSING, _("%(name)s wants to leave") % {"name": leaver.mentor.name}, why))
    return checks
