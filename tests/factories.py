"""Rows for tests, made as the product makes them: cases are driven through the one way to move a case.

Everything takes sensible defaults, so that a test names only what it is about. Times go forward from ``opened_at``.
"""

import datetime
import itertools
from collections.abc import Sequence
from typing import Any
from unittest import mock

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

from wagtail_mentoring import clock
from wagtail_mentoring.agreements.parties import agreement_of
from wagtail_mentoring.agreements.signing import CODE_PURPOSE
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.models import (
    AgreementText,
    Application,
    Case,
    Consent,
    GroupUnionPermission,
    MeetingTheme,
    Mentee,
    Mentor,
    OneTimeCode,
    Participation,
    Profession,
    ProfessionalField,
    Programme,
    Union,
)
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.people import links
from wagtail_mentoring.privacy.models import ConsentKind
from wagtail_mentoring.workflows import CaseState, EndReason, Role, Situation, meeting_number

PASSWORD = "a-known-password"
_number = itertools.count(1)

HANDLER_RIGHTS = ("view_case", "change_case", "view_mentor", "add_mentor", "change_mentor", "delete_mentor")
SUPERVISOR_RIGHTS = ("view_case", "view_mentor", "view_readinglogentry")


def make_programme(slug: str = "mentoring") -> Programme:
    """Return the programme, with five themes."""
    programme, made = Programme.objects.get_or_create(slug=slug, defaults={"names": {"en": "Mentoring"}})
    if made:
        MeetingTheme.objects.bulk_create(
            MeetingTheme(programme=programme, number=number, titles={"en": f"Theme {number}", "fi": f"Aihe {number}"})
            for number in range(1, 6)
        )
    return programme


def make_union(slug: str = "tek", **values: Any) -> Union:
    """Return the union ``slug``, made at the first call, taking part in the programme."""
    short = values.pop("short", slug.upper())
    union, made = Union.objects.get_or_create(
        slug=slug,
        defaults={
            "short": short,
            "code": "".join(filter(str.isalpha, slug.upper()))[:8],
            "names": {"en": f"Union {short}", "fi": f"Liitto {short}"},
            "contact_name": "Sanna Lindqvist",
            "contact_email": f"mentoring@{slug}.example.org",
        }
        | values,
    )
    if made:
        Participation.objects.create(programme=make_programme(), union=union)
    return union


def make_field(union: Union | None = None, slug: str = "engineers", **rules: Any) -> ProfessionalField:
    """Return the field ``slug`` of ``union``, made at the first call; ``rules`` change the union's participation."""
    participation = (union or make_union()).participations.get()
    if rules:
        for name, value in rules.items():
            setattr(participation, name, value)
        participation.save()
    names = {"en": slug.replace("-", " "), "fi": f"{slug} (fi)"}
    profession, _made = Profession.objects.get_or_create(slug=slug, defaults={"names": names})
    return ProfessionalField.objects.get_or_create(participation=participation, profession=profession)[0]


def make_user(username: str = "", rights: tuple[str, ...] = (), **values: Any) -> Any:
    """Return a user who may enter the admin and has the named rights of this app; the password is ``PASSWORD``."""
    username = username or f"user{next(_number)}"
    user = get_user_model().objects.create_user(username, f"{username}@example.org", PASSWORD, **values)
    user.user_permissions.add(
        *Permission.objects.filter(content_type__app_label="wagtail_mentoring", codename__in=rights),
        Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"),
    )
    return user


def _granted(union: Union, role: str, rights: tuple[str, ...], username: str, **values: Any) -> Any:
    group, made = Group.objects.get_or_create(name=f"{union.short} {role}s")
    if made:
        GroupUnionPermission.objects.create(group=group, union=union, role=role)
    user = make_user(username or f"{role}-{union.slug}-{next(_number)}", rights, **values)
    user.groups.add(group)
    return user


def make_handler(union: Union | None = None, username: str = "", **values: Any) -> Any:
    """Return a case handler of ``union``."""
    values = {"first_name": "Sanna", "last_name": "Lindqvist"} | values
    return _granted(union or make_union(), "handler", HANDLER_RIGHTS, username, **values)


def make_supervisor(union: Union | None = None, username: str = "", **values: Any) -> Any:
    """Return a supervisor of ``union``: reads cases and the log of readings, moves nothing."""
    return _granted(union or make_union(), "supervisor", SUPERVISOR_RIGHTS, username, **values)


def make_mentor(field: ProfessionalField | None = None, *, shown: Sequence[str] = (), **values: Any) -> Mentor:
    """Return a confirmed mentor of ``field`` with room for one mentee.

    ``shown``: what a mentee may be shown, by the mentor's consent; without it, asking this mentor takes a reason.
    """
    field = field or make_field()
    number = next(_number)
    mentor = Mentor.objects.create(
        **{
            "union": field.union,
            "name": f"Mentor {number}",
            "email": f"mentor{number}@example.org",
            "membership_confirmed_on": clock.today(),
            "approved_on": clock.today(),
            "oriented_on": clock.today(),
            "english": "b2",
            "municipality": "Espoo",
            "title": "Lead developer",
        }
        | values
    )
    mentor.fields.add(field)
    if shown:
        Consent.objects.create(mentor=mentor, kind=ConsentKind.SHOWN_TO_MENTEE, fields=list(shown))
    return mentor


def make_mentee(union: Union | None = None, **values: Any) -> Mentee:
    """Return a mentee of ``union``."""
    number = next(_number)
    return Mentee.objects.create(
        **{
            "union": union or make_union(),
            "name": f"Mentee {number}",
            "email": f"mentee{number}@example.org",
            "municipality": "Vantaa",
            "english": "b2",
        }
        | values
    )


def as_handler(user: Any = None) -> Any:
    """Return what ``moves.move`` asks for: somebody acting as handler, whatever the union."""
    return lambda case: actors.Actor(frozenset({Role.HANDLER}), user=user)


def make_agreement_text() -> AgreementText:
    """Return the default English wording, made at the first call."""
    return AgreementText.objects.get_or_create(
        participation=None,
        language="en",
        version=1,
        defaults={
            "body": "<p>We agree.</p>",
            "summary": "Be kind.",
            "in_force_from": clock.now() - datetime.timedelta(days=3650),
        },
    )[0]


def pretend_pdf() -> Any:
    """Return a patch under which an agreement is a few bytes instead of a rendered PDF (which takes a second)."""

    def made(sheet: Any, union: Any) -> bytes:
        return f"%PDF-1.7 {sheet.reference} {next(_number)}".encode()

    return mock.patch("wagtail_mentoring.agreements.issue.make_agreement", made)


def sign(case: Case, *, mentee: Mentee | None = None, mentor: Mentor | None = None) -> Case:
    """Let one party sign the agreement of ``case`` as if the right code had been typed."""
    person = mentee or mentor
    link = links.link_for(case, mentee=mentee, mentor=mentor)
    # Made without the hash of a real code, which takes a third of a second.
    code = OneTimeCode.objects.create(
        link=link, purpose=CODE_PURPOSE, code_hash="", expires_at=clock.now() + datetime.timedelta(minutes=15)
    )
    agreement = agreement_of(case, mentee=mentee, mentor=mentor)
    assert agreement is not None and person is not None
    inputs = {
        "typed_name": person.name,
        "agreed": True,
        "code": code,
        "link": link,
        "shown_sha256": agreement.document.sha256,
    }

    def make(case: Case) -> actors.Actor:
        if mentor is not None:
            return actors.mentor_on(mentor, case)
        assert mentee is not None
        return actors.mentee_on(mentee, case)

    return moves.move(case.pk, "sign", make, inputs)


class Drive:
    """Moves one case on, a day and a half for each step."""

    def __init__(self, case: Case, moment: datetime.datetime, user: Any, real_pdf: bool) -> None:
        self.case, self.moment, self.user, self.real_pdf = case, moment, user, real_pdf

    def go(self, step: str, **inputs: Any) -> None:
        self.moment = min(self.moment + datetime.timedelta(hours=36), clock.now())
        with clock.at(self.moment):
            self.case = moves.move(self.case.pk, step, as_handler(self.user), inputs)

    def accept(self) -> None:
        self.go("accept", seen_on=self.moment.date(), basis="residence_permit")

    def pair(self, mentors: list[Mentor]) -> None:
        first, second = (*mentors, None)[:2]
        self.go("pair", first=first, second=second, one_mentor_reason="" if second else "Nobody else has room.")

    def agreement(self, signed: bool = True) -> None:
        make_agreement_text()
        if self.real_pdf:
            self.go("send_agreement")
        else:
            with pretend_pdf():
                self.go("send_agreement")
        if signed:
            with clock.at(self.moment):
                sign(self.case, mentee=self.case.mentee)
                for member in current_members(self.case):
                    sign(self.case, mentor=member.mentor)

    def meet(self, number: int) -> None:
        there = [member.mentor for member in current_members(self.case)]
        self.moment += datetime.timedelta(hours=36)
        self.go(
            "record_meeting",
            number=number,
            starts_at=self.moment,
            place="Espoo central library",
            mentee_present=True,
            mentors_present=there,
        )


def _apply(case: Case, application: Application) -> None:
    case.application = application
    application.save()


def make_case(
    field: ProfessionalField | None = None,
    state: str = "applied",
    *,
    mentors: list[Mentor] | None = None,
    handler: Any = None,
    user: Any = None,
    agreement: str = "none",
    closed_from: str = "",
    opened_at: datetime.datetime | None = None,
    language: str = "en",
    answers: dict[str, Any] | None = None,
    real_pdf: bool = False,
    **mentee: Any,
) -> Case:
    """Return a case of ``field`` in ``state``, driven there by real moves.

    ``agreement`` is for a paired case: ``"none"``, ``"out"`` or ``"signed"``; with meetings it is signed anyway.
    ``closed_from`` says where a closed case was before: from a state with enough meetings it is completed, from
    ``"applied"`` refused, else ended because the mentee withdrew. ``user`` makes the moves, ``handler`` is assigned;
    ``answers`` go to the application and everything else to the mentee.
    """
    field = field or make_field()
    moment = opened_at or clock.now() - datetime.timedelta(days=40)
    wanted = CaseState(closed_from or "meeting_3") if state == "closed" else CaseState(state)
    with clock.at(moment):
        person = make_mentee(field.union, **mentee)
        given = {
            "profession": "engineer",
            "degree_level": "master",
            "degree_status": "completed",
            "basis": "residence_permit",
            "goals": ["cv", "networks"],
            "situation": "looking",
        } | (answers or {})
        case = moves.open_case(
            person,
            field,
            actors.Actor(frozenset({Role.MENTEE}), mentee=person),
            language=language,
            complete=lambda made: _apply(made, Application(case=made, sent_at=moment, **given)),
        )
    if handler is not None:
        Case.objects.filter(pk=case.pk).update(handler=handler)
    drive = Drive(case, moment, user or handler, real_pdf)
    held = meeting_number(wanted)
    if wanted != CaseState.APPLIED:
        drive.accept()
    if wanted == CaseState.PAIRED or held:
        drive.pair(mentors if mentors is not None else [make_mentor(field), make_mentor(field)])
        if held or agreement != "none":
            drive.agreement(signed=bool(held) or agreement == "signed")
    for number in range(1, held + 1):
        drive.meet(number)
    if state == "closed":
        if wanted == CaseState.APPLIED:
            drive.go("refuse", reason="The degree is not academic.")
        elif held >= drive.case.min_meetings:
            drive.go("complete", situation=Situation.STUDIES.value)
        else:
            drive.go("end", end_reason=EndReason.MENTEE_WITHDREW.value, situation=Situation.UNKNOWN.value)
    return Case.objects.get(pk=case.pk)


def pair_of(case: Case) -> list[Mentor]:
    """Return the mentors who are in the case's pair now, in the order in which they came."""
    return [member.mentor for member in current_members(case)]
