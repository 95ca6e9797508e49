"""Where a draft goes: to a field, to the intake queue, or to the applicant's own choice between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from wagtail_mentoring.programme.models import ProfessionalField
from wagtail_mentoring.programme.routing import Routing, fold, route

from .models import ApplicationDraft, IntakeReason

QUEUE = "queue"
START = "start"
CHOICE = "union"

Kind = Literal["unknown", "sector", "ask", "field", "queue"]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the application goes, as far as the answers tell.

    ``kind``: ``unknown`` before the profession is answered; ``sector`` when the sector must be asked; ``ask`` when the
    applicant must choose between ``options``, ``field`` or ``queue`` when it is clear. ``field`` is also set for the
    queue when a paused field is waited for.
    """

    kind: Kind
    field: ProfessionalField | None = None
    reason: str = ""
    question: str = ""
    options: tuple[ProfessionalField, ...] = ()
    #: Of the options those that rules name for another degree or sector only.
    unlikely: tuple[ProfessionalField, ...] = ()
    paused: tuple[ProfessionalField, ...] = ()
    offers_queue: bool = False
    asks_sector: bool = False
    #: The field that was chosen at the start, when the answers point elsewhere.
    elsewhere: ProfessionalField | None = None
    asked: bool = False

    @property
    def intake_reason(self) -> IntakeReason:
        return IntakeReason.PAUSED if self.field else IntakeReason.NO_UNION


def signature(answers: Mapping[str, Any]) -> str:
    """Return what a choice depends on: when it changes, the applicant is asked again."""
    return "|".join(
        [fold(answers.get("profession") or ""), answers.get("degree_level") or "", answers.get("sector") or ""]
    )


def find(draft: ApplicationDraft, answers: Mapping[str, Any]) -> Destination:
    """Return where ``draft`` goes. ``answers`` has profession and degree_level, and sector where it was asked."""
    profession, level = answers.get("profession"), answers.get("degree_level")
    if not (profession and level):
        return Destination("unknown")
    routing = route(draft.programme, profession, level)
    asks_sector = routing.needs_sector
    if asks_sector:
        if not answers.get("sector"):
            return Destination("sector", asks_sector=True)
        routing = route(draft.programme, profession, level, answers["sector"])
    return _decide(draft, routing, signature(answers if asks_sector else {**answers, "sector": ""}), asks_sector)


def started_from(draft: ApplicationDraft) -> ProfessionalField | None:
    """Return the field on whose page the applicant began, or None."""
    pk = draft.answers.get(START, {}).get("field")
    if pk is None:
        return None
    return (
        ProfessionalField.objects.filter(pk=pk)
        .select_related("participation__union", "participation__programme", "profession")
        .first()
    )


def _decide(draft: ApplicationDraft, routing: Routing, sign: str, asks_sector: bool) -> Destination:
    started = started_from(draft)
    fits = started is not None and (
        not routing.known or started in routing.fields or started.participation.union in routing.unions
    )
    wanted: tuple[ProfessionalField, ...]
    if started is not None:
        wanted = (started,) if fits else (started, *routing.fields)
    else:
        wanted = routing.fields
    reason = routing.reason
    if len(wanted) == 1 and (fits or started is None) and wanted[0].intake_open:
        return Destination("field", wanted[0], reason, asks_sector=asks_sector)
    opened = tuple(field for field in wanted if field.intake_open)
    paused = tuple(field for field in wanted if not field.intake_open)
    # Only where no field fits that takes applications: else they would lead away from the one that does.
    fitting = any(field.intake_open for field in routing.fields)
    unlikely = tuple(
        field for field in routing.alternatives if field.intake_open and field not in wanted and not fitting
    )
    nowhere = not routing.fields and routing.known or not wanted
    destination = Destination(
        "ask",
        reason=reason or (_("No rule of the programme knows this profession.") if not routing.known else ""),
        question=routing.question,
        options=(*opened, *unlikely),
        unlikely=unlikely,
        paused=paused,
        offers_queue=bool(paused) or nowhere,
        asks_sector=asks_sector,
        elsewhere=None if fits else started,
        asked=True,
    )
    return _with_choice(draft, destination, sign)


def _with_choice(draft: ApplicationDraft, asked: Destination, sign: str) -> Destination:
    """Return ``asked`` with what the applicant has chosen, when that was chosen for the same answers."""
    from dataclasses import replace

    chosen = draft.answers.get(CHOICE, {})
    value = (chosen.get("choice") or [""])[0]
    if chosen.get("for") != sign:
        return asked
    if value == QUEUE and asked.offers_queue:
        return replace(asked, kind="queue", field=asked.paused[0] if asked.paused else None)
    field = next((field for field in asked.options if str(field.pk) == value), None)
    return replace(asked, kind="field", field=field) if field else asked
