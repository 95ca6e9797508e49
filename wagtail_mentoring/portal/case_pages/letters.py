"""What the three write to each other, and what one of them writes with the contact person."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wagtail_mentoring.meetings.whose import parties
from wagtail_mentoring.messages.conversation import services
from wagtail_mentoring.messages.conversation.models import Circle, Letter
from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.people.whose import key_in, key_of
from wagtail_mentoring.workflows import CaseState

from ..session import Visit, with_visit
from .entering import HOME, belongs, page, submitted, with_one_of_three
from .writing_forms import LetterForm

#: So many of the newest letters stand on the page, and by each link so many older ones more.
SHOWN = 30
#: The name under which the address says how many are shown.
ASKED = "shown"


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """A letter with its writer, as the reader may name them."""

    letter: Letter
    name: str
    you: bool
    # Of the three: another one wrote it since the reader was here last.
    new: bool = False


def _letters(visit: Visit, circle: Circle, newest: int) -> tuple[list[ShownLetter], int]:
    """Return the ``newest`` letters that the visitor reads in ``circle``, the oldest first, and how many are before.

    Of the three more than that, where more are new. A constant number of queries, which read no letter that is not
    shown.
    """
    thread = services.thread_for(visit.case, visit.person, circle)
    since = None
    if circle == Circle.THREE:
        new = thread.filter(services.new_for_three(visit.case, visit.person))
        since = new.values_list("written_at", flat=True).first()
    if since is not None:
        newest = max(newest, thread.filter(written_at__gte=since).count())
    letters = list(thread.reverse()[:newest])[::-1]
    before = thread.count() - len(letters) if len(letters) == newest else 0
    return _named(visit, letters, since), before


def _named(visit: Visit, letters: list[Letter], since: datetime.datetime | None) -> list[ShownLetter]:
    """Return ``letters`` with their writers; those of others ``since`` then are new. A constant number of queries."""
    names = {party.key: party for party in parties(visit.case, visit.person)}
    union = visit.case.union
    found = []
    for letter in letters:
        party = names.get(key_in(letter))
        if letter.from_contact:
            name, you = union.contact_name or union.short, False
        elif key_in(letter) == key_of(visit.person):
            # Also of somebody who has left, and is none of the three.
            name, you = visit.person.called, True
        elif party is None:
            name, you = _("A mentor before"), False
        else:
            name, you = party.name, False
        new = since is not None and not you and letter.written_at >= since
        found.append(ShownLetter(letter, name, you, new))
    return found


def _thread(
    request: HttpRequest,
    visit: Visit,
    circle: Circle,
    write: Callable[..., Any],
    template: str,
    address: str,
    **context: Any,
) -> HttpResponseBase:
    """Show the letters of ``circle``; POST writes one by ``write`` and comes back."""
    form = LetterForm(request.POST if request.method == "POST" else None)

    def written(given: dict[str, Any]) -> None:
        write(visit.case.pk, visit.person, given["body"])

    outcome = submitted(request, visit, form, written, to=f"wagtail_mentoring:{address}")
    if outcome.answer is not None:
        messages.success(request, _("Sent. You get a mail when they answer."))
        return outcome.answer
    shown = max(SHOWN, whole_number(request.GET.get(ASKED)) or 0)
    letters, hidden = _letters(visit, circle, shown)
    if request.method == "GET" and any(one.new for one in letters):
        # As far as it is shown: what comes while the page is on its way is new the next time.
        services.mark_three_read(visit.case, visit.person, letters[-1].letter.written_at)
    return page(
        request,
        visit,
        template,
        form=form,
        message=outcome.message,
        status=outcome.status,
        letters=letters,
        more=min(SHOWN, hidden),
        more_address=f"?{ASKED}={shown + SHOWN}",
        **context,
    )


@sensitive_post_parameters()
@with_one_of_three
@require_http_methods(["GET", "HEAD", "POST"])
def three(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """What the three write to each other. No contact person reads it."""
    others = [party for party in parties(visit.case, visit.person) if not party.you]
    if not others:
        return redirect(HOME)
    closed = visit.case.case_state == CaseState.CLOSED
    return _thread(
        request,
        visit,
        Circle.THREE,
        services.write_to_three,
        "messages",
        "portal_messages",
        others=others,
        closed=closed,
    )


@sensitive_post_parameters()
@with_visit
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """What the visitor writes with the contact person. The other two do not read it.

    Whoever has left finds here what the contact person has answered, and may answer.
    """
    inside = belongs(visit)
    if not inside and not services.has_thread(visit.case, visit.person):
        return redirect(HOME)
    if request.method == "GET":
        services.mark_read(visit.case, visit.person)
    write, left = services.write_to_contact, {"no_case_pages": not inside}
    return _thread(request, visit, Circle.CONTACT, write, "contact", "portal_contact", **left)
