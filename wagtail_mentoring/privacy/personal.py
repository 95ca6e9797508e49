"""What this room keeps about people, and which models of the programme keep nothing about anybody."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.programme import models as programme

from . import declared
from .declared import Column, PersonalData, Reader, about_nobody, columns, declare
from .models import NAMES_OF_SHOWN, Consent, Notice, PrivateFile, ReadingLogEntry
from .reading import LISTS, what_in_words


def readings_of(rows: QuerySet[Any], person: Any) -> QuerySet[Any]:
    """Return the readings of the person's cases; for a mentor, those of the union's whole list of mentors."""
    if person._meta.model_name == "mentee":
        return rows.filter(case__mentee=person.pk)
    return rows.filter(Q(union=person.union_id), case__isnull=True, what__in=LISTS, at__gte=person.created_at)


def _shown(row: Any) -> str:
    """Return what a mentor lets others see, by the labels of the profile."""
    profile: Any = Consent._meta.get_field("mentor").related_model._meta
    languages = {"languages": gettext("Languages")}
    named = (languages.get(name) or str(profile.get_field(name).verbose_name) for name in NAMES_OF_SHOWN)
    return "; ".join(capfirst(words) for name, words in zip(NAMES_OF_SHOWN, named, strict=True) if name in row.named)


def _reader(row: Any) -> str:
    """Return who read: the person's name, which people know as that of their contact person."""
    return str(row.user.get_full_name() or row.user.get_username()) if row.user else ""


declare(
    PersonalData(
        name="consent",
        title=_("What you have agreed to"),
        model=Consent,
        of_mentee=("mentee",),
        of_mentor=("mentor",),
        columns=(
            *columns(Consent, "kind"),
            Column("fields", _("What may be shown"), _shown),
            *columns(Consent, "given_at", "withdrawn_at"),
        ),
        purpose=_("To do only what you have agreed to, and to be able to show that you have."),
        readers=declared.UNION,
        kept=declared.with_case,
        left_out={"given_how": "on which page it was given"},
    ),
    PersonalData(
        name="reading",
        title=_("Who has read sensitive data"),
        model=ReadingLogEntry,
        of_mentee=("case__mentee",),
        of_mentor=("union__mentors",),
        only=readings_of,
        related=("user",),
        columns=(
            Column("what", _("What was read"), lambda row: what_in_words(row.what)),
            *columns(ReadingLogEntry, "at"),
            Column("user", _("Who read it"), _reader),
        ),
        purpose=_("To see that nobody reads more than they need."),
        readers=(Reader.SUPERVISORS,),
        kept=declared.with_case,
    ),
)

about_nobody(
    "what the programme and its unions offer; names and addresses in it are those of the unions",
    programme.Programme,
    programme.Union,
    programme.Participation,
    programme.Profession,
    programme.ProfessionalField,
    programme.MeetingTheme,
    programme.GuideText,
    programme.RoutingRule,
)
about_nobody("rights of the union's people in the admin", programme.GroupUnionPermission)
about_nobody("a public text", Notice)
about_nobody("bytes without a name; the rows that lead to them are declared: documents, CVs and copies", PrivateFile)
