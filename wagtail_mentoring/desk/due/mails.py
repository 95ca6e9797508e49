"""Mails that could not be sent, or that were perhaps sent."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring import clock
from wagtail_mentoring.messages.models import OutboxMessage, OutboxStatus

from ..mail_words import recipient
from ..rights import may_be_seen_by
from .base import Due, Found, Kind, Whose, register


def _listed() -> str:
    return reverse("mentoring_desk:mails") + f"?status={OutboxStatus.FAILED}&status={OutboxStatus.SENDING}"


MAIL = Kind(
    "mail", 100, "mail", gettext_lazy("%(n)s mail to look at"), gettext_lazy("%(n)s mails to look at"), listed=_listed
)


@register(MAIL)
def mails(whose: Whose) -> Found:
    """Mails of the user's unions that need a person, since they were written."""
    found = OutboxMessage.objects.to_look_at(clock.now()).filter(may_be_seen_by(whose.user), union__in=whose.unions)
    if whose.mine:
        # Also those of no case, and of a case that nobody has taken.
        found = found.filter(Q(case__handler=whose.user) | Q(case__handler=None))
    found = found.select_related("union", "case", "mentee", "mentor", "user")
    rows, total = whose.oldest(found, "created_at")
    return Found([_mail(row) for row in rows], total, total)


def _mail(mail: Any) -> Due:
    said = {"mail": mail.get_event_display()}
    what, why = _("Mail perhaps sent."), _("Nobody knows whether “%(mail)s” has left. Ask, or send it again.")
    if mail.status == OutboxStatus.FAILED:
        what, why = _("Mail not sent."), _("“%(mail)s” could not be sent.")
    elif mail.bounced_at is not None:
        what, why = _("Mail came back."), _("“%(mail)s” came back. Check the address with the person.")
    return Due(
        kind="mail",
        since=mail.created_at,
        name=recipient(mail),
        about=mail.case.reference if mail.case else mail.union.short,
        what=what,
        why=why % said,
        button=_("Look at the mail"),
        address=reverse("mentoring_desk:mail", args=[mail.pk]),
        page=reverse("mentoring_desk:case", args=[mail.case_id]) if mail.case_id else "",
    )
