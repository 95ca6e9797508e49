"""Suggestions in words: reasons, what is lacking, who was ruled out, what would help. From codes, fresh or stored.

Everything is a plain sentence in the active language. What a stored reason holds and nobody knows any more is left out.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring.programme import weights
from wagtail_mentoring.programme.dates import on_day

from .gather import criteria_in_use
from .matching.options import VERSION
from .sentences import SENTENCES, Names, Telling, capital, either, goals, language_name

__all__ = ["Explained", "Row", "RuledOutRow", "explain", "helps", "label_of", "language_name", "ruled_out_rows"]

LABELS: dict[str, Any] = {
    "speciality": gettext_lazy("Speciality"),
    "goals": gettext_lazy("Goals and topics"),
    "languages": gettext_lazy("Languages"),
    "place": gettext_lazy("Place"),
    "format": gettext_lazy("Way to meet"),
    "times": gettext_lazy("Common times"),
    "experience": gettext_lazy("Experience"),
    "load": gettext_lazy("Load"),
    "complementary": gettext_lazy("Different strengths"),
    "partner": gettext_lazy("Pair"),
}
RULED_OUT: dict[str, Any] = {
    "asked": gettext_lazy("Being asked for this case now"),
    "no_languages": gettext_lazy("No languages in the profile"),
    "consent": gettext_lazy("Has not agreed to be shown to a mentee"),
    "no_room": gettext_lazy("No room now"),
    "away": gettext_lazy("Away or paused"),
    "language": gettext_lazy("No common language at work level"),
    "format": gettext_lazy("No common way to meet"),
    "distance": gettext_lazy("Too far away to meet face to face"),
    "earlier": gettext_lazy("Was this person’s mentor before"),
    "declined": gettext_lazy("Said no for this case, or did not answer"),
    "conflict": gettext_lazy("Declared a conflict of interest"),
    "hand_language": gettext_lazy("Does not speak the language you ask for"),
    "hand_way": gettext_lazy("Cannot meet the way you ask for"),
    "hand_among": gettext_lazy("Not among those you ask for"),
    "field": gettext_lazy("Of another profession"),
    "partner_conflict": gettext_lazy("Conflict of interest with the other mentor"),
}
#: The same of one mentor, where more is known than of many.
OVERRIDDEN: dict[str, Any] = RULED_OUT | {
    "said_no": gettext_lazy("Said no for this case"),
    "unanswered": gettext_lazy("Did not answer in time for this case"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion: whole points that add up to the points of the whole, of how many, and why."""

    code: str
    label: str
    sentence: str
    points: int
    most: int


@dataclass(frozen=True, slots=True)
class Explained:
    """Why these mentors. ``lacks`` stand after "Lacks:", ``notes`` are sentences."""

    criteria: tuple[Row, ...]
    lacks: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuledOutRow:
    """A test: how many mentors fail it first, how many at all. ``clause`` says the first in words, for a list."""

    code: str
    label: str
    first: int
    any: int
    clause: str


@weights.register
def _weighed() -> Sequence[weights.Weighed]:
    """Offer the criteria where a union's rules are edited."""
    return [
        weights.Weighed(criterion.code, label_of(criterion.code), criterion.weight) for criterion in criteria_in_use()
    ]


def label_of(code: str) -> Any:
    """Return the name of a criterion, the site's own ones included; its code when it is not known any more."""
    if code in LABELS:
        return LABELS[code]
    return getattr(_own(code), "label", None) or code


def _own(code: str) -> Any:
    return next((criterion for criterion in criteria_in_use() if criterion.code == code), None)


# Why these


def explain(why: Mapping[str, Any], names: Names, *, to_others: bool = False) -> Explained:
    """Return the reasons in ``why`` in words. ``names``: what mentors are called, by key, and the mentee under 0.

    ``to_others``: for anybody but the handler; what the mentee keeps to the handler is left out, with its points.
    """
    if why.get("version", 0) > VERSION or not why.get("criteria"):
        return Explained((), (), ())
    about = Telling(names, why["mentors"])
    shown = [row for row in why["criteria"] if not (to_others and row["reason"].get("private"))]
    most = _rounded(
        [row["most"] for row in shown], [100] * len(shown), (sum(row["most"] for row in shown) + 500) // 1000
    )
    total = why["points"] if len(shown) == len(why["criteria"]) else (sum(row["value"] for row in shown) + 500) // 1000
    earned = _rounded([row["value"] for row in shown], most, total)
    rows = tuple(
        Row(row["code"], str(label_of(row["code"])), _sentence(row, about), points, of)
        for row, points, of in zip(shown, earned, most, strict=True)
    )
    lacks = tuple(filter(None, (_lack(entry, about) for entry in why.get("lacks", []))))
    notes = [_not_known(entry, about) for entry in why.get("lacks", [])]
    notes += [_note(entry, about) for entry in why.get("notes", [])]
    notes += [_override(entry, about) for entry in why.get("overrides", [])]
    if not to_others and any(row["reason"].get("private") for row in shown):
        notes.append(_("%(mentee)s asks you to tell nobody the municipality.") % {"mentee": about.mentee})
    return Explained(rows, lacks, tuple(filter(None, notes)))


def _rounded(values: Sequence[int], most: Sequence[int], total: int) -> list[int]:
    """Return whole points for ``values`` (thousandths) that add up to ``total`` where ``most`` lets them."""
    found = [min(value // 1000, top) for value, top in zip(values, most, strict=True)]
    # Who lost most by rounding down gets a point back first.
    order = sorted(range(len(values)), key=lambda place: (-(values[place] % 1000), place))
    for place in order:
        if sum(found) < total and found[place] < most[place]:
            found[place] += 1
    return found


def _sentence(row: Mapping[str, Any], about: Telling) -> str:
    told = SENTENCES.get(row["code"])
    if told is not None:
        return told(row["reason"], about)
    own = getattr(_own(row["code"]), "sentence", None)
    return str(own(row["reason"], about.names)) if own is not None else ""


def _lack(entry: Mapping[str, Any], about: Telling) -> str:
    code = entry["code"]
    if code == "second":
        return (
            _("a second mentor; a reason is asked") if entry["rule"] else _("a second mentor; your union asks for two")
        )
    if code == "speciality":
        return _("anybody from an area that %(mentee)s named") % {"mentee": about.mentee}
    if code == "goals":
        text = ngettext(
            "help with %(goals)s, the only goal", "help with %(goals)s, %(missing)s of %(all)s goals", entry["of"]
        )
        return text % {"goals": goals(entry["goals"]), "missing": len(entry["goals"]), "all": entry["of"]}
    if code == "own_language":
        return _("a mentor who speaks %(languages)s") % {
            "languages": either([language_name(language) for language in entry["languages"]])
        }
    if code == "common_language":
        return _("a language that both share") if about.one else _("a language that all three share")
    if code == "times" and not entry["unknown"]:
        return _("a time that suits both") if about.one else _("a time that suits all three")
    if code == "in_person":
        return _("a mentor who can meet face to face")
    return ""


def _not_known(entry: Mapping[str, Any], about: Telling) -> str:
    """Return what is not lacking for all that is known: the mentors in question have not said it."""
    unknown = entry.get("unknown", []) if entry["code"] == "times" else []
    if not unknown:
        return ""
    text = ngettext("Not known: when %(mentor)s has time.", "Not known: when %(mentor)s have time.", len(unknown))
    return text % {"mentor": about.named(unknown)}


def _note(entry: Mapping[str, Any], about: Telling) -> str:
    if entry["code"] != "last_place":
        return ""
    only = entry["capacity"] == 1
    text = (
        _("The only place of %(mentor)s would be used.") if only else _("The last place of %(mentor)s would be used.")
    )
    return text % {"mentor": about.name(entry["mentor"])}


def _override(entry: Mapping[str, Any], about: Telling) -> str:
    against = [str(OVERRIDDEN[code]) for code in entry["codes"] if code in OVERRIDDEN]
    if not against:
        return ""
    return _("Against %(mentor)s stands: %(reasons)s.") % {
        "mentor": about.name(entry["mentor"]),
        "reasons": "; ".join(label[:1].lower() + label[1:] for label in against),
    }


# Who was ruled out, and what would help


def ruled_out_rows(found: Any) -> list[RuledOutRow]:
    """Return the tests that somebody failed, in order, of a ``Suggestions`` or of stored ``[code, first, any]``."""
    counted = getattr(found, "ruled_out", found) or []
    rows = []
    for entry in counted:
        code, first, each = (entry.code, entry.first, entry.any) if hasattr(entry, "code") else entry
        if each and code in RULED_OUT:
            rows.append(RuledOutRow(code, str(RULED_OUT[code]), first, each, _clause(code, first)))
    return rows


def _clause(code: str, number: int) -> str:
    texts = {
        "asked": ngettext("%(n)s is being asked for this case now", "%(n)s are being asked for this case now", number),
        "no_languages": ngettext(
            "%(n)s has no languages in the profile", "%(n)s have no languages in their profiles", number
        ),
        "consent": ngettext("%(n)s has not agreed to be shown", "%(n)s have not agreed to be shown", number),
        "no_room": ngettext("%(n)s has no room", "%(n)s have no room", number),
        "away": ngettext("%(n)s is away or paused", "%(n)s are away or paused", number),
        "language": ngettext(
            "%(n)s shares no language with the mentee", "%(n)s share no language with the mentee", number
        ),
        "format": ngettext("%(n)s meets in other ways only", "%(n)s meet in other ways only", number),
        "distance": ngettext("%(n)s lives too far away", "%(n)s live too far away", number),
        "earlier": ngettext("%(n)s was the mentor before", "%(n)s were mentors before", number),
        "declined": ngettext("%(n)s said no or did not answer", "%(n)s said no or did not answer", number),
        "conflict": ngettext("%(n)s has a conflict of interest", "%(n)s have a conflict of interest", number),
        "hand_language": ngettext(
            "%(n)s does not speak what you ask for", "%(n)s do not speak what you ask for", number
        ),
        "hand_way": ngettext("%(n)s cannot meet the way you ask for", "%(n)s cannot meet the way you ask for", number),
        "hand_among": ngettext("%(n)s is not among those you ask for", "%(n)s are not among those you ask for", number),
    }
    return texts.get(code, "%(n)s") % {"n": number}


def helps(found: Any, names: Names | None = None) -> list[str]:
    """Return what would help, one sentence each, of a ``Suggestions`` or of stored entries."""
    entries: Iterable[Mapping[str, Any]] = getattr(found, "helps", found) or []
    about = Telling(names or {}, [])
    return [sentence for sentence in (_help(entry, about) for entry in entries) if sentence]


def _day(text: str) -> str:
    return on_day(datetime.date.fromisoformat(text), year=True)


def _help(entry: Mapping[str, Any], about: Telling) -> str:
    made = _HELPS.get(entry["code"])
    return made(entry, about) if made is not None else ""


def _one_more(entry: Mapping[str, Any], about: Telling) -> str:
    languages = either([language_name(code) for code in entry["languages"]])
    if not languages:
        return _("%(mentee)s has no language at work level in the application. Ask, and add it.") % {
            "mentee": capital(about.mentee)
        }
    if entry["near"]:
        text = _("One more mentor of this profession who speaks %(languages)s and lives near enough to meet.")
    else:
        text = _("One more mentor of this profession who speaks %(languages)s.")
    sentences = [text % {"languages": languages}]
    if entry["possible"]:
        sentences.append(
            _("One mentor is possible now, and your union asks for two.")
            if entry["two_needed"]
            else _("One mentor is possible now; with one more there would be a pair.")
        )
    if entry["language"]:
        text = ngettext(
            "%(n)s mentor lacks nothing but a common language.",
            "%(n)s mentors lack nothing but a common language.",
            entry["language"],
        )
        sentences.append(text % {"n": entry["language"]})
    return " ".join(sentences)


def _no_room(entry: Mapping[str, Any], about: Telling) -> str:
    number = entry["count"]
    text = ngettext(
        "%(n)s mentor who would fit has no room now.", "%(n)s mentors who would fit have no room now.", number
    )
    sentence = text % {"n": number}
    if entry.get("held"):
        text = ngettext(
            "%(held)s of them is being asked for somebody else, until %(day)s.",
            "%(held)s of them are being asked for somebody else, the first until %(day)s.",
            entry["held"],
        )
        sentence += " " + text % {"held": entry["held"], "day": _day(entry["until"])}
    return sentence


def _away(entry: Mapping[str, Any], about: Telling) -> str:
    text = ngettext(
        "%(n)s mentor who would fit is away or paused until %(day)s.",
        "%(n)s mentors who would fit are away or paused, the first until %(day)s.",
        entry["count"],
    )
    return text % {"n": entry["count"], "day": _day(entry["first"])}


def _consent(entry: Mapping[str, Any], about: Telling) -> str:
    text = ngettext(
        "%(n)s mentor who would fit has not agreed to be shown to a mentee. Ask.",
        "%(n)s mentors who would fit have not agreed to be shown to a mentee. Ask them.",
        entry["count"],
    )
    return text % {"n": entry["count"]}


def _no_languages(entry: Mapping[str, Any], about: Telling) -> str:
    text = ngettext(
        "%(n)s mentor has no languages in the profile. Add them.",
        "%(n)s mentors have no languages in their profiles. Add them.",
        entry["count"],
    )
    return text % {"n": entry["count"]}


def _either_way(entry: Mapping[str, Any], about: Telling) -> str:
    text = ngettext(
        "If %(mentee)s could meet online too, %(n)s more mentor would be possible.",
        "If %(mentee)s could meet online too, %(n)s more mentors would be possible.",
        entry["count"],
    )
    if entry["wished"] == "online":
        text = ngettext(
            "If %(mentee)s could meet face to face too, %(n)s more mentor would be possible.",
            "If %(mentee)s could meet face to face too, %(n)s more mentors would be possible.",
            entry["count"],
        )
    return text % {"mentee": about.mentee, "n": entry["count"]}


def _gain(entry: Mapping[str, Any], about: Telling) -> str:
    texts = {
        "language": _(
            "One more mentor like %(mentor)s who also speaks %(value)s: %(after)s points in place of %(before)s."
        ),
        "goal": _(
            "One more mentor like %(mentor)s who also helps with %(value)s: %(after)s points in place of %(before)s."
        ),
        "times": _(
            "One more mentor like %(mentor)s with time when it suits %(mentee)s: %(after)s points in place of "
            "%(before)s."
        ),
    }
    value = {"language": language_name, "goal": lambda code: goals([code])}.get(entry["what"], str)(entry["value"])
    values = {"mentor": about.name(entry["mentor"]), "mentee": about.mentee, "value": value}
    return texts[entry["what"]] % (values | {"before": entry["before"], "after": entry["after"]})


def _minimum(entry: Mapping[str, Any], about: Telling) -> str:
    return _("The best has %(best)s points; your union asks for at least %(minimum)s.") % {
        "best": entry["best"],
        "minimum": entry["minimum"],
    }


def _nobody_in_field(entry: Mapping[str, Any], about: Telling) -> str:
    return _("This profession has no mentor yet. One approved mentor would be a beginning.")


_HELPS: dict[str, Callable[[Mapping[str, Any], Telling], str]] = {
    "nobody_in_field": _nobody_in_field,
    "minimum": _minimum,
    "one_more": _one_more,
    "no_room": _no_room,
    "away": _away,
    "consent": _consent,
    "no_languages": _no_languages,
    "format": _either_way,
    "gain": _gain,
}
