"""Signing up as a mentor by the form on the site. Nobody is a mentor by it: the contact person approves or declines."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from wagtail_mentoring import clock
from wagtail_mentoring.privacy.models import Consent, ConsentKind, Notice
from wagtail_mentoring.programme.models import ProfessionalField, Union

from .finding import folded
from .mentors import lock_union
from .models import Mentor
from .querysets import not_stopped
from .signals import mentor_signed_up, mentor_signed_up_again

#: The answers that are kept as they were given, by the names of the mentor's columns.
COLUMNS = (
    "name email phone municipality language english finnish swedish other_languages title speciality experience_years"
    " online in_person capacity topics topics_text times partner_wish conflicts membership_number"
).split()


def known_mentor(union: Union, name: str, email: str) -> Mentor | None:
    """Return whom the union knows already by this address, or None.

    While one waits for approval the address is enough; of those approved the name must be the same too, because two
    people may share an address. Who has stopped may come back, and is not looked for.
    """
    wanted = folded(name)
    rows = Mentor.objects.filter(
        not_stopped(),
        union=union,
        email__iexact=email,
        anonymised_at__isnull=True,
    ).order_by("-pk")
    for mentor in rows:
        if mentor.approved_on is None or folded(mentor.name) == wanted:
            return mentor
    return None


def sign_up(
    union: Union,
    fields: Iterable[ProfessionalField],
    answers: Mapping[str, Any],
    *,
    notice: Notice,
    shown_to_mentee: Iterable[str] = (),
    shown_to_partner: Iterable[str] = (),
) -> Mentor | None:
    """Write a mentor who waits for approval, with the consents given, and return the row.

    ``answers`` by the names of :data:`COLUMNS`. ``notice`` was acknowledged; the fields named in ``shown_to_mentee``
    and ``shown_to_partner`` may be shown, and without any there is no such consent. Returns None for somebody who is
    known already: nothing is written, and a mail says so to the stored address. Raises ValueError for a field of
    another union.
    """
    chosen = list(fields)
    if any(field.participation.union_id != union.pk for field in chosen):
        raise ValueError("These fields are not the union's.")
    with transaction.atomic():
        # One at a time for a union: of a form sent twice the second must see what the first has written.
        lock_union(union.pk)
        known = known_mentor(union, answers["name"], answers["email"])
        if known is not None:
            mentor_signed_up_again.send(Mentor, mentor=known)
            return None
        mentor = Mentor.objects.create(
            union=union,
            signed_up_at=clock.now(),
            checked_on=clock.today(),
            **{name: answers[name] for name in COLUMNS if answers.get(name) is not None},
        )
        mentor.fields.set(chosen)
        Consent.objects.bulk_create(_consents(mentor, notice, shown_to_mentee, shown_to_partner))
        mentor_signed_up.send(Mentor, mentor=mentor)
        return mentor


def _consents(
    mentor: Mentor, notice: Notice, shown_to_mentee: Iterable[str], shown_to_partner: Iterable[str]
) -> list[Consent]:
    given = [Consent(mentor=mentor, kind=ConsentKind.NOTICE, notice=notice)]
    for kind, shown in (
        (ConsentKind.SHOWN_TO_MENTEE, list(shown_to_mentee)),
        (ConsentKind.SHOWN_TO_PARTNER, list(shown_to_partner)),
    ):
        if shown:
            given.append(Consent(mentor=mentor, kind=kind, fields=shown))
    return given
