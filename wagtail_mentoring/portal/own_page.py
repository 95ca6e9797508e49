"""A mentor's own page, which belongs to no case: what is asked now, mentorings, the profile, breaks, the end."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.refusals import add_refusal
from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.pairing.choices import InvitationStatus
from wagtail_mentoring.pairing.models import Invitation
from wagtail_mentoring.pairing.places import load_of
from wagtail_mentoring.pairing.volunteering import open_invitations
from wagtail_mentoring.people import links, own_profile
from wagtail_mentoring.people.checking import is_due, months_by_union
from wagtail_mentoring.people.choices import MeetingFormat, SuitableTime
from wagtail_mentoring.people.models import Mentor, MentorAbsence
from wagtail_mentoring.privacy.models import NoticeKind
from wagtail_mentoring.privacy.public_texts import public_text
from wagtail_mentoring.programme.dates import on_day
from wagtail_mentoring.programme.localized import page_language
from wagtail_mentoring.workflows import StepRefused

from . import session
from .asked import short_title
from .mentor_forms import AwayForm, PauseForm, ProfileForm, StopForm
from .own_cases import OwnCase, own_cases
from .session import MentorVisit, mentor_frame, with_mentor
from .shown import languages_of, topics_of

HERE = "wagtail_mentoring:portal_mentor"
AWAY = "wagtail_mentoring:portal_mentor_away"
#: Stands in the address after the profile was said to be true.
THANKS = "confirmed"
TEMPLATES = "wagtail_mentoring/portal/"


@dataclass(frozen=True, slots=True)
class OwnPage:
    """What the own page shows. ``stage``: ``waiting`` for approval, ``ended``, ``paused`` or ``active``."""

    stage: str
    invitations: list[tuple[Invitation, str, str]]
    cases: list[OwnCase]
    facts: list[tuple[str, str]]
    away: list[MentorAbsence]
    wants_to_stop: bool
    paused_until: str
    checked_on: str
    check_due: bool
    check_open: bool

    @property
    def to_answer(self) -> int:
        """How many questions wait for an answer."""
        return sum(row.status == InvitationStatus.ASKED for row, _title, _day in self.invitations)

    @property
    def tasks(self) -> list[OwnCase]:
        """The mentorings in which there is something to do now."""
        return [one for one in self.cases if one.task]

    @property
    def may_change(self) -> bool:
        """Whether the mentor may still change anything: not after the end."""
        return self.stage != "ended"


def stage_of(mentor: Mentor) -> str:
    """Return where the mentor stands, as :class:`OwnPage` names it."""
    today = clock.today()
    if mentor.has_stopped:
        return "ended"
    if mentor.approved_on is None:
        return "waiting"
    return "paused" if mentor.paused_until is not None and mentor.paused_until >= today else "active"


def own_page(mentor: Mentor) -> OwnPage:
    """Return what the page shows: a constant number of queries."""
    today = clock.today()
    return OwnPage(
        stage=stage_of(mentor),
        invitations=questions_of(mentor),
        cases=own_cases(mentor),
        facts=_facts(mentor),
        away=list(MentorAbsence.objects.filter(mentor=mentor, last_day__gte=today).order_by("first_day")),
        wants_to_stop=own_profile.wants_to_stop(mentor),
        paused_until=on_day(mentor.paused_until) if mentor.paused_until else "",
        checked_on=on_day(mentor.checked_on, year=mentor.checked_on.year != today.year) if mentor.checked_on else "",
        # Asked by mail, and not answered since.
        check_due=_asked_and_silent(mentor),
        # Whoever has never said so may; whoever has is not asked again before the next mail or the next year.
        check_open=_asked_and_silent(mentor) or mentor.checked_on is None or _is_old(mentor),
    )


def questions_of(mentor: Mentor) -> list[tuple[Invitation, str, str]]:
    """Return the open questions with a title and the day of the answer. One query."""
    return [
        (
            row,
            # A mentee whom the contact person registered has no application.
            short_title(row.proposal.case, getattr(row.proposal.case, "application", None)),
            on_day(row.answer_by) if row.answer_by else "",
        )
        for row in open_invitations(mentor)
    ]


def _asked_and_silent(mentor: Mentor) -> bool:
    asked, said = mentor.check_asked_on, mentor.checked_on
    return asked is not None and (said is None or said < asked)


def _is_old(mentor: Mentor) -> bool:
    return is_due(mentor, months_by_union().get(mentor.union_id, 12), clock.today())


def _facts(mentor: Mentor) -> list[tuple[str, str]]:
    """Return the profile as it stands, in words."""
    ways = [MeetingFormat.IN_PERSON.label] if mentor.in_person else []
    ways += [MeetingFormat.ONLINE.label] if mentor.online else []
    times = [str(label) for value, label in SuitableTime.choices if value in mentor.times]
    rows = [
        (_("Work"), ", ".join(filter(None, (mentor.title, mentor.speciality)))),
        (_("Languages"), languages_of(mentor)),
        (_("Can help with"), topics_of(mentor)),
        (_("How you meet"), "; ".join(map(str, ways))),
        (_("Municipality"), mentor.municipality),
        (_("Times"), "; ".join(times)),
        (_("Most mentees"), str(mentor.capacity)),
    ]
    nothing = _("Nothing yet")
    return [(label, value or nothing) for label, value in rows]


@with_mentor
@require_safe
def home(request: HttpRequest, visit: MentorVisit) -> HttpResponse:
    """The own page."""
    shown = own_page(visit.mentor)
    # An address that was kept or sent on says it only on the day itself.
    thanks = THANKS in request.GET and visit.mentor.checked_on == clock.today()
    return render(request, TEMPLATES + "mentor.html", mentor_frame(visit, shown=shown, thanks=thanks))


def _must_go_on(visit: MentorVisit) -> None:
    """Raise Http404 for somebody who has stopped: nothing is left to change."""
    if stage_of(visit.mentor) == "ended":
        raise Http404


@sensitive_post_parameters()
@with_mentor
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest, visit: MentorVisit) -> HttpResponseBase:
    """The profile to change; saving it also says that it is true."""
    _must_go_on(visit)
    mentor, load = visit.mentor, load_of(visit.mentor)
    first = ProfileForm.answers_of(mentor) | own_profile.shown_now(mentor)
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=first, load=load)
    if request.method == "POST" and form.is_valid():
        shown = {name: form.cleaned_data[name] for name in ("shown_to_mentee", "shown_to_partner")}
        own_profile.save(mentor.pk, form.columns(), **shown)
        return redirect(HERE)
    context = mentor_frame(visit, form=form)
    return render(request, TEMPLATES + "mentor_profile.html", context, status=422 if form.errors else 200)


@with_mentor
@require_POST
def confirm(request: HttpRequest, visit: MentorVisit) -> HttpResponseBase:
    """All is still true."""
    _must_go_on(visit)
    own_profile.confirm(visit.mentor.pk)
    return redirect(f"{reverse(HERE)}?{THANKS}")


@with_mentor
@require_http_methods(["GET", "HEAD", "POST"])
def orientation(request: HttpRequest, visit: MentorVisit) -> HttpResponseBase:
    """The orientation text; POST says that it was read."""
    _must_go_on(visit)
    if request.method == "POST":
        own_profile.acknowledge_orientation(visit.mentor.pk)
        return redirect(HERE)
    participation = visit.union.participations.select_related("union", "programme").order_by("pk").first()
    text = public_text(NoticeKind.ORIENTATION, participation, page_language())
    return render(request, TEMPLATES + "orientation.html", mentor_frame(visit, text=text))


@with_mentor
@require_http_methods(["GET", "HEAD", "POST"])
def away(request: HttpRequest, visit: MentorVisit) -> HttpResponseBase:
    """A break until a day, and days away. The button that was pressed says what is meant."""
    _must_go_on(visit)
    mentor, what = visit.mentor, request.POST.get("what", "")
    pause_form = PauseForm(request.POST if what == "pause" else None, initial={"until": mentor.paused_until})
    away_form = AwayForm(request.POST if what == "add" else None)
    message = ""
    if request.method == "POST":
        try:
            if _away(mentor, what, pause_form, away_form, request.POST.get("row", "")):
                return redirect(AWAY)
        except StepRefused as refusal:
            message = add_refusal(away_form, refusal)
    faulty: Any = pause_form if pause_form.errors else away_form
    context = mentor_frame(
        visit, shown=own_page(mentor), pause_form=pause_form, away_form=away_form, form=faulty, message=message
    )
    return render(request, TEMPLATES + "mentor_away.html", context, status=422 if faulty.errors or message else 200)


def _away(mentor: Mentor, what: str, pause_form: PauseForm, away_form: AwayForm, row: str) -> bool:
    """Do what the button says; return whether there is nothing to correct. Raises :class:`StepRefused`."""
    if what == "pause" and pause_form.is_valid():
        own_profile.pause(mentor.pk, pause_form.cleaned_data["until"])
    elif what == "back":
        own_profile.pause(mentor.pk, None)
    elif what == "add" and away_form.is_valid():
        own_profile.add_absence(mentor.pk, away_form.cleaned_data["first_day"], away_form.cleaned_data["last_day"])
    elif what == "remove" and (key := whole_number(row)) is not None:
        own_profile.remove_absence(mentor.pk, key)
    else:
        return what not in ("pause", "add")
    return True


@sensitive_post_parameters()
@with_mentor
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, visit: MentorVisit) -> HttpResponseBase:
    """Say what stopping means; POST tells the contact person."""
    _must_go_on(visit)
    form = StopForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        own_profile.ask_to_stop(visit.mentor.pk, form.cleaned_data["message"])
        return redirect(HERE)
    context = mentor_frame(visit, form=form, shown=own_page(visit.mentor), away_address=reverse(AWAY))
    return render(request, TEMPLATES + "mentor_stop.html", context, status=422 if form.errors else 200)


@with_mentor
@require_POST
def to_case(request: HttpRequest, visit: MentorVisit, reference: str) -> HttpResponseBase:
    """Go to the page of a running mentoring of this mentor, with the link that belongs to it."""
    found = Case.objects.running().mentored_by(visit.mentor).filter(reference=reference).first()
    if found is None:
        raise Http404
    session.begin(request, links.link_for(found, mentor=visit.mentor))
    return redirect("wagtail_mentoring:portal_home")


@with_mentor
@require_POST
def to_invitation(request: HttpRequest, visit: MentorVisit, number: int) -> HttpResponseBase:
    """Go to the page of an open question to this mentor, with the link that belongs to it."""
    found = next((row for row in open_invitations(visit.mentor) if row.pk == number), None)
    if found is None:
        raise Http404
    session.begin(request, links.link_for_invitation(found))
    return redirect("wagtail_mentoring:portal_invitation")
