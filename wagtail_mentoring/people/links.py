"""Private links: one per person and case, signed over the row's id and generation."""

import datetime
from typing import Any

from django.core import signing
from django.db import models

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf

from .models import LinkPurpose, PrivateLink
from .whose import of_person

SALT = "wagtail_mentoring.private_link"


class LinkRefused(Exception):
    """A link that is altered, expired, revoked or replaced by a newer one. Which of them is nobody's business."""


def _lasting() -> datetime.datetime:
    return clock.now() + datetime.timedelta(days=conf.LINK_DAYS)


def link_for(case: Any, *, mentee: Any = None, mentor: Any = None) -> PrivateLink:
    """Return the link of one person to one case, making it at the first time, and valid again when it had expired."""
    link, made = PrivateLink.objects.get_or_create(
        case=case, mentee=mentee, mentor=mentor, defaults={"expires_at": _lasting()}
    )
    # A revoked link stays revoked: only the contact person lifts that.
    if not made and link.revoked_at is None and not link.works:
        renew(link)
    return link


def link_for_draft(draft: Any) -> PrivateLink:
    """Return the link with which an unfinished application is resumed; it ends with the draft."""
    link, _made = PrivateLink.objects.get_or_create(
        purpose=LinkPurpose.DRAFT, draft=draft, defaults={"expires_at": draft.expires_at}
    )
    return link


def link_for_mentor(mentor: Any) -> PrivateLink:
    """Return the link to a mentor's own page, which needs no case; valid again when it had expired."""
    link, made = PrivateLink.objects.get_or_create(
        purpose=LinkPurpose.MENTOR, mentor=mentor, defaults={"expires_at": _lasting()}
    )
    if not made and link.revoked_at is None and not link.works:
        renew(link)
    return link


def link_for_invitation(invitation: Any) -> PrivateLink:
    """Return the link with which one mentor answers one invitation.

    It outlives the invitation, so that whoever comes too late reads so.
    """
    link, _made = PrivateLink.objects.get_or_create(
        purpose=LinkPurpose.INVITATION,
        invitation=invitation,
        defaults={"mentor": invitation.mentor, "expires_at": _lasting()},
    )
    return link


def calendar_link(person: Any) -> PrivateLink | None:
    """Return the link of a mentee's or mentor's calendar that works, or None."""
    return PrivateLink.objects.working().filter(**_calendar_of(person)).first()


def link_for_calendar(person: Any) -> PrivateLink:
    """Return the link by which a calendar program reads the meetings of ``person`` (a mentee or a mentor).

    One that was stopped, or has expired, is made anew: its old address stays worthless.
    """
    link, made = PrivateLink.objects.get_or_create(**_calendar_of(person), defaults={"expires_at": _lasting()})
    if not made and not link.works:
        renew(link)
    return link


def prolong(link: PrivateLink) -> None:
    """Let a link that is in use last anew, and note that it was used; written once a day at most."""
    now = clock.now()
    if link.opened_at is None or link.opened_at.date() != now.date():
        link.opened_at, link.expires_at = now, _lasting()
        link.save(update_fields=["opened_at", "expires_at"])


def _calendar_of(person: Any) -> dict[str, Any]:
    return {"purpose": LinkPurpose.CALENDAR, **of_person(person)}


def renew(link: PrivateLink) -> PrivateLink:
    """Make every earlier address of ``link`` worthless, and the link valid anew."""
    link.generation = link.newest_generation = models.F("newest_generation") + 1
    link.expires_at = _lasting()
    link.revoked_at = None
    link.save(update_fields=["generation", "newest_generation", "expires_at", "revoked_at"])
    link.refresh_from_db(fields=["generation", "newest_generation"])
    return link


def take_back(link: PrivateLink, before: PrivateLink) -> bool:
    """Undo the renewal of ``link``, whose new address did not reach the person: what ``before`` it worked, works again.

    ``before`` is a copy from before :func:`renew`. The new address never works again, should it have been read after
    all. Return False, and change nothing, when the link was made anew or revoked in the meantime.
    """
    still = PrivateLink.objects.filter(pk=link.pk, generation=link.generation, revoked_at=None)
    stood = {name: getattr(before, name) for name in ("generation", "expires_at", "revoked_at")}
    if not still.update(**stood):
        return False
    link.refresh_from_db(fields=list(stood))
    return True


def revoke(link: PrivateLink) -> None:
    """Make every address of ``link`` worthless, and that of the person's calendar, which whoever had it could see."""
    link.revoked_at = clock.now()
    link.save(update_fields=["revoked_at"])
    if (person := link.mentee or link.mentor) is not None:
        stop_calendar(person)


def stop_calendar(person: Any) -> bool:
    """Make the address of the calendar of a mentee or mentor worthless; return whether there was one."""
    found = PrivateLink.objects.filter(**_calendar_of(person), revoked_at=None)
    return bool(found.update(revoked_at=clock.now()))


def token(link: PrivateLink) -> str:
    """Return the signed value that stands in the address of ``link``."""
    return signing.dumps([link.pk, link.generation], salt=SALT)


def read_token(value: str) -> PrivateLink:
    """Return the link that ``value`` stands for. Raises :class:`LinkRefused` for anything but a valid one."""
    try:
        pk, generation = signing.loads(value, salt=SALT)
        link = PrivateLink.objects.select_related("case__union", "mentee", "mentor", "draft", "invitation").get(pk=pk)
    except (signing.BadSignature, PrivateLink.DoesNotExist, ValueError, TypeError) as error:
        raise LinkRefused from error
    if link.generation != generation or not link.works:
        raise LinkRefused
    return link
