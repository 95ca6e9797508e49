"""The case, and its chained history."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.models import ClusterableModel
from wagtail.models import BaseLogEntry

from wagtail_mentoring import clock
from wagtail_mentoring.people.models import Mentee
from wagtail_mentoring.programme.models import Participation, ProfessionalField, Union
from wagtail_mentoring.workflows import END_REASON_LABELS, SITUATION_LABELS, STATE_LABELS, CaseState

from .log import CaseLogEntryManager
from .querysets import CaseQuerySet


class Case(ClusterableModel):
    """One mentee's way through the programme in one field of one union.

    ``state`` is written by ``moves.py`` alone. The rules stand here as they were when the case was opened, so that a
    later change of the union's rules does not change what was promised.
    """

    reference = models.CharField(_("reference"), max_length=24, unique=True)
    union = models.ForeignKey(Union, models.PROTECT, related_name="cases", verbose_name=_("union"))
    participation = models.ForeignKey(Participation, models.PROTECT, related_name="cases")
    field = models.ForeignKey(
        ProfessionalField, models.PROTECT, related_name="cases", verbose_name=_("professional field")
    )
    mentee = models.ForeignKey(Mentee, models.PROTECT, related_name="cases", verbose_name=_("mentee"))
    state = models.CharField(
        _("state"), max_length=12, choices=list(STATE_LABELS.items()), default=CaseState.APPLIED, editable=False
    )
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)
    opened_at = models.DateTimeField(_("opened at"), default=clock.now, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    language = models.CharField(_("language of the case"), max_length=12, default="en")
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="mentoring_cases",
        verbose_name=_("handler"),
    )
    min_meetings = models.PositiveSmallIntegerField(default=3, editable=False)
    max_meetings = models.PositiveSmallIntegerField(default=5, editable=False)
    meeting_minutes = models.PositiveSmallIntegerField(default=90, editable=False)
    one_mentor_allowed = models.BooleanField(default=True, editable=False)
    themes = models.JSONField(default=list, editable=False)
    end_reason = models.CharField(
        _("why it ended"), max_length=20, choices=list(END_REASON_LABELS.items()), blank=True, editable=False
    )
    situation = models.CharField(
        _("the mentee’s situation at the end"),
        max_length=20,
        choices=list(SITUATION_LABELS.items()),
        blank=True,
        editable=False,
    )
    transferred_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="transferred_to", editable=False
    )
    # The end of the log's chain, so that entries cut off at the end are noticed too: log.CHAIN_END.
    log_length = models.PositiveIntegerField(default=0, editable=False)
    log_head = models.CharField(max_length=64, blank=True, editable=False)
    # When that end was written. Found by an index: what is idle is otherwise found only by looking at every history.
    log_at = models.DateTimeField(default=clock.now, editable=False)
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["union", "state", "-id"], name="mentoring_case_list"),
            models.Index(fields=["union", "-id"], name="mentoring_case_union"),
            models.Index(fields=["union", "-state_since"], name="mentoring_case_since"),
            models.Index(fields=["state", "state_since"], name="mentoring_case_due"),
            models.Index(
                fields=["participation", "log_at"],
                condition=models.Q(closed_at__isnull=True),
                name="mentoring_case_idle",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in CaseState]), name="mentoring_case_state"
            ),
            models.CheckConstraint(
                condition=models.Q(state=CaseState.CLOSED.value, closed_at__isnull=False)
                | (~models.Q(state=CaseState.CLOSED.value) & models.Q(closed_at__isnull=True, end_reason="")),
                name="mentoring_case_closed",
            ),
        ]

    def __str__(self) -> str:
        # Also the label of log entries: the reference alone, never a name.
        return self.reference

    @property
    def case_state(self) -> CaseState:
        """The state as the flow's enum member."""
        return CaseState(self.state)

    @property
    def days_in_state(self) -> int:
        """Whole days since the state was reached."""
        return clock.days_since(self.state_since)

    @property
    def field_name(self) -> str:
        """The profession's name in the active language."""
        return str(self.field.profession)


class CaseCounter(models.Model):
    """The last number given to a case of a union in a year."""

    union = models.ForeignKey(Union, models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["union", "year"], name="mentoring_counter_once")]

    def __str__(self) -> str:
        return f"{self.union.code}-{self.year}"


class CaseLogEntry(BaseLogEntry):
    """One line of a case's history, hash-chained to the line before it on the same case.

    ``data`` and ``label`` hold no personal text; that stands in :class:`CaseLogText` and can be erased without
    breaking the chain.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="log")
    sequence = models.PositiveIntegerField()
    actor = models.CharField(_("acted as"), max_length=10)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = CaseLogEntryManager()

    class Meta(BaseLogEntry.Meta):
        abstract = False
        verbose_name = _("case log entry")
        verbose_name_plural = _("case log entries")
        ordering = ["-timestamp", "-sequence"]
        constraints = [models.UniqueConstraint(fields=["case", "sequence"], name="mentoring_log_sequence_once")]
        indexes = [
            *BaseLogEntry.Meta.indexes,
            models.Index(fields=["case", "-sequence"], name="mentoring_log_case"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Wagtail's own save() validates with five queries per line. Entries are made by CaseLogEntryManager alone,
        # which checks that the action is registered; the rest the database's constraints hold.
        models.Model.save(self, *args, **kwargs)

    @cached_property
    def object_id(self) -> int:
        """The case, as Wagtail's reports ask for it."""
        return self.case_id


class CaseLogText(models.Model):
    """Personal text of a log entry (a reason, a note), beside the chain. Its salted hash stands in the entry."""

    entry = models.OneToOneField(CaseLogEntry, models.CASCADE, related_name="text")
    text = models.TextField()
    salt = models.CharField(max_length=32)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("text of a log entry")
        verbose_name_plural = _("texts of log entries")

    def __str__(self) -> str:
        return self.text

    def erase(self) -> None:
        """Erase the text. The chain stays valid: it knows that there was one, and with the salt gone not which."""
        self.text, self.salt, self.erased_at = "", "", clock.now()
        self.save(update_fields=["text", "salt", "erased_at"])
