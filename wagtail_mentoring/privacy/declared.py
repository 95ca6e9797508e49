"""What is kept about people, declared once: the page "who sees what", the export and the erasure read it from here.

Each room declares its own models in a module ``personal.py``, which ``registration.py`` imports. A column is declared
with a label, or left out with a reason; a model about nobody is named with :func:`about_nobody`. A test fails for a
column of which nothing is said, so that nobody adds one without saying who reads it and how long it is kept.

Where others read one kind of rows than of another kind (a shared note, a private one), each kind is declared by
itself: the same model, other rows (``only``) and other readers.
"""

import datetime
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring.programme.dates import clock_time, long_day
from wagtail_mentoring.programme.localized import language_name
from wagtail_mentoring.programme.models import Participation

from .models import PrivateFile

Words = str | Promise


class Reader(models.TextChoices):
    """Who can read something, in the words of the person whom it is about."""

    CONTACTS = "contacts", gettext_lazy("The contact persons of your union")
    SUPERVISORS = "supervisors", gettext_lazy("The supervisors of your union")
    MENTEE = "mentee", gettext_lazy("Your mentee")
    MENTORS = "mentors", gettext_lazy("Your mentors")
    PARTNER = "partner", gettext_lazy("The second mentor")
    OTHER_TWO = "other_two", gettext_lazy("The others in your mentoring")
    ASKED = "asked", gettext_lazy("Mentors who are asked whether they would mentor you, without your name")
    ADMINISTRATORS = "administrators", gettext_lazy("The people who look after this site")
    ONLY_YOU = "only_you", gettext_lazy("Only you")
    INTAKE = "intake", gettext_lazy("The few people who look after the waiting queue of all unions")
    NOBODY = "nobody", gettext_lazy("Nobody. Only the software uses it")


#: Those of the union who may open a case or a mentor.
UNION = (Reader.CONTACTS, Reader.SUPERVISORS)

#: Says in words how long something is kept, by the rules of the person's union.
Kept = Callable[[Participation], str]


def _months(number: int) -> str:
    return ngettext("%(number)s month", "%(number)s months", number) % {"number": number}


def with_case(rules: Participation) -> str:
    """As long as the case: a time after its end. What did not meet the conditions is erased earlier."""
    words = _("%(closed)s after the end; %(follow_up)s, if we may ask you questions afterwards")
    return words % {
        "closed": _months(rules.retention_closed_months),
        "follow_up": _months(rules.retention_follow_up_months),
    }


def basis(rules: Participation) -> str:
    """The noted basis of eligibility: a time after the decision."""
    return _("%(months)s after the decision") % {"months": _months(rules.retention_basis_months)}


def unfinished(rules: Participation) -> str:
    """An application that was not sent."""
    days = rules.retention_unfinished_days
    return ngettext("%(number)s day, if you do not send it", "%(number)s days, if you do not send it", days) % {
        "number": days
    }


def while_mentor(rules: Participation) -> str:
    """What is kept of a volunteer."""
    return _("As long as you are a mentor, and as long as the mentorings are kept in which you took part")


def in_queue(rules: Participation) -> str:
    """An application that fits no union yet."""
    return _("Until a union has it, or you ask us to delete it")


def short_time(rules: Participation) -> str:
    """Codes and links, which end by themselves."""
    return _("A short time; it stops working by itself")


@dataclass(frozen=True)
class Column:
    """A column with the label under which people read it. ``words`` makes its value readable where types do not.

    ``machine`` gives machines another value than the one that is stored, where that is not for the person.
    """

    name: str
    label: Words
    words: Callable[[Any], str] | None = None
    machine: Callable[[Any], Any] | None = None

    def shown(self, row: Model) -> str:
        """Return the value of ``row`` in words, in the active language; ``""`` for nothing."""
        if self.words is not None:
            return self.words(row)
        display = getattr(row, f"get_{self.name}_display", None)
        return in_words(display() if display is not None else getattr(row, self.name))

    def stored(self, row: Model) -> Any:
        """Return the value of ``row`` as JSON can hold it, for machines."""
        if self.machine is not None:
            return self.machine(row)
        value = getattr(row, self.name)
        if isinstance(value, Model) or (value is not None and hasattr(value, "all")):
            # A relation: what it is called helps elsewhere, our number does not.
            return self.shown(row)
        return value


def in_words(value: Any) -> str:
    """Return a stored value as people read it: days, yes and no, lists with commas."""
    if value is None or value == "":
        return ""
    if value is True or value is False:
        return _("Yes") if value else _("No")
    if isinstance(value, datetime.datetime):
        moment = timezone.localtime(value)
        return f"{long_day(moment, year=True)} {clock_time(moment)}"
    if isinstance(value, datetime.date):
        return long_day(value, year=True)
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {in_words(one)}" for name, one in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(in_words(one) for one in value)
    return str(value)


def columns(model: type[Model], *names: str, **labels: Words) -> tuple[Column, ...]:
    """Return the columns ``names`` of ``model`` under the labels of the model, and others under those given.

    A column called ``language`` holds a code, and is shown by what that language is called.
    """
    own: dict[str, Words] = {name: model._meta.get_field(name).verbose_name for name in names}  # type: ignore[union-attr]
    return tuple(
        Column(name, label, _language if name == "language" else None) for name, label in (own | labels).items()
    )


def _language(row: Any) -> str:
    return language_name(row.language) if row.language else ""


def listed(choices: Any) -> Callable[[str], Callable[[Any], str]]:
    """Return a maker of ``words`` for a column that holds a list of values of ``choices``."""

    def of(name: str) -> Callable[[Any], str]:
        def words(row: Any) -> str:
            labels = dict(choices)
            return "; ".join(str(labels.get(value, value)) for value in getattr(row, name) or ())

        return words

    return of


def where(**values: Any) -> Callable[[QuerySet[Any], Any], QuerySet[Any]]:
    """Return an ``only`` that keeps the rows with these values, whoever the person is."""

    def only(rows: QuerySet[Any], person: Any) -> QuerySet[Any]:
        return rows.filter(**values)

    return only


#: By column: who reads it, where that differs from the whole declaration for this person.
Narrowed = Callable[[Any], Mapping[str, tuple[Reader, ...]]]


@dataclass(frozen=True)
class PersonalData:
    """What one model keeps about mentees, about mentors, or about both.

    ``of_mentee`` and ``of_mentor`` are the ORM paths from the model to the person; empty: it holds nothing of them.
    ``only`` narrows the rows to those that the person may be given: what somebody else wrote in confidence stays out,
    and ``withheld`` says so in words. ``left_out``: column → why it is no data about the person. Relations to other
    rows need no word: what they lead to is declared itself.
    """

    name: str
    title: Words
    model: type[Model]
    columns: tuple[Column, ...]
    purpose: Words
    readers: tuple[Reader, ...]
    kept: Kept
    of_mentee: tuple[str, ...] = ()
    of_mentor: tuple[str, ...] = ()
    #: Shown on the page "who sees what" with each value; the rest there is a line with a number.
    by_column: bool = False
    narrowed: Narrowed | None = None
    only: Callable[[QuerySet[Any], Any], QuerySet[Any]] | None = None
    withheld: Words = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    related: tuple[str, ...] = ()
    #: The stored file of a row, which the person gave us; it is part of the export.
    file: Callable[[Any], PrivateFile | None] | None = None

    def paths(self, person: Model) -> tuple[str, ...]:
        """Return the paths to a person of this kind."""
        return self.of_mentee if person._meta.model_name == "mentee" else self.of_mentor

    def rows_of(self, person: Model) -> QuerySet[Any]:
        """Return the rows about ``person`` (a mentee or a mentor) that the person may be given."""
        rows: QuerySet[Any] = self.model._default_manager.all()
        paths = self.paths(person)
        if not paths:
            return rows.none()
        wanted = functools.reduce(lambda one, other: one | other, (Q(**{path: person.pk}) for path in paths))
        # By key: a path over many rows would give one row several times.
        found = rows.filter(pk__in=rows.filter(wanted).order_by().values("pk")).select_related(*self.related)
        found = self.only(found, person) if self.only is not None else found
        return found.order_by("pk")

    def readers_of(self, person: Model) -> dict[str, tuple[Reader, ...]]:
        """Return by column who reads it of ``person``."""
        narrowed = self.narrowed(person) if self.narrowed is not None else {}
        return {column.name: narrowed.get(column.name, self.readers) for column in self.columns}


_declared: dict[str, PersonalData] = {}
_about_nobody: dict[type[Model], str] = {}


def declare(*entries: PersonalData) -> None:
    """Register what a room keeps about people. Raises ValueError when a name is taken by another declaration."""
    for entry in entries:
        if _declared.setdefault(entry.name, entry) != entry:
            raise ValueError(f"Personal data {entry.name!r} is declared already.")


def about_nobody(reason: str, *found: type[Model]) -> None:
    """Register models that hold nothing about a mentee or a mentor, and why that is so."""
    for model in found:
        _about_nobody[model] = reason


def declared() -> tuple[PersonalData, ...]:
    """Return every declaration, in the order in which the rooms were registered: the person first."""
    return tuple(_declared.values())


def declared_of(person: Model) -> Iterator[PersonalData]:
    """Yield the declarations that may hold something of ``person``."""
    return (entry for entry in declared() if entry.paths(person))


def models_about_nobody() -> dict[type[Model], str]:
    """Return the models that hold nothing about people, with the reason."""
    return dict(_about_nobody)


def rules_for(person: Any) -> Participation:
    """Return the rules of the person's union by which data is kept; the defaults before the union has any."""
    found = Participation.objects.filter(union_id=person.union_id).select_related("union", "programme")
    return found.order_by("pk").first() or Participation()
