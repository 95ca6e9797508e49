"""Registers with Wagtail what the rooms declare: registration only."""

from typing import Any

from wagtail import hooks

from .cases.models import Case, CaseLogEntry
from .cases.words import register_actions
from .desk import hooks as desk_hooks  # noqa: F401


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    actions.register_model(Case, CaseLogEntry)
    register_actions(actions)
