"""Picking mentors in a form: a short list with a search, without scripts, however many mentors there are."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.numbers import whole_number
from wagtail_mentoring.people.models import Mentor

from ..by_hand import LISTED, list_mentors, name_of

#: The button of the search in the form; whichever value it sends, the form is shown again with what was typed.
SEARCH = "search"
#: So many keys of one form are looked at: more than can be meant.
MOST = 2 * LISTED

NOT_OF_FIELD = _("This is not a mentor of this field. Choose somebody else.")


class Picked(list[str]):
    """The keys that were ticked, as they came, and the ``name`` that is looked for."""

    name = ""


class MentorPick(forms.Widget):
    """Mentors to tick, the best first, with a search by name. ``case`` and ``beside`` are set by the form."""

    use_fieldset = True
    case: Case
    #: The mentors (keys) who would mentor together with whoever is picked.
    beside: Sequence[int] = ()

    def __init__(self, *, one: bool) -> None:
        super().__init__()
        self.one = one

    def id_for_label(self, id_: str) -> str:
        """Return nothing: the list has a legend of its own."""
        return ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Picked:
        """Return what was ticked. A search for everybody again forgets the name."""
        values = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        found = Picked(str(value) for value in (values if isinstance(values, list | tuple) else [values]))
        found.name = name_of(data, f"{name}_called") if data.get(SEARCH) != "all" else ""
        return found

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Nothing ticked sends nothing: that is an answer too."""
        return False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        """Return the search and the list."""
        keys = [key for one in (value or ())[:MOST] if (key := whole_number(one)) is not None]
        looked_for = getattr(value, "name", "")
        listing = list_mentors(self.case, name=looked_for, chosen=keys, beside=self.beside, entering=True)
        context = {
            "listing": listing,
            "field_name": name,
            "one": self.one,
            "points_beside": bool(self.beside),
            "described_by": (attrs or {}).get("aria-describedby", ""),
        }
        return render_to_string("wagtail_mentoring/desk/pick_mentors.html", context)


class MentorsField(forms.Field):
    """Mentors of the case's union and field, in the order in which they were ticked in the list."""

    widget: MentorPick

    def __init__(self, *, one: bool = False, **kwargs: Any) -> None:
        messages = {"invalid": NOT_OF_FIELD, "number": _("Choose two mentors, or one with a reason.")}
        kwargs["error_messages"] = messages | kwargs.get("error_messages", {})
        super().__init__(widget=MentorPick(one=one), **kwargs)
        self.one = one

    def seek_for(self, case: Case, beside: Sequence[int] = ()) -> None:
        """Let mentors be picked for ``case``; ``beside``: who would mentor together with them."""
        self.widget.case, self.widget.beside = case, beside

    def clean(self, value: Any) -> list[Mentor]:
        """Return the mentors. Raises ValidationError for nobody, too many, or somebody of another union or field."""
        super().clean(value)
        keys = [whole_number(one) for one in dict.fromkeys(value or ())]
        if len(keys) > (1 if self.one else 2):
            raise ValidationError(self.error_messages["number"], code="number")
        case = self.widget.case
        mentors = Mentor.objects.filter(union=case.union_id, fields=case.field_id, anonymised_at=None)
        found = mentors.in_bulk([key for key in keys if key is not None])
        if len(found) != len(keys):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return [found[key] for key in keys if key is not None]
