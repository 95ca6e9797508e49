"""Who has not signed."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import F, QuerySet

from wagtail_mentoring.agreements.models import Party, PartyRole, UploadStatus
from wagtail_mentoring.cases.models import Case

from ..models import MailEvent
from .running import PAIR, Rule, about_what, groups, remind, said_enough


def _unsigned(moment: datetime.datetime) -> Iterator["QuerySet[Any]"]:
    waiting = Party.objects.unsigned().filter(
        role__in=[PartyRole.MENTEE, PartyRole.MENTOR],
        declined_at=None,
        agreement__pair__ended_at=None,
        agreement__superseded_at=None,
        agreement__case__state__in=PAIR,
    )
    waiting = waiting.exclude(uploads__status=UploadStatus.WAITING).annotate(
        of_reference=F("agreement__case__reference"), of_about=about_what("agreement", "agreement_id")
    )
    case, most = "agreement__case", "agreement__case__participation__most_reminders"
    for days, keys in groups("signature_reminder_days"):
        said = said_enough(MailEvent.SIGNATURE_REMINDER, case, most, moment - days, person=True)
        late = waiting.filter(agreement__case__participation__in=keys, agreement__issued_at__lte=moment - days)
        yield late.filter(~said).select_related("agreement", "mentee", "mentor").order_by("pk")


def _ask_signature(case: Case, party: Any) -> None:
    remind(MailEvent.SIGNATURE_REMINDER, case, party.mentee or party.mentor, party.of_about)


SIGNATURE = Rule("signature", _unsigned, lambda party: int(party.agreement.case_id), _ask_signature)
