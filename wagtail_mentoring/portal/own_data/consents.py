"""What the person has agreed to, and taking it back: as easy as it was to give, so without a code."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from wagtail_mentoring.cases.corrections import withdraw_consent
from wagtail_mentoring.people.choices import SHOWABLE
from wagtail_mentoring.people.whose import Someone, of_person
from wagtail_mentoring.privacy.models import Consent, ConsentKind

from .visits import TEMPLATES, OwnVisit, own_frame, with_person

#: What follows when a consent is taken back: words for each of ``WITHDRAWABLE``.
AFTERWARDS = {
    ConsentKind.FOLLOW_UP: _("Then we do not ask you anything after the end."),
    ConsentKind.OTHER_UNION: _("Then your application stays where it is."),
    ConsentKind.SHOWN_TO_MENTEE: _("Then mentees do not see who you are, also in a mentoring that goes on."),
    ConsentKind.SHOWN_TO_PARTNER: _("Then other mentors do not see who you are, also in a mentoring that goes on."),
}


@dataclass(frozen=True, slots=True)
class Given:
    """A consent that stands. ``afterwards`` is what taking it back means; ``""``: it cannot be taken back by itself."""

    row: Consent
    what: str
    afterwards: Any

    @property
    def shown(self) -> str:
        """What may be shown by it, in words."""
        return ", ".join(str(words) for name, words in SHOWABLE.items() if name in self.row.named)


def standing(person: Someone) -> list[Given]:
    """Return the consents of ``person`` that stand, the newest of each kind. One query."""
    rows = Consent.objects.filter(**of_person(person), withdrawn_at=None).order_by("given_at", "pk")
    newest = {row.kind: row for row in rows}
    return [Given(row, row.get_kind_display(), AFTERWARDS.get(ConsentKind(row.kind), "")) for row in newest.values()]


@with_person
@require_safe
def consents(request: HttpRequest, visit: OwnVisit) -> HttpResponseBase:
    """What stands now."""
    return render(request, TEMPLATES + "consents.html", own_frame(visit, given=standing(visit.person)))


@with_person
@require_POST
def take_back(request: HttpRequest, visit: OwnVisit, kind: str) -> HttpResponseBase:
    """Take one consent back; twice is once."""
    try:
        withdraw_consent(visit.person, kind)
    except ValueError as error:
        raise Http404 from error
    return redirect("wagtail_mentoring:portal_data_consents")
