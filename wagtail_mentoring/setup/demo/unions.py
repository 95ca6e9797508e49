"""The unions of the programme, with their professions and rules."""

from typing import Any

from wagtail_mentoring.applications.models import FieldQuestion
from wagtail_mentoring.programme.models import Participation, Profession, ProfessionalField, Programme, Union

from ..packaged import packaged

PAUSED = "professionals-in-museums"
PAUSED_NOTE = {
    "en": "We have many applicants and few mentors now. We take applications again when more mentors have joined.",
    "fi": "Hakijoita on nyt paljon ja mentoreita vähän. Otamme hakemuksia taas, kun mentoreita on enemmän.",
    "sv": "Vi har många sökande och få mentorer just nu. Vi tar emot ansökningar igen när vi har fler mentorer.",
}
QUESTION_ON = "architects"
QUESTION = "Where can we see your portfolio?"


def load_unions(programme: Programme) -> dict[str, ProfessionalField]:
    """Make the fifteen unions with their rules and fields; return the fields by the profession's short name."""
    professions = {row["slug"]: row for row in packaged("fields")}
    fields: dict[str, ProfessionalField] = {}
    for number, row in enumerate(packaged("unions"), start=1):
        columns = {name: value for name, value in row.items() if name not in ("slug", "rules", "professions")}
        union, _made = Union.objects.get_or_create(slug=row["slug"], defaults={**columns, "sort_order": number * 10})
        participation, _made = Participation.objects.get_or_create(
            programme=programme, union=union, defaults=row["rules"]
        )
        for slug in row["professions"]:
            fields[slug] = _field(participation, professions[slug])
    _particulars(fields)
    return fields


def _field(participation: Participation, row: dict[str, Any]) -> ProfessionalField:
    profession, _made = Profession.objects.get_or_create(
        slug=row["slug"], defaults={"names": row["names"], "area": row["area"]}
    )
    field, _made = ProfessionalField.objects.get_or_create(
        participation=participation, profession=profession, defaults={"regulated": row["regulated"]}
    )
    return field


def _particulars(fields: dict[str, ProfessionalField]) -> None:
    """One field whose intake is paused, and one with a question of its own."""
    paused = fields[PAUSED]
    paused.intake_open, paused.intake_note = False, PAUSED_NOTE
    paused.save(update_fields=["intake_open", "intake_note"])
    FieldQuestion.objects.get_or_create(
        field=fields[QUESTION_ON],
        label=QUESTION,
        defaults={
            "sort_order": 0,
            "field_type": "singleline",
            "required": False,
            "help_text": "An address on the web, if you have one. You can also show it at the first meeting.",
        },
    )
