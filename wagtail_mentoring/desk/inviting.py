"""Inviting mentors to a case: chosen by hand or from the suggestions, with what will happen before the button."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.choices import RUNNING, ProposalStatus
from wagtail_mentoring.pairing.judging import Judged, judge_if_possible
from wagtail_mentoring.pairing.mentors import with_load
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme import dates
from wagtail_mentoring.programme.localized import language_name

from .asking.base import AskScreen
from .asking.words import next_after_yes
from .brief import detail_of
from .by_hand import list_mentors, name_of
from .finding import SeekScreen, and_of, keys
from .forms import StepForm, asking
from .known_before import own_words
from .reasons import Reasons, names_for, reasons_from, with_notes


class ChooseMentors(SeekScreen):
    """The best mentors of the field, and those who are called as asked, to choose one or two of by hand."""

    template_name = "wagtail_mentoring/desk/choose_mentors.html"
    page_title = gettext_lazy("Choose mentors by hand")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.reason():
            return self.not_possible()
        one = self.replaces is not None or self.beside is not None
        chosen = keys(request.GET.getlist("mentor"))
        listing = list_mentors(self.case, name=name_of(request.GET), chosen=chosen, beside=self.together)
        return self.respond(
            listing=listing,
            one=one,
            points_beside=bool(self.together),
            hidden=[(key, value.pk) for key, value in (("replaces", self.replaces), ("beside", self.beside)) if value],
            action=self.address("invite").partition("?")[0],
            again=self.address("choose_mentors", mentor=chosen),
            find=self.address("find_mentors") if self.beside is None else "",
            comes_next=self.comes_next,
        )

    @property
    def together(self) -> list[int]:
        """The keys of those who would mentor together with whoever is chosen."""
        if self.replaces is not None:
            return [mentor.pk for mentor in self.dossier.mentors if mentor != self.replaces]
        return [one.mentor_id for one in _running(self.beside)] if self.beside is not None else []


def _running(proposal: Any) -> list[Any]:
    return [one for one in proposal.asked if one.status in RUNNING]


class Invite(SeekScreen, AskScreen):
    """Says who will be asked what, until when, and asks them at the press of the button."""

    template_name = "wagtail_mentoring/desk/invite.html"
    form_class = asking.InviteForm
    header_icon = "mail"

    def get_page_title(self) -> str:
        names = {"names": and_of([one.name for one in self.mentors])}
        return _("Next in line: %(names)s") % names if self.queued else _("Invite %(names)s") % names

    @property
    def submit(self) -> str:
        if self.queued:
            return _("Put them next in line") if len(self.mentors) == 2 else _("Put this mentor next in line")
        return _("Invite this pair") if len(self.mentors) == 2 else _("Invite this mentor")

    @cached_property
    def mentors(self) -> list[Any]:
        """Those who are invited, in the order of the address. Raises Http404 for a mentor of another union."""
        wanted = keys(self.request.GET.getlist("mentor"))
        found = with_load(Mentor.objects.filter(union=self.case.union_id)).in_bulk(wanted)
        if not wanted or len(found) != len(wanted):
            raise Http404
        return [found[pk] for pk in wanted]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.too_many() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.too_many() or super().post(request, *args, **kwargs)

    def too_many(self) -> HttpResponse | None:
        """Lead back to the choice when none, or more were chosen than are asked together; None: it is right."""
        chosen = keys(self.request.GET.getlist("mentor"))
        most = 1 if self.replaces is not None or self.beside is not None else 2
        if 1 <= len(chosen) <= most:
            return None
        messages.error(
            self.request, _("Choose one mentor.") if most == 1 else _("Choose two mentors, or one with a reason.")
        )
        return redirect(self.address("choose_mentors", mentor=chosen))

    def load_again(self, form: StepForm) -> None:
        for name in ("mentors", "judged", "against", "replaces", "beside"):
            self.__dict__.pop(name, None)
        super().load_again(form)

    # What speaks for them and against them.

    @property
    def staying(self) -> list[Any]:
        """The mentors who would mentor together with those who are invited."""
        if self.replaces is not None:
            return [mentor for mentor in self.dossier.mentors if mentor != self.replaces]
        return [one.mentor for one in _running(self.beside)] if self.beside is not None else []

    @cached_property
    def judged(self) -> Judged | None:
        """Points and reasons of those who would be the pair; None for somebody who is no mentor now."""
        staying = [mentor.pk for mentor in self.staying]
        together = [*staying, *(mentor.pk for mentor in self.mentors)][:2]
        return judge_if_possible(self.case, together, staying=staying)

    @cached_property
    def against(self) -> list[Any]:
        """What stands against asking them, the gravest first."""
        fit = self.judged.fit if self.judged is not None else None
        staying = [mentor.pk for mentor in self.staying]
        return list(invitations.obstacles(self.case, self.mentors, beside=staying, fit=fit))

    def reason(self) -> str:
        said = super().reason()
        absolute = [str(obstacle.sentence) for obstacle in self.against if obstacle.absolute] if not said else []
        return said or " ".join(absolute)

    def form_arguments(self) -> dict[str, Any]:
        asked_for = set()
        if self.replaces is not None:
            asked_for.add("replacing_reason")
        elif len(self.mentors) == 1 and self.beside is None:
            asked_for.add("one_mentor_reason")
        if self.against:
            asked_for.add("override_reason")
        return {"asked_for": frozenset(asked_for)}

    def reasons(self) -> Reasons | None:
        """Return the reasons as the confirmation shows them."""
        if self.judged is None:
            return None
        # What speaks against them stands above, as a rule.
        why = {**self.judged.why, "overrides": []}
        return reasons_from(why, names_for(self.dossier, [*self.staying, *self.mentors]))

    def more(self) -> dict[str, Any]:
        return {
            "mentors": [{"mentor": one, "detail": detail_of(one)} for one in self.mentors],
            "against": [obstacle.sentence for obstacle in self.against],
            "points": self.judged.fit if self.judged is not None else None,
            "reasons": with_notes(self.reasons(), own_words(self.mentors)),
            "find": self.address("find_mentors") if self.beside is None else "",
        }

    # What happens.

    @property
    def queued(self) -> bool:
        """Whether others are being asked now, so that these come next."""
        return self.beside is None and self.dossier.open_proposal is not None

    def after(self) -> list[str]:
        days = self.case.participation.invitation_days
        until = clock.today() + datetime.timedelta(days=days)
        told = [
            _("%(name)s gets a mail in %(language)s with a private link to answer: yes, no, or a question.")
            % {"name": one.name, "language": language_name(one.language)}
            for one in self.mentors
        ]
        reminded = until - datetime.timedelta(days=days - self.case.participation.invitation_reminder_days)
        when = {"day": dates.day(until), "reminder": dates.day(reminded)}
        if self.queued:
            now = [
                f"{self.asked_before()} {self.come_after()}",
                _("Then each has %(days)s to answer. No place is held before that.") % {"days": dates.days(days)}
                if len(self.mentors) > 1
                else _("Then there are %(days)s to answer. No place is held before that.") % {"days": dates.days(days)},
            ]
        else:
            now = [
                *told,
                _("They answer by %(day)s, and are reminded on %(reminder)s. Until then a place is held for this case.")
                % when
                if len(self.mentors) > 1
                else _("The answer is due by %(day)s, with a reminder on %(reminder)s. Until then a place is held.")
                % when,
            ]
        return [*now, self.shown(), self.next()]

    def asked_before(self) -> str:
        """Return who is asked now, so that nobody gets a mail."""
        current, names = self.dossier.open_proposal, {"names": self.being_asked}
        if current is not None and current.mentee_asked_at is not None:
            return _("Nobody gets a mail now: %(mentee)s is being asked about %(names)s.") % {
                "mentee": self.dossier.mentee.called,
                **names,
            }
        return (
            ngettext(
                "Nobody gets a mail now: %(names)s is being asked.",
                "Nobody gets a mail now: %(names)s are being asked.",
                len(self.running),
            )
            % names
        )

    def come_after(self) -> str:
        """Return that those who are chosen here come next."""
        return ngettext(
            "If that comes to nothing, this mentor comes next.",
            "If that comes to nothing, these come next.",
            len(self.mentors),
        )

    def next(self) -> str:
        """Return what follows a yes."""
        return next_after_yes(self.dossier, self.replaces)

    def shown(self) -> str:
        """Return what the mentors read about the mentee."""
        return _("Of %(name)s they read only what was agreed to be shown to mentors who are asked.") % {
            "name": self.dossier.mentee.called
        }

    def act(self, form: StepForm) -> Any:
        override = form.cleaned_data.get("override_reason", "")
        user = self.request.user
        if self.beside is not None:
            return invitations.invite_another(self.beside.pk, self.mentors[0], user, override_reason=override)
        judged = self.judged
        return invitations.propose(
            self.case.pk,
            [one.pk for one in self.mentors],
            user,
            one_mentor_reason=form.reason(),  # type: ignore[attr-defined]
            override_reason=override,
            fit=judged.fit if judged is not None else None,
            why=judged.why if judged is not None else {},
            replaces=self.replaces,
        )

    def done(self, form: StepForm, result: Any) -> str:
        names = {"names": and_of([one.name for one in self.mentors])}
        if getattr(result, "status", "") == ProposalStatus.QUEUED:
            return _("%(names)s: to be asked next, should those before say no.") % names
        return _("Invited: %(names)s. The mail is on its way.") % names


__all__ = ["ChooseMentors", "Invite"]
