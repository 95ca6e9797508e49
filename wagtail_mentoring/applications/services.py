"""An application is sent, registered by a contact person, or routed from the intake queue: how a case begins."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.actors import SYSTEM, Actor
from wagtail_mentoring.cases.log import CHAIN_END
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.people.finding import folded
from wagtail_mentoring.people.links import revoke
from wagtail_mentoring.people.models import Mentee
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.models import Consent, ConsentKind, Notice, NoticeKind, PrivateFile
from wagtail_mentoring.privacy.public_texts import notice_in_force
from wagtail_mentoring.programme.models import ProfessionalField
from wagtail_mentoring.programme.rights import may_handle
from wagtail_mentoring.workflows import Role

from . import drafts
from .journey import Journey
from .models import Application, ApplicationDraft, IntakeEntry
from .signals import double_application, intake_received

#: Days for which the page after sending can be looked at again.
RECEIPT_DAYS = 1
#: By which way an application came, besides what a contact person notes.
WEB, INTAKE = "web", "intake"
DOUBLE = "mentoring.double"
REGISTERED = "mentoring.registered"

_MENTEE = (
    "name preferred_name email phone municipality english finnish swedish other_languages safe_contact"
    " hide_municipality access_needs"
).split()
_APPLICATION = (
    "profession degree_level degree_field degree_status degree_year degree_country recognition sector experience_years"
    " basis goals goals_text formats times mentor_wish heard_from situation confidence extra"
).split()


class NotComplete(Exception):
    """A draft that cannot be sent yet: ``step`` names the page where something is missing."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


class AlreadyRunning(Exception):
    """A person who has a running case in the field already: ``case``."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case


class AlreadyRouted(Exception):
    """An application of the intake queue that somebody has routed before."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of a draft. ``receipt`` is all that the page after sending shows, alike for a double."""

    kind: Literal["case", "double", "intake", "earlier"]
    receipt: Mapping[str, Any]
    case: Case | None = None
    entry: IntakeEntry | None = None


def open_application(
    chosen: ProfessionalField,
    data: Mapping[str, Any],
    *,
    language: str = "en",
    actor: Actor | None = None,
    channel: str = WEB,
    notice: Notice | None = None,
    cv: PrivateFile | None = None,
    consents: tuple[str, ...] = (),
    log_data: Mapping[str, Any] | None = None,
) -> Case:
    """Write a mentee with an application and open its case in the field ``chosen``; every way to a case ends here.

    ``data`` has the answers by the names of the fields of :class:`Mentee` and :class:`Application`; what is missing
    stays empty. ``consents`` are kinds besides the acknowledged ``notice``. Without an ``actor`` the mentee acts.
    """
    given = {name: value for name, value in data.items() if value is not None}
    how = "form" if channel in (WEB, INTAKE) else channel
    with transaction.atomic():
        mentee = Mentee.objects.create(
            union=chosen.participation.union,
            language=language,
            **{name: given[name] for name in _MENTEE if name in given},
        )
        Consent.objects.bulk_create(
            Consent(mentee=mentee, kind=kind, notice=notice if kind == ConsentKind.NOTICE else None, given_how=how)
            for kind in ((ConsentKind.NOTICE,) if notice else ()) + tuple(consents)
        )

        def complete(case: Case) -> None:
            Application.objects.create(
                case=case,
                cv=cv,
                channel=channel,
                sent_at=clock.now(),
                **{name: given[name] for name in _APPLICATION if name in given},
            )

        return moves.open_case(
            mentee,
            chosen,
            actor or Actor(frozenset({Role.MENTEE}), mentee=mentee),
            language=language,
            data={"channel": channel, **(log_data or {})},
            complete=complete,
        )


def running_double(chosen: ProfessionalField, name: str, email: str) -> Case | None:
    """Return the running case of the same person in the same field: the same address and the same name, or None.

    Two people may share an address, so that the address alone says nothing.
    """
    wanted = folded(name)
    rows = Case.objects.running().filter(field=chosen, mentee__email__iexact=email).select_related("mentee")
    return next((case for case in rows if folded(case.mentee.name) == wanted), None)


def submit(
    draft: ApplicationDraft, *, adult: bool, follow_up: bool = False, notice: Notice | None = None
) -> Submission:
    """Send ``draft`` and say what became of it; sent a second time, it says the same and does nothing.

    ``adult`` and ``follow_up`` are the ticks of the last page; ``notice`` is one that was acknowledged there instead of
    the one at the start. Raises :class:`NotComplete` when an answer is missing or wrong,
    ``ApplicationDraft.DoesNotExist`` when the draft is gone.
    """
    with transaction.atomic():
        locked = (
            ApplicationDraft.objects.select_for_update(of=("self",))
            .select_related("programme", "field__participation__union", "field__profession", "cv", "notice")
            .get(pk=draft.pk)
        )
        if locked.sent_at is not None:
            return Submission("earlier", locked.answers.get("receipt", {}), locked.case)
        journey = Journey(locked)
        journey.settle()
        missing = journey.first_open()
        if missing.form is not None:
            raise NotComplete(missing.key)
        if not adult:
            raise NotComplete("check")
        data = journey.data()
        consents: tuple[str, ...] = (ConsentKind.ADULT, *((ConsentKind.FOLLOW_UP,) if follow_up else ()))
        locked.notice = notice or locked.notice
        if journey.destination.kind == "queue":
            submission = _into_queue(locked, journey, data, consents)
        else:
            submission = _into_field(locked, data, consents)
        _close(locked, submission)
        return submission


def _into_queue(
    draft: ApplicationDraft, journey: Journey, data: dict[str, Any], consents: tuple[str, ...]
) -> Submission:
    entry = IntakeEntry.objects.create(
        programme=draft.programme,
        reason=journey.destination.intake_reason,
        field=draft.field,
        name=data["name"],
        email=data["email"],
        profession=data["profession"],
        language=draft.language,
        answers={**data, "consents": [*consents, ConsentKind.INTAKE_QUEUE, ConsentKind.OTHER_UNION]},
        cv=draft.cv,
        notice=draft.notice,
    )
    intake_received.send(IntakeEntry, entry=entry)
    return Submission("intake", _receipt(draft, data, ""), entry=entry)


def _into_field(draft: ApplicationDraft, data: Mapping[str, Any], consents: tuple[str, ...]) -> Submission:
    chosen = draft.field
    if chosen is None:
        raise NotComplete("union")
    # One at a time for a field: of two windows that send the same person's application one must see the other's case.
    ProfessionalField.objects.select_for_update().get(pk=chosen.pk)
    running = running_double(chosen, data["name"], data["email"])
    if running is None:
        case = open_application(
            chosen, data, language=draft.language, notice=draft.notice, cv=draft.cv, consents=consents
        )
        return Submission("case", _receipt(draft, data, case.reference), case)
    # Nothing on the page may tell that the person is known. So it shows a number all the same: a fresh one that no
    # case gets, noted in the history of the running case, where it is found when somebody asks for it.
    reference = moves.next_reference(chosen.participation.union, clock.today().year)
    moves.note(running.pk, DOUBLE, SYSTEM, {"reference": reference})
    drafts.remove_cv(draft)
    double_application.send(Case, case=running, reference=reference, language=draft.language)
    return Submission("double", _receipt(draft, data, reference), running)


def _receipt(draft: ApplicationDraft, data: Mapping[str, Any], reference: str) -> dict[str, Any]:
    days = draft.field.participation.decision_days if draft.field else None
    return {
        "called": data.get("preferred_name") or data["name"],
        "email": data["email"],
        "reference": reference,
        "sent_at": clock.now().isoformat(),
        "decided_by": (clock.today() + datetime.timedelta(days=days)).isoformat() if days and reference else "",
    }


def _close(draft: ApplicationDraft, submission: Submission) -> None:
    """Keep of the draft only what the page after sending shows, and that not for long."""
    moment = clock.now()
    draft.sent_at = draft.changed_at = moment
    draft.case = submission.case if submission.kind == "case" else None
    draft.answers = {"receipt": dict(submission.receipt)}
    draft.expires_at = moment + datetime.timedelta(days=RECEIPT_DAYS)
    draft.done, draft.cv = [], None
    draft.save()
    for link in draft.private_links.all():
        revoke(link)


def register_applicant(
    chosen: ProfessionalField,
    data: Mapping[str, Any],
    user: Any,
    *,
    channel: Literal["phone", "visit"] = "phone",
    language: str = "en",
) -> Case:
    """Open a case for somebody who phoned or came by, as ``user`` noted it; the notice is sent to the person later.

    ``data`` as for :func:`open_application`, with ``adult`` and ``follow_up`` as they were said. Raises
    PermissionDenied when ``user`` is no handler of the field's union, :class:`AlreadyRunning` for a double.
    """
    union = chosen.participation.union
    if not (may_handle(user, union.pk) and user.has_perm("wagtail_mentoring.change_case")):
        raise PermissionDenied(_("You are no contact person of this union."))
    consents = tuple(
        kind.value
        for kind, said in ((ConsentKind.ADULT, data.get("adult")), (ConsentKind.FOLLOW_UP, data.get("follow_up")))
        if said
    )
    actor = Actor(frozenset({Role.HANDLER}), user=user)
    with transaction.atomic():
        # One at a time for a field: of a button pressed twice the second must see the first one's case.
        ProfessionalField.objects.select_for_update().get(pk=chosen.pk)
        if (double := running_double(chosen, data["name"], data["email"])) is not None:
            raise AlreadyRunning(double)
        case = open_application(chosen, data, language=language, actor=actor, channel=channel, consents=consents)
        notice = notice_in_force(NoticeKind.PRIVACY, chosen.participation, language)
        moves.note(case.pk, REGISTERED, actor, {"channel": channel, "notice": notice.pk if notice else None})
        case.refresh_from_db(fields=CHAIN_END)
    return case


def route_entry(entry: IntakeEntry, chosen: ProfessionalField, user: Any) -> Case:
    """Open the case of a waiting application in the field ``chosen``, and note who decided it.

    Raises PermissionDenied for a user without the right to the queue, :class:`AlreadyRouted` when somebody was quicker,
    ``ValueError`` for a field of another programme.
    """
    if not user.has_perm("wagtail_mentoring.change_intakeentry"):
        raise PermissionDenied(_("You may not route applications of the intake queue."))
    with files.undone_on_failure(), transaction.atomic():
        locked = IntakeEntry.objects.select_for_update(of=("self",)).select_related("notice", "cv").get(pk=entry.pk)
        if locked.routed_at is not None:
            raise AlreadyRouted
        if chosen.participation.programme_id != locked.programme_id:
            raise ValueError("The field belongs to another programme.")
        data = dict(locked.answers)
        consents = tuple(data.pop("consents", ()))
        cv = _cv_for(locked, chosen)
        case = open_application(
            chosen,
            data,
            language=locked.language,
            channel=INTAKE,
            actor=Actor(frozenset({Role.SYSTEM}), user=user),
            notice=locked.notice,
            cv=cv,
            consents=consents,
            log_data={"from_queue": locked.pk},
        )
        locked.routed_at, locked.routed_by, locked.case = clock.now(), user, case
        # What was answered stands on the case now, read by that union alone.
        locked.answers, locked.cv = {}, None
        locked.save()
    return case


def _cv_for(entry: IntakeEntry, chosen: ProfessionalField) -> PrivateFile | None:
    """Return the CV of ``entry`` as a file of the union that gets the case."""
    if entry.cv is None:
        return None
    held = ApplicationDraft(programme=entry.programme, field=chosen, cv=entry.cv)
    drafts.move_cv(held)
    return held.cv
