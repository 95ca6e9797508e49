"""Wagtail's history of mentors, narrowed to the unions that are granted to the reader."""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.models.audit_log import BaseLogEntryManager

from wagtail_mentoring.programme.rights import union_roles

if TYPE_CHECKING:
    from .models import Mentor, MentorLogEntry

APPROVED, DECLINED = "mentoring.mentor_approved", "mentoring.mentor_declined"
ENDED, BACK = "mentoring.mentor_ended", "mentoring.mentor_back"
IMPORTED = "mentoring.mentor_imported"
PARTNER, CONFLICT = "mentoring.mentor_partner", "mentoring.mentor_conflict"
PAUSED = "mentoring.mentor_paused"
LINK_SENT = "mentoring.mentor_link"
# What a mentor does on the own page.
OWN_PROFILE, OWN_CONFIRMED, OWN_ORIENTED = (
    "mentoring.own_profile",
    "mentoring.own_confirmed",
    "mentoring.own_oriented",
)
OWN_CALENDAR = "mentoring.own_calendar"
OWN_PAUSE, OWN_AWAY, OWN_STOP = "mentoring.own_pause", "mentoring.own_away", "mentoring.own_stop"
OWN_CONTACT, OWN_CONSENT, OWN_EXPORT = "mentoring.own_contact", "mentoring.own_consent", "mentoring.own_export"
ADDRESS_ASKED, ADDRESS_CHANGED = "mentoring.own_address_asked", "mentoring.own_address"

#: What happens to a mentor besides Wagtail's own "edited" and the like.
SENTENCES: dict[str, Any] = {
    APPROVED: _("Approved as a mentor"),
    DECLINED: _("Sign-up declined"),
    ENDED: _("Ended volunteering"),
    BACK: _("Came back as a mentor"),
    IMPORTED: _("Written by an import"),
    PARTNER: _("Standing pair changed"),
    CONFLICT: _("Conflicts of interest changed"),
    PAUSED: _("Break noted with a no by phone"),
    LINK_SENT: _("Fresh private link sent"),
    OWN_PROFILE: _("The mentor changed the own profile"),
    OWN_CONFIRMED: _("The mentor said that the profile is still true"),
    OWN_ORIENTED: _("The mentor has read the orientation"),
    OWN_PAUSE: _("The mentor changed the own break"),
    OWN_AWAY: _("The mentor changed the own days away"),
    OWN_STOP: _("The mentor wants to stop"),
    OWN_CONTACT: _("The mentor changed the own contact data"),
    OWN_CONSENT: _("The mentor took back a consent"),
    OWN_CALENDAR: _("The mentor changed the private address of the own calendar"),
    OWN_EXPORT: _("The mentor downloaded the own data"),
    ADDRESS_ASKED: _("The mentor asks for another e-mail address"),
    ADDRESS_CHANGED: _("E-mail address changed"),
}


def register_actions(registry: Any) -> None:
    """Register the actions of a mentor's history with Wagtail's log registry."""
    for action, label in SENTENCES.items():
        registry.register_action(action, label, label)


class MentorLogEntryManager(BaseLogEntryManager):
    """Makes entries without names, and shows those of the unions that are granted to a user."""

    def get_instance_title(self, instance: "Mentor") -> str:
        # The label outlives the person's data: the number, never the name.
        return f"{instance.union.code} mentor {instance.pk}"

    def log_action(self, instance: "Mentor", action: str, **kwargs: Any) -> "MentorLogEntry":
        # Wagtail passes the object's words as the title, which would be the name.
        kwargs.pop("title", None)
        return super().log_action(instance, action, mentor_id=instance.pk, union_id=instance.union_id, **kwargs)

    def for_instance(self, instance: "Mentor") -> "QuerySet[MentorLogEntry]":
        return self.filter(mentor=instance)

    def viewable_by_user(self, user: Any) -> "QuerySet[MentorLogEntry]":
        if user.is_active and user.is_superuser:
            return self.all()
        if not user.has_perm("wagtail_mentoring.view_mentor"):
            return self.none()
        return self.filter(union__in=list(union_roles(user)))
