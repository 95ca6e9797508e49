"""What this room keeps about mentees and mentors."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.privacy import declared
from wagtail_mentoring.privacy.consents import consented
from wagtail_mentoring.privacy.declared import Column, PersonalData, Reader, columns, declare, listed
from wagtail_mentoring.privacy.models import ConsentKind
from wagtail_mentoring.programme.localized import language_name

from .choices import TOPICS, SuitableTime
from .log import SENTENCES
from .models import (
    AddressChange,
    Mentee,
    Mentor,
    MentorAbsence,
    MentorConflict,
    MentorLogEntry,
    OneTimeCode,
    PrivateLink,
)

_LEVELS = ("english", "finnish", "swedish", "other_languages")
_CONTACT = ("phone", "municipality", "time_zone", "daily_digest", *_LEVELS)
_LANGUAGE = Column("language", _("Language of mails and pages"), lambda row: language_name(row.language))
_ALL_THREE = (Reader.CONTACTS, Reader.SUPERVISORS, Reader.MENTORS)
_SYSTEM = {"anonymised_at": "empty as long as it is about somebody"}


def _of_mentee(person: Any) -> Mapping[str, tuple[Reader, ...]]:
    """What a mentee's mentors read, as the private pages show it (``portal/shown.py``), and those who are asked."""
    asked = (*_ALL_THREE, Reader.ASKED)
    found: dict[str, tuple[Reader, ...]] = {"municipality": asked, **dict.fromkeys(_LEVELS, asked)}
    # Health data, and a place under a non-disclosure order: not even supervisors, who read the rest.
    found["access_needs"] = (Reader.CONTACTS,)
    if person.hide_municipality:
        found["municipality"] = (Reader.CONTACTS,)
    found["preferred_name" if person.preferred_name else "name"] = _ALL_THREE
    # The whole name stands in what is signed. By the query names of the rooms above.
    if person.cases.filter(agreements__isnull=False).exists():
        found["name"] = _ALL_THREE
    return found


#: Which columns a name in a consent to be shown stands for.
_SHOWN = {
    "title": ("title",),
    "experience_years": ("experience_years",),
    "languages": _LEVELS,
    "municipality": ("municipality",),
    "topics": ("topics", "topics_text"),
    "email": ("email",),
    "phone": ("phone",),
}


def _of_mentor(person: Any) -> Mapping[str, tuple[Reader, ...]]:
    """What a mentor has agreed to show, to mentees and to the second mentor. Three queries."""
    called = ("preferred_name",) if person.preferred_name else ("name",)
    found: dict[str, tuple[Reader, ...]] = {}
    for kind, reader in (
        (ConsentKind.SHOWN_TO_MENTEE, Reader.MENTEE),
        (ConsentKind.SHOWN_TO_PARTNER, Reader.PARTNER),
    ):
        for shown in consented([person], kind).get(person.pk, frozenset()):
            for name in _SHOWN.get(shown, called):
                found[name] = (*found.get(name, declared.UNION), reader)
    # The whole name stands in what is signed. By the query names of the room above.
    if person.memberships.filter(pair__agreements__isnull=False).exists():
        found["name"] = (*declared.UNION, Reader.MENTEE, Reader.PARTNER)
    return found


def _own_conflicts(rows: QuerySet[Any], person: Any) -> QuerySet[Any]:
    return rows if isinstance(person, Mentor) else rows.none()


def _fields(mentor: Any) -> str:
    return "; ".join(str(one) for one in mentor.fields.select_related("profession"))


_PERSON: dict[str, Any] = {
    "purpose": _("To reach you, to find who fits you, and to plan meetings that suit you."),
    "readers": declared.UNION,
    "by_column": True,
}

declare(
    PersonalData(
        name="mentee",
        title=_("You"),
        model=Mentee,
        of_mentee=("pk",),
        columns=columns(
            Mentee, "name", "preferred_name", "email", *_CONTACT, "safe_contact", "hide_municipality", "access_needs"
        )
        + (_LANGUAGE, *columns(Mentee, "created_at")),
        kept=declared.with_case,
        narrowed=_of_mentee,
        left_out=_SYSTEM,
        **_PERSON,
    ),
    PersonalData(
        name="mentor",
        title=_("You"),
        model=Mentor,
        of_mentor=("pk",),
        columns=(
            *columns(Mentor, "name", "preferred_name", "email", *_CONTACT, "title", "speciality", "experience_years"),
            Column("fields", _("Professional fields"), _fields),
            *columns(Mentor, "online", "in_person", "capacity", "paused_until"),
            Column("topics", _("Topics"), listed(TOPICS)("topics")),
            *columns(Mentor, "topics_text"),
            Column("times", _("Times that suit"), listed(SuitableTime.choices)("times")),
            *columns(Mentor, "partner_wish", "conflicts", "membership_number", "membership_confirmed_on"),
            *columns(Mentor, "signed_up_at", "approved_on", "interview_note", "oriented_on", "checked_on"),
            _LANGUAGE,
            *columns(Mentor, "check_asked_on", "ended_on", "created_at"),
        ),
        kept=declared.while_mentor,
        narrowed=_of_mentor,
        left_out=_SYSTEM,
        **_PERSON,
    ),
    PersonalData(
        name="absence",
        title=_("Days when you are away"),
        model=MentorAbsence,
        of_mentor=("mentor",),
        columns=columns(MentorAbsence, "first_day", "last_day"),
        purpose=_("So that no mentoring begins with you on these days."),
        readers=declared.UNION,
        kept=declared.while_mentor,
    ),
    PersonalData(
        name="conflict",
        title=_("Conflicts of interest"),
        model=MentorConflict,
        of_mentee=("mentee",),
        of_mentor=("mentor", "other"),
        only=_own_conflicts,
        withheld=_("Whether a mentor has declared a link to you is told to the contact persons alone."),
        columns=columns(MentorConflict, declared_at=_("Declared at")),
        purpose=_("So that people do not meet who should not."),
        readers=declared.UNION,
        kept=declared.while_mentor,
    ),
    PersonalData(
        name="address_change",
        title=_("Changes of your e-mail address"),
        model=AddressChange,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        columns=columns(AddressChange, "old_email", "new_email", "by_handler", "asked_at", "done_at", "refused_at")
        + columns(AddressChange, allowed_at=_("Confirmed from the old address at")),
        purpose=_("So that nobody else can take over your page."),
        readers=declared.UNION,
        kept=declared.with_case,
    ),
    PersonalData(
        name="link",
        title=_("Your private links"),
        model=PrivateLink,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        columns=columns(PrivateLink, "purpose", "created_at", "expires_at", "revoked_at", "opened_at"),
        purpose=_("To open your page for you and for nobody else."),
        readers=declared.UNION,
        kept=declared.short_time,
        left_out={
            "generation": "counts how often the link was made anew",
            "newest_generation": "counts how often the link was made anew",
        },
    ),
    PersonalData(
        name="code",
        title=_("One-time codes"),
        model=OneTimeCode,
        of_mentee=("link__mentee",),
        of_mentor=("link__mentor",),
        columns=columns(OneTimeCode, created_at=_("Sent at"), used_at=_("Used at")),
        purpose=_("To know that it is you."),
        readers=(Reader.NOBODY,),
        kept=declared.short_time,
        left_out={
            "purpose": "a name inside the software",
            "code_hash": "a secret",
            "expires_at": "follows from when it was sent",
            "attempts": "counts wrong tries",
        },
    ),
    PersonalData(
        name="mentor_history",
        title=_("What was done with your data as a mentor"),
        model=MentorLogEntry,
        of_mentor=("mentor",),
        columns=(
            Column("timestamp", _("When")),
            Column("action", _("What"), lambda row: str(SENTENCES.get(row.action, "") or _("Edited"))),
        ),
        purpose=_("To be able to show who has done what."),
        readers=(Reader.CONTACTS,),
        kept=declared.while_mentor,
        left_out={
            "label": "a number, no name",
            "data": "names of changed columns",
            "uuid": "a number inside the software",
            "content_changed": "a mark inside the software",
            "deleted": "a mark inside the software",
        },
    ),
)
