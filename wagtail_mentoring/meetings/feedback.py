"""Feedback: whom it is asked of and when, what is asked, and what was answered. It stops no case from closing.

- ``first``: of everybody who was at meeting 1, when it is recorded, and at the first meeting after a mentor has joined.
  It is about the mentors of the day on which it is asked: each person is asked once about the same mentors. Not
  answered, it goes with the meeting when that is undone, with whoever leaves the pair, with the next question of its
  kind, and with the end of the case, where the end is asked about. When all the mentors whom it is about have left,
  the mentee's goes too.
- ``end``: of the mentee and the mentors of the last pair, when a case with a held meeting closes.
- ``months_3``, ``months_12``: of a mentee who has agreed to be asked so long after the end.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model, Q
from django.dispatch import receiver
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.actors import Actor, user_on
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.signals import case_moved
from wagtail_mentoring.people.choices import Goal
from wagtail_mentoring.people.whose import Someone, columns, key_in, key_of, of_person
from wagtail_mentoring.workflows import CaseState, EndReason, Role, Situation, StepRefused
from wagtail_mentoring.workflows.steps import NOT_YOURS

from .models import Again, Attendance, Feedback, FeedbackKind, Fit, Meeting, MeetingStatus
from .signals import feedback_given
from .whose import PairHistory, last_mentors, people_of, together_since

GIVEN = "mentoring.feedback_given"
MOST_COMMENT = 4000

#: What is asked, by kind and whether it is asked of the mentee, and what of it must be answered.
QUESTIONS: dict[tuple[FeedbackKind, bool], tuple[str, ...]] = {
    (FeedbackKind.FIRST, True): ("fit", "comment"),
    (FeedbackKind.FIRST, False): ("fit", "comment"),
    (FeedbackKind.END, True): ("goals_reached", "confidence", "situation", "satisfaction", "comment"),
    (FeedbackKind.END, False): ("satisfaction", "again", "comment"),
    (FeedbackKind.MONTHS_3, True): ("situation", "confidence", "comment"),
    (FeedbackKind.MONTHS_12, True): ("situation", "confidence", "comment"),
}
NEEDED = {
    FeedbackKind.FIRST: ("fit",),
    FeedbackKind.END: ("satisfaction", "again"),
    FeedbackKind.MONTHS_3: ("situation",),
    FeedbackKind.MONTHS_12: ("situation",),
}

#: After these ends nobody asks how it was: the mentoring goes on elsewhere, or was never one of its own.
NOT_ASKED = (EndReason.TRANSFERRED, EndReason.DUPLICATE)


def questions(feedback: Feedback) -> tuple[str, ...]:
    """Return the names of the columns that ``feedback`` asks for, in the order of its page."""
    return QUESTIONS[FeedbackKind(feedback.kind), feedback.mentee_id is not None]


def needed(feedback: Feedback) -> tuple[str, ...]:
    """Return which of :func:`questions` must be answered."""
    return tuple(name for name in NEEDED[FeedbackKind(feedback.kind)] if name in questions(feedback))


def goals_of(case: Case) -> list[tuple[str, Any]]:
    """Return the goals of the application with their words, of which the mentee says which were reached."""
    # By the query name of the room beside; a case that was registered may have no application.
    application = getattr(case, "application", None)
    chosen = application.goals if application else []
    return [(goal.value, goal.label) for goal in Goal if goal.value in chosen]


def open_for(case: Case, person: Someone) -> Feedback | None:
    """Return what ``person`` is asked about ``case`` and has not answered, the newest question, or None. One query."""
    found = Feedback.objects.filter(case=case, given_at=None, **of_person(person))
    return found.order_by("-asked_at", "-pk").first()


def was_asked(case: Case, person: Someone) -> bool:
    """Return whether ``person`` is asked about ``case`` or has answered. Nobody is, of an erased case. One query."""
    return case.anonymised_at is None and Feedback.objects.filter(case=case, **of_person(person)).exists()


def has_said_how_they_fit(case: Case, person: Someone) -> bool:
    """Return whether ``person`` has answered about the mentors of now, and so is not asked again. Two queries."""
    history = PairHistory(case)
    given = Feedback.objects.filter(case=case, kind=FeedbackKind.FIRST, given_at__isnull=False, **of_person(person))
    return any(history.knew_all(at) for at in given.values_list("asked_at", flat=True))


def needs_a_person(feedback: Feedback) -> bool:
    """Return whether a contact person should act on ``feedback``: they do not fit, or are not sure."""
    return feedback.fit in (Fit.UNSURE, Fit.POOR)


def waits_for_contact(case: Case, person: Someone) -> bool:
    """Return whether ``person`` has answered what :func:`needs_a_person`, and no contact person has seen it yet."""
    doubts = Feedback.objects.filter(case=case, fit__in=[Fit.UNSURE, Fit.POOR], given_at__isnull=False, seen_at=None)
    return doubts.filter(**of_person(person)).exists()


@transaction.atomic
def give(feedback_id: int, by: Someone, answers: Mapping[str, Any]) -> Feedback:
    """Write what ``by`` answers to what was asked; return it. ``answers`` holds some of :func:`questions`.

    Sends ``feedback_given``; the contact person is told of one that :func:`needs_a_person`. Raises StepRefused, with
    sentences by field; ValueError for an answer to something that is not asked.
    """
    asked = Feedback.objects.filter(pk=feedback_id).first()
    if asked is None or key_in(asked) != key_of(by):
        raise StepRefused(NOT_YOURS)
    case = moves.lock(asked.case_id)
    feedback = Feedback.objects.filter(pk=feedback_id).first()
    if feedback is None or case.anonymised_at is not None:
        raise StepRefused(_("This is not asked any more."))
    if feedback.given_at is not None:
        raise StepRefused(_("You have answered already. Thank you!"))
    names = questions(feedback)
    if not set(answers) <= set(names):
        raise ValueError(f"Not asked: {sorted(set(answers) - set(names))}")
    given = {name: _cleaned(name, answers.get(name)) for name in names}
    _check(case, feedback, given)
    for name, value in given.items():
        setattr(feedback, name, value)
    feedback.given_at = clock.now()
    feedback.save(update_fields=[*given, "given_at"])
    # No role is asked for: whoever was asked may answer, also after having left.
    role = Role.MENTEE if feedback.mentee_id else Role.MENTOR
    moves.note(case.pk, GIVEN, Actor(frozenset({role}), **columns(by)), {"kind": feedback.kind})
    feedback_given.send(Feedback, feedback=feedback, case=case)
    return feedback


def _cleaned(name: str, value: Any) -> Any:
    if name == "goals_reached":
        return list(value or [])
    if name in ("confidence", "satisfaction"):
        return None if value in (None, "") else int(value)
    return str(value or "").strip()


_OUT_OF: dict[str, Callable[[Any], bool]] = {
    "fit": lambda value: value in Fit.values,
    "again": lambda value: value in Again.values,
    "situation": lambda value: value in list(Situation),
    "confidence": lambda value: 1 <= value <= 5,
    "satisfaction": lambda value: 1 <= value <= 5,
}


def _check(case: Case, feedback: Feedback, given: Mapping[str, Any]) -> None:
    errors: dict[str, str] = {}
    for name in needed(feedback):
        if given[name] in (None, ""):
            errors[name] = _("Please answer this question.")
    for name, right in _OUT_OF.items():
        if name in given and given[name] not in (None, "") and not right(given[name]):
            errors[name] = _("Choose one of the answers.")
    if not set(given.get("goals_reached", [])) <= {goal for goal, _label in goals_of(case)}:
        errors["goals_reached"] = _("Choose among the goals of the application.")
    if len(given.get("comment", "")) > MOST_COMMENT:
        errors["comment"] = _("The text is too long. Use at most %(most)d characters.") % {"most": MOST_COMMENT}
    if errors:
        raise StepRefused(next(iter(errors.values())), errors)


@transaction.atomic
def mark_seen(feedback_id: int, user: Any) -> Feedback:
    """Write that the contact person ``user`` has seen an answer. Raises StepRefused without a right to the case."""
    feedback = Feedback.objects.select_related("case").filter(pk=feedback_id).first()
    if feedback is None or not user_on(user, feedback.case).roles:
        raise StepRefused(NOT_YOURS)
    if feedback.seen_at is None and feedback.given_at is not None:
        feedback.seen_at, feedback.seen_by = clock.now(), user
        feedback.save(update_fields=["seen_at", "seen_by"])
    return feedback


@dataclass(frozen=True, slots=True)
class Moment:
    """How the mentee was at one moment. ``confidence`` is None and ``situation`` empty where it was not said."""

    name: str
    confidence: int | None
    situation: str


def compared(case: Case) -> list[Moment]:
    """Return confidence and situation of the mentee at the ``start`` and at each later answer, in order of time.

    ``name``: "start", or a value of FeedbackKind. Two queries.
    """
    application = getattr(case, "application", None)
    found = [Moment("start", application.confidence, application.situation)] if application else []
    later = Feedback.objects.filter(case=case, mentee__isnull=False, given_at__isnull=False)
    later = later.exclude(kind=FeedbackKind.FIRST).order_by("given_at", "pk")
    return found + [Moment(row.kind, row.confidence, row.situation) for row in later]


# When it is asked.


def _ask(case: Case, kind: FeedbackKind, people: list[Someone]) -> None:
    """Ask each of ``people`` once; whoever was asked before, is not again."""
    for person in people:
        Feedback.objects.get_or_create(case=case, kind=kind, defaults={"asked_at": clock.now()}, **of_person(person))


def _ask_first(case: Case, number: int) -> None:
    """Ask who was at meeting ``number``, if it is the first with the mentors of now: each once about the same ones."""
    history = PairHistory(case)
    held = Meeting.objects.filter(case=case, status=MeetingStatus.HELD, number__lt=number)
    if any(history.knew_all(at) for at in held.values_list("recorded_at", flat=True) if at is not None):
        return
    for person in _there(case, number):
        before = Feedback.objects.filter(case=case, kind=FeedbackKind.FIRST, **of_person(person))
        if any(history.knew_all(at) for at in before.values_list("asked_at", flat=True)):
            continue
        before.filter(given_at=None).delete()
        Feedback.objects.create(case=case, kind=FeedbackKind.FIRST, asked_at=clock.now(), **of_person(person))


def _withdraw(case: Case, *kinds: FeedbackKind, left: Q | None = None) -> None:
    """Take back what was asked and is not answered; ``left``: only of these."""
    Feedback.objects.filter(left or Q(), case=case, kind__in=kinds, given_at=None).delete()


@receiver(case_moved, sender=Case, dispatch_uid="wagtail_mentoring.meetings.feedback")
def follow_the_case(
    sender: type[Model],
    case: Case,
    step: str,
    source: CaseState,
    target: CaseState,
    data: Mapping[str, Any],
    **kwargs: Any,
) -> None:
    """Ask, and take back what was asked, as the case goes on, ends or comes back."""
    if step == "record_meeting":
        _ask_first(case, data["number"])
    elif step == "undo_meeting":
        _withdraw(case, FeedbackKind.FIRST, left=_taken_back(case, data.get("number")))
    elif step in ("replace_mentor", "go_back"):
        present = [person.pk for person in people_of(case)[1:]]
        _withdraw(case, FeedbackKind.FIRST, left=Q(mentor__isnull=False) & ~Q(mentor__in=present))
        since = together_since(case)
        # Of the mentee nobody asks about mentors who have all left.
        _withdraw(case, FeedbackKind.FIRST, left=Q(mentee__isnull=False) & (Q(asked_at__lt=since) if since else Q()))
    if target == CaseState.CLOSED and source != CaseState.CLOSED:
        _withdraw(case, FeedbackKind.FIRST)
        held = Meeting.objects.filter(case=case, status=MeetingStatus.HELD).exists()
        if held and case.end_reason not in NOT_ASKED:
            _ask(case, FeedbackKind.END, [case.mentee, *last_mentors(case)])
    elif source == CaseState.CLOSED:
        _withdraw(case, FeedbackKind.END, FeedbackKind.MONTHS_3, FeedbackKind.MONTHS_12)


def _taken_back(case: Case, number: Any) -> Q:
    """Return what was asked when meeting ``number``, which has been undone, was recorded."""
    undone = Meeting.objects.filter(case=case, number=number, status=MeetingStatus.UNDONE).order_by("-pk").first()
    return Q(asked_at__gte=undone.recorded_at) if undone and undone.recorded_at else Q(pk__in=[])


def _there(case: Case, number: int) -> list[Someone]:
    """Return who of the three was at meeting ``number``."""
    held = Attendance.objects.filter(
        meeting__case=case, meeting__number=number, meeting__status=MeetingStatus.HELD, present=True
    ).select_related("mentee", "mentor")
    return [person for row in held if (person := row.mentee or row.mentor) is not None]
