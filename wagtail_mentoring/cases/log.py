"""The history of a case: appended, hash-chained, and shown only to those who may read the case."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import QuerySet
from wagtail.log_actions import registry
from wagtail.models.audit_log import BaseLogEntryManager

from wagtail_mentoring import clock
from wagtail_mentoring.programme.rights import union_roles

if TYPE_CHECKING:
    from .models import Case, CaseLogEntry


def _digest(value: object) -> str:
    text = json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def entry_hash(entry: "CaseLogEntry") -> str:
    """Return the hash over everything in ``entry`` that must never change, the previous entry's hash included."""
    return _digest(
        [
            entry.case_id,
            entry.sequence,
            entry.previous_hash,
            entry.action,
            entry.label,
            entry.actor,
            entry.user_id,
            entry.uuid,
            entry.content_changed,
            entry.deleted,
            # Both databases keep microseconds; written in UTC, so that no time zone of a connection matters.
            round(entry.timestamp.timestamp() * 1_000_000),
            entry.data,
        ]
    )


def text_hash(salt: str, text: str) -> str:
    """Return the salted hash of a personal text, kept in the entry while the text stands beside it."""
    return hashlib.sha256((salt + text).encode()).hexdigest()


#: The columns of a case that are the end of its log's chain: how long it is, its last hash, and when that was written.
CHAIN_END = ("log_length", "log_head", "log_at")


def save_chain_end(case: "Case", *columns: str) -> None:
    """Save the end of the chain of ``case``, to which a line was appended, and ``columns``; nothing else of it."""
    case.save(update_fields=[*CHAIN_END, *columns])


class CaseLogEntryManager(BaseLogEntryManager):
    """Makes entries, and shows those of the unions that are granted to a user."""

    def log_action(self, instance: "Case", action: str, **kwargs: Any) -> "CaseLogEntry":
        """Append an entry to ``instance``'s chain and return it.

        Takes Wagtail's arguments (``user``, ``uuid``, ``data``, ``timestamp``, ``content_changed``, ``deleted``) and
        ``actor`` (a role's name) and ``text`` (personal text, kept beside the entry). With ``actor`` the caller is
        ``moves.py``: it holds the lock on the case's row, and calls :func:`save_chain_end` afterwards. Without it the
        caller is Wagtail, which does neither, so both are done here.
        """
        if "actor" not in kwargs:
            return self._append_for_wagtail(instance, action, **kwargs)
        return self._append(instance, action, **kwargs)

    def _append_for_wagtail(self, instance: "Case", action: str, **kwargs: Any) -> "CaseLogEntry":
        with transaction.atomic():
            locked = type(instance)._base_manager.select_for_update().get(pk=instance.pk)
            kwargs["actor"] = "handler" if kwargs.get("user") else "system"
            entry = self._append(locked, action, **kwargs)
            save_chain_end(locked)
        for name in CHAIN_END:
            setattr(instance, name, getattr(locked, name))
        return entry

    def _append(self, instance: "Case", action: str, *, actor: str, **kwargs: Any) -> "CaseLogEntry":
        from .models import CaseLogText

        if not registry.action_exists(action):
            raise ValueError(f"The log action {action!r} is not registered.")
        text = kwargs.pop("text", "")
        salt = secrets.token_hex(16) if text else ""
        data = dict(kwargs.pop("data", None) or {})
        if text:
            data["text_hash"] = text_hash(salt, text)
        # As it will be read back: dates as text, keys as strings.
        data = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
        user = kwargs.pop("user", None)
        entry = self.model(
            content_type=ContentType.objects.get_for_model(instance, for_concrete_model=False),
            label=str(instance),
            action=action,
            timestamp=kwargs.pop("timestamp", None) or clock.now(),
            data=data,
            user=user,
            uuid=kwargs.pop("uuid", None),
            case=instance,
            sequence=instance.log_length + 1,
            actor=actor,
            content_changed=kwargs.pop("content_changed", False),
            deleted=kwargs.pop("deleted", False),
            previous_hash=instance.log_head,
        )
        entry.hash = entry_hash(entry)
        entry.save(force_insert=True)
        if text:
            CaseLogText.objects.create(entry=entry, text=text, salt=salt)
        instance.log_length, instance.log_head, instance.log_at = entry.sequence, entry.hash, entry.timestamp
        return entry

    def for_instance(self, instance: "Case") -> "QuerySet[CaseLogEntry]":
        return self.filter(case=instance)

    def viewable_by_user(self, user: Any) -> "QuerySet[CaseLogEntry]":
        if user.is_active and user.is_superuser:
            return self.all()
        if not user.has_perm("wagtail_mentoring.view_case"):
            return self.none()
        return self.filter(case__union__in=list(union_roles(user)))


def _fault_of_text(entry: "CaseLogEntry") -> str:
    text = getattr(entry, "text", None)
    known = entry.data.get("text_hash") if isinstance(entry.data, dict) else None
    if known is None:
        return "" if text is None else "its text was added"
    if text is None:
        return "its text is missing"
    if text.erased_at is not None:
        # An erased text is empty. Otherwise whoever sets the date could write anything.
        return "its text was changed" if text.text or text.salt else ""
    return "its text was changed" if text_hash(text.salt, text.text) != known else ""


@dataclass(frozen=True, slots=True)
class ChainFault:
    """What is wrong with a case's chain, and where."""

    reference: str
    sequence: int
    message: str


def verify_chain(case: "Case", entries: "Iterable[CaseLogEntry] | None" = None) -> list[ChainFault]:
    """Return the faults in the chain of ``case``: changed, missing or foreign entries, changed texts.

    ``entries`` may be given in the order of their sequence, with ``text`` selected, to save the query.
    """
    if entries is None:
        entries = case.log.select_related("text").order_by("sequence")
    faults = []
    kind = ContentType.objects.get_for_model(case, for_concrete_model=False)
    previous, expected = "", 0
    for entry in entries:
        expected += 1
        if entry.sequence != expected:
            faults.append(ChainFault(case.reference, expected, "entry is missing"))
            expected = entry.sequence
        elif entry.previous_hash != previous:
            faults.append(ChainFault(case.reference, entry.sequence, "does not follow the entry before it"))
        # By its name in the code, not by its number, which differs from database to database: so not in the hash.
        if entry.hash != entry_hash(entry) or entry.content_type_id != kind.pk:
            faults.append(ChainFault(case.reference, entry.sequence, "was changed"))
        if fault := _fault_of_text(entry):
            faults.append(ChainFault(case.reference, entry.sequence, fault))
        previous = entry.hash
    if (expected, previous) != (case.log_length, case.log_head):
        faults.append(ChainFault(case.reference, case.log_length, "the end of the history is missing"))
    return faults
