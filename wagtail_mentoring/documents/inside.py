"""What the files inside a signing record are called, and how a reader of another language is told."""

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.conf import conf

AGREEMENT: Promise = _("The agreement")
AGREEMENT_SIGNED: Promise = _("The agreement with the signatures made in the file and the union’s seal")
SIGNATURE_DATA: Promise = _("Data on the signatures, for machines")
SCAN: Promise = _("Scan of the signed paper")

_KNOWN = (AGREEMENT, AGREEMENT_SIGNED, SIGNATURE_DATA, SCAN)


def told_to_reader(description: str) -> str:
    """Return a description that a file carries, in the language that is active; words that are not ours stay."""
    for code, _name in conf.LANGUAGES:
        with translation.override(code):
            found = next((words for words in _KNOWN if str(words) == description), None)
        if found is not None:
            return str(found)
    return description
