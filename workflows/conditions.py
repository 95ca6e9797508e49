"""Who may take a step, and what must be true before it: the permissions and conditions of the flow.

A condition that is not met says why, in the sentence that stands beside the greyed button.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from viewflow import fsm

from .facts import Role

if TYPE_CHECKING:
    from .flow import CaseFlow


class HasRoles(Protocol):
    """Somebody who acts: what matters to the flow is in which capacities."""

    @property
    def roles(self) -> frozenset[Role]: ...


def may(*roles: Role) -> Callable[["CaseFlow", HasRoles], bool]:
    """Return a permission that is given to whoever acts in one of ``roles``."""
    allowed = frozenset(roles)

    def permission(flow: "CaseFlow", actor: HasRoles) -> bool:
        return bool(allowed & actor.roles)

    return permission


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def needs_mentors_with_room(flow: "CaseFlow") -> fsm.State.CONDITION:
    facts = flow.facts
    if facts.one_mentor_allowed:
        return fsm.State.CONDITION(facts.mentors_with_room >= 1, unmet=_("No mentor of this field has room now."))
    return fsm.State.CONDITION(
        facts.mentors_with_room >= 2,
        unmet=_("Two mentors of this field with room are needed, and there are not two now."),
    )


def needs_pair(flow: "CaseFlow") -> fsm.State.CONDITION:
    return fsm.State.CONDITION(flow.facts.mentors > 0, unmet=_("The case has no mentors."))


def needs_no_agreement_out(flow: "CaseFlow") -> fsm.State.CONDITION:
    return fsm.State.CONDITION(
        not flow.facts.agreement_out, unmet=_("The agreement has already been sent to this pair.")
    )


def needs_agreement_out(flow: "CaseFlow") -> fsm.State.CONDITION:
    return fsm.State.CONDITION(flow.facts.agreement_out, unmet=_("The agreement has not been sent."))


def needs_open_signature(flow: "CaseFlow") -> fsm.State.CONDITION:
    facts = flow.facts
    if not facts.unsigned and not facts.agreement_out:
        return fsm.State.CONDITION(False, unmet=_("The agreement has not been sent."))
    return fsm.State.CONDITION(bool(facts.unsigned), unmet=_("Everyone has signed already."))


def needs_contact_signature(flow: "CaseFlow") -> fsm.State.CONDITION:
    return fsm.State.CONDITION(flow.facts.contact_unsigned, unmet=_("No signature of the contact person is open."))


def needs_waiting_upload(flow: "CaseFlow") -> fsm.State.CONDITION:
    return fsm.State.CONDITION(flow.facts.uploads_waiting > 0, unmet=_("No signed copy waits for your decision."))


def needs_another_mentor(flow: "CaseFlow") -> fsm.State.CONDITION:
    return fsm.State.CONDITION(
        flow.facts.mentors_with_room >= 1, unmet=_("No other mentor of this field has room now.")
    )


def needs_all_signatures(flow: "CaseFlow") -> fsm.State.CONDITION:
    facts = flow.facts
    if not facts.agreement_out:
        return fsm.State.CONDITION(False, unmet=_("The agreement has not been sent to everyone."))
    return fsm.State.CONDITION(
        not facts.unsigned,
        unmet=format_lazy(_("Not everyone has signed the agreement: {names}."), names=_names(facts.unsigned)),
    )


def needs_meetings_left(flow: "CaseFlow") -> fsm.State.CONDITION:
    facts = flow.facts
    return fsm.State.CONDITION(
        facts.meetings_held < facts.max_meetings,
        unmet=format_lazy(_("All {most} meetings of this case have been held."), most=facts.max_meetings),
    )


def needs_planned_meeting(flow: "CaseFlow") -> fsm.State.CONDITION:
    return fsm.State.CONDITION(flow.facts.meeting_planned, unmet=_("No meeting is planned."))


def needs_minimum_of_meetings(flow: "CaseFlow") -> fsm.State.CONDITION:
    facts = flow.facts
    return fsm.State.CONDITION(
        facts.meetings_held >= facts.min_meetings,
        unmet=format_lazy(
            _("Needs {least} held meetings. {held}"),
            least=facts.min_meetings,
            held=_("None is held yet.")
            if not facts.meetings_held
            else format_lazy(
                ngettext_lazy("{held} is held.", "{held} are held.", facts.meetings_held), held=facts.meetings_held
            ),
        ),
    )


def needs_data(flow: "CaseFlow") -> fsm.State.CONDITION:
    return fsm.State.CONDITION(not flow.facts.erased, unmet=_("The personal data of this case have been erased."))


def needs_earlier_state(flow: "CaseFlow") -> fsm.State.CONDITION:
    return fsm.State.CONDITION(
        flow.facts.closed_from is not None, unmet=_("The history does not say in which state the case was before.")
    )
