"""The switch of a handler's own daily mail, on My desk. What it counts: :mod:`.due.daily`."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_mentoring.messages.conversation.models import Digest

from .base import Screen
from .rights import may_move_cases


def wants_daily_mail(user: Any) -> bool:
    """Return whether ``user`` gets the daily mail. Without a choice: yes."""
    return not Digest.objects.filter(user=user.pk, wanted=False).exists()


class DailyMail(Screen):
    """Turns the user's own daily mail on or off. A GET goes to My desk, which has the button."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not may_move_cases(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(reverse("mentoring_desk:desk"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.POST.get("wanted") == "yes"
        Digest.objects.update_or_create(user_id=request.user.pk or 0, defaults={"wanted": wanted})
        if wanted:
            messages.success(request, _("You get a mail on each day on which something waits for you."))
        else:
            messages.success(request, _("You get no daily mail any more."))
        return redirect(reverse("mentoring_desk:desk"))
