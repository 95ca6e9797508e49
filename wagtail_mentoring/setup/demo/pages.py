"""The programme page, as the site's first page, and a page for every field."""

from html import escape
from typing import Any

from wagtail.models import Page, Site

from wagtail_mentoring.pages.models import FieldPage, ProgrammePage
from wagtail_mentoring.programme.models import ProfessionalField, Programme

from ..packaged import packaged

TITLE = "Mentoring for highly educated immigrants"
LEAD = (
    "Two colleagues of your own profession meet you three to five times. They help you on your way to work or studies "
    "in Finland. It is voluntary, and it costs nothing."
)
_QUESTIONS = (
    (
        "Do I need Finnish or Swedish?",
        "<p>No. Most mentors meet you in English. If you want to practise Finnish or Swedish, tell your mentors.</p>",
    ),
    (
        "Does mentoring give me a job?",
        "<p>Nobody can promise that. You learn how your field works in Finland, meet people who know it, and plan your "
        "next steps.</p>",
    ),
    (
        "Must I be a member of a union?",
        "<p>No. Mentors are members. You do not join anything, and you do not pay anything.</p>",
    ),
    (
        "Can I stop?",
        "<p>Yes, at any time and without giving a reason. Tell the contact person named on your own page.</p>",
    ),
)
_QUOTES = (
    (
        "I knew my profession, but not how to talk about it here. After the second meeting I wrote my CV anew.",
        "A mentee, an engineer (fictional, for this demonstration)",
    ),
    (
        "I thought that I would teach. I learned as much as I gave.",
        "A mentor, a teacher (fictional, for this demonstration)",
    ),
)


def load_pages(programme: Programme, fields: dict[str, ProfessionalField]) -> ProgrammePage:
    """Publish the programme page and the field pages; return the programme page."""
    page = ProgrammePage.objects.filter(programme=programme).first() or _programme_page(programme)
    there = set(FieldPage.objects.child_of(page).values_list("slug", flat=True))
    for row in packaged("fields"):
        if row["slug"] not in there:
            _publish(page, _field_page(row, fields[row["slug"]]))
    return page


def _programme_page(programme: Programme) -> ProgrammePage:
    # Who may apply and how it works are said by the page itself, from the unions' rules.
    body: list[Any] = [
        *(("quote", {"text": text, "who": who}) for text, who in _QUOTES),
        ("heading", "Questions that people ask"),
        *(("question", {"question": question, "answer": answer}) for question, answer in _QUESTIONS),
    ]
    page = ProgrammePage(title=TITLE, slug="mentoring-programme", programme=programme, lead=LEAD)
    page.body = _stream(page, body)
    page.search_description = LEAD
    root = Page.get_first_root_node()
    _publish(root, page)
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        Site.objects.create(hostname="localhost", is_default_site=True, root_page=page, site_name=programme.slug)
    else:
        site.root_page = page
        site.save()
    return page


def _field_page(row: dict[str, Any], field: ProfessionalField) -> FieldPage:
    topics = "".join(f"<li>{escape(topic)}</li>" for topic in row["topics"])
    body: list[Any] = [
        ("heading", "The field in Finland"),
        ("paragraph", f"<p>{escape(row['work'])}</p>"),
        ("heading", "What colleagues can help you with"),
        ("paragraph", f"<ul>{topics}</ul><p>You choose. These are things that others have asked.</p>"),
    ]
    if row["note"]:
        body += [("heading", "Good to know"), ("paragraph", f"<p>{escape(row['note'])}</p>")]
    body += [("question", {"question": question, "answer": answer}) for question, answer in _QUESTIONS[:2]]
    page = FieldPage(title=row["title"], slug=row["slug"], field=field, lead=row["lead"])
    page.body = _stream(page, body)
    page.search_description = row["lead"]
    return page


def _stream(page: Any, body: list[Any]) -> Any:
    """Return ``body`` as a value of the page's stream field, with every block in its own type."""
    block = page._meta.get_field("body").stream_block
    return block.to_python([{"type": name, "value": value} for name, value in body])


def _publish(parent: Page, page: Page) -> None:
    parent.add_child(instance=page)
    page.save_revision().publish()
