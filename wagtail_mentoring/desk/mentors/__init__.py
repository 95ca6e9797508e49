"""The mentors of the own unions in the admin: list, profile, sign-ups, pairs, conflicts, import. Never public."""

from .viewset import MentorViewSet

__all__ = ["MentorViewSet"]
