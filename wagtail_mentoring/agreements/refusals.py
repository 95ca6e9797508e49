"""What the history keeps of a signed copy that was refused."""

import hashlib
from typing import Any

from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.actors import Actor

from .models import Party

UPLOAD_REFUSED = "mentoring.upload_refused"


def note_refused(case_id: int, actor: Actor, code: str, content: bytes, party: Party | None = None) -> None:
    """Write in the history that ``actor`` sent a copy that was refused: the ``code`` of why, and the copy's hash.

    ``party`` is whose copy it was; None for a scan that a handler adds.
    """
    data: dict[str, Any] = {"code": code, "sha256": hashlib.sha256(content).hexdigest()}
    if party is not None:
        data["party"] = party.pk
    moves.note(case_id, UPLOAD_REFUSED, actor, data)
