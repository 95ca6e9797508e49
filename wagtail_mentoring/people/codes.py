"""One-time codes, sent to a person and asked before signing, and before the own data is changed or taken along."""

import datetime
import secrets
import unicodedata

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf

from .models import OneTimeCode, PrivateLink

DIGITS = 6
SALT = "wagtail_mentoring.one_time_code"


def _hash(link: PrivateLink, purpose: str, digits: str, salt: str) -> str:
    """Return what is stored of a code, keyed with the site's secret: without it a million guesses would find it."""
    value = f"{link.pk}:{purpose}:{salt}:{digits}"
    return f"{salt}${salted_hmac(SALT, value, algorithm='sha256').hexdigest()}"


class CodeRefused(Exception):
    """A code that is wrong, old, used or guessed too often; the message says what to do."""


def issue(link: PrivateLink, purpose: str) -> tuple[OneTimeCode, str]:
    """Return a new code for ``link`` and its digits, which are stored nowhere. Earlier codes stop to work."""
    plain = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    moment = clock.now()
    link.codes.filter(purpose=purpose, used_at__isnull=True, expires_at__gt=moment).update(expires_at=moment)
    code = OneTimeCode.objects.create(
        link=link,
        purpose=purpose,
        code_hash=_hash(link, purpose, plain, secrets.token_hex(8)),
        created_at=moment,
        expires_at=moment + datetime.timedelta(minutes=conf.CODE_MINUTES),
    )
    return code, plain


def take_back(code: OneTimeCode) -> None:
    """Undo the issue of ``code``, which did not reach the person: it never works, and one that worked before does."""
    earlier = OneTimeCode.objects.filter(link=code.link, purpose=code.purpose, used_at__isnull=True)
    closed = earlier.filter(pk__lt=code.pk, expires_at=code.created_at)
    with transaction.atomic():
        if not OneTimeCode.objects.filter(pk=code.pk, used_at__isnull=True).delete()[0]:
            return
        for row in closed:
            row.expires_at = row.created_at + datetime.timedelta(minutes=conf.CODE_MINUTES)
            row.save(update_fields=["expires_at"])


def check(link: PrivateLink, purpose: str, typed: str) -> OneTimeCode:
    """Return the open code of ``link`` when ``typed`` is its digits, without using it up: :func:`use` does.

    Every wrong try counts, if this call is made outside of a transaction that is rolled back: so check first, then
    open the transaction. A right try costs none. Raises :class:`CodeRefused`.
    """
    code = link.codes.filter(purpose=purpose, used_at__isnull=True).first()
    if code is None:
        raise CodeRefused(_("Ask for a code first. Then write it here."))
    if code.expires_at <= clock.now():
        raise CodeRefused(_("This code is too old. Ask for a new one."))
    # Counted before the comparison, in one statement: parallel guesses cannot share a try.
    counted = OneTimeCode.objects.filter(pk=code.pk, attempts__lt=conf.CODE_ATTEMPTS).update(attempts=F("attempts") + 1)
    if not counted:
        raise CodeRefused(_("There were too many wrong tries with this code. Ask for a new one."))
    salt = code.code_hash.partition("$")[0]
    if not constant_time_compare(code.code_hash, _hash(link, purpose, _digits(typed), salt)):
        raise CodeRefused(_("This is not the code that we sent last. Look at the newest message from us."))
    OneTimeCode.objects.filter(pk=code.pk).update(attempts=F("attempts") - 1)
    return code


def _digits(typed: str) -> str:
    """Return the digits in ``typed``; those of another script (a keyboard's own) as 0 to 9."""
    return "".join(str(unicodedata.decimal(character)) for character in typed if character.isdecimal())


def use(code: OneTimeCode) -> None:
    """Use ``code`` up. Raises :class:`CodeRefused` when somebody else was quicker."""
    moment = clock.now()
    if not OneTimeCode.objects.filter(pk=code.pk, used_at__isnull=True, expires_at__gt=moment).update(used_at=moment):
        raise CodeRefused(_("This code has been used or is too old. Ask for a new one."))
    code.used_at = moment
