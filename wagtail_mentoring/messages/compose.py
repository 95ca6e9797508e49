"""Turns a row of the outbox into a mail: values, wording, plain text and HTML."""

import datetime
import re
from dataclasses import dataclass, replace
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.fingerprints import grouped
from wagtail_mentoring.meetings.themes import theme_words
from wagtail_mentoring.people import links
from wagtail_mentoring.people.models import LinkPurpose, PrivateLink
from wagtail_mentoring.people.time_zones import zone_of
from wagtail_mentoring.privacy.models import NoticeKind
from wagtail_mentoring.privacy.storage import keys
from wagtail_mentoring.programme.addresses import base_url
from wagtail_mentoring.programme.dates import long_day, span
from wagtail_mentoring.programme.localized import localized
from wagtail_mentoring.programme.models import Participation, Union

from .calendars import calendar_file
from .destinations import PARAMETER, Page, meant
from .models import NOT_TO_A_PERSON, MailEvent, OutboxMessage
from .outbox import SEALED_CODE
from .placeholders import BUTTONS, named_in, put_in
from .sentences import sentences
from .texts import Wording, text_for

#: The rows that a mail is written from.
NEEDED = ("union__site", "case__participation", "case__field__profession", "mentee", "mentor", "link")
#: What stored mails show in the place of what only the receiver may have.
HIDDEN_CODE = "••••••"
HIDDEN_TOKEN = "…"  # noqa: S105 - what stands there instead of a secret


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to leave. ``html`` and ``text`` say the same."""

    subject: str
    text: str
    html: str
    sender: str
    reply_to: str
    address: str
    #: An entry for the reader's calendar (iCalendar), and its method; "" for none.
    calendar: str = ""
    calendar_method: str = ""


def link_address(link: PrivateLink, union: Union | None, *, page: Page | None = None, hidden: bool = False) -> str:
    """Return the address of a private link, signed now, that leads to ``page``; with ``hidden``, one to nowhere."""
    token = "TOKEN" if hidden else links.token(link)
    name = "apply_resume" if link.purpose == LinkPurpose.DRAFT else "portal_open"
    path = reverse(f"wagtail_mentoring:{name}", args=[token])
    return base_url(union) + (path.replace("TOKEN", HIDDEN_TOKEN) if hidden else path) + naming(page)


def naming(page: Page | None) -> str:
    """Return what stands after the address of a private link to name ``page``; "" for the home page."""
    return f"?{PARAMETER}={page.name}" if page else ""


def sender_of(union: Union | None) -> str:
    """Return the From header of mails of ``union``."""
    own = union.sender_address if union else ""
    name, address = parseaddr(own or conf.DEFAULT_SENDER or settings.DEFAULT_FROM_EMAIL)
    return formataddr((_one_line(union.short) if union else name, address))


def _one_line(text: str) -> str:
    """Return ``text`` without line breaks: nothing that a person entered may begin another header."""
    return " ".join(text.split())


def _day(iso: str | None) -> str:
    return long_day(datetime.date.fromisoformat(iso)) if iso else ""


#: What the context of a mail holds as it is shown.
_AS_GIVEN = ("number", "place", "theme", "reason", "minutes", "new_mentor", "message", "days", "waiting")


def values_of(row: OutboxMessage, *, hidden: bool) -> dict[str, str]:
    """Return what fills the placeholders, in the active language. With ``hidden``, without link and code."""
    union, case, context = row.union, row.case, row.context
    person = row.mentee or row.mentor
    sender = parseaddr(conf.DEFAULT_SENDER or settings.DEFAULT_FROM_EMAIL)[1]
    values = {
        "name": person.called if person else context.get("name", "") or _colleague(row),
        "union": localized(union.names) or union.short if union else "",
        "union_short": union.short if union else "",
        "contact": (union.contact_name or union.short) if union else "",
        "contact_email": (union.contact_email if union else "") or sender,
        "reference": case.reference if case else context.get("reference", ""),
        "field": localized(case.field.profession.names) if case else "",
        **_link_values(row, hidden=hidden),
        "case_address": _case_address(row),
        "mentor_address": _mentor_address(row),
        "concern_address": _concern_address(row),
        "desk_address": base_url(union) + reverse("mentoring_desk:desk"),
        "notice": _text_address(NoticeKind.PRIVACY, union),
        "orientation": _text_address(NoticeKind.ORIENTATION, union),
        "code": _code(context, hidden=hidden),
        "when": "",
        "fingerprint": grouped(context.get("sha256", "")),
        **sentences(row),
        **{name: _day(context.get(f"{name}_on")) for name in ("answer_by", "look_until", "until")},
        **{name: str(context.get(name, "")) for name in _AS_GIVEN},
    }
    if case and context.get("number"):
        values["theme"] = theme_words(case, int(context["number"]), values["theme"])
    if context.get("starts_at"):
        starts_at = datetime.datetime.fromisoformat(context["starts_at"])
        values["when"] = span(starts_at, int(context.get("length") or 90), zone_of(person) if person else None)
    return values


def _colleague(row: OutboxMessage) -> str:
    """Return who of the union reads the mail: the user, or whose address is the union's, else the union itself."""
    union = row.union
    if row.event not in NOT_TO_A_PERSON:
        return ""
    if row.user is not None and row.user.get_full_name():
        return str(row.user.get_full_name())
    if union is None:
        return ""
    return (union.contact_name if row.address == union.contact_email else "") or union.short


def _case_address(row: OutboxMessage) -> str:
    if row.case is None:
        return ""
    # By name: the desk is a room above. The page itself asks who may read the case.
    return base_url(row.union) + reverse("mentoring_desk:case", args=[row.case.pk])


def _link_values(row: OutboxMessage, *, hidden: bool) -> dict[str, str]:
    """Return the address of the row's link under the name that says what the link opens."""
    address = link_address(row.link, row.union, page=_page_of(row), hidden=hidden) if row.link else ""
    asked = row.link is not None and row.link.purpose == LinkPurpose.INVITATION
    return {"link": "" if asked else address, "invitation": address if asked else ""}


def _page_of(row: OutboxMessage) -> Page | None:
    """Return the page of the case that the mail means; None for the home page, and where its link opens no case."""
    of_case = row.case is not None and row.link is not None and row.link.purpose == LinkPurpose.CASE
    return meant(row.event, row.context) if of_case else None


def _mentor_address(row: OutboxMessage) -> str:
    """Return where the contact person finds the mentor of whom the mail tells, without being told a name."""
    pk = row.context.get("mentor")
    return base_url(row.union) + reverse("mentoring_mentors:inspect", args=[pk]) if pk else ""


def _concern_address(row: OutboxMessage) -> str:
    """Return where a supervisor reads the concern. The page itself asks who may."""
    pk = row.context.get("concern")
    return base_url(row.union) + reverse("mentoring_desk:concern", args=[pk]) if pk else ""


def _text_address(kind: NoticeKind, union: Union | None) -> str:
    if union is None:
        return base_url(None) + reverse("wagtail_mentoring:text", args=[kind.value])
    return base_url(union) + reverse("wagtail_mentoring:union_text", args=[kind.value, union.slug])


def _code(context: dict[str, Any], *, hidden: bool) -> str:
    if SEALED_CODE not in context:
        return ""
    return HIDDEN_CODE if hidden else keys().decrypt(context[SEALED_CODE].encode()).decode()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a box, a button or a heading of a mail; in a daily mail also the place of the mails in it."""

    kind: str
    lines: tuple[str, ...]
    address: str = ""


_ADDRESS = re.compile(r"https?://\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a line: words, or a link when ``address`` is not empty."""

    words: str
    address: str = ""


def pieces(line: str) -> list[Piece]:
    """Return ``line`` in parts, so that web and mail addresses in it become links."""
    found, end = [], 0
    for match in _ADDRESS.finditer(line):
        words = match[0].rstrip(".,;:!?)")
        found += [Piece(line[end : match.start()]), Piece(words, words if "://" in words else f"mailto:{words}")]
        end = match.start() + len(words)
    return [piece for piece in [*found, Piece(line[end:])] if piece.words]


def blocks_of(body: str, values: dict[str, str]) -> list[Block]:
    """Return the filled body as blocks. A line whose placeholders are all empty is left out."""
    blocks = []
    for paragraph in re.split(r"\n\s*\n", body.replace("\r\n", "\n").strip()):
        name = paragraph.strip().strip("{}")
        if paragraph.strip() == "{mails}":
            blocks.append(Block("mails", ()))
            continue
        if paragraph.strip() == f"{{{name}}}" and name in BUTTONS:
            if values.get(name):
                blocks.append(Block("button", (str(BUTTONS[name]),), values[name]))
            continue
        boxed = paragraph.lstrip().startswith(">")
        lines = []
        for line in paragraph.split("\n"):
            named = named_in(line)
            if named and not any(values.get(found) for found in named):
                continue
            # What fills a line stays in it, except a reason that a person wrote in paragraphs.
            lines += put_in(line.strip().removeprefix(">").strip(), values).splitlines()
        if lines:
            blocks.append(Block("box" if boxed else "paragraph", tuple(line for line in lines if line.strip())))
    return blocks


def compose(row: OutboxMessage, *, hidden: bool = False) -> Mail:
    """Return the mail of ``row`` in its language; with ``hidden``, as it may be stored and shown.

    Raises whatever is wrong with its text, link or keys: the row then says so.
    """
    with translation.override(row.language):
        wording = text_for(row.event, _participation(row), row.language)
        # The framework's own words ("Open my page") are in the language of the wording, if that is another one.
        with translation.override(wording.language):
            values = values_of(row, hidden=hidden)
            mail = lay_out(row, wording, values, _blocks(row, wording, values, hidden=hidden))
            if hidden or not row.context.get("calendar"):
                return mail
            return replace(mail, calendar=calendar_file(row), calendar_method=row.context["calendar"]["method"])


def lay_out(row: OutboxMessage, wording: Wording, values: dict[str, str], blocks: list[Block]) -> Mail:
    """Return the mail with these ``blocks``, in the active language. Of ``row`` event, union and address are read."""
    subject = _one_line(put_in(wording.subject, values))
    to_person = row.event not in NOT_TO_A_PERSON
    context = {
        "subject": subject,
        "language": wording.language,
        "union": row.union,
        "union_name": values["union"],
        "contact": row.union.contact_name if row.union and to_person else "",
        "subtitle": _subtitle(values),
        "blocks": blocks,
        "to_person": to_person,
    }
    return Mail(
        subject=subject,
        text=render_to_string("wagtail_mentoring/messages/mail.txt", context).strip() + "\n",
        html=render_to_string("wagtail_mentoring/messages/mail.html", context),
        sender=sender_of(row.union),
        reply_to=row.union.contact_email if row.union else "",
        address=row.address,
    )


def _blocks(row: OutboxMessage, wording: Wording, values: dict[str, str], *, hidden: bool) -> list[Block]:
    """Return the blocks of a mail; in the daily mail with the whole of each mail that was held for it."""
    found = _of_case(row, wording.body, blocks_of(wording.body, values))
    if row.event != MailEvent.DAILY:
        return found
    held: list[Block] = []
    for mail in row.digested.select_related(*NEEDED).order_by("pk") if row.pk else ():
        words = text_for(mail.event, _participation(mail), row.language)
        filled = values_of(mail, hidden=hidden)
        held.append(Block("heading", (_one_line(put_in(words.subject, filled)),)))
        held += _of_case(mail, words.body, blocks_of(_without_greeting(words.body), filled))
    place = next((index for index, block in enumerate(found) if block.kind == "mails"), len(found))
    return [*found[:place], *held, *(block for block in found[place:] if block.kind != "mails")]


def _of_case(row: OutboxMessage, body: str, blocks: list[Block]) -> list[Block]:
    """Return ``blocks`` as :func:`of_case`, in mails that lead to the page of a case; else as they are."""
    if row.case is None or row.link is None or row.link.purpose != LinkPurpose.CASE:
        return blocks
    return of_case(body, blocks, row.case.reference, _page_of(row))


def of_case(body: str, blocks: list[Block], reference: str, page: Page | None) -> list[Block]:
    """Return ``blocks`` with the reference before the button, and on the button what is asked on ``page``.

    A mentor may have several cases. The reference stands there already where ``body`` names it itself.
    """
    found: list[Block] = []
    for block in blocks:
        if block.kind != "button":
            found.append(block)
            continue
        if "reference" not in named_in(body):
            found.append(Block("paragraph", (_("Your reference: %(reference)s") % {"reference": reference},)))
        found.append(replace(block, lines=(str(page.words),)) if page else block)
    return found


def _without_greeting(body: str) -> str:
    """Return a text without its first paragraph if that is a greeting, which the daily mail has already."""
    first, _blank, rest = body.strip().partition("\n\n")
    return rest if named_in(first) == ["name"] and len(first) < 40 else body


def _participation(row: OutboxMessage) -> Participation | None:
    """Return whose own wording may stand in the mail: the case's, else the only one of the union."""
    if row.case is not None:
        return row.case.participation
    found = list(row.union.participations.all()[:2]) if row.union else []
    return found[0] if len(found) == 1 else None


def _subtitle(values: dict[str, str]) -> str:
    return " · ".join(part for part in (capfirst(values["field"]), values["union_short"]) if part)
