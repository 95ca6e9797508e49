"""One sentence for each criterion of a suggestion, from the codes that its ``reason`` holds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from .matching.languages import name_of
from .matching.shared import each_once

Reason = Mapping[str, Any]
#: What people are called, by the mentor's key; the mentee is 0.
Names = Mapping[int, str]

#: Goals as they stand within a sentence.
GOALS = {
    "labour_market": gettext_lazy("hiring in Finland"),
    "cv": gettext_lazy("CV and applications"),
    "networks": gettext_lazy("people in the field"),
    "recognition": gettext_lazy("recognition of the qualification"),
    "language": gettext_lazy("the language of the profession"),
    "culture": gettext_lazy("how people work here"),
    "studies": gettext_lazy("studies that help on"),
}
#: Times as they stand within a sentence.
TIMES = {
    "mornings": gettext_lazy("weekday mornings"),
    "afternoons": gettext_lazy("weekday afternoons"),
    "evenings": gettext_lazy("weekdays after 17"),
    "weekends": gettext_lazy("weekends"),
}


class Telling:
    """Who is spoken of, and how many mentors there are."""

    def __init__(self, names: Names, mentors: Sequence[int]) -> None:
        self.names, self.mentors = names, mentors

    @property
    def mentee(self) -> str:
        return self.names.get(0) or _("the mentee")

    def name(self, mentor: int) -> str:
        """Return what the mentor is called; somebody who is not named here is "the other mentor"."""
        return self.names.get(mentor) or pgettext("instead of a name", "the other mentor")

    def named(self, mentors: Iterable[int]) -> str:
        return listed([self.name(mentor) for mentor in mentors])

    @property
    def one(self) -> bool:
        return len(self.mentors) == 1

    def all(self, mentors: Sequence[int]) -> bool:
        return set(mentors) == set(self.mentors)


def listed(words: Sequence[str], last: str = "") -> str:
    """Return "a", "a and b", "a, b and c"; ``last`` another word for "and"."""
    if len(words) < 2:
        return "".join(words)
    joint = last or pgettext("between the last two of a list", "and")
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def either(words: Sequence[str]) -> str:
    """Return "a, b or c"."""
    return listed(words, pgettext("between the last two of a list", "or"))


def capital(sentence: str) -> str:
    """Return ``sentence`` with a capital letter at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def language_name(code: str) -> str:
    """Return the name of a language in the active language, as in a sentence."""
    asked = {
        "english": pgettext("within a sentence", "English"),
        "finnish": pgettext("within a sentence", "Finnish"),
        "swedish": pgettext("within a sentence", "Swedish"),
    }
    return asked[code] if code in asked else name_of(code, get_language() or "en")


def goals(codes: Iterable[str]) -> str:
    return listed([str(GOALS.get(code, code)) for code in codes])


def times(codes: Iterable[str]) -> str:
    return listed([str(TIMES.get(code, code)) for code in codes])


def _speciality(reason: Reason, about: Telling) -> str:
    if reason.get("blank"):
        return _("%(mentee)s has named no area of the profession, so everybody fits alike") % {"mentee": about.mentee}
    met = reason.get("met", [])
    if not met:
        if not reason.get("named"):
            return (
                _("No area of the profession stands in the profile of the mentor")
                if about.one
                else _("No area of the profession stands in their profiles")
            )
        return _("No area that %(mentee)s named") % {"mentee": about.mentee}
    same: dict[tuple[str, str], list[int]] = {}
    for one in met:
        same.setdefault((one["kind"], _inner(one["phrase"])), []).append(one["mentor"])
    parts = []
    for (kind, phrase), mentors in same.items():
        number = len(mentors)
        if kind == "area":
            text = ngettext("%(mentor)s works in %(area)s", "%(mentor)s work in %(area)s", number)
        else:
            text = ngettext("%(mentor)s: %(area)s", "%(mentor)s: both %(area)s", number)
        parts.append(text % {"mentor": about.named(mentors), "area": phrase})
    words = each_once([word for one in met for word in one["words"]])
    named = (
        _("which %(mentee)s named first") % {"mentee": about.mentee}
        if len(parts) == 1 and met[0]["first"]
        else _("as %(mentee)s wrote: %(words)s") % {"mentee": about.mentee, "words": ", ".join(words[:4])}
    )
    sentence = f"{'; '.join(parts)}, {named}"
    others = [mentor for mentor in about.mentors if mentor not in {one["mentor"] for one in met}]
    if others:
        sentence += "; " + _("%(mentor)s does not") % {"mentor": about.named(others)}
    return sentence


def _inner(phrase: str) -> str:
    """Return a phrase as it stands within a sentence: "Health software" in small letters, "UX design" as it is."""
    return phrase[:1].lower() + phrase[1:] if phrase[1:2].islower() else phrase


def _goals(reason: Reason, about: Telling) -> str:
    if reason.get("blank"):
        return _("%(mentee)s has named no goal, so everybody fits alike") % {"mentee": about.mentee}
    covered = [one["goal"] for one in reason["covered"]]
    missing, number = reason["missing"], len(reason["covered"]) + len(reason["missing"])
    if not covered:
        return _("No goal is a topic here: %(goals)s") % {"goals": goals(missing)}
    if missing:
        return _("%(some)s of %(all)s goals: %(covered)s. Not covered: %(missing)s") % {
            "some": len(covered),
            "all": number,
            "covered": goals(covered),
            "missing": goals(missing),
        }
    alone = [mentor for mentor in about.mentors if all(mentor in one["mentors"] for one in reason["covered"])]
    values = {"goals": goals(covered), "number": number, "mentor": about.named(alone)}
    if len(alone) == 1:
        text = ngettext("%(mentor)s covers the goal: %(goals)s", "%(mentor)s covers all goals: %(goals)s", number)
        return text % values
    if alone:
        text = ngettext("Each of them covers the goal: %(goals)s", "Each of them covers all goals: %(goals)s", number)
        return text % values
    return _("Between them they cover all %(number)s goals: %(goals)s") % values


def _languages(reason: Reason, about: Telling) -> str:
    def told(entry: Reason) -> str:
        level = entry["level"]
        return f"{language_name(entry['language'])} ({level.upper()})" if level else language_name(entry["language"])

    common = [entry for entry in reason["shared"] if about.all(entry["mentors"])]
    single = [entry for entry in reason["shared"] if not about.all(entry["mentors"])]
    apart = [
        _("%(languages)s with %(mentor)s")
        % {
            "languages": listed([told(entry) for entry in single if entry["mentors"] == [mentor]]),
            "mentor": about.name(mentor),
        }
        for mentor in about.mentors
        if any(entry["mentors"] == [mentor] for entry in single)
    ]
    if not common:
        if not apart:
            return _("No common language at work level")
        return capital(_("no language that all three share: %(apart)s") % {"apart": "; ".join(apart)})
    with_whom = _("with %(mentor)s") % {"mentor": about.named(about.mentors)} if about.one else _("with both")
    sentence = capital(f"{listed([told(entry) for entry in common])} {with_whom}")
    if not apart:
        return sentence
    return _("%(sentence)s; also %(apart)s") % {"sentence": sentence, "apart": "; ".join(apart)}


def _place(reason: Reason, about: Telling) -> str:
    how = {
        "same": _("same municipality"),
        "nearby": _("same region"),
        "online": _("online"),
        "unknown": _("too far, or not known where"),
    }
    places = reason["places"]
    kinds = list(dict.fromkeys(one["how"] for one in places))
    if len(kinds) == 1:
        if about.one:
            return capital(how[kinds[0]])
        return capital(_("%(how)s with both") % {"how": how[kinds[0]]})
    return capital(
        ", ".join(
            _("%(how)s (%(mentor)s)") % {"how": how[one["how"]], "mentor": about.name(one["mentor"])} for one in places
        )
    )


def _format(reason: Reason, about: Telling) -> str:
    far = [mentor for mentor in reason["in_person"] if mentor in reason.get("far", ())]
    near = [mentor for mentor in reason["in_person"] if mentor not in far]
    ways = [(_("face to face"), near), (_("online"), reason["online"])]
    if all(about.all(mentors) for _way, mentors in ways):
        return _("Face to face and online")
    parts = [
        way if about.all(mentors) else _("%(how)s (%(mentor)s)") % {"how": way, "mentor": about.named(mentors)}
        for way, mentors in ways
        if mentors
    ]
    possible = capital(", ".join(parts)) if parts else _("No way to meet that both want")
    if not far:
        return possible
    # What they wish, and what is possible for them, are two things.
    apart = listed([capital(about.mentee), *(about.name(mentor) for mentor in far)])
    told = _("%(people)s would meet face to face too, but live far apart") % {"people": apart}
    return f"{possible}; {told}" if parts else told


def _times(reason: Reason, about: Telling) -> str:
    common = reason["common"]
    if common:
        text = _("%(times)s suit both") if about.one else _("%(times)s suit all three")
        return capital(text % {"times": times(common)})
    if reason["unknown"]:
        text = ngettext(
            "%(mentor)s has not said which times suit",
            "%(mentor)s have not said which times suit",
            len(reason["unknown"]),
        )
        return text % {"mentor": about.named(reason["unknown"])}
    return _("No time suits both") if about.one else _("No time suits all three")


def _experience(reason: Reason, about: Telling) -> str:
    parts = []
    for one in reason["years"]:
        years = one["years"]
        if years is None:
            parts.append(_("%(mentor)s: not known") % {"mentor": about.name(one["mentor"])})
        else:
            text = ngettext("%(mentor)s: %(years)s year", "%(mentor)s: %(years)s years", years)
            parts.append(text % {"mentor": about.name(one["mentor"]), "years": years})
    return ", ".join(parts)


def _load(reason: Reason, about: Telling) -> str:
    busy = [one for one in reason["recent"] if one["count"]]
    if not busy:
        return (
            _("No new mentee in the last 12 months")
            if about.one
            else _("Neither has begun with a mentee in the last 12 months")
        )
    parts = []
    for one in busy:
        text = ngettext(
            "%(mentor)s has begun with %(count)s mentee",
            "%(mentor)s has begun with %(count)s mentees",
            one["count"],
        )
        parts.append(text % {"mentor": about.name(one["mentor"]), "count": one["count"]})
    return _("%(who)s in the last 12 months") % {"who": listed(parts)}


def _complementary(reason: Reason, about: Telling) -> str:
    if reason.get("one"):
        return _("Only one mentor")
    parts = [
        words
        for code, words in (
            ("specialities", _("different specialities")),
            ("topics", _("each has topics that the other has not")),
            ("experience", _("one has long and one shorter experience")),
        )
        if reason[code]
    ]
    return capital(listed(parts)) if parts else _("They bring much the same")


def _partner(reason: Reason, about: Telling) -> str:
    if reason.get("one"):
        return _("Only one mentor")
    if reason["standing"]:
        return _("They are a standing pair")
    if reason["year"]:
        return _("They have mentored together before, last in %(year)s") % {"year": reason["year"]}
    return _("New to each other")


SENTENCES: dict[str, Callable[[Reason, Telling], str]] = {
    "speciality": _speciality,
    "goals": _goals,
    "languages": _languages,
    "place": _place,
    "format": _format,
    "times": _times,
    "experience": _experience,
    "load": _load,
    "complementary": _complementary,
    "partner": _partner,
}
