"""Drafts: begun, kept for the browser's session, resumed by link, deleted when their time is over."""

import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from wagtail_mentoring import clock
from wagtail_mentoring.people.links import link_for_draft
from wagtail_mentoring.people.models import PrivateLink
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.models import Notice, PrivateFile
from wagtail_mentoring.privacy.storage import private_storage
from wagtail_mentoring.programme.models import Participation, ProfessionalField, Programme, Union

from .destination import START
from .models import ApplicationDraft
from .validation import document_name

SESSION_KEY = "mentoring_draft"
PURGE_AT_ONCE = 100
_WITH_FIELD = ("programme", "field__participation__union", "field__participation__programme", "field__profession")


def _kept_days(programme: Programme, field: ProfessionalField | None) -> int:
    """Days an unfinished application is kept: the union's rule; of an unknown union the shortest of all."""
    if field is not None:
        return field.participation.retention_unfinished_days
    days = programme.participations.values_list("retention_unfinished_days", flat=True)
    return min(days, default=Participation._meta.get_field("retention_unfinished_days").default)


def _end(draft: ApplicationDraft) -> datetime.datetime:
    return clock.now() + datetime.timedelta(days=_kept_days(draft.programme, draft.field))


def begin(
    programme: Programme,
    field: ProfessionalField | None,
    language: str,
    *,
    notice: Notice,
    never_tell: Notice,
) -> ApplicationDraft:
    """Return a new draft of somebody who has acknowledged these two texts. Deletes some drafts whose time is over."""
    purge_expired_drafts(PURGE_AT_ONCE)
    moment = clock.now()
    draft = ApplicationDraft(
        programme=programme,
        field=field,
        language=language,
        notice=notice,
        never_tell=never_tell,
        answers={START: {"field": field.pk if field else None}},
        created_at=moment,
        changed_at=moment,
    )
    draft.expires_at = _end(draft)
    draft.save()
    return draft


def save(draft: ApplicationDraft, language: str) -> None:
    """Write what has changed in a draft; its time begins anew."""
    draft.language = language
    draft.changed_at = clock.now()
    draft.expires_at = _end(draft)
    move_cv(draft)
    # Not one that was sent meanwhile, in another window: what was sent is no draft any more.
    ApplicationDraft.objects.filter(pk=draft.pk, sent_at__isnull=True).update(
        **{
            name: getattr(draft, name)
            for name in ("field", "language", "changed_at", "expires_at", "answers", "done", "cv")
        }
    )


def remember(request: HttpRequest, draft: ApplicationDraft) -> None:
    """Make ``draft`` the one of this browser's session. The session gets a new key: nobody has prepared it."""
    request.session.cycle_key()
    request.session[SESSION_KEY] = str(draft.key)


def forget(request: HttpRequest) -> None:
    """Take the draft out of this browser's session; it stays until its time is over."""
    request.session.pop(SESSION_KEY, None)


def of_session(request: HttpRequest, *, sent: bool = False, hold: bool = False) -> ApplicationDraft | None:
    """Return the draft of this browser's session: one still open, or with ``sent`` one that was sent. Else None.

    With ``hold`` its row is locked until the end of the transaction.
    """
    try:
        key = UUID(request.session.get(SESSION_KEY, ""))
    except ValueError:
        return None
    rows = ApplicationDraft.objects.select_for_update(of=("self",)) if hold else ApplicationDraft.objects.all()
    return (
        rows.select_related(*_WITH_FIELD, "notice", "cv")
        .filter(key=key, sent_at__isnull=not sent, expires_at__gt=clock.now())
        .first()
    )


def private_link(draft: ApplicationDraft) -> PrivateLink:
    """Return the link with which ``draft`` is resumed; it lasts as long as the draft."""
    link = link_for_draft(draft)
    if link.expires_at != draft.expires_at:
        link.expires_at = draft.expires_at
        link.save(update_fields=["expires_at"])
    return link


def attach_cv(draft: ApplicationDraft, upload: Any) -> None:
    """Store an accepted upload (see :class:`~.questions.DocumentField`) as the CV of a draft whose union is known."""
    if draft.field is None:
        raise ValueError("A file belongs to a union, and that of this draft is not known yet.")
    remove_cv(draft)
    name = document_name(upload.name, upload.media_type)
    upload.seek(0)
    draft.cv = files.store(draft.field.union, name, upload.read(), upload.media_type)


def remove_cv(draft: ApplicationDraft) -> None:
    """Delete the CV of a draft, if it has one. The caller saves the draft."""
    old, draft.cv = draft.cv, None
    if old is not None:
        _delete_file(old)


def move_cv(draft: ApplicationDraft) -> None:
    """Give the CV to the union of the draft's field: each union has its own files. Without a union it is deleted."""
    union: Union | None = draft.field.union if draft.field else None
    old = draft.cv
    if old is None or (union is not None and old.union_id == union.pk):
        return
    draft.cv = files.store(union, old.name, files.read(old), old.content_type) if union else None
    _delete_file(old)


def _delete_file(stored: PrivateFile) -> None:
    # The row now, the bytes when that is sure: after a rollback the row is there again and needs its bytes.
    content = PrivateFile(pk=stored.pk, file=stored.file)
    ApplicationDraft.objects.filter(cv=stored.pk).update(cv=None)
    PrivateFile.objects.filter(pk=stored.pk).delete()
    # Bytes that stay because the storage fails now are swept away later.
    transaction.on_commit(lambda: private_storage().delete(content.file), robust=True)


def purge_expired_drafts(most: int | None = None) -> int:
    """Delete drafts whose time is over, with their files and links; at most ``most``. Return how many."""
    with transaction.atomic():
        over = ApplicationDraft.objects.filter(expires_at__lte=clock.now()).select_related("cv")
        rows = list(over.order_by("expires_at")[:most] if most else over)
        for draft in rows:
            if draft.cv is not None:
                _delete_file(draft.cv)
        ApplicationDraft.objects.filter(pk__in=[draft.pk for draft in rows]).delete()
    return len(rows)
