"""The rows of a plan as its page shows them, in a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_mentoring.pairing.choices import ENDED_BY_MENTOR, InvitationStatus, PlanRowStatus
from wagtail_mentoring.pairing.models import Invitation, PairingPlan, PlanRow
from wagtail_mentoring.pairing.plan_result import mark_of, mentors_of
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme import dates

from . import plan_words
from .known_before import call_first, conflicts_in_short, not_answered
from .plan_reasons import Needed, nobody_because, second_missing, short_reasons, wanted

#: So many rows of a kind are shown on one page.
PER_PAGE = 50
#: So many when all are asked for. Each row that can be ticked sends two fields, and a site takes 1000 in one form.
MOST_ON_A_PAGE = 300
#: Of so many mentors who are needed elsewhere the list tells for whom; the page of the row names more.
NAMED = 1


@dataclass(frozen=True, slots=True)
class Light:
    """What is known of every row, shown or not."""

    pk: int
    status: str
    mentors: tuple[int, ...]
    fit: int | None
    locked: bool
    participation: int = 0
    case: int = 0
    person: str = ""


@dataclass(slots=True)
class Section:
    """The rows of one kind: how many there are, and those that are shown."""

    number: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.number - len(self.rows)


class Table:
    """``left_out``: rows (keys) that the handler does not want to approve now. ``page`` counts from 1.

    Whoever has not answered about mentors before is left out too, unless the handler ``ticked`` the row.
    """

    def __init__(
        self,
        plan: PairingPlan,
        *,
        left_out: Iterable[int] = (),
        ticked: Iterable[int] = (),
        page: int = 1,
        everything: bool = False,
    ) -> None:
        self.plan, self.everything = plan, everything
        columns = ("pk", "status", "first_id", "second_id", "fit", "locked", "case__participation", "case")
        self.light = [
            Light(pk, status, tuple(key for key in (first, second) if key is not None), *rest)
            for pk, status, first, second, *rest in plan.rows.values_list(*columns, "case__mentee__name")
        ]
        proposed = plan.rows.filter(status=PlanRowStatus.PROPOSED)
        self.unanswered = not_answered(proposed.values("case"))
        #: The rows (keys) of those who have not answered before.
        self.called_first = {row.pk for row in self.of(PlanRowStatus.PROPOSED) if row.case in self.unanswered}
        self.left_out = set(left_out) | (self.called_first - set(ticked))
        self.per_page = MOST_ON_A_PAGE if everything else PER_PAGE
        self.pages = max(1, -(-len(self.of(PlanRowStatus.PROPOSED)) // self.per_page))
        self.page = min(max(1, page), self.pages)
        self._load()

    def of(self, status: str) -> list[Light]:
        return [row for row in self.light if row.status == status]

    def _load(self) -> None:
        """Read the rows that are shown: one page of those with mentors, and the first of every other kind."""
        shown: dict[str, list[int]] = {}
        for status in PlanRowStatus.values:
            first = self.per_page * (self.page - 1) if status == PlanRowStatus.PROPOSED else 0
            keys = [row.pk for row in self.of(status)]
            # Rows without mentors have no ticks, and send nothing.
            whole = self.everything and status != PlanRowStatus.PROPOSED
            shown[status] = keys if whole else keys[first : first + self.per_page]
        wanted_rows = [pk for keys in shown.values() for pk in keys]
        related = ("case__mentee", "case__field__profession", "first", "second")
        rows = self.plan.rows.select_related(*related).in_bulk(wanted_rows)
        self.needed = self._needed(rows.values())
        self._said_no = self._answers(rows.values())
        self.sections = {
            status: Section(len(self.of(status)), [self._shown(rows[pk]) for pk in keys if pk in rows])
            for status, keys in shown.items()
        }

    def _needed(self, rows: Iterable[PlanRow]) -> Needed:
        """Return for whom the mentors are needed whom these rows go without, and the names that the page tells."""
        rows = list(rows)
        told = {pk for row in rows for pk in (*wanted(row), *(row.before or ()))}
        cases: dict[int, list[str]] = {}
        for light in self.light:
            if light.status in (PlanRowStatus.PROPOSED, PlanRowStatus.APPROVED):
                for mentor in told.intersection(light.mentors):
                    cases.setdefault(mentor, []).append(light.person)
        names = Mentor.objects.filter(union=self.plan.union_id).in_bulk(list(told)) if told else {}
        return Needed(cases, {pk: mentor.name for pk, mentor in names.items()})

    def _change(self, row: PlanRow) -> str:
        """Return what is different from the round before, "" nothing, or when there was none."""
        if "change" not in self.plan.result or row.status not in (PlanRowStatus.PROPOSED, PlanRowStatus.NOBODY):
            return ""
        if row.before is None:
            return _("New since the plan before")
        if sorted(mentors_of(row)) == row.before:
            return ""
        if not row.before:
            return _("Had nobody before")
        before = [self._gone(row, pk) for pk in row.before if pk in self.needed.names]
        return _("Before: %(names)s") % {"names": plan_words.names(before)} if before else _("Others before")

    def _answers(self, rows: Iterable[PlanRow]) -> dict[tuple[int, int], str]:
        """Return who of those proposed before said no since or did not answer, by case and mentor. One query."""
        cases = [row.case_id for row in rows if row.before]
        asked = Invitation.objects.filter(proposal__case__in=cases, status__in=ENDED_BY_MENTOR).order_by("pk")
        found = asked.values_list("proposal__case", "mentor", "status") if cases else ()
        return {(case, mentor): status for case, mentor, status in found}

    def _gone(self, row: PlanRow, mentor: int) -> str:
        """Return the name of a mentor of the round before, and why it is somebody else now, where that is known."""
        name = {"name": self.needed.names[mentor]}
        status = self._said_no.get((row.case_id, mentor))
        if status == InvitationStatus.NO:
            return _("%(name)s, who said no") % name
        return _("%(name)s, who did not answer") % name if status else name["name"]

    def _notes(self, row: PlanRow) -> list[str]:
        """Return what to know before these mentors are invited."""
        if row.status != PlanRowStatus.PROPOSED:
            return []
        silent = self.unanswered.get(row.case_id)
        called = [call_first(silent, row.case.mentee.called, mentors_of(row))] if silent is not None else []
        return [*called, *conflicts_in_short(one for one in (row.first, row.second) if one is not None)]

    def _shown(self, row: PlanRow) -> dict[str, Any]:
        mentors = [mentor.name for mentor in (row.first, row.second) if mentor is not None]
        return {
            "row": row,
            "name": row.case.mentee.name,
            "reference": row.case.reference,
            "case_address": reverse("mentoring_desk:case", args=[row.case_id]),
            "address": reverse("mentoring_desk:plan_row", args=[self.plan.pk, row.pk]),
            "waits": dates.days(row.waited_days) if row.waited_days else _("since today"),
            "mentors": plan_words.names(mentors),
            "alone": len(mentors) == 1,
            "chosen": row.pk not in self.left_out,
            "second_missing": second_missing(row, self.needed, NAMED) if len(mentors) == 1 else "",
            "reasons": short_reasons(row) if mentors else "",
            "nobody": nobody_because(row, self.needed) if not mentors else None,
            "change": self._change(row),
            "notes": self._notes(row),
        }

    @property
    def figures(self) -> dict[str, Any]:
        """How many wait, are served, by two, by one, by nobody, of those who are not invited yet."""
        proposed = [len(row.mentors) for row in self.of(PlanRowStatus.PROPOSED)]
        without = len(self.of(PlanRowStatus.NOBODY)) + len(self.of(PlanRowStatus.HELD_BACK))
        fits = [row.fit for row in self.of(PlanRowStatus.PROPOSED) if row.fit is not None]
        return {
            "waiting": len(proposed) + without,
            "served": len(proposed),
            "pairs": proposed.count(2),
            "singles": proposed.count(1),
            "nobody": without,
            "fit": round(sum(fits) / len(fits)) if fits else None,
        }

    @property
    def choice(self) -> dict[str, int]:
        """What approving the rows that are ticked would do, in numbers."""
        mentors = [row.mentors for row in self.of(PlanRowStatus.PROPOSED) if row.pk not in self.left_out]
        return {
            "people": len(mentors),
            "pairs": sum(len(pair) == 2 for pair in mentors),
            "singles": sum(len(pair) == 1 for pair in mentors),
            "invitations": sum(map(len, mentors)),
            "mentors": len({mentor for pair in mentors for mentor in pair}),
        }

    @property
    def chosen(self) -> list[int]:
        """The rows (keys) that an approval would invite for."""
        return [row.pk for row in self.of(PlanRowStatus.PROPOSED) if row.pk not in self.left_out]

    @property
    def participations(self) -> set[int]:
        """The participations (keys) whose rules hold for the people who are ticked."""
        proposed = self.of(PlanRowStatus.PROPOSED)
        return {row.participation for row in proposed if row.pk not in self.left_out}

    @property
    def locks(self) -> int:
        return sum(row.locked for row in self.of(PlanRowStatus.PROPOSED))

    @property
    def rest(self) -> int:
        """How many would be solved again."""
        return self.figures["waiting"] - self.locks

    @property
    def seen(self) -> str:
        """A mark of what the plan proposes, by which a press on an older page is noticed."""
        return mark_of((row.pk, row.mentors) for row in self.of(PlanRowStatus.PROPOSED))

    @property
    def shown(self) -> list[int]:
        """The rows (keys) with mentors that are on this page."""
        return [shown["row"].pk for shown in self.sections[PlanRowStatus.PROPOSED].rows]

    @property
    def locked(self) -> list[int]:
        """Those of them that are locked."""
        rows = [shown["row"] for shown in self.sections[PlanRowStatus.PROPOSED].rows]
        return [row.pk for row in rows if row.locked]

    @property
    def show_all(self) -> str:
        """What the button says that shows more rows on a page; "" when no more can be shown."""
        number = len(self.of(PlanRowStatus.PROPOSED))
        if self.everything or number <= self.per_page:
            return ""
        return _("show %(number)s at a time") % {"number": MOST_ON_A_PAGE} if number > MOST_ON_A_PAGE else _("show all")

    @property
    def where(self) -> str:
        """Which of the rows with mentors are on this page; "" when all are."""
        section = self.sections[PlanRowStatus.PROPOSED]
        if not section.more:
            return ""
        first = self.per_page * (self.page - 1) + 1
        span = {"first": first, "last": first + len(section.rows) - 1, "all": section.number}
        return _("%(first)s to %(last)s of %(all)s") % span
