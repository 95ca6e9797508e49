"""The forms with which somebody writes: to the others, to the contact person, a concern, a note."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.applications.forms import StepForm
from wagtail_mentoring.applications.questions import LongText, One
from wagtail_mentoring.meetings.notes import MOST_BODY
from wagtail_mentoring.messages.addressing import Above
from wagtail_mentoring.messages.conversation.models import ConcernAbout
from wagtail_mentoring.messages.conversation.services import MOST_CHARACTERS

#: Who reads a note.
MINE, SHARED = "mine", "shared"


class LetterForm(StepForm):
    """A message."""

    body = LongText(
        label=gettext_lazy("Your message"),
        max_length=MOST_CHARACTERS,
        missing=gettext_lazy("Write something first."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ConcernForm(StepForm):
    """Whom or what a concern is about, and what happened. ``for_mentee``: who raises it; ``mentors``: how many.

    ``read_by``: who reads one about the contact person; where nobody else could, it is not offered.
    """

    about = One(
        (),
        label=gettext_lazy("Whom or what is it about?"),
        missing=gettext_lazy("Say whom or what it is about."),
    )
    body = LongText(
        label=gettext_lazy("What happened?"),
        help_text=gettext_lazy("Write in the language in which it is easiest for you."),
        max_length=MOST_CHARACTERS,
        missing=gettext_lazy("Write what happened. A few words are enough."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(
        self,
        *args: Any,
        for_mentee: bool,
        mentors: int,
        contact: str,
        union: str,
        read_by: Above,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        to_union = _("The contact persons of %(union)s read it.") % {"union": union}
        if for_mentee:
            choices = [(ConcernAbout.MENTOR, _("A mentor"))] if mentors else []
        else:
            choices = [(ConcernAbout.MENTEE, _("The mentee"))]
            choices += [(ConcernAbout.MENTOR, _("The other mentor"))] if mentors > 1 else []
        if read_by != Above.NOBODY:
            choices.append((ConcernAbout.CONTACT, _("The contact person, %(name)s") % {"name": contact}))
        choices.append((ConcernAbout.OTHER, _("Something else")))
        to_above = (
            _("The supervisor reads it, and the contact person does not.")
            if read_by == Above.SUPERVISORS
            else _("The people who look after this site read it, and the contact person does not.")
        )
        about = cast(One, self.fields["about"])
        about.choices = [(str(value), words) for value, words in choices]
        about.widget.option_hints = {  # type: ignore[attr-defined]
            str(value): to_union for value, _words in choices if value != ConcernAbout.CONTACT
        } | {ConcernAbout.CONTACT.value: to_above}


class NoteForm(StepForm):
    """A note on a meeting, and who reads it. ``numbers``: the meetings that it may be about."""

    number = forms.TypedChoiceField(label=gettext_lazy("Meeting"), coerce=int, empty_value=None)
    body = LongText(
        label=gettext_lazy("Your note"),
        max_length=MOST_BODY,
        missing=gettext_lazy("Write something first."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    readers = One((), label=gettext_lazy("Who reads it?"), missing=gettext_lazy("Say who reads it."))

    layouts = {"readers": "cards"}

    def __init__(self, *args: Any, numbers: list[tuple[int, str]], three: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number = cast(forms.TypedChoiceField, self.fields["number"])
        number.choices = numbers
        readers = cast(One, self.fields["readers"])
        readers.choices = [
            (MINE, _("Only me")),
            (SHARED, _("The three of us") if three else _("The two of us")),
        ]
