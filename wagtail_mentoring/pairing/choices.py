"""How far a pair, a question to a mentor or a plan has come, and what people answered."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MentorAnswer(models.TextChoices):
    """What a mentor of a pair said."""

    YES = "yes", _("Said yes")
    NO = "no", _("Said no")


class ProposalStatus(models.TextChoices):
    """How far a proposed pair has come."""

    QUEUED = "queued", _("Asked next, should the pair before say no")
    OPEN = "open", _("Being asked")
    ACCEPTED = "accepted", _("Everybody said yes")
    FAILED = "failed", _("Did not come about")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class MenteeAnswer(models.TextChoices):
    """What the mentee thinks of a proposed pair."""

    YES = "yes", _("Agrees")
    NO = "no", _("Would rather have somebody else")


class InvitationStatus(models.TextChoices):
    """How far the question to one mentor has come."""

    QUEUED = "queued", _("Not asked yet")
    ASKED = "asked", _("Asked")
    YES = "yes", _("Said yes")
    NO = "no", _("Said no")
    EXPIRED = "expired", _("Did not answer in time")
    WITHDRAWN = "withdrawn", _("Not needed any more")


#: While in one of these, an invitation is part of its proposal; all but the first hold a place.
RUNNING = (InvitationStatus.QUEUED, InvitationStatus.ASKED, InvitationStatus.YES)
#: A proposal of which nothing has come yet.
UNDECIDED = (ProposalStatus.OPEN, ProposalStatus.QUEUED)
#: The mentor said no, or did not answer.
ENDED_BY_MENTOR = (InvitationStatus.NO, InvitationStatus.EXPIRED)


class NoReason(models.TextChoices):
    """Why a mentor says no."""

    NO_TIME = "no_time", _("I have no time now")
    NOT_MY_SPECIALITY = "not_my_speciality", _("It is not my speciality")
    CONFLICT = "conflict", _("Something links me to this person")
    OTHER = "other", _("Another reason, or I would rather not say")


class PlanStatus(models.TextChoices):
    """How far a plan has come."""

    WAITING = "waiting", _("Waiting to be made")
    RUNNING = "running", _("Being made")
    READY = "ready", _("Ready to look at")
    FAILED = "failed", _("Could not be made")
    ENDED = "ended", _("Done with")


class PlanRowStatus(models.TextChoices):
    """What has become of what a plan proposes for one case."""

    PROPOSED = "proposed", _("Proposed")
    NOBODY = "nobody", _("Nobody found")
    APPROVED = "approved", _("Approved, mentors invited")
    HELD_BACK = "held_back", _("Held back")
