"""Who fits a case, and why: the ranked suggestions, what rules the others out, and choosing by hand."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from wagtail.admin.widgets.button import Button

from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.pairing import suggestions
from wagtail_mentoring.pairing import words as pairing_words
from wagtail_mentoring.pairing.choices import RUNNING
from wagtail_mentoring.pairing.mentors import with_load
from wagtail_mentoring.pairing.sentences import listed
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme import dates
from wagtail_mentoring.workflows import CaseState
from wagtail_mentoring.workflows.states import PAIR_STATES

from .actions import HandlersScreen
from .brief import detail_of
from .known_before import call_first, own_words
from .reasons import Reasons, names_for, reasons_from, with_notes

#: The first so many choices show their reasons at once; those of the others are folded.
OPEN_REASONS = 2
#: The first choice stands out when the second has so many points less.
STANDS_OUT = 5


class FilterForm(forms.Form):
    """Filters by hand. Everything may be empty; what is not understood filters nothing and says so."""

    speaks = forms.ChoiceField(label=gettext_lazy("Must speak"), required=False)
    way = forms.ChoiceField(
        label=gettext_lazy("Must be able to meet"),
        required=False,
        choices=[
            ("", gettext_lazy("Either way")),
            ("in_person", gettext_lazy("In person")),
            ("online", gettext_lazy("Online")),
        ],
    )
    name = forms.CharField(label=gettext_lazy("Name contains"), required=False, max_length=100)

    def __init__(self, *args: Any, languages: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["speaks"].choices = [("", _("Any language")), *languages]  # type: ignore[attr-defined]


@dataclass(slots=True)
class Choice:
    """One choice as the screen shows it."""

    number: int
    title: str
    heading: str
    points: int
    mentors: list[dict[str, Any]]
    reasons: Reasons | None
    single: bool
    invite: str
    unfolded: bool


def keys(values: list[str]) -> list[int]:
    """Return the numbers among ``values``, each once, in order. Raises Http404 for anything else."""
    numbers = [number for value in values if (number := whole_number(value)) is not None]
    if len(numbers) != len(values):
        raise Http404
    return list(dict.fromkeys(numbers))


def first_number(number: int) -> str:
    """Return "Four" for 4: a number at the beginning of a sentence, in words up to ten."""
    at = "number at the beginning of a sentence"
    spelt = {
        1: pgettext(at, "One"),
        2: pgettext(at, "Two"),
        3: pgettext(at, "Three"),
        4: pgettext(at, "Four"),
        5: pgettext(at, "Five"),
        6: pgettext(at, "Six"),
        7: pgettext(at, "Seven"),
        8: pgettext(at, "Eight"),
        9: pgettext(at, "Nine"),
        10: pgettext(at, "Ten"),
    }
    return spelt.get(number, str(number))


def and_of(names: list[str]) -> str:
    """Return "Maria Korhonen and Jukka Laine", or the one name."""
    return _("%(first)s and %(second)s") % {"first": names[0], "second": names[1]} if len(names) == 2 else names[0]


class SeekScreen(HandlersScreen):
    """A screen on which mentors of the case's field are sought: for an eligible case, or in the place of one mentor."""

    header_icon = "group"

    @cached_property
    def replaces(self) -> Mentor | None:
        """The mentor of the running pair in whose place another is sought. Raises Http404 for anybody else."""
        asked = keys(self.request.GET.getlist("replaces"))
        if not asked:
            return None
        found = [mentor for mentor in self.dossier.mentors if mentor.pk in asked]
        if len(asked) != 1 or len(found) != 1:
            raise Http404
        return found[0]

    @cached_property
    def beside(self) -> Any:
        """The open proposal that one more mentor is sought for, beside the one who stays. Raises Http404."""
        asked = keys(self.request.GET.getlist("beside"))
        current = self.dossier.open_proposal
        if not asked:
            return None
        if current is None or asked != [current.pk]:
            raise Http404
        return current

    def reason(self) -> str:
        """Return why nobody is sought, "" when somebody is."""
        state = self.case.case_state
        if state == CaseState.ELIGIBLE or (state in PAIR_STATES and self.replaces is not None):
            return ""
        if state in PAIR_STATES:
            return _("This case has its mentors. To replace one, choose “Find somebody else” beside that mentor.")
        if state == CaseState.CLOSED:
            return _("The case is closed.")
        return _("Decide on eligibility first.")

    def not_possible(self) -> HttpResponse:
        return self.refuse(200, self.reason())

    def address(self, name: str, **question: Any) -> str:
        """Return an address of this case, with whom it replaces kept."""
        if self.replaces is not None:
            question["replaces"] = self.replaces.pk
        if self.beside is not None:
            question["beside"] = self.beside.pk
        address = reverse(f"mentoring_desk:{name}", args=[self.case.pk])
        written = urlencode({key: value for key, value in question.items() if value not in ("", None, [])}, doseq=True)
        return f"{address}?{written}" if written else address

    @property
    def being_asked(self) -> str:
        """The mentors who are being asked now, or have said yes, before whoever is chosen here; "" nobody."""
        return listed([one.mentor.name for one in self.running])

    @property
    def running(self) -> list[Any]:
        """The questions to mentors before whoever is chosen here that have not been answered with no."""
        current: Any = self.dossier.open_proposal
        if current is None or self.beside is not None:
            return []
        return [one for one in current.asked if one.status in RUNNING]

    @property
    def comes_next(self) -> str:
        """What is said above a choice while others are asked; "" when nobody is."""
        current, names = self.dossier.open_proposal, self.being_asked
        if current is None or not names:
            return ""
        if current.mentee_asked_at is not None:
            return _(
                "%(mentee)s is being asked about %(names)s now. Whoever you invite here comes next, after a no."
            ) % {
                "mentee": self.dossier.mentee.called,
                "names": names,
            }
        return ngettext(
            "%(names)s is being asked now. Whoever you invite here comes next, after a no.",
            "%(names)s are being asked now. Whoever you invite here comes next, should they say no.",
            len(self.running),
        ) % {"names": names}


class FindMentors(SeekScreen):
    """The ranked suggestions, each with its reasons."""

    template_name = "wagtail_mentoring/desk/suggestions.html"
    page_title = gettext_lazy("Find mentors")

    def get_header_more_buttons(self) -> list[Button]:
        if self.reason():
            return []
        by_hand = self.address("choose_mentors")
        return [Button(_("Choose mentors by hand"), url=by_hand, icon_name="user", priority=10)]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.reason():
            return self.not_possible()
        form = FilterForm(request.GET, languages=suggestions.languages_of(self.case))
        form.is_valid()
        only = {name: value for name, value in form.cleaned_data.items() if value}
        pinned = keys(request.GET.getlist("pin"))[:2]
        found = suggestions.suggest(
            self.case, pinned=tuple(pinned), only=suggestions.Only(**only), replacing=self.replaces
        )
        mentors = self.mentors_of(found, pinned)
        if set(pinned) - set(mentors):
            raise Http404
        choices = self.choices(found, mentors, pinned, only)
        return self.respond(
            heading=self.heading(found),
            facts=self.facts(found),
            choices=choices,
            empty=not choices,
            below=self.below(found),
            ruled_out=pairing_words.ruled_out_rows(found),
            ruled_out_heading=self.ruled_out_heading(found),
            helps=pairing_words.helps(found, names_for(self.dossier, [*self.dossier.mentors, *mentors.values()])),
            form=form,
            filtered=bool(only),
            pinned=[self.pinned_row(mentors[pk], pinned, only) for pk in pinned],
            clear=self.address("find_mentors", pin=pinned),
            without=self.address("find_mentors"),
            why_nobody=self.why_nobody(found),
            left_out=self.left_out(found) if not choices else "",
            by_hand=self.address("choose_mentors"),
            replaces=self.replaces,
            being_asked=self.being_asked,
            comes_next=self.comes_next,
            wish=self.wish(),
            call_first=call_first(self.unanswered, self.dossier.mentee.called) if self.unanswered else "",
        )

    def wish(self) -> str:
        """Return what the mentee wishes of the mentors, "" nothing. For the handler to weigh: it counts no points."""
        written = self.dossier.application.mentor_wish if self.dossier.application else ""
        return _("%(name)s wishes: “%(wish)s”") % {"name": self.case.mentee.called, "wish": written} if written else ""

    def mentors_of(self, found: Any, pinned: list[int]) -> dict[int, Any]:
        """Return the mentors whom the screen names, with their load. Only of the case's union."""
        wanted = {pk for option in found.options for pk in option.mentors} | set(pinned)
        return with_load(Mentor.objects.filter(union=self.case.union_id)).in_bulk(list(wanted))

    def choices(self, found: Any, mentors: dict[int, Any], pinned: list[int], only: dict[str, Any]) -> list[Choice]:
        """Return what the screen shows of each choice."""
        shown: list[Choice] = []
        best = found.options[0].points if found.options else 0
        names = names_for(self.dossier, [*self.dossier.mentors, *mentors.values()])
        staying = [one for one in self.dossier.mentors if one != self.replaces] if self.replaces is not None else []
        for number, option in enumerate(found.options, start=1):
            people = [mentors[pk] for pk in option.mentors]
            single = len(people) == 1 and self.replaces is None
            shown.append(
                Choice(
                    number=number,
                    title=_choice_title(number, option.points, best, single),
                    heading=_with(and_of([one.name for one in people]), staying),
                    points=option.points,
                    mentors=[
                        {
                            "mentor": one,
                            "detail": detail_of(one),
                            "pin": ""
                            if single or self.replaces or one.pk in pinned or len(pinned) > 1
                            else self.address("find_mentors", pin=[*pinned, one.pk], **only),
                        }
                        for one in people
                    ],
                    reasons=with_notes(reasons_from(option.why, names), self.to_know(people)),
                    single=single,
                    # Of what no reason overrides the notes tell; a button would only lead to a refusal.
                    invite="" if option.barred else self.address("invite", mentor=list(option.mentors)),
                    unfolded=number <= OPEN_REASONS,
                )
            )
        return shown

    @cached_property
    def unanswered(self) -> Any:
        """The proposal about which the mentee did not answer, with nobody asked since; None when there is none."""
        if self.case.asking != "silent":
            return None
        return next(one for one in reversed(self.dossier.proposals) if one.mentee_silent)

    def to_know(self, people: list[Any]) -> list[str]:
        """Return what else to know before ``people`` are invited."""
        again = {one.pk for one in people}
        asked = self.unanswered is not None and any(one.mentor_id in again for one in self.unanswered.asked)
        called = [call_first(self.unanswered, self.dossier.mentee.called, again)] if asked else []
        return [*called, *own_words(people)]

    def pinned_row(self, mentor: Any, pinned: list[int], only: dict[str, Any]) -> dict[str, Any]:
        rest = [pk for pk in pinned if pk != mentor.pk]
        return {"mentor": mentor, "unpin": self.address("find_mentors", pin=rest, **only)}

    def heading(self, found: Any) -> str:
        """Return the answer at once: how many choices, and whether one stands out."""
        name, number = self.case.mentee.name, len(found.options)
        if not number and self.left_out(found):
            if self.request.GET.get("name", "").strip():
                return _("Nobody of this name is possible for %(name)s") % {"name": name}
            return _("Nobody as you ask for is possible for %(name)s") % {"name": name}
        if not number:
            return _("Nobody fits %(name)s now") % {"name": name}
        counted = ngettext("%(n)s choice for %(name)s", "%(n)s choices for %(name)s", number) % {
            "n": first_number(number),
            "name": name,
        }
        if number == 1:
            return counted
        stands_out = found.options[0].points - found.options[1].points >= STANDS_OUT
        more = _("%(choices)s, one stands out") if stands_out else _("%(choices)s, the best are close")
        return more % {"choices": counted}

    def left_out(self, found: Any) -> str:
        """Return how many are possible whom only a filter by hand leaves out; "" nobody."""
        number = found.but_for_hand
        if found.possible or not number:
            return ""
        text = ngettext("%(n)s other is possible.", "%(n)s others are possible.", number)
        return text % {"n": number}

    def facts(self, found: Any) -> list[str]:
        """Return the line under the heading."""
        case, mentee = self.case, self.case.mentee
        looked = ngettext(
            "Looked at %(n)s mentor in %(seconds)s s", "Looked at %(n)s mentors in %(seconds)s s", found.looked_at
        )
        seconds = number_format(found.seconds, 2 if found.seconds >= 0.01 else 3)
        place = "" if mentee.hide_municipality else mentee.municipality
        days = case.days_in_state
        waits = _("Waiting %(days)s") % {"days": dates.days(days)} if days else _("Waiting since today")
        return [
            case.reference,
            case.field_name[:1].upper() + case.field_name[1:],
            place,
            waits if case.case_state == CaseState.ELIGIBLE else "",
            looked % {"n": found.looked_at, "seconds": seconds},
        ]

    def why_nobody(self, found: Any) -> str:
        """Return in one sentence with counts why there is nobody."""
        if not found.looked_at:
            return _("This field has no mentors yet who are approved and confirmed as members.")
        looked = ngettext("%(n)s mentor in this field", "%(n)s mentors in this field", found.looked_at)
        parts = [row.clause for row in pairing_words.ruled_out_rows(found) if row.first]
        counted = looked % {"n": found.looked_at}
        return f"{counted}: {', '.join(parts)}." if parts else f"{counted}."

    def ruled_out_heading(self, found: Any) -> str:
        out = sum(row.first for row in found.ruled_out)
        return ngettext(
            "%(out)s of %(n)s mentor was ruled out", "%(out)s of %(n)s mentors were ruled out", found.looked_at
        ) % {"out": out, "n": found.looked_at}

    def below(self, found: Any) -> str:
        """Return how many were left out for the union's minimum, "" when none."""
        if not found.below_minimum:
            return ""
        text = ngettext(
            "%(n)s choice is not shown: below the union’s minimum of %(least)s points.",
            "%(n)s choices are not shown: below the union’s minimum of %(least)s points.",
            found.below_minimum,
        )
        return text % {"n": found.below_minimum, "least": self.case.participation.minimum_fit}


def _with(names: str, staying: list[Any]) -> str:
    """Return the names, with that of the mentor of the pair who stays."""
    if not staying:
        return names
    return _("%(names)s, with %(staying)s, who stays") % {"names": names, "staying": staying[0].name}


def _choice_title(number: int, points: int, best: int, single: bool) -> str:
    if single:
        return _("One mentor only")
    if number == 1:
        return _("Best fit")
    less = best - points
    if not less:
        return _("As many points")
    return ngettext("%(n)s point less", "%(n)s points less", less) % {"n": less}
