"""A fresh link to a mentor's own page: by mail, by SMS, or as a text that the contact person sends."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from wagtail_mentoring.people import links
from wagtail_mentoring.people.log import LINK_SENT
from wagtail_mentoring.people.models import PrivateLink

from ..sending import FreshLink
from ..talking.forms import MAIL
from .base import MentorScreen


class SendOwnLink(FreshLink, MentorScreen):
    """A fresh link to the own page of a mentor whose sign-up is approved."""

    template_name = "wagtail_mentoring/desk/mentors/step.html"
    back_words = gettext_lazy("Back to the mentor")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.refused() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.refused() or super().post(request, *args, **kwargs)

    def refused(self) -> HttpResponse | None:
        """Return the way back, with the reason, for a mentor who has no page to open; else None."""
        if self.mentor.anonymised_at is not None:
            messages.warning(self.request, _("The data of this person are erased: there is nobody to write to."))
        elif self.mentor.approved_on is None:
            waits = _("%(name)s waits for approval. Approve or decline the sign-up.") % {"name": self.mentor.name}
            messages.warning(self.request, waits)
        else:
            return None
        return self.to_the_mentor()

    @cached_property
    def link(self) -> PrivateLink:
        """The link to the own page, made at the first time."""
        found = links.link_for_mentor(self.mentor)
        # The row at hand has its union, and is the one whose history is written.
        found.mentor = self.mentor
        return found

    @property
    def subtitle(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.mentor.name, str(self.mentor.union)

    def noted(self, way: str) -> None:
        log(self.mentor, LINK_SENT, user=self.request.user, data={} if way == MAIL else {"way": way})

    def back(self) -> HttpResponse:
        return self.to_the_mentor()
