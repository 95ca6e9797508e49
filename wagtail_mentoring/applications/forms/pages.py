"""The forms of the pages around the steps: before the first question, when somebody stops, before sending."""

from typing import Any

from django.utils.translation import gettext_lazy

from ..questions import Tick
from .base import StepForm
from .shared import email_question, name_notice, notice_tick


class CheckForm(StepForm):
    """The ticks before sending. With ``notice_address``, a notice that was not read at the start is ticked too."""

    adult = Tick(
        label=gettext_lazy("I am 18 or older."),
        missing=gettext_lazy("You must be 18 or older to apply. Tick the box if you are."),
    )
    notice = notice_tick()
    follow_up = Tick(
        label=gettext_lazy("You may ask me how I am doing 3 and 12 months after the mentoring has ended."),
        required=False,
    )

    def __init__(self, *args: Any, notice_address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if notice_address:
            name_notice(self, notice_address)
        else:
            del self.fields["notice"]


class StopForm(StepForm):
    email = email_question(
        gettext_lazy("With the link you can go on from any phone or computer."),
        label=gettext_lazy("Where shall we send the link?"),
    )


class StartForm(StepForm):
    """The tick before the first question."""

    read = Tick(
        label=gettext_lazy("I have read whom you never tell, and the privacy notice."),
        missing=gettext_lazy("Read both texts and tick the box. Then you can begin."),
    )
