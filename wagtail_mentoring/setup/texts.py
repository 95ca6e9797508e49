"""Copies the shipped texts into rows that editors change. A kind and language that has a row already is left alone.

Placeholders such as ``{union}`` stay in the rows: they are filled when a reader opens the text.
"""

from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import AgreementText
from wagtail_mentoring.agreements.texts import LANGUAGES, agreement_summary, agreement_text
from wagtail_mentoring.privacy.models import Notice
from wagtail_mentoring.privacy.texts import KINDS, privacy_text
from wagtail_mentoring.privacy.texts import LANGUAGES as NOTICE_LANGUAGES


def load_notices() -> int:
    """Make the public texts that are missing; return how many were made."""
    there = set(Notice.objects.filter(participation__isnull=True).values_list("kind", "language"))
    rows = [
        Notice(kind=kind, language=language, body=privacy_text(kind, language), in_force_from=clock.now())
        for kind in KINDS
        for language in NOTICE_LANGUAGES
        if (kind, language) not in there
    ]
    Notice.objects.bulk_create(rows)
    return len(rows)


def load_agreement_texts() -> int:
    """Make the agreement texts that are missing; return how many were made."""
    there = set(AgreementText.objects.filter(participation__isnull=True).values_list("language", flat=True))
    rows = [
        AgreementText(
            language=language,
            body=agreement_text(language),
            summary=agreement_summary(language),
            in_force_from=clock.now(),
        )
        for language in LANGUAGES
        if language not in there
    ]
    AgreementText.objects.bulk_create(rows)
    return len(rows)
