"""What differs between Wagtail 7.4 and 8."""

from typing import Any

from django.db.models import Model

try:  # Wagtail 8: policies are registered per model.
    from wagtail.permissions import register_permission_policy as _register
except ImportError:  # Wagtail 7.4: a viewset carries its policy.
    _register = None

WAGTAIL_HAS_POLICY_REGISTRY = _register is not None

_policies: dict[type[Model], Any] = {}


def register_permission_policy(model: type[Model], policy: Any) -> None:
    """Make ``policy`` the permission policy of ``model``, with Wagtail where it keeps policies."""
    _policies[model] = policy
    if _register is not None:
        _register(model, policy)


def permission_policy(model: type[Model]) -> Any:
    """Return the policy that was registered for ``model``. Raises KeyError when there is none."""
    return _policies[model]


class PolicyFromModel:
    """Mixin for viewsets: on Wagtail 7.4 the viewset takes the policy that was registered for its model.

    On Wagtail 8 a ``permission_policy`` on a viewset is deprecated, and the registry is asked anyway.
    """

    if not WAGTAIL_HAS_POLICY_REGISTRY:

        @property
        def permission_policy(self) -> Any:
            return permission_policy(self.model)  # type: ignore[attr-defined]
