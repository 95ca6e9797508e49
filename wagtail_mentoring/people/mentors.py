"""How somebody becomes a mentor by the contact person's hand, and what the union keeps of consents and conflicts.

Rights are the caller's to check. Whoever writes a mentor of a union does so one at a time (:func:`lock_union`), so that
of two who register the same person at once the second sees what the first has written.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from wagtail_mentoring import clock
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.programme.dates import on_day
from wagtail_mentoring.programme.models import ProfessionalField, Union
from wagtail_mentoring.workflows import StepRefused

from .finding import folded
from .locking import lock_people
from .log import APPROVED, DECLINED
from .models import Mentee, Mentor, MentorConflict
from .signals import mentor_approved, mentor_declined


def lock_union(union_id: int) -> None:
    """Let nobody else add a mentor to the union until the end of the transaction."""
    # Without the key: cases and mails that only refer to the union are written meanwhile.
    list(Union.objects.select_for_update(no_key=True).filter(pk=union_id).values_list("pk"))


def with_address(union_id: int, email: str) -> "QuerySet[Mentor]":
    """Return the mentors of the union with this e-mail address, stopped ones too. Two people may share one."""
    return Mentor.objects.filter(union_id=union_id, email__iexact=email.strip(), anonymised_at__isnull=True).order_by(
        "pk"
    )


def stopped_words(mentor: Mentor) -> str:
    """Return the sentence that ``mentor`` has stopped, with the day where it is known."""
    if mentor.ended_on is None:
        return _("%(name)s stopped volunteering.") % {"name": mentor.name}
    day = on_day(mentor.ended_on, year=True)
    return _("%(name)s stopped volunteering on %(day)s.") % {"name": mentor.name, "day": day}


def had_a_part(mentor: Mentor) -> bool:
    """Return whether ``mentor`` has been in the pair of a case or was ever asked: then the row must stay."""
    # By the query names of the room above: who is in which pair is stored there.
    return mentor.memberships.filter(pair__case__isnull=False).exists() or mentor.invitations.exists()


@transaction.atomic
def approve(
    mentor_id: int,
    user: Any,
    *,
    membership_confirmed_on: datetime.date,
    interview_note: str,
    fields: Iterable[ProfessionalField],
    membership_number: str = "",
) -> Mentor:
    """Make a mentor of somebody who signed up, and return the row.

    Raises :class:`StepRefused` when the sign-up has been approved already, or a field is another union's.
    """
    lock_people(mentors=[mentor_id])
    mentor = Mentor.objects.get(pk=mentor_id)
    if mentor.approved_on is not None:
        raise StepRefused(_("%(name)s has been approved already.") % {"name": mentor.name})
    chosen = list(fields)
    if not chosen or any(field.participation.union_id != mentor.union_id for field in chosen):
        message = _("Choose at least one field of this union.")
        raise StepRefused(message, {"fields": message})
    mentor.approved_on = clock.today()
    mentor.membership_confirmed_on = membership_confirmed_on
    mentor.membership_number = membership_number
    mentor.interview_note = interview_note
    mentor.save(update_fields=["approved_on", "membership_confirmed_on", "membership_number", "interview_note"])
    mentor.fields.set(chosen)
    log(mentor, APPROVED, user=user)
    mentor_approved.send(Mentor, mentor=mentor)
    return mentor


@transaction.atomic
def decline(mentor_id: int, user: Any, *, reason: str) -> None:
    """Tell somebody who signed up why not, and delete the row with its consents.

    Raises :class:`StepRefused` for somebody who is a mentor already, or was once asked to mentor.
    """
    lock_people(mentors=[mentor_id])
    mentor = Mentor.objects.get(pk=mentor_id)
    if mentor.approved_on is not None or had_a_part(mentor):
        raise StepRefused(
            _("%(name)s is a mentor already and cannot be declined. End the volunteering instead.")
            % {"name": mentor.name}
        )
    log(mentor, DECLINED, user=user)
    mentor_declined.send(
        Mentor,
        union=mentor.union,
        name=mentor.called,
        email=mentor.email,
        language=mentor.language,
        reason=reason,
    )
    mentor.delete()


def set_shown(mentor: Mentor, kind: ConsentKind, fields: Iterable[str], *, how: str = "handler") -> bool:
    """Let the standing consent of ``kind`` name exactly ``fields``; none ends it. Return whether anything changed.

    What was consented to before stays as a row that ended.
    """
    wanted = sorted(set(fields))
    standing = Consent.objects.filter(mentor=mentor, kind=kind, withdrawn_at__isnull=True)
    newest = standing.order_by("-given_at", "-pk").first()
    if sorted(newest.named if newest else []) == wanted:
        return False
    standing.update(withdrawn_at=clock.now())
    if wanted:
        Consent.objects.create(mentor=mentor, kind=kind, fields=wanted, given_how=how, given_at=clock.now())
    return True


def conflicts_of(mentor: Mentor) -> "QuerySet[MentorConflict]":
    """Return the conflicts of ``mentor``, whoever of the two declared them."""
    return MentorConflict.objects.filter(Q(mentor=mentor) | Q(other=mentor)).select_related("mentor", "other", "mentee")


def declare_conflict(
    mentor: Mentor, *, other: Mentor | None = None, mentee: Mentee | None = None
) -> tuple[MentorConflict, bool]:
    """Write that ``mentor`` must not meet another mentor or a mentee; return the row and whether it is new.

    Raises :class:`StepRefused` for the mentor's own person, for somebody of another union, or without anybody.
    """
    against = other or mentee
    if against is None:
        raise StepRefused(_("Choose one person."))
    if against == mentor or (mentee is not None and _same_person(mentor, mentee)):
        raise StepRefused(_("Nobody has a conflict with oneself. Choose another person."))
    if against.union_id != mentor.union_id:
        raise StepRefused(_("This person belongs to another union. The two never meet here."))
    if other is not None:
        first, second = sorted((mentor, other), key=lambda one: one.pk)
        return MentorConflict.objects.get_or_create(mentor=first, other=second)
    return MentorConflict.objects.get_or_create(mentor=mentor, mentee=mentee)


def _same_person(mentor: Mentor, mentee: Mentee) -> bool:
    return mentor.email.casefold() == mentee.email.casefold() and folded(mentor.name) == folded(mentee.name)


def merge_absences(mentor: Mentor) -> int:
    """Make one of times away that overlap or follow each other without a day between; return how many went."""
    gone = 0
    last = None
    for absence in mentor.absences.order_by("first_day", "last_day"):
        if last is not None and absence.first_day <= last.last_day + datetime.timedelta(days=1):
            if absence.last_day > last.last_day:
                last.last_day = absence.last_day
                last.save(update_fields=["last_day"])
            absence.delete()
            gone += 1
        else:
            last = absence
    return gone
