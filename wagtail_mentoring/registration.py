"""Connects the rooms when the app is ready: facts, effects, signals, rights and system checks."""

from . import compat


def connect() -> None:
    """Import what registers itself, and register the rest. Called once by the app's ``ready()``."""
    # Imported for what they register: facts, effects and receivers.
    from .agreements import moves as agreement_moves  # noqa: F401
    from .applications import moves as application_moves  # noqa: F401
    from .cases import effects as case_effects  # noqa: F401
    from .cases.models import Case
    from .meetings import moves as meeting_moves  # noqa: F401
    from .messages import receivers as message_receivers  # noqa: F401
    from .pairing import moves as pairing_moves  # noqa: F401
    from .people.models import Mentor
    from .programme.rights import UnionPermissionPolicy

    compat.register_permission_policy(Case, UnionPermissionPolicy(Case))
    compat.register_permission_policy(Mentor, UnionPermissionPolicy(Mentor))
