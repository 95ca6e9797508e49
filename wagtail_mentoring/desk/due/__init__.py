"""What needs a contact person: concerns, then the oldest. Worked out from the rows each time; nothing is stored."""

from . import agreements, finding, mails, people, progress, queue, standing  # noqa: F401  (each registers its kinds)
from .base import SHOWN, Desk, Due, Found, Kind, Whose, desk_of, kinds, register

__all__ = ["SHOWN", "Desk", "Due", "Found", "Kind", "Whose", "desk_of", "kinds", "register"]
