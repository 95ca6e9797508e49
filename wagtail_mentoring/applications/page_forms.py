"""The forms of the pages around the steps: before the first question, when somebody stops, before sending."""

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .forms import StepForm
from .questions import Email, Tick


class CheckForm(StepForm):
    """The ticks before sending. With ``notice_address``, a notice that was not read at the start is ticked too."""

    adult = Tick(
        label=gettext_lazy("I am 18 or older."),
        missing=gettext_lazy("You must be 18 or older to apply. Tick the box if you are."),
    )
    notice = Tick(missing=gettext_lazy("Read the privacy notice and tick the box."))
    follow_up = Tick(
        label=gettext_lazy("You may ask me how I am doing 3 and 12 months after the mentoring has ended."),
        required=False,
    )

    def __init__(self, *args: Any, notice_address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if notice_address:
            self.fields["notice"].label = format_html(
                _('I have read the <a href="{address}">privacy notice</a> of this union.'), address=notice_address
            )
        else:
            del self.fields["notice"]


class StopForm(StepForm):
    email = Email(
        label=gettext_lazy("Where shall we send the link?"),
        help_text=gettext_lazy("With the link you can go on from any phone or computer."),
        max_length=254,
        missing=gettext_lazy("Write your e-mail address."),
        autocomplete="email",
    )


class StartForm(StepForm):
    """The tick before the first question."""

    read = Tick(
        label=gettext_lazy("I have read whom you never tell, and the privacy notice."),
        missing=gettext_lazy("Read both texts and tick the box. Then you can begin."),
    )
