"""Walks through the application over HTTP, as a browser without JavaScript would."""

import io
import re
import zipfile
from typing import Any

from django.test import Client

from tests.factories import make_field, make_programme, make_union
from wagtail_mentoring.models import ApplicationDraft, Notice, Profession, ProfessionalField, RoutingRule
from wagtail_mentoring.privacy.texts import privacy_text

DRAFT = "/mentoring/apply/draft/"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

ANSWERS: dict[str, dict[str, Any]] = {
    "about": {"name": "Amal Example", "preferred_name": "Amal", "email": "amal@example.org", "municipality": "Tampere"},
    "profession": {
        "profession": "Software engineer",
        "degree_level": "master",
        "degree_status": "completed",
        "degree_year": "2016",
        "degree_country": "Jordan",
    },
    "work": {"experience_years": "7", "english": "b2", "finnish": "a1", "swedish": "none", "other_languages": "Arabic"},
    "goals": {"goals": ["cv", "networks"], "goals_text": "How do offices choose people?", "confidence": "3"},
    "meeting": {"formats": ["online"], "times": ["evenings", "weekends"], "access_needs": "A place without stairs"}
    | {"mentor_wish": "Somebody patient"},
    "right": {"basis": "residence_permit", "heard_from": "friend"},
}


def notices() -> None:
    """Put the two texts in force that an applicant reads before the first question."""
    for kind in ("privacy_notice", "never_tell"):
        for language in ("en", "fi", "sv"):
            Notice.objects.create(kind=kind, language=language, body=privacy_text(kind, language))


def engineers(**rules: Any) -> ProfessionalField:
    """Return TEK's field of engineers, with the notices and one rule: engineers with a master's degree are TEK's."""
    notices()
    field = make_field(make_union("tek"), "engineers", **rules)
    rule(["engineer"], field, degree=["master", "doctor"], reason="TEK is for masters in technology.")
    return field


def rule(
    words: list[str], *fields: ProfessionalField, degree: Any = (), sectors: Any = (), reason: str = "", order: int = 0
) -> RoutingRule:
    """Make a routing rule to these fields."""
    row = RoutingRule.objects.create(
        programme=make_programme(),
        sort_order=order or 10 * (RoutingRule.objects.count() + 1),
        words=words,
        degree_levels=list(degree),
        sectors=list(sectors),
        reasons={"en": reason},
    )
    row.unions.set([field.union for field in fields])
    row.professions.set(Profession.objects.filter(fields__in=fields))
    return row


def begin(client: Client, field: ProfessionalField | None = None, **extra: Any) -> ApplicationDraft:
    """Begin an application on the page of ``field``, or on the programme's, and return its draft."""
    address = f"/mentoring/apply/{make_programme().slug}/"
    if field:
        address += f"{field.union.slug}/{field.profession.slug}/"
    answer = client.post(address, {"read": "on"}, **extra)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return ApplicationDraft.objects.latest("pk")


def post(client: Client, step: str, data: dict[str, Any] | None = None, **changes: Any) -> Any:
    """Fill in one step as ANSWERS has it, with ``changes`` (None leaves an answer out), and press a button.

    Returns the redirect to the next page, or the same page with what is wrong.
    """
    filled = dict(ANSWERS.get(step, {}) if data is None else data) | changes
    address = f"{DRAFT}{step}/"
    answer = client.post(address, {name: value for name, value in filled.items() if value is not None})
    # A page that asks for corrections has an address of its own.
    return client.get(answer.url) if getattr(answer, "url", "").startswith(f"{address}?missing=1") else answer


def fill(client: Client, *steps: str) -> None:
    """Fill in these steps (default: all six) and check that each leads on."""
    for step in steps or tuple(ANSWERS):
        answer = post(client, step)
        assert answer.status_code == 302, (step, errors(answer))
        assert not answer.url.endswith(f"/{step}/"), step


def send(client: Client, **changes: Any) -> Any:
    """Send the application from the last page."""
    return post(client, "check", {"adult": "on"}, **changes)


def errors(answer: Any) -> list[str]:
    """Return the messages beside the fields of a page."""
    found = re.findall(r'<p class="mtg-err">.*?Error: </span>(.*?)</span></p>', answer.content.decode(), re.DOTALL)
    return [re.sub(r"<[^>]+>", "", text).strip() for text in found]


def archive(members: dict[str, str]) -> bytes:
    """Return a ZIP archive with these texts by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, text in members.items():
            made.writestr(name, text)
    return buffer.getvalue()
