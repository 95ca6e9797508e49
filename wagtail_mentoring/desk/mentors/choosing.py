"""With whom a mentor wants to mentor, and whom the mentor must not meet: people are searched for and chosen."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.pairing.mentor_states import with_state
from wagtail_mentoring.pairing.standing import (
    end_standing,
    make_standing,
    partner_of,
    standing_pair_of,
    why_not_together,
)
from wagtail_mentoring.people.finding import holding
from wagtail_mentoring.people.log import CONFLICT
from wagtail_mentoring.people.mentors import conflicts_of, declare_conflict
from wagtail_mentoring.people.models import Mentee, Mentor
from wagtail_mentoring.workflows import StepRefused

from ..brief import languages
from .base import MentorScreen
from .listing import field_names
from .page import against

#: So many people a search shows; more are found by typing more.
MOST_FOUND = 20


class Choosing(MentorScreen):
    """A search, its results with a button each, and what was chosen before."""

    @property
    def words(self) -> str:
        """What is searched for, shortened to what a name can be."""
        return self.request.GET.get("q", "").replace("\x00", "").strip()[:100]

    def other_mentors(self) -> "QuerySet[Any]":
        """Return the other mentors of the union that the search finds, by name."""
        found = Mentor.objects.filter(union=self.mentor.union_id, anonymised_at__isnull=True).exclude(pk=self.mentor.pk)
        if self.words:
            found = found.filter(holding(found, self.words, "name", "email"))
        return with_state(found).prefetch_related("fields__profession").order_by("name", "pk")

    def to_this_page(self) -> HttpResponse:
        """Return the way back to this page, as it was."""
        return redirect(self.request.get_full_path())


class Conflicts(Choosing):
    """The people whom the mentor must not meet in the programme."""

    template_name = "wagtail_mentoring/desk/mentors/conflicts.html"
    page_title = gettext_lazy("Conflicts of interest")
    header_icon = "warning"

    def mentees(self) -> "QuerySet[Mentee]":
        """Return the mentees of the union that the search finds. None without the right to read its cases."""
        if not self.words or not permission_policy(Case).user_has_permission(self.request.user, "view"):
            return Mentee.objects.none()
        found = Mentee.objects.filter(union=self.mentor.union_id, anonymised_at__isnull=True)
        wanted = holding(found, self.words, "name", "email")
        by_case = Case.objects.filter(union=self.mentor.union_id, reference__iexact=self.words).values("mentee")
        return found.filter(wanted | Q(pk__in=by_case)).order_by("name", "pk")

    def found(self) -> list[dict[str, Any]]:
        """Return the people found, as rows."""
        noted = list(conflicts_of(self.mentor))
        mentors = {row.other_id if row.mentor_id == self.mentor.pk else row.mentor_id for row in noted if row.other_id}
        mentees = {row.mentee_id for row in noted if row.mentee_id}
        rows = [
            {"field": "other", "pk": one.pk, "name": one.name, "what": _("mentor"), "noted": one.pk in mentors}
            | {"more": field_names(one)}
            for one in (self.other_mentors()[: MOST_FOUND + 1] if self.words else [])
        ]
        for mentee in self.mentees().prefetch_related("cases")[: MOST_FOUND + 1]:
            references = ", ".join(case.reference for case in mentee.cases.all())
            rows.append(
                {"field": "mentee", "pk": mentee.pk, "name": mentee.name, "what": _("mentee")}
                | {"noted": mentee.pk in mentees, "more": references}
            )
        return rows

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = self.found()
        return self.respond(
            conflicts=against(self.mentor, conflicts_of(self.mentor)),
            found=found[:MOST_FOUND],
            more=len(found) > MOST_FOUND,
            words=self.words,
            page_address=self.address,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if gone := whole_number(request.POST.get("remove")):
            self.remove(gone)
        else:
            self.add(whole_number(request.POST.get("other")), whole_number(request.POST.get("mentee")))
        return self.to_this_page()

    def remove(self, pk: int) -> None:
        """Remove a conflict of this mentor."""
        with transaction.atomic():
            gone, _rows = conflicts_of(self.mentor).filter(pk=pk).delete()
            if gone:
                log(self.mentor, CONFLICT, user=self.request.user)
        if gone:
            messages.success(self.request, _("The conflict of interest is removed."))

    def add(self, other: int | None, mentee: int | None) -> None:
        """Note a conflict with a mentor or a mentee of the same union."""
        union = self.mentor.union_id
        try:
            with transaction.atomic():
                row, made = declare_conflict(
                    self.mentor,
                    other=Mentor.objects.filter(union=union, pk=other).first() if other else None,
                    mentee=Mentee.objects.filter(union=union, pk=mentee).first() if mentee else None,
                )
                if row.other_id and partner_of(self.mentor) in (row.mentor, row.other):
                    raise StepRefused(_("The two are a standing pair. End it first, then note the conflict."))
                if made:
                    log(self.mentor, CONFLICT, user=self.request.user)
        except StepRefused as refused:
            messages.error(self.request, str(refused))
            return
        if made:
            messages.success(self.request, _("The conflict of interest is noted. It holds for both."))
        else:
            messages.info(self.request, _("This conflict of interest has been noted already."))


class Partner(Choosing):
    """The mentor with whom this one wants to mentor, whatever the case."""

    template_name = "wagtail_mentoring/desk/mentors/partner.html"
    page_title = gettext_lazy("Standing pair")
    header_icon = "group"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        partner = partner_of(self.mentor)
        found = []
        if partner is None:
            fields = self.mentor.fields.all()
            shared = self.other_mentors().filter(fields__in=fields).distinct()
            found = [
                {
                    "pk": one.pk,
                    "name": one.name,
                    "title": one.title,
                    "municipality": one.municipality,
                    "languages": languages(one),
                    "why_not": why_not_together(self.mentor, one),
                }
                for one in shared[: MOST_FOUND + 1]
            ]
        return self.respond(
            partner=partner,
            found=found[:MOST_FOUND],
            more=len(found) > MOST_FOUND,
            words=self.words,
            page_address=self.address,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("end"):
            pair = standing_pair_of(self.mentor)
            if pair is not None and end_standing(pair, request.user):
                messages.success(request, _("The standing pair has ended."))
            return self.to_the_mentor()
        chosen = whole_number(request.POST.get("partner"))
        partner = Mentor.objects.filter(union=self.mentor.union_id, pk=chosen).first() if chosen else None
        if partner is None:
            messages.error(request, _("Choose a mentor of the same union."))
            return self.to_this_page()
        try:
            make_standing(self.mentor, partner, request.user)
        except StepRefused as refused:
            messages.error(request, str(refused))
            return self.to_this_page()
        names = {"first": self.mentor.name, "second": partner.name}
        messages.success(request, _("%(first)s and %(second)s are a standing pair now.") % names)
        return self.to_the_mentor()
