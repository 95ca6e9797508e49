"""What people have said: messages, concerns, doubts about the fit, another address, a mentor who wants to leave."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Feedback, Fit
from wagtail_mentoring.messages.conversation.models import Circle, ConcernAbout, Letter
from wagtail_mentoring.messages.conversation.services import concerns_for
from wagtail_mentoring.pairing.leavers import leavers
from wagtail_mentoring.pairing.models import PairMembership
from wagtail_mentoring.people.models import AddressChange

from ..doubts import earlier_pair
from .base import Due, Found, Kind, Whose, of_case, register

_CASE = ("case__mentee", "case__field__profession")


def _unread() -> QuerySet[Any]:
    return Letter.objects.filter(circle=Circle.CONTACT, from_contact=False, read_at=None)


LETTER = Kind(
    "letter",
    12,
    "comment",
    gettext_lazy("%(n)s person has written"),
    gettext_lazy("%(n)s people have written"),
    gettext_lazy("A message waits."),
    cases=lambda user: _unread().values("case"),
    also_closed=True,
)


@register(LETTER)
def letters(whose: Whose) -> Found:
    """Threads in which somebody wrote to the contact person and nobody has read it, since the first such message."""
    same = Q(mentee=OuterRef("mentee")) | Q(mentor=OuterRef("mentor"))
    before = _unread().filter(same, case=OuterRef("case"), pk__lt=OuterRef("pk"))
    first = _unread().filter(~Exists(before), case__in=whose.all_cases)
    found, total = whose.oldest(first.select_related("mentor", *_CASE), "written_at")
    rows = [_letter(one) for one in found]
    return Found(rows, total, total)


def _letter(letter: Letter) -> Due:
    case, mentor = letter.case, letter.mentor
    said = {"name": mentor.name if mentor else case.mentee.name}
    return of_case(
        "letter",
        letter.written_at,
        case,
        what=str(LETTER.what),
        why=_("%(name)s has written to the contact person.") % said,
        button=_("Answer %(name)s") % said,
        address=reverse("mentoring_desk:write_mentor", args=[case.pk, mentor.pk])
        if mentor
        else reverse("mentoring_desk:write_mentee", args=[case.pk]),
    )


CONCERN = Kind(
    "concern",
    5,
    "warning",
    gettext_lazy("%(n)s concern open"),
    gettext_lazy("%(n)s concerns open"),
    gettext_lazy("A concern is open."),
    listed=lambda: reverse("mentoring_desk:concerns"),
    urgent=True,
)


@register(CONCERN)
def concerns(whose: Whose) -> Found:
    """Concerns that the user may deal with and that are not settled, without those that somebody else has taken up."""
    waiting = concerns_for(whose.user).filter(closed_at=None)
    if whose.mine:
        # One about a contact person is in no case of the user's own.
        theirs = Q(about=ConcernAbout.CONTACT) | Q(case__in=whose.all_cases)
        waiting = waiting.filter(theirs).filter(Q(taken_by=None) | Q(taken_by=whose.user.pk))
    related = waiting.select_related("mentee", "mentor", "case__mentee", "case__field__profession")
    found, total = whose.oldest(related, "raised_at")
    rows = [
        of_case(
            "concern",
            one.raised_at,
            one.case,
            what=str(CONCERN.what),
            why=_("%(name)s is worried. About: %(about)s.")
            % {"name": (one.mentee or one.mentor).name, "about": one.get_about_display()},
            button=_("Read the concern"),
            address=reverse("mentoring_desk:concern", args=[one.pk]),
        )
        for one in found
    ]
    return Found(rows, total, total)


def _doubts() -> QuerySet[Any]:
    return Feedback.objects.filter(fit__in=[Fit.UNSURE, Fit.POOR], given_at__isnull=False, seen_at=None)


DOUBT = Kind(
    "doubt",
    35,
    "help",
    gettext_lazy("%(n)s doubt about a pair"),
    gettext_lazy("%(n)s doubts about pairs"),
    gettext_lazy("Somebody is not sure of the pair."),
    cases=lambda user: _doubts().values("case"),
    also_closed=True,
)


@register(DOUBT)
def doubts(whose: Whose) -> Found:
    """Answers that the three do not fit together, or perhaps not, until a contact person has seen them."""
    waiting = _doubts().filter(case__in=whose.all_cases).select_related("mentee", "mentor", *_CASE)
    found, total = whose.oldest(waiting, "given_at")
    mentors = _memberships([one.case_id for one in found])
    rows = [
        of_case(
            "doubt",
            one.given_at,
            one.case,
            what=str(DOUBT.what),
            why=_doubt(one, mentors[one.case_id]),
            button=_("Look at the feedback"),
            address=reverse("mentoring_desk:case", args=[one.case_id]) + "#feedback-section",
        )
        for one in found
    ]
    return Found(rows, total, total)


def _memberships(cases: list[int]) -> dict[int, list[PairMembership]]:
    """Return who is or was a mentor of each of ``cases``. One query, none without cases."""
    found: dict[int, list[PairMembership]] = {case: [] for case in cases}
    rows = PairMembership.objects.filter(pair__case__in=cases).select_related("pair", "mentor").order_by("pk")
    for row in rows if cases else []:
        found[row.pair.case_id].append(row)  # type: ignore[index]
    return found


def _doubt(one: Feedback, memberships: list[PairMembership]) -> str:
    said = (
        _("%(name)s says that they do not fit together.")
        if one.fit == Fit.POOR
        else _("%(name)s is not sure whether they fit together.")
    ) % {"name": str(one.mentee or one.mentor)}
    earlier = earlier_pair(one, memberships)
    if not earlier:
        return said
    about = _("About an earlier pair: %(mentors)s.") % {"mentors": earlier}
    return f"{said} {about}"


@register(
    Kind(
        "address",
        75,
        "mail",
        gettext_lazy("%(n)s address to decide on"),
        gettext_lazy("%(n)s addresses to decide on"),
    )
)
def addresses(whose: Whose) -> Found:
    """People of the user's unions who cannot read their old address and ask for another one."""
    of_ours = Q(mentee__union__in=whose.unions) | Q(mentor__union__in=whose.unions)
    waiting = AddressChange.objects.filter(of_ours, by_handler=True, done_at=None, refused_at=None)
    found, total = whose.oldest(waiting.select_related("mentee__union", "mentor__union"), "asked_at")
    rows = []
    for change in found:
        person: Any = change.person
        rows.append(
            Due(
                kind="address",
                since=change.asked_at,
                name=person.name,
                about=person.union.short,
                what=_("Asks for another e-mail address."),
                why=_("%(name)s cannot read the old one any more. Make sure that it is %(name)s who asks.")
                % {"name": person.name},
                button=_("Accept or refuse"),
                address=reverse("mentoring_desk:address_change", args=[change.pk]),
            )
        )
    return Found(rows, total, total)


LEAVES = Kind(
    "leaves",
    32,
    "user",
    gettext_lazy("%(n)s mentor wants to leave"),
    gettext_lazy("%(n)s mentors want to leave"),
    gettext_lazy("A mentor wants to leave."),
    cases=lambda user: Case.objects.filter(pk__in=[one.case_id for one in leavers(Whose(user, False).keys)]).values(
        "pk"
    ),
)


@register(LEAVES)
def leaving(whose: Whose) -> Found:
    """Mentors who said that they want to leave a pair, until they are replaced or it is noted that they stay."""
    everybody = leavers(whose.keys)
    shown = everybody[: whose.most]
    cases = whose.cases.in_bulk([one.case_id for one in shown]) if shown else {}
    rows = [
        of_case(
            "leaves",
            one.since,
            cases[one.case_id],
            what=str(LEAVES.what),
            why=_("%(name)s wants to leave this mentoring. Talk with %(name)s, then find somebody else.")
            % {"name": one.mentor.name},
            button=_("See what you can do"),
            address=reverse("mentoring_desk:case", args=[one.case_id]) + "#pair-section",
        )
        for one in shown
    ]
    return Found(rows, len(everybody), len(everybody))
