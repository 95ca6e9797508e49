"""SMS, where mail is not enough: by a function of the site, or as a text that the contact person copies."""

import logging
import queue
import threading
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from wagtail_mentoring.conf import conf
from wagtail_mentoring.people.models import PrivateLink
from wagtail_mentoring.people.phones import number_of
from wagtail_mentoring.people.whose import Someone

from .compose import link_address

logger = logging.getLogger(__name__)


class NotSent(Exception):
    """The SMS has not left. ``str()`` of it is a sentence for the person who asked for it."""


def available() -> bool:
    """Return whether the site can send SMS."""
    return bool(conf.SMS_BACKEND)


def reachable(person: Someone) -> bool:
    """Return whether an SMS can reach the person: the site can send them, and the number is known."""
    return available() and bool(number_of(person.phone))


def link_text(link: PrivateLink) -> str:
    """Return the text with the address of a private link, in the person's language: for an SMS, or to copy."""
    person = link.mentee or link.mentor
    if person is None:
        raise ValueError("This link belongs to no person.")
    with translation.override(person.language):
        return _("%(union)s: the link to your own page about mentoring, only for you: %(address)s") % {
            "union": person.union.short,
            "address": link_address(link, person.union),
        }


def code_text(person: Someone, code: str) -> str:
    """Return the text that brings a one-time code, in the person's language."""
    with translation.override(person.language):
        return _("%(union)s: your code is %(code)s. We never ask for it by phone or by mail.") % {
            "union": person.union.short,
            "code": code,
        }


def send(person: Someone, text: str) -> None:
    """Send ``text`` to the person's own number. Raises :class:`NotSent` with what to do instead.

    Nothing of it is stored: a link or a code lies nowhere in clear. It takes up to ``SMS_SECONDS``, so call it outside
    of a transaction, when what the text brings is committed, and take that back when the SMS is not sent.
    """
    number = number_of(person.phone)
    if not available():
        raise NotSent(_("This site sends no SMS. Copy the text, and send it yourself."))
    if not number:
        raise NotSent(_("There is no phone number to which an SMS can go. Write it with the country code: +358 …"))
    backend = _backend()
    try:
        _in_time(backend, number, text)
    except ImproperlyConfigured:
        raise
    except _TooLongError as error:
        logger.warning("An SMS was given up: the gateway did not answer in %s seconds", conf.SMS_SECONDS)
        raise NotSent(
            _(
                "The SMS service did not answer in time. If an SMS comes all the same, what it brings does not work. "
                "Try again later, or use mail."
            )
        ) from error
    except Exception as error:
        # The text must not stand in the log, and neither must the number.
        logger.warning("An SMS was not sent: %s", type(error).__name__)
        raise NotSent(_("The SMS could not be sent. Try again later, or use mail.")) from error


class _TooLongError(Exception):
    """The site's function has not come back in its time."""


def _in_time(function: Callable[[str, str], object], number: str, text: str) -> None:
    """Call ``function`` and raise what it raises, or :class:`_TooLongError` after SMS_SECONDS.

    In a thread of its own, because no function can be ended from outside. One that hangs for ever stays behind, and
    ends with the process; what it says later is heard by nobody.
    """
    ended: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()

    def call() -> None:
        error: BaseException | None = None
        try:
            function(number, text)
        except BaseException as found:
            error = found
        finally:
            # Of this thread alone, should the function have opened any.
            connections.close_all()
            ended.put(error)

    threading.Thread(target=call, name="mentoring-sms", daemon=True).start()
    try:
        error = ended.get(timeout=conf.SMS_SECONDS)
    except queue.Empty as none:
        raise _TooLongError from none
    if error is not None:
        raise error


def _backend() -> Callable[[str, str], object]:
    try:
        found = import_string(conf.SMS_BACKEND)
    except ImportError as error:
        raise ImproperlyConfigured(f"WAGTAIL_MENTORING['SMS_BACKEND']: {error}") from error
    if not callable(found):
        raise ImproperlyConfigured(
            f"WAGTAIL_MENTORING['SMS_BACKEND'] is no function that takes a number and a text: {found!r}"
        )
    sender: Callable[[str, str], object] = found
    return sender
