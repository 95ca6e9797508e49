"""Registers with Wagtail what the rooms declare: registration only."""

from typing import Any

from wagtail import hooks

from .agreements.viewsets import VIEWSETS as AGREEMENT_VIEWSETS
from .applications import admin as intake_queue  # noqa: F401
from .cases.models import Case, CaseLogEntry
from .cases.words import register_actions
from .desk import hooks as desk_hooks  # noqa: F401
from .messages.viewsets import VIEWSETS as MESSAGE_VIEWSETS
from .people.log import register_actions as register_mentor_actions
from .people.models import Mentor, MentorLogEntry
from .privacy import admin_urls as privacy_admin_urls
from .privacy.viewsets import VIEWSETS as PRIVACY_VIEWSETS
from .programme.admin_menu import register_viewsets
from .programme.grants import UnionGrantFormSet
from .programme.viewsets import VIEWSETS as PROGRAMME_VIEWSETS

register_viewsets((*PROGRAMME_VIEWSETS, *PRIVACY_VIEWSETS, *AGREEMENT_VIEWSETS, *MESSAGE_VIEWSETS))


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    actions.register_model(Case, CaseLogEntry)
    actions.register_model(Mentor, MentorLogEntry)
    register_actions(actions)
    register_mentor_actions(actions)


@hooks.register("register_group_permission_panel")
def register_group_permission_panel() -> type:
    return UnionGrantFormSet


@hooks.register("register_admin_urls")
def register_privacy_urls() -> list[Any]:
    return privacy_admin_urls.urlpatterns


@hooks.register("register_permissions")
def register_permissions() -> Any:
    """Offer on the group's page the rights on what has no viewset of its own."""
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(
        content_type__app_label="wagtail_mentoring", codename__in=["view_case", "change_case", "view_readinglogentry"]
    )
