"""What users of the admin are called."""

from typing import Any


def user_name(user: Any) -> str:
    """Return the full name of ``user``, else the user name; "" for nobody."""
    if user is None:
        return ""
    return str(user.get_full_name() or user.get_username())
