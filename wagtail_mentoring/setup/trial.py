"""Tries what a mentoring site needs, in earnest: a PDF, a mail, a task, a private file, the histories, the texts."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db.models import Prefetch
from django.utils import timezone
from django_tasks import task

from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import AgreementText
from wagtail_mentoring.agreements.texts import agreement_text
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import Case, CaseLogEntry
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.agreement_sheet import (
    AgreementSheet,
    SheetParty,
    UnionBrand,
    meetings_label,
    render_agreement,
)
from wagtail_mentoring.documents.backends import backend
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.messages.delivery import deliver
from wagtail_mentoring.messages.models import MailEvent, MailText, OutboxMessage, OutboxStatus
from wagtail_mentoring.messages.outbox import put
from wagtail_mentoring.privacy.models import NoticeKind
from wagtail_mentoring.privacy.public_texts import notice_in_force
from wagtail_mentoring.privacy.storage import private_storage
from wagtail_mentoring.programme.models import Union
from wagtail_mentoring.programme.texts import in_force

from .groups import ROLES

#: How many cases are read at a time, so that a large site's histories need little memory.
AT_A_TIME = 200
_AGAIN = "Run “manage.py mentoring_setup”."


class NotWorking(Exception):
    """Something that a mentoring site needs does not work; the message says what, and the cure where it is known."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one trial. ``fault`` is empty when it went well."""

    name: str
    told: str
    fault: str = ""


@task()
def echo(word: str) -> str:
    """Give back ``word``: shows that tasks are run."""
    return word


def try_all(to: str) -> Iterator[Result]:
    """Try everything, one after the other, and yield each result at once. ``to`` gets the test mail."""
    trials: tuple[tuple[str, Callable[[], str]], ...] = (
        ("PDF", a_pdf),
        ("Private file", a_private_file),
        ("Task", a_task),
        ("Mail", lambda: a_mail(to)),
        ("Signing keys", the_signing_keys),
        ("Groups", the_groups),
        ("Texts", the_texts),
        ("Histories", the_histories),
    )
    for name, trial in trials:
        try:
            yield Result(name, trial())
        except NotWorking as fault:
            yield Result(name, "", str(fault))
        except Exception as error:
            yield Result(name, "", f"{type(error).__name__}: {error}")


def a_pdf() -> str:
    sheet = AgreementSheet(
        union=UnionBrand(name="Test", short="Test", accent="#0b5a4a"),
        reference="TEST",
        language="en",
        language_name="English",
        parties=(
            SheetParty(role="mentee", name="Test Mentee", required=True),
            SheetParty(role="mentor", name="Test Mentor", required=True),
        ),
        text=agreement_text("en"),
        version_label="1",
        issued=timezone.localdate(clock.now()),
        field="testers",
        meetings=meetings_label(3, 5),
    )
    pdf = render_agreement(sheet)
    return f"an agreement was rendered: {pdf.pages} pages, {len(pdf.content) // 1024} kB"


def the_signing_keys() -> str:
    unions = list(Union.objects.all())
    for union in unions:
        try:
            backend().signer(union)
        except DocumentRenderError as error:
            raise NotWorking(str(error)) from error
    return f"{len(unions)} unions can certify their documents ({conf.SIGNING_BACKEND})"


def a_private_file() -> str:
    storage, content = private_storage(), secrets.token_bytes(1000)
    from django.core.files.base import ContentFile

    name = storage.save(f"check/{secrets.token_hex(8)}", ContentFile(content))
    try:
        with storage.open(name) as file:
            if file.read() != content:
                raise NotWorking("A private file was read back otherwise than it was written.")
        with open(storage.path(name), "rb") as raw:
            if content in raw.read():
                raise NotWorking("Private files are stored without encryption. Use the storage EncryptedStorage.")
    except NotImplementedError:
        pass  # a storage without paths, such as object storage: reading back is all that can be tried
    finally:
        storage.delete(name)
    return "a file was written, encrypted, read back and deleted"


def a_task() -> str:
    word = secrets.token_hex(4)
    result = echo.enqueue(word)
    if not result.is_finished:
        return "a task was queued; a worker must run it (see “manage.py db_worker” of the tasks’ backend)"
    if result.return_value != word:
        raise NotWorking("A task gave back something else than it was given.")
    return "a task was run at once in this process"


def a_mail(to: str) -> str:
    if not to:
        raise NotWorking("There is no address to send a test mail to. Give one with --to name@example.org.")
    row = put(MailEvent.TEST, to=to)
    deliver(row.pk)
    row = OutboxMessage.objects.get(pk=row.pk)
    if row.status != OutboxStatus.SENT:
        raise NotWorking(f"The test mail to {to} was not sent. {row.error} Look at EMAIL_BACKEND and EMAIL_HOST.")
    return f"a test mail to {to} was handed to the mail server"


def the_groups() -> str:
    there = set(Group.objects.filter(name__in=[role.name for role in ROLES]).values_list("name", flat=True))
    missing = [role.name for role in ROLES if role.name not in there]
    if missing:
        raise NotWorking(f"These groups are missing: {', '.join(missing)}. {_AGAIN}")
    granted = Group.objects.filter(mentoring_union_permissions__isnull=False).distinct().count()
    return f"all {len(ROLES)} are there; unions are granted to {granted} groups"


def the_texts() -> str:
    codes = [code for code, _name in conf.LANGUAGES]
    missing = []
    for code in codes:
        text = in_force(AgreementText.objects.all(), None, code, fallback=code)
        missing += [] if text else [f"agreement ({code})"]
        for kind in NoticeKind:
            notice = notice_in_force(kind, None, code)
            missing += [] if notice and notice.language == code else [f"{kind.label} ({code})"]
        mails = set(MailText.objects.filter(language=code, participation__isnull=True).values_list("event", flat=True))
        missing += [f"mail “{event.label}” ({code})" for event in MailEvent if event not in mails]
    if missing:
        raise NotWorking(f"Not in force: {', '.join(missing)}. {_AGAIN}")
    return f"agreement, public texts and mails are in force in {', '.join(codes)}"


def the_histories() -> str:
    entries = CaseLogEntry.objects.select_related("text").order_by("sequence")
    cases = Case.objects.order_by("pk").prefetch_related(Prefetch("log", queryset=entries, to_attr="in_order"))
    number, lines = 0, 0
    faults = []
    for case in cases.iterator(chunk_size=AT_A_TIME):
        number += 1
        lines += len(case.in_order)
        faults += verify_chain(case, case.in_order)
    if faults:
        shown = "; ".join(f"{fault.reference}, line {fault.sequence}: {fault.message}" for fault in faults[:20])
        raise NotWorking(f"{len(faults)} faults in the histories of {number} cases: {shown}")
    return f"{lines} lines of {number} cases verified"
