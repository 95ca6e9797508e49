"""The one way to open and to move a case. Nothing else writes ``Case.state``."""

import datetime
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from wagtail_mentoring import clock
from wagtail_mentoring.people.models import Mentee
from wagtail_mentoring.programme.models import ProfessionalField
from wagtail_mentoring.programme.themes import freeze, themes_for
from wagtail_mentoring.texts import visible
from wagtail_mentoring.workflows import CaseState, StepRefused, apply_step
from wagtail_mentoring.workflows.steps import NOT_YOURS, STEP_NAMES, refusal

from . import facts
from .actors import Actor
from .log import save_chain_end
from .models import Case, CaseCounter
from .signals import case_moved, case_opened

logger = logging.getLogger(__name__)

#: The log action of a step, and of what happens to a case outside the flow.
STEP_ACTION = "mentoring.step.{}".format
OPENED = "mentoring.opened"


@dataclass(slots=True)
class Move:
    """A move under way, as an effect sees it: the locked case, who acts, and what was entered."""

    case: Case
    step: str
    actor: Actor
    inputs: Mapping[str, Any]
    at: datetime.datetime
    #: What the log keeps of it: no personal text.
    data: dict[str, Any] = field(default_factory=dict)
    #: Personal text (a reason), kept beside the log's chain.
    text: str = ""
    #: Columns of the case to write besides the state.
    columns: dict[str, Any] = field(default_factory=dict)
    #: How to take back what an effect did outside the database (a stored file), should the move fail after all.
    take_back: list[Callable[[], None]] = field(default_factory=list)
    #: An action and its data that the history gets should the move be refused: what was tried, and why it failed.
    tried: tuple[str, dict[str, Any]] | None = None

    def words(self, name: str) -> str:
        """Return the text entered as ``name``; empty when nothing was entered that can be seen, or None was given."""
        text = str(self.inputs.get(name) or "")
        return text if visible(text) else ""


#: Writes the rows that a step brings, and returns the inputs that the flow's method checks.
Effect = Callable[[Move], Mapping[str, Any] | None]
_effects: dict[str, Effect] = {}


def effect(step: str) -> Callable[[Effect], Effect]:
    """Register what ``step`` writes. One effect a step; rooms above register theirs when the app is ready.

    The effect runs under the lock, after the conditions were found true; it may raise :class:`StepRefused` with errors
    by field. What it wrote is undone when the step is refused after all.
    """
    if step not in STEP_NAMES:
        raise KeyError(step)

    def register(function: Effect) -> Effect:
        if _effects.get(step, function) is not function:
            raise ValueError(f"The step {step!r} has an effect already.")
        _effects[step] = function
        return function

    return register


def lock(case_id: int) -> Case:
    """Return the case with its row locked until the end of the transaction. Raises ``Case.DoesNotExist``."""
    cases = Case.objects.select_for_update(of=("self",))
    return cases.select_related("mentee", "field", "union", "participation").get(pk=case_id)


def move(
    case_id: int,
    step: str,
    make_actor: Callable[[Case], Actor],
    inputs: Mapping[str, Any] | None = None,
    *,
    seen: int | None = None,
) -> Case:
    """Take ``step`` on the case and return it as it is afterwards.

    ``make_actor`` says who acts, given the locked case (``lambda case: actors.user_on(user, case)``); ``inputs`` are
    the cleaned values of the step's form; ``seen`` is ``Case.log_length`` as the person saw it on the page, and
    refuses the step when something has happened since.

    Raises :class:`StepRefused` with a sentence for the person, having changed nothing; ``Case.DoesNotExist``;
    ``KeyError`` for an unknown step.
    """
    if step not in STEP_NAMES:
        raise KeyError(step)
    under_way: Move | None = None
    try:
        with transaction.atomic():
            case = lock(case_id)
            actor = make_actor(case)
            if not actor.roles:
                # First of all: whoever has no business with the case learns nothing of it, not even its history.
                raise StepRefused(NOT_YOURS)
            refuse_stale(case, seen)
            under_way = Move(case, step, actor, inputs or {}, clock.now())
            _take(under_way)
    except BaseException:
        if under_way is not None:
            _take_back(under_way.take_back)
            if under_way.tried is not None:
                note(case_id, under_way.tried[0], under_way.actor, under_way.tried[1])
        raise
    return case


def _take(under_way: Move) -> None:
    """Take the step on the locked case, or raise :class:`StepRefused`."""
    case, step, actor = under_way.case, under_way.step, under_way.actor
    known = facts.gather(case)
    reason = refusal(known, actor, step)
    if reason:
        raise StepRefused(reason)
    run = _effects.get(step)
    entered = (run(under_way) if run else None) or {}
    target = apply_step(known, actor, step, **entered)
    _write(under_way, target)
    case_moved.send(Case, case=case, step=step, source=known.state, target=target, actor=actor, data=under_way.data)


def _take_back(functions: list[Callable[[], None]]) -> None:
    for function in functions:
        try:
            function()
        except Exception:
            # What made the move fail matters more to the caller; this is for the administrator.
            logger.exception("What a failed move had done outside the database could not be taken back.")


def refuse_stale(case: Case, seen: int | None) -> None:
    """Raise :class:`StepRefused` when the history is not as long as the person's page showed (None: no page)."""
    from .words import sentence

    if seen is None or seen == case.log_length:
        return
    happened = [sentence(entry) for entry in case.log.filter(sequence__gt=seen).order_by("sequence")]
    raise StepRefused(stale_reason(happened))


def stale_reason(happened: list[str]) -> Any:
    """Return the sentence that tells what happened while the person looked at the page."""
    from django.utils.text import format_lazy
    from django.utils.translation import gettext_lazy as _

    if not happened:
        return _("The case is not what this page shows. Look at the case again before you decide.")
    return format_lazy(
        _("Meanwhile this happened: {what}. Look at the case again before you decide."), what="; ".join(happened)
    )


def _write(under_way: Move, target: CaseState) -> None:
    case, source = under_way.case, under_way.case.case_state
    columns = dict(under_way.columns)
    if target != source:
        columns |= {"state": target.value, "state_since": under_way.at}
        columns["closed_at"] = under_way.at if target == CaseState.CLOSED else None
        if source == CaseState.CLOSED:
            columns |= {"end_reason": "", "situation": ""}
    for name, value in columns.items():
        setattr(case, name, value)
    record(case, STEP_ACTION(under_way.step), under_way.actor, moved_data(under_way, source, target), under_way.text)
    save_chain_end(case, *columns)


def moved_data(under_way: Move, source: CaseState, target: CaseState) -> dict[str, Any]:
    """Return what the log keeps of a move: both states when it changed, and what the effect noted."""
    data = dict(under_way.data)
    if source != target:
        data |= {"from": source.value, "to": target.value}
    return data


def record(case: Case, action: str, actor: Actor, data: Mapping[str, Any] | None = None, text: str = "") -> None:
    """Append to the history of ``case``, whose row the caller has locked and saves afterwards (``save_chain_end``)."""
    log(
        case,
        action,
        user=actor.user,
        actor=actor.role,
        data=dict(data or {}),
        text=text,
        timestamp=clock.now(),
        # Wagtail's history shows one line for each uuid and action, and would give all lines of a request the same.
        uuid=uuid.uuid4(),
    )


def note(case_id: int, action: str, actor: Actor, data: Mapping[str, Any] | None = None, text: str = "") -> None:
    """Append to the history something that is no step of the flow: data corrected, a link sent again."""
    with transaction.atomic():
        case = lock(case_id)
        record(case, action, actor, data, text)
        save_chain_end(case)


def next_reference(union: Any, year: int) -> str:
    """Return the next reference of a union in a year, such as ``TEK-2026-0142``. Call it inside a transaction."""
    CaseCounter.objects.get_or_create(union=union, year=year)
    counter = CaseCounter.objects.select_for_update().get(union=union, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{union.code}-{year}-{counter.last:04d}"


@transaction.atomic
def open_case(
    mentee: Mentee,
    chosen: ProfessionalField,
    actor: Actor,
    *,
    language: str = "en",
    data: Mapping[str, Any] | None = None,
    complete: Callable[[Case], None] | None = None,
) -> Case:
    """Open a case for ``mentee`` in the field ``chosen``, with the rules and themes as they are now, and return it.

    ``complete`` writes the rows that belong to the new case (its application) before anybody is told of it. Raises
    ``ValueError`` when mentee and field belong to different unions.
    """
    participation = chosen.participation
    if participation.union_id != mentee.union_id:
        raise ValueError("The mentee belongs to another union than the field.")
    moment = clock.now()
    case = Case(
        reference=next_reference(participation.union, clock.today().year),
        union=participation.union,
        participation=participation,
        field=chosen,
        mentee=mentee,
        language=language,
        opened_at=moment,
        state_since=moment,
        min_meetings=participation.min_meetings,
        max_meetings=participation.max_meetings,
        meeting_minutes=participation.meeting_minutes,
        one_mentor_allowed=participation.one_mentor_allowed,
        themes=freeze(themes_for(chosen)),
    )
    case.save()
    if complete is not None:
        complete(case)
    record(case, OPENED, actor, {"to": case.state, **(data or {})})
    save_chain_end(case)
    case_opened.send(Case, case=case, actor=actor)
    return case
