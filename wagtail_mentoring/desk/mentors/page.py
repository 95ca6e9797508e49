"""The page of one mentor: what is to do, the profile, with whom and with whom not, cases and invitations."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views import generic

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.pairing.choices import InvitationStatus
from wagtail_mentoring.pairing.mentor_states import MentorState, with_state
from wagtail_mentoring.pairing.models import Invitation
from wagtail_mentoring.pairing.standing import partner_of
from wagtail_mentoring.pairing.volunteering import memberships_with_meetings
from wagtail_mentoring.people.choices import SHOWABLE
from wagtail_mentoring.people.mentors import conflicts_of, had_a_part
from wagtail_mentoring.people.models import Mentor, MentorConflict
from wagtail_mentoring.privacy.consents import consented
from wagtail_mentoring.privacy.models import ConsentKind
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.admin_views import OwnRow
from wagtail_mentoring.programme.localized import language_name

from ..brief import languages
from . import wording
from .listing import field_names

#: So many cases and invitations are shown, newest first.
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Against:
    """One conflict of interest as it is shown: ``what`` says whether the other one is a mentor or a mentee."""

    pk: int
    name: str
    what: str
    since: str


def against(mentor: Mentor, conflicts: Iterable[MentorConflict]) -> list[Against]:
    """Return the conflicts of ``mentor`` with the name of the other one of the two."""
    shown = []
    for row in conflicts:
        other: Any = row.mentee or (row.other if row.mentor_id == mentor.pk else row.mentor)
        what = _("mentee") if row.mentee_id else _("mentor")
        shown.append(Against(row.pk, other.name, what, dates.day(row.declared_at)))
    return shown


def profile(mentor: Any) -> list[tuple[str, str]]:
    """Return what is known of ``mentor`` as label and value, without what is empty."""
    ways = [_("in person")] * mentor.in_person + [_("online")] * mentor.online
    years = mentor.experience_years
    away = [f"{dates.day(row.first_day)} – {dates.day(row.last_day)}" for row in mentor.absences.all()]
    rows: list[tuple[str, str]] = [
        (_("Called"), mentor.preferred_name),
        (_("E-mail"), mentor.email),
        (_("Phone"), mentor.phone),
        (_("Fields"), capfirst(field_names(mentor))),
        (_("Title"), mentor.title),
        (_("Speciality"), mentor.speciality),
        (_("Years of experience"), "" if years is None else str(years)),
        (_("Languages"), languages(mentor)),
        (_("Topics"), "\n".join(wording.topics(mentor))),
        (_("Topics in own words"), mentor.topics_text),
        (_("Municipality"), mentor.municipality),
        (_("Can meet"), ", ".join(ways)),
        (_("Times that suit"), ", ".join(wording.times(mentor))),
        (_("Times away"), "\n".join(away)),
        (_("Language of mails"), capfirst(language_name(mentor.language))),
        (_("Would like to mentor with"), mentor.partner_wish),
        (_("Membership number"), mentor.membership_number),
        (_("Note on the interview"), mentor.interview_note),
    ]
    if mentor.signed_up_at:
        rows.append((_("Signed up on the site"), dates.day(mentor.signed_up_at)))
    if mentor.approved_on:
        rows.append((_("Approved on"), dates.day(mentor.approved_on)))
    return [(label, value) for label, value in rows if value]


def shown(mentor: Mentor) -> list[tuple[str, str]]:
    """Return to whom what may be shown of ``mentor``, in words."""
    rows = []
    for label, kind in (
        (_("To a mentee"), ConsentKind.SHOWN_TO_MENTEE),
        (_("To the partner mentor"), ConsentKind.SHOWN_TO_PARTNER),
    ):
        fields = consented([mentor], kind).get(mentor.pk, frozenset())
        names = ", ".join(str(SHOWABLE[name]) for name in SHOWABLE if name in fields)
        rows.append((label, names or _("Nothing: the mentor has not agreed")))
    return rows


def cases_of(mentor: Mentor, linked: bool) -> list[dict[str, Any]]:
    """Return the cases of ``mentor`` as rows, newest first, without anybody's name."""
    rows = []
    for member in memberships_with_meetings(mentor)[:MOST_SHOWN]:
        case: Any = member.pair.case
        until = member.left_at or member.pair.ended_at or case.closed_at
        rows.append(
            {
                "reference": case.reference,
                "address": reverse("mentoring_desk:case", args=[case.pk]) if linked else "",
                "field": capfirst(str(case.field.profession)),
                "from": dates.day(member.joined_at),
                "until": dates.day(until) if until else "",
                "held": member.held,
            }
        )
    return rows


def invitations_of(mentor: Mentor, linked: bool) -> list[dict[str, Any]]:
    """Return the questions to ``mentor`` as rows, newest first, with the answers."""
    found = Invitation.objects.filter(mentor=mentor).exclude(status=InvitationStatus.QUEUED)
    rows = []
    for one in found.select_related("proposal__case__field__profession").order_by("-pk")[:MOST_SHOWN]:
        case: Any = one.proposal.case
        answer = str(one.get_status_display())
        if one.status == InvitationStatus.NO and one.no_reason:
            answer = f"{answer}: {one.get_no_reason_display()}"
        rows.append(
            {
                "reference": case.reference,
                "address": reverse("mentoring_desk:case", args=[case.pk]) if linked else "",
                "field": capfirst(str(case.field.profession)),
                "asked": dates.day(one.asked_at) if one.asked_at else "",
                "answer": answer,
                "on": dates.day(one.answered_at) if one.answered_at else "",
            }
        )
    return rows


class MentorPage(OwnRow, generic.InspectView):
    """The page of one mentor, for everybody who may read the union's mentors."""

    template_name = "wagtail_mentoring/desk/mentors/page.html"
    page_title = gettext_lazy("Mentor")
    any_permission_required = ["view", "change"]

    def get_object(self, queryset: Any = None) -> Any:
        found = super().get_object(queryset)
        return with_state(Mentor.objects.filter(pk=found.pk)).select_related("union").get()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse("mentoring_mentors:index"), "label": _("Mentors")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.object.name}]

    def get_fields_context(self) -> list[Any]:
        return []

    @cached_property
    def may_change(self) -> bool:
        """Whether the reader handles the mentors of this union."""
        policy = permission_policy(Mentor)
        return bool(policy.user_has_permission_for_instance(self.request.user, "change", self.object))

    def get_edit_url(self) -> str | None:
        return super().get_edit_url() if self.may_change else None

    def get_delete_url(self) -> str | None:
        return super().get_delete_url() if self.may_change and not had_a_part(self.object) else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mentor = self.object
        linked = permission_policy(Case).user_has_permission(self.request.user, "view")
        return super().get_context_data(
            mentor=mentor,
            state=wording.state_words(mentor),
            waits=mentor.state_code == MentorState.WAITING,
            ended=mentor.state_code == MentorState.ENDED,
            free=mentor.state_code == MentorState.AVAILABLE,
            load=wording.load_words(mentor),
            being_asked=mentor.held,
            checks=wording.checks(mentor),
            profile=profile(mentor),
            shown=shown(mentor),
            partner=partner_of(mentor),
            conflicts=against(mentor, conflicts_of(mentor)),
            cases=cases_of(mentor, linked),
            invitations=invitations_of(mentor, linked),
            may_change=self.may_change,
            edit_address=self.get_edit_url(),
            **kwargs,
        )
