"""Named queries over cases. What is finer than the state is derived here, never stored."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef

from wagtail_mentoring.programme.rights import union_roles
from wagtail_mentoring.workflows import OPEN_STATES, CaseState
from wagtail_mentoring.workflows.states import MEETING_STATES, PAIR_STATES

#: How far the questions to mentors of a case have come; "" for a case that needs none. ``waiting``: nobody is being
#: asked. ``mentors``: mentors are. ``missing``: of two mentors one said yes, and nobody else is asked. ``mentee``: the
#: mentee is asked about the pair. ``refused``: the mentee would rather have others. ``silent``: the mentee did not
#: answer in time. ``nobody``: all said no.
ASKING = ("waiting", "mentors", "missing", "mentee", "refused", "silent", "nobody")


class CaseQuerySet(models.QuerySet[Any]):
    """Cases by what is the matter with them. Related rows of rooms above are reached by their query names."""

    def readable_by(self, user: Any) -> "CaseQuerySet":
        """Cases of the unions that are granted to ``user``, in any role; all for a superuser."""
        if user.is_active and user.is_superuser:
            return self.all()
        if not user.has_perm("wagtail_mentoring.view_case"):
            return self.none()
        return self.filter(union__in=list(union_roles(user)))

    def running(self) -> "CaseQuerySet":
        """Cases that are not closed."""
        return self.filter(state__in=[state.value for state in OPEN_STATES])

    def closed(self) -> "CaseQuerySet":
        return self.filter(state=CaseState.CLOSED.value)

    def unerased(self) -> "CaseQuerySet":
        """Cases that are still about somebody, running or over."""
        return self.filter(anonymised_at__isnull=True)

    def mentored_by(self, mentor: Any) -> "CaseQuerySet":
        """Cases to whose current pair ``mentor`` belongs now."""
        return self.filter(
            pairs__ended_at__isnull=True, pairs__memberships__left_at__isnull=True, pairs__memberships__mentor=mentor
        )

    def waiting(self) -> "CaseQuerySet":
        """Eligible cases that wait for mentors: those who had mentors before come first, then the longest waiting."""
        return (
            self.filter(state=CaseState.ELIGIBLE.value)
            .annotate(had_mentors=self._this_one(pairs__ended_at__isnull=False))
            .order_by("-had_mentors", "state_since", "pk")
        )

    def _this_one(self, **related: Any) -> Exists:
        """Return whether the case at hand has such a related row; all conditions are about one and the same row."""
        return Exists(self.model._base_manager.filter(pk=OuterRef("pk"), **related))

    def with_asking(self) -> "CaseQuerySet":
        """Add ``asking``, how far the questions to mentors have come (a value of :data:`ASKING`), and
        ``question_waits``: a mentor who is being asked has a question that has no answer yet.
        """
        now = {"proposals__status": "open"}
        # At most one proposal of a case is open, so each of these is about one and the same.
        mentee = self._this_one(**now, proposals__mentee_asked_at__isnull=False, proposals__mentee_answer="")
        unanswered = self._this_one(**now, proposals__invitations__status__in=["queued", "asked"])
        ended = self._this_one(**now, proposals__invitations__status__in=["no", "expired"])
        eligible = models.Q(state=CaseState.ELIGIBLE.value)
        # The last one of this time of waiting: a rematch begins anew. One that stands in line comes first.
        last = self.model._base_manager.filter(
            pk=OuterRef("pk"), proposals__created_at__gte=OuterRef("state_since")
        ).order_by(models.F("proposals__ended_at").desc(nulls_first=True), "-proposals__pk")
        how = {"mentee": mentee, "missing": ended & ~unanswered, "mentors": self._this_one(**now)}
        refused = models.Q(last_proposal="failed", last_answer="no")
        failed = models.Q(last_proposal="failed")
        silent = failed & models.Q(last_asked_mentee__isnull=False, last_answer="")
        of_eligible = {"refused": refused, "silent": silent, "nobody": failed, "waiting": models.Q()}
        cases = [models.When(models.Q(found), then=models.Value(name)) for name, found in how.items()]
        cases += [models.When(eligible & found, then=models.Value(name)) for name, found in of_eligible.items()]
        return self.annotate(
            last_proposal=models.Subquery(last.values("proposals__status")[:1]),
            last_answer=models.Subquery(last.values("proposals__mentee_answer")[:1]),
            last_asked_mentee=models.Subquery(last.values("proposals__mentee_asked_at")[:1]),
        ).annotate(
            asking=models.Case(*cases, default=models.Value(""), output_field=models.CharField()),
            question_waits=self._this_one(
                **now,
                proposals__invitations__status__in=["asked", "yes"],
                proposals__invitations__question_at__isnull=False,
                proposals__invitations__reply_at__isnull=True,
            ),
        )

    def with_situation(self) -> "CaseQuerySet":
        """Add what the list says under the state: ``agreement_out``, ``signature_missing``, ``copy_waiting``,
        ``next_meeting_at``."""
        planned = self.model._base_manager.filter(pk=OuterRef("pk"), meetings__status="planned")
        out = self._OUT
        unsigned = {"agreements__parties__required": True, "agreements__parties__signature": None}
        staying = {
            "agreements__parties__mentor__memberships__left_at": None,
            "agreements__parties__mentor__memberships__pair": models.F("agreements__pair"),
        }
        return self.annotate(
            agreement_out=self._agreement_out(),
            # A mentor who has left the pair need not sign any more.
            signature_missing=self._this_one(**out, **unsigned, agreements__parties__mentor=None)
            | self._this_one(**out, **unsigned, **staying),
            copy_waiting=self._this_one(**out, agreements__uploads__status="waiting"),
            next_meeting_at=models.Subquery(planned.values("meetings__starts_at")[:1]),
        )

    #: An agreement that counts now.
    _OUT: ClassVar[dict[str, Any]] = {"agreements__pair__ended_at": None, "agreements__superseded_at": None}

    def _agreement_out(self) -> models.ExpressionWrapper:
        """Return whether the agreement has been sent to the mentee and to every mentor of the pair."""
        asked = self.model._base_manager.filter(
            pk=OuterRef("pk"), **self._OUT, agreements__parties__mentor=OuterRef("pairs__memberships__mentor")
        )
        # One condition, so that it is about one and the same membership.
        mentor_not_asked = self.model._base_manager.filter(
            models.Q(pk=OuterRef("pk"), pairs__ended_at=None, pairs__memberships__left_at=None)
            & models.Q(pairs__memberships__isnull=False)
            & ~Exists(asked)
        )
        return models.ExpressionWrapper(
            self._this_one(**self._OUT) & ~Exists(mentor_not_asked), output_field=models.BooleanField()
        )

    def to_decide(self) -> "CaseQuerySet":
        """Applications that wait for the decision on eligibility."""
        return self.filter(state=CaseState.APPLIED.value)

    def paired(self) -> "CaseQuerySet":
        """Cases in which a pair works with the mentee."""
        return self.filter(state__in=[state.value for state in PAIR_STATES])

    def agreement_to_send(self) -> "CaseQuerySet":
        """Cases whose pair, or a mentor who joined later, has not been sent an agreement. Adds ``joined_at``."""
        here = {"pairs__ended_at": None, "pairs__memberships__left_at": None, "pairs__memberships__isnull": False}
        joined = self.model._base_manager.filter(pk=OuterRef("pk"), **here).order_by("-pairs__memberships__joined_at")
        return (
            self.paired()
            .alias(agreement_out=self._agreement_out())
            .filter(agreement_out=False)
            .annotate(joined_at=models.Subquery(joined.values("pairs__memberships__joined_at")[:1]))
        )

    def all_meetings_held(self) -> "CaseQuerySet":
        """Cases with a pair in which no meeting is left: they may be closed as completed."""
        full = models.Q()
        for number, state in enumerate(MEETING_STATES, start=1):
            full |= models.Q(state=state.value, max_meetings__lte=number)
        return self.filter(full)

    def replacement_failed(self) -> "CaseQuerySet":
        """Cases whose pair was to get another mentor in the place of one: nobody came of it, nobody is asked now, and
        that one is still in the pair. Adds ``leaving``, ``leaving_name``, ``failed_at``, and of the mentee's part
        ``mentee_asked`` (when) and ``mentee_said``."""
        here = {"pk": OuterRef("pk"), "pairs__ended_at": None}
        # The newest of this pair. One that is open or stands in line has no end, and comes first.
        newest = self.model._base_manager.filter(
            **here, proposals__created_at__gte=models.F("pairs__created_at")
        ).order_by(models.F("proposals__ended_at").desc(nulls_first=True), "-proposals__pk")
        stays = self.model._base_manager.filter(
            **here, pairs__memberships__left_at=None, pairs__memberships__mentor=OuterRef("leaving")
        )
        return (
            self.paired()
            .annotate(
                newest_proposal=models.Subquery(newest.values("proposals__status")[:1]),
                leaving=models.Subquery(newest.values("proposals__replaces")[:1]),
                leaving_name=models.Subquery(newest.values("proposals__replaces__name")[:1]),
                failed_at=models.Subquery(newest.values("proposals__ended_at")[:1]),
                mentee_asked=models.Subquery(newest.values("proposals__mentee_asked_at")[:1]),
                mentee_said=models.Subquery(newest.values("proposals__mentee_answer")[:1]),
            )
            .filter(Exists(stays), newest_proposal="failed")
        )

    def for_listing(self) -> "CaseQuerySet":
        """Cases with what a row of the list shows, in a constant number of queries."""
        related = self.select_related("mentee", "union", "field__profession", "handler")
        return related.with_situation().with_asking()
