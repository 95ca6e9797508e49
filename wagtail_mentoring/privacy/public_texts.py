"""The public texts as a reader gets them: the version in force, in the reader's language, with its values filled in."""

import datetime
import re
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.sanitize import sanitize
from wagtail_mentoring.programme.models import Participation
from wagtail_mentoring.programme.texts import in_force

from .models import Notice, NoticeKind
from .texts import LANGUAGES, fill, privacy_text

# "the union that you apply to" begins with a capital where a sentence does.
_AT_START = re.compile(r"(>\s*|[.!?]\s+)\{union\}")


@dataclass(frozen=True)
class PublicText:
    """A text to show. ``notice`` is the row it comes from; without one it is the shipped text, which has no version."""

    kind: NoticeKind
    html: SafeString
    language: str
    notice: Notice | None

    @property
    def title(self) -> str:
        return str(self.kind.label)

    @property
    def version(self) -> int | None:
        return self.notice.version if self.notice else None

    @property
    def in_force_from(self) -> datetime.datetime | None:
        return self.notice.in_force_from if self.notice else None


def notice_in_force(kind: str, participation: Participation | None, language: str) -> Notice | None:
    """Return the newest notice of ``kind`` that counts now: what an applicant acknowledges. None before setup."""
    return in_force(Notice.objects.filter(kind=kind), participation, language)


def text_values(participation: Participation | None) -> dict[str, object]:
    """Return what stands in a text in the place of its named placeholders."""
    union = participation.union if participation else None
    rules = participation or Participation()
    sender = parseaddr(conf.DEFAULT_SENDER or settings.DEFAULT_FROM_EMAIL)[1]
    return {
        "union": union.name if union else _("the union that you apply to"),
        "programme": str(participation.programme) if participation else _("the mentoring programme"),
        "contact_email": (union.contact_email if union else "") or sender,
        "retention_unfinished_days": rules.retention_unfinished_days,
        "retention_not_eligible_months": rules.retention_not_eligible_months,
        "retention_closed_months": rules.retention_closed_months,
    }


def public_text(kind: str, participation: Participation | None, language: str) -> PublicText:
    """Return the text of ``kind`` for the readers of one union, or of all. Raises ValueError for an unknown kind.

    Before ``mentoring_setup`` has made rows it is the shipped text.
    """
    known = NoticeKind(kind)
    notice = notice_in_force(kind, participation, language)
    if notice:
        body, code = notice.body, notice.language
    else:
        code = language if language in LANGUAGES else "en"
        body = privacy_text(kind, code)
    values = text_values(participation)
    capital = str(conditional_escape(capfirst(str(values["union"]))))
    body = _AT_START.sub(lambda match: match[1] + capital, body)
    return PublicText(known, sanitize(fill(body, values)), code, notice)
