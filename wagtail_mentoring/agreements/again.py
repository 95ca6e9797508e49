"""Asking running cases to sign again when a newer version of the text is in force: one task for each case."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import translation
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist

from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.actors import user_on
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.workflows import StepRefused
from wagtail_mentoring.workflows.states import PAIR_STATES

from .models import Agreement, AgreementText
from .parties import current_agreement
from .wording import text_in_force

ASKED, REFUSED, UNDER_WAY = "asked", "refused", "under_way"


@dataclass(frozen=True)
class Older:
    """A running case's agreement, and the newer text in the same language that is in force for it."""

    agreement: Agreement
    text: AgreementText

    @property
    def case(self) -> Case:
        return self.agreement.case


def older_agreements(unions: Iterable[Any]) -> list[Older]:
    """Return the agreements of running cases of ``unions`` that are on an older text than the one in force."""
    states = [state.value for state in PAIR_STATES]
    current = (
        Agreement.objects.current()
        .filter(supplement_to=None, case__union__in=unions, case__state__in=states)
        .select_related("text", "case__mentee", "case__union", "case__participation")
        .order_by("case__reference")
    )
    in_force: dict[tuple[int, str], AgreementText | None] = {}
    found = []
    for agreement in current:
        key = (agreement.case.participation_id, agreement.case.language)
        if key not in in_force:
            in_force[key] = text_in_force(agreement.case.participation, agreement.case.language)
        text = in_force[key]
        if text is not None and text.pk != agreement.text_id and text.language == agreement.text.language:
            found.append(Older(agreement, text))
    return found


@task()
def ask_again(case_pk: int, text_pk: int, user_pk: int, reason: str, language: str) -> dict[str, str]:
    """Take the step ``reissue`` on one case as the user; return ``outcome`` and, in ``language``, why not.

    A case that is on the text already is left alone, so that a task that runs twice asks nobody twice.
    """
    with translation.override(language):
        user = get_user_model()._default_manager.filter(pk=user_pk, is_active=True).first()
        case = Case.objects.select_related("participation").filter(pk=case_pk).first()
        agreement = current_agreement(case) if case is not None else None
        if agreement is not None and agreement.text_id == text_pk:
            return {"outcome": ASKED, "why": ""}
        if user is None or case is None:
            return {"outcome": REFUSED, "why": translation.gettext("The case or the user is gone.")}
        try:
            moves.move(case_pk, "reissue", lambda found: user_on(user, found), {"reason": reason})
        except StepRefused as refused:
            return {"outcome": REFUSED, "why": str(refused)}
    return {"outcome": ASKED, "why": ""}


def ask(case_pks: Iterable[int], text: AgreementText, user: Any, reason: str) -> list[dict[str, Any]]:
    """Hand one task for each case to the worker; return what :func:`outcomes` needs, as JSON."""
    language = translation.get_language() or "en"
    handed = []
    for pk in case_pks:
        result = ask_again.enqueue(pk, text.pk, user.pk, reason, language)
        handed.append({"case": pk, "task": result.id, **_told(result)})
    return handed


def _told(result: Any) -> dict[str, str]:
    if result.status == TaskResultStatus.SUCCESSFUL:
        return dict(result.return_value)
    if result.status == TaskResultStatus.FAILED:
        return {"outcome": REFUSED, "why": translation.gettext("An error stopped it. Tell your administrator.")}
    return {"outcome": UNDER_WAY, "why": ""}


def outcomes(handed: list[dict[str, Any]], text: AgreementText) -> list[dict[str, Any]]:
    """Return ``handed`` as it is now: asked the worker for what was still under way, else looked at the cases."""
    waiting = [row["case"] for row in handed if row["outcome"] == UNDER_WAY]
    there = Agreement.objects.current().filter(case__in=waiting, text=text, supplement_to=None)
    done = set(there.values_list("case_id", flat=True))
    for row in handed:
        if row["outcome"] == UNDER_WAY:
            row |= {"outcome": ASKED} if row["case"] in done else _ask_worker(row["task"])
    return handed


def _ask_worker(task_id: str) -> dict[str, str]:
    if not ask_again.get_backend().supports_get_result:
        return {"outcome": UNDER_WAY, "why": ""}
    try:
        return _told(ask_again.get_result(task_id))
    except TaskResultDoesNotExist:
        return {"outcome": UNDER_WAY, "why": ""}
