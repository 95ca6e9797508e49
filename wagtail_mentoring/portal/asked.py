"""What an invited mentor reads: about the mentee, why this mentor is asked, what it takes, and where it stands.

Of the mentee nothing that tells who it is: no name, no address, no origin, and none of the person's own words.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.applications.models import Application
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Meeting, MeetingStatus
from wagtail_mentoring.pairing.choices import RUNNING, InvitationStatus, ProposalStatus
from wagtail_mentoring.pairing.matching.languages import codes_of, readable
from wagtail_mentoring.pairing.models import Invitation
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.pairing.sentences import goals, language_name, listed, times
from wagtail_mentoring.people.choices import TOPICS, Goal, MeetingFormat, SuitableTime
from wagtail_mentoring.people.models import LanguageLevel, Mentee, Mentor, Person
from wagtail_mentoring.privacy.models import ConsentKind
from wagtail_mentoring.programme.dates import on_day
from wagtail_mentoring.programme.models import DegreeLevel
from wagtail_mentoring.programme.municipalities import municipality_of

from .session import InvitationVisit
from .shown import ShownPerson, shown_mentors

#: From this level on one can talk about work.
WORK_LEVELS = frozenset({"b2", "c1", "c2"})


@dataclass(frozen=True, slots=True)
class Asked:
    """The page of an invitation. ``stage`` names its template's part: ``asked``, ``waiting``, ``mentee``, ``mentor``,
    ``no``, ``pause``, ``expired``, ``withdrawn`` or ``queued``."""

    stage: str
    facts: list[tuple[str, str]]
    reasons: list[str]
    near: str
    answer_by: str
    late: bool
    partner: ShownPerson | None
    alone: bool
    held: int

    @property
    def shows_mentee(self) -> bool:
        """Whether the mentee is still shown: while the mentor is asked, or has said yes and waits."""
        return self.stage in ("asked", "waiting", "mentee")


def asked(visit: InvitationVisit) -> Asked:
    """Return what the page of the invitation shows: a constant number of queries."""
    invitation, case = visit.invitation, visit.case
    application = Application.objects.filter(case=case).first()
    partner, alone = _partner(invitation)
    return Asked(
        stage=stage_of(invitation, visit.mentor),
        facts=_facts(case, application),
        reasons=why_you(invitation, visit.mentor, case.mentee, application),
        near=_place(case.mentee, application),
        answer_by=on_day(invitation.answer_by) if invitation.answer_by else "",
        late=invitation.answer_by is not None and invitation.answer_by < clock.today(),
        partner=partner,
        alone=alone,
        held=Meeting.objects.filter(case=case, status=MeetingStatus.HELD).count(),
    )


def stage_of(invitation: Invitation, mentor: Mentor) -> str:
    """Return where the invitation stands, as :class:`Asked` names it."""
    proposal = invitation.proposal
    if invitation.status == InvitationStatus.YES:
        if proposal.status == ProposalStatus.ACCEPTED:
            return "mentor"
        return "mentee" if proposal.mentee_asked_at is not None else "waiting"
    if invitation.status == InvitationStatus.NO:
        paused = mentor.paused_until is not None and mentor.paused_until >= clock.today()
        return "pause" if invitation.no_reason == "no_time" and not paused else "no"
    return str(invitation.status)


def _facts(case: Case, application: Application | None) -> list[tuple[str, str]]:
    """Return what the mentor may know before everybody has said yes: pairs of label and value."""
    mentee = case.mentee
    rows = [
        (_("Profession"), _profession(case, application)),
        (_("Goals"), "\n".join(_labels(Goal.choices, application.goals, {Goal.OTHER}) if application else [])),
        (_("Languages"), _languages(mentee)),
        (_("Times"), "\n".join(_labels(SuitableTime.choices, application.times) if application else [])),
        (_("Place"), _where(mentee, application)),
    ]
    return [(label, value) for label, value in rows if value]


def _languages(mentee: Mentee) -> str:
    """Return the languages with their levels; "another language" for what the mentee wrote and nobody reads."""
    levels = ((_("English"), mentee.english), (_("Finnish"), mentee.finnish), (_("Swedish"), mentee.swedish))
    known = [f"{name} {level.upper()}" for name, level in levels if level in LanguageLevel.values and level]
    others = [language_name(code) for code in readable(codes_of(mentee.other_languages))]
    return ", ".join([*known, *(capfirst(name) for name in others)])


def short_title(case: Case, application: Application | None) -> str:
    """Return what tells one open question from another: profession, degree level and place, never a name."""
    level = application.degree_level if application else ""
    parts = [
        capfirst(case.field_name),
        str(DegreeLevel(level).label) if level in DegreeLevel.values else "",
        _place(case.mentee, application),
    ]
    return " · ".join(filter(None, parts))


def _profession(case: Case, application: Application | None) -> str:
    parts = [capfirst(case.field_name)]
    if application is not None and application.degree_level in DegreeLevel.values:
        parts.append(str(DegreeLevel(application.degree_level).label))
    years = application.experience_years if application else None
    if years:
        parts.append(ngettext("%(number)d year of work", "%(number)d years of work", years) % {"number": years})
    return ", ".join(parts)


def _labels(choices: Any, chosen: list[str], without: Any = frozenset()) -> list[str]:
    return [str(label) for value, label in choices if value in chosen and value not in without]


def _place(mentee: Mentee, application: Application | None) -> str:
    """Return the municipality, where it may be shown and a meeting there is wished; else an empty text."""
    only_online = application is not None and application.formats == [MeetingFormat.ONLINE.value]
    # What is no municipality of Finland may be anything that a person writes into a field.
    known = municipality_of(mentee.municipality)
    if known is None or mentee.hide_municipality or only_online:
        return ""
    return known.swedish if (get_language() or "").startswith("sv") else known.finnish


def _where(mentee: Mentee, application: Application | None) -> str:
    place = _place(mentee, application)
    online = application is not None and MeetingFormat.ONLINE in application.formats
    if place and online:
        return _("Near %(place)s, or online") % {"place": place}
    if place:
        return _("Near %(place)s") % {"place": place}
    return "\n".join(_labels(MeetingFormat.choices, application.formats) if application else [])


def why_you(invitation: Invitation, mentor: Mentor, mentee: Mentee, application: Application | None) -> list[str]:
    """Return what the two have in common, a sentence each; only of what the page shows of the mentee anyway.

    Of the stored suggestion it takes the area of this mentor that was looked for, in the mentor's own words. Not its
    sentences: those speak to the handler about three people, and this mentor shall read nothing about the other one.
    """
    found = [_("You have the same profession.")]
    if area := _own_area(invitation.proposal.why, mentor):
        found.append(_("You know an area that is wished: %(area)s.") % {"area": area})
    wished = application.goals if application else []
    if helped := [goal for goal in wished if goal in mentor.topics and goal in dict(TOPICS)]:
        found.append(_("You can help with what is wished: %(topics)s.") % {"topics": goals(helped)})
    if languages := shared_languages(mentor, mentee):
        found.append(_("You both speak %(languages)s.") % {"languages": listed(languages)})
    suitable = application.times if application else []
    if both := [time for time in suitable if time in mentor.times and time in SuitableTime.values]:
        found.append(_("These times suit you both: %(times)s.") % {"times": times(both)})
    place = _place(mentee, application)
    if place and mentor.in_person and municipality_of(place) == municipality_of(mentor.municipality):
        found.append(_("You are in the same place: %(place)s.") % {"place": place})
    return found


def _own_area(why: Any, mentor: Mentor) -> str:
    """Return the mentor's own area that met what the mentee named, as the suggestion noted it; else an empty text."""
    rows = why.get("criteria", []) if isinstance(why, dict) else []
    for met in next((row["reason"].get("met", []) for row in rows if row.get("code") == "speciality"), []):
        # What is not (any more) in the mentor's own profile would be the words of somebody else.
        if met.get("mentor") == mentor.pk and met.get("kind") == "area" and met["phrase"] in mentor.speciality:
            return str(met["phrase"])
    return ""


def shared_languages(one: Person, other: Person) -> list[str]:
    """Return the languages in which both can talk about work, as they stand within a sentence."""
    asked_for = [
        field
        for field in ("english", "finnish", "swedish")
        if getattr(one, field) in WORK_LEVELS and getattr(other, field) in WORK_LEVELS
    ]
    known = set(codes_of(other.other_languages))
    return [language_name(code) for code in (*asked_for, *(c for c in codes_of(one.other_languages) if c in known))]


def _partner(invitation: Invitation) -> tuple[ShownPerson | None, bool]:
    """Return the second mentor as far as this one may see, and whether there is none and none is looked for."""
    proposal = invitation.proposal
    if proposal.replaces_id:
        others = [row.mentor for row in current_members(proposal.case) if row.mentor_id != proposal.replaces_id]
    else:
        rows = proposal.invitations.filter(status__in=RUNNING).exclude(pk=invitation.pk)
        others = [row.mentor for row in rows.select_related("mentor")]
    if not others:
        return None, bool(proposal.one_mentor_reason or proposal.replaces_id)
    return shown_mentors(others[:1], ConsentKind.SHOWN_TO_PARTNER)[0], False
