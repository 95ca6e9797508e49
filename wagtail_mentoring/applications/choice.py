"""The page on which the applicant chooses a union, or the intake queue."""

from typing import Any, cast

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .destination import QUEUE, Destination
from .forms import StepForm
from .questions import One


class UnionForm(StepForm):
    """Chooses between the fields that come into question; the queue is one of the answers where it is offered."""

    choice = One(
        (),
        label=gettext_lazy("Where shall your application go?"),
        missing=gettext_lazy("Choose where your application shall go."),
    )
    layouts = {"choice": "cards"}

    def __init__(self, *args: Any, destination: Destination, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.destination = destination
        choices = [(str(field.pk), f"{field.union.name}") for field in destination.options]
        hints = {str(field.pk): self._hint(field) for field in destination.options}
        if destination.offers_queue:
            choices.append((QUEUE, _("Keep my application until a union is found")))
            hints[QUEUE] = _(
                "I agree that the persons who look after the waiting applications of the programme read it, and that "
                "they may send it to a union that fits."
            )
        field = cast(forms.ChoiceField, self.fields["choice"])
        field.choices = choices
        field.widget.option_hints = hints
        if destination.question:
            field.label = destination.question

    def _hint(self, field: Any) -> str:
        name = capfirst(str(field.profession))
        if field == self.destination.elsewhere:
            return _("%(field)s. This is the field that you chose first.") % {"field": name}
        if field in self.destination.unlikely:
            return _("%(field)s. Usually for another degree or workplace. The contact person decides.") % {
                "field": name
            }
        return f"{name}."
