"""A plan for the queue in words: how many get mentors, what is proven, what changed, what an approval will do."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring import clock
from wagtail_mentoring.pairing.choices import PlanStatus
from wagtail_mentoring.pairing.models import PairingPlan
from wagtail_mentoring.pairing.planning import FITTING, GATHERING, INVITE, SOLVING, WRITING
from wagtail_mentoring.programme import dates

#: What the task is doing.
STAGES: dict[str, Any] = {
    "": gettext_lazy("Waits for a worker: other work of this site comes first"),
    GATHERING: gettext_lazy("Reads who waits and who could mentor"),
    FITTING: gettext_lazy("Looks at who fits whom"),
    SOLVING: gettext_lazy("Looks for the best plan for all"),
    WRITING: gettext_lazy("Writes the plan down"),
    INVITE: gettext_lazy("Invites the mentors"),
}


def title(plan: PairingPlan) -> str:
    """Return "Plan of Mon 23 Nov 2026, 10:12"."""
    return _("Plan of %(moment)s") % {"moment": dates.moment(plan.created_at)}


def short_title(plan: PairingPlan) -> str:
    """Return "Plan of 23 Nov": short enough for the header of a phone."""
    return _("Plan of %(day)s") % {"day": dates.short_day(plan.created_at)}


def heading(figures: Mapping[str, Any], invited: int) -> str:
    """Return how many of those who wait get mentors, and, once some are ``invited``, of how many they are.

    This is the page's heading, and what the list says of the plan.
    """
    waiting, served = figures["waiting"], figures["served"]
    if not waiting:
        return ngettext(
            "The mentors of %(n)s person are invited", "The mentors of %(n)s people are invited", invited
        ) % {"n": invited}
    if invited:
        return ", ".join(_of_all(invited, served, waiting - served))
    return ngettext(
        "%(served)s of %(waiting)s waiting person gets mentors",
        "%(served)s of %(waiting)s waiting people get mentors",
        waiting,
    ) % {"served": served, "waiting": waiting}


def _of_all(invited: int, served: int, nobody: int) -> list[str]:
    """Return for how many mentors are invited, for how many they are only proposed, and who has none."""
    parts = [
        (invited, ngettext("%(n)s person invited", "%(n)s people invited", invited)),
        (served, ngettext("%(n)s proposed", "%(n)s proposed", served)),
        (nobody, ngettext("%(n)s without mentors", "%(n)s without mentors", nobody)),
    ]
    return [sentence % {"n": number} for number, sentence in parts if number]


def counts(figures: Mapping[str, Any]) -> str:
    """Return "17 pairs, 9 single mentors, 4 without"."""
    pairs = ngettext("%(n)s pair", "%(n)s pairs", figures["pairs"]) % {"n": figures["pairs"]}
    singles = ngettext("%(n)s single mentor", "%(n)s single mentors", figures["singles"]) % {"n": figures["singles"]}
    without = _("%(n)s without") % {"n": figures["nobody"]}
    return ", ".join((pairs, singles, without))


def made(plan: PairingPlan) -> str:
    """Return when the plan was made, and in how long."""
    at = {"moment": dates.moment(plan.finished_at or plan.created_at)}
    seconds = plan.result.get("seconds")
    if seconds is None:
        return _("Plan made %(moment)s") % at
    # One that took less is told as what can be read as a time at all.
    at["seconds"] = number_format(max(0.01, seconds), 2 if seconds < 10 else 0)
    return _("Plan made %(moment)s, in %(seconds)s s") % at


def proven(result: Mapping[str, Any]) -> list[str]:
    """Return what is known of the plan: proven, or how far from the best it may be at most, in plain words."""
    levels = {level["name"]: level for level in result.get("levels", [])}
    if not levels:
        return []
    served, two = levels["served"], levels["two"]
    if result["covered"]:
        said = [_("Proven: no other plan serves more")]
    elif served["value"] < served["bound"]:
        more = served["bound"] - served["value"]
        sentence = ngettext(
            "Best found in time: perhaps %(n)s person more could be served",
            "Best found in time: perhaps %(n)s people more could be served",
            more,
        )
        said = [sentence % {"n": more}]
    else:
        said = [_("Proven: no other plan serves more people; who of them gets two is the best found in time")]
        if two["value"] == two["bound"]:
            said = [_("Proven: no other plan serves more; whose turn it is first is the best found in time")]
    if result["method"] != "solver":
        said.append(_("made without the solver"))
    elif not result["proven"] and result["gap"] > 0:
        gap = number_format(max(0.01, 100 * result["gap"]), 2)
        # Plans made before this was told looked at all pairs.
        considered, within = result.get("considered", "all"), result.get("gap_within", 0)
        if considered != "all" and within < result["gap"]:
            told = {"n": considered, "gap": number_format(100 * within, 2)}
            said.append(
                _("of the %(n)s most promising mentors of each person: at most %(gap)s %% below the best fit") % told
                if within > 0
                else _("of the %(n)s most promising mentors of each person: proven to be the best fit") % told
            )
        said.append(_("the fit is at most %(gap)s %% below the best there can be") % {"gap": gap})
    return said


def standing(result: Mapping[str, Any], invited: int) -> list[str]:
    """Return how many are invited already, and what is proven of a plan of which nothing has been approved since."""
    already = ngettext("%(n)s person is invited already", "%(n)s people are invited already", invited) % {"n": invited}
    # What was proven, was proven of all who waited when the plan was solved.
    return [*([already] if invited else []), *([] if result.get("approved") else proven(result))]


def without_solver(result: Mapping[str, Any]) -> bool:
    """Return whether the plan was made without the solver."""
    return bool(result) and result.get("method") != "solver"


def again_label(locked: int, rest: int) -> str:
    """Return the label of the button that solves the rest again."""
    if not locked:
        return _("Solve all %(rest)s again") % {"rest": rest}
    return _("Keep %(locked)s locked, solve %(rest)s again") % {"locked": locked, "rest": rest}


def approve_label(people: int, mentors: int) -> str:
    """Return the label of the button that approves: for how many people, and how many mentors are invited."""
    invite = ngettext("invite %(n)s mentor", "invite %(n)s mentors", mentors) % {"n": mentors}
    return _("Approve %(people)s and %(invite)s") % {"people": people, "invite": invite}


@dataclass(frozen=True, slots=True)
class Rule:
    """What the union decided about asking in one programme. ``days``: to answer; ``mentee_asked``: about the pair."""

    programme: str
    days: int
    mentee_asked: bool


def consequences(chosen: Mapping[str, int], rules: Sequence[Rule]) -> list[str]:
    """Return what approving does, in numbers. ``chosen``: people, pairs, singles, invitations, mentors.

    ``rules`` are those of the people who are chosen; where they differ, it is said which holds where.
    """
    if not chosen["people"]:
        return [_("Nobody is ticked: nobody is invited.")]
    said = [
        ngettext("Mentors are asked for %(n)s person", "Mentors are asked for %(n)s people", chosen["people"])
        % {"n": chosen["people"]}
        + ": "
        + ngettext("%(n)s pair", "%(n)s pairs", chosen["pairs"]) % {"n": chosen["pairs"]}
        + ", "
        + ngettext("%(n)s single mentor", "%(n)s single mentors", chosen["singles"]) % {"n": chosen["singles"]}
        + ".",
        ngettext(
            "%(n)s mail leaves with a private link; the answer is asked for by %(day)s.",
            "%(n)s mails leave with private links; the answers are asked for by %(day)s.",
            chosen["invitations"],
        )
        % {"n": chosen["invitations"], "day": _until(rules)},
    ]
    if chosen["mentors"] < chosen["invitations"]:
        said.append(
            ngettext(
                "All of them go to %(n)s mentor, who is asked for several people.",
                "They go to %(n)s mentors: some are asked for more than one person.",
                chosen["mentors"],
            )
            % {"n": chosen["mentors"]}
        )
    said.append(_("A place of each mentor is held until then, so nobody else can be given it."))
    asked = [rule.programme for rule in rules if rule.mentee_asked]
    if asked and len(asked) == len(rules):
        said.append(_("When the mentors have said yes, the mentee is asked too. Nobody is paired before."))
    elif asked:
        said.append(
            _("When the mentors have said yes, the mentee is asked too in %(programmes)s; others are paired at once.")
            % {"programmes": ", ".join(asked)}
        )
    said.append(_("What does not hold any more is held back and shown here; the rest goes through."))
    said.append(_("Your name and the time are written in the history of each case."))
    return said


def _until(rules: Sequence[Rule]) -> str:
    """Return the day by which the answers are asked for, of each programme where they differ."""
    days = {rule.days: dates.day(clock.today() + datetime.timedelta(days=rule.days)) for rule in rules}
    if len(days) == 1:
        return next(iter(days.values()))
    return ", ".join(
        _("%(day)s (%(programme)s)") % {"day": days[rule.days], "programme": rule.programme} for rule in rules
    )


def changed(result: Mapping[str, Any]) -> list[str]:
    """Return in numbers what the last round changed, and its figures beside those of the round before."""
    change, rounds = result.get("change"), result.get("rounds", [])
    if not change or len(rounds) < 2:
        return []
    told = [
        (change["same"], ngettext("%(n)s person as before", "%(n)s people as before", change["same"])),
        (change["others"], ngettext("%(n)s with other mentors", "%(n)s with other mentors", change["others"])),
        (change["gained"], ngettext("%(n)s has mentors now", "%(n)s have mentors now", change["gained"])),
        (change["lost"], ngettext("%(n)s has none any more", "%(n)s have none any more", change["lost"])),
        (change["came"], ngettext("%(n)s came into the plan", "%(n)s came into the plan", change["came"])),
        (change["went"], ngettext("%(n)s does not wait any more", "%(n)s do not wait any more", change["went"])),
    ]
    return [sentence % {"n": number} for number, sentence in told if number]


def rounds(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rounds of the plan, the newest first, as rows: when, served of waiting, pairs, mean fit."""
    rows = []
    for entry in reversed(result.get("rounds", [])):
        at = parse_datetime(entry["at"])
        rows.append(
            {
                "moment": dates.moment(at) if at else "",
                "served": _("%(served)s of %(waiting)s") % entry,
                "pairs": entry["pairs"],
                "singles": entry["singles"],
                "fit": "" if entry["fit"] is None else number_format(entry["fit"], 1),
            }
        )
    return rows


def approved(result: Mapping[str, Any]) -> str:
    """Return what the last approval did; "" when there was none."""
    last = result.get("approved")
    if not last:
        return ""
    at = parse_datetime(last["at"])
    invited = ngettext(
        "%(moment)s: the mentors of %(n)s person were invited.",
        "%(moment)s: the mentors of %(n)s people were invited.",
        last["invited"],
    ) % {"n": last["invited"], "moment": dates.moment(at) if at else ""}
    if not last["held_back"]:
        return invited
    held = ngettext(
        "%(n)s row was held back: it did not hold any more.",
        "%(n)s rows were held back: they did not hold any more.",
        last["held_back"],
    ) % {"n": last["held_back"]}
    return f"{invited} {held}"


def in_the_list(plan: PairingPlan) -> str:
    """Return what the list of plans says of one, which has ``invited``, ``proposed`` and ``without`` (its rows)."""
    if plan.status in (PlanStatus.WAITING, PlanStatus.RUNNING):
        return _("Being made")
    if plan.status == PlanStatus.FAILED:
        return _("Could not be made")
    if not plan.result.get("rounds"):
        return ""
    found: Any = plan
    figures = {"waiting": found.proposed + found.without, "served": found.proposed}
    return heading(figures, found.invited)


def people(number: int) -> str:
    """Return "1 person" or "30 people"."""
    return ngettext("%(n)s person", "%(n)s people", number) % {"n": number}


def names(found: Sequence[str]) -> str:
    """Return one name, or two with "and" between them."""
    if len(found) < 2:
        return "".join(found)
    return _("%(first)s and %(second)s") % {"first": found[0], "second": found[1]}
