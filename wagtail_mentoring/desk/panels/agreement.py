"""The ethics agreement: who has signed, when and how, and the documents."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.conf import conf

from .. import words
from ..addresses import file_address
from ..dossier import Dossier
from . import register


def _issued(agreement: Any) -> dict[str, Any]:
    names = dict(conf.LANGUAGES)
    language = names.get(agreement.document.language, agreement.document.language)
    parts = {"language": language, "version": agreement.text.version, "day": words.day(agreement.issued_at)}
    return {
        "title": _("Agreement, %(language)s, version %(version)s, of %(day)s (PDF)") % parts,
        "address": file_address(agreement.document.stored),
        "earlier": agreement.pair.ended_at is not None,
    }


def _signer(party: Any, issued_at: Any) -> dict[str, Any]:
    signature = getattr(party, "signature", None)
    waiting = words.days(max(0, words.days_since(issued_at)))
    if signature is not None:
        state = _("Signed %(when)s") % {"when": words.moment(signature.signed_at)}
    elif party.required:
        state = _("Not signed, %(days)s") % {"days": waiting}
    else:
        state = _("Need not sign: the union’s certification stands for it")
    return {
        "name": party.name,
        "role": party.get_role_display(),
        "kind": "ok" if signature else "miss" if party.required else "wait",
        "state": state,
        "how": signature.get_method_display() if signature else "",
    }


@register("agreement", gettext_lazy("Ethics agreement"), "doc-full", 40)
def agreement(dossier: Dossier) -> Mapping[str, Any]:
    """The parties of the agreement with the current pair, and every document issued."""
    current = dossier.agreement
    return {
        "signers": [_signer(party, current.issued_at) for party in current.signers] if current else [],  # type: ignore[attr-defined]
        "documents": [_issued(one) for one in dossier.agreements],
    }
