"""Asking mentors: the functions that screens, pages, mails and tasks call. The life of a proposal: docs/pairing.md.

Each locks the case first and then the mentors, and raises :class:`StepRefused` with a sentence for the person.
"""

from .answering import answer_no, answer_yes, ask, mark_of, mentee_answers, reply
from .checking import Obstacle, load_mentors, obstacles
from .due import Done, expire_due, expire_mentees_due, mentor_leaves, remind_due, remind_mentees_due
from .proposing import go_on_with_one, invite_another, propose, withdraw

__all__ = [
    "Done",
    "Obstacle",
    "answer_no",
    "answer_yes",
    "ask",
    "expire_due",
    "expire_mentees_due",
    "go_on_with_one",
    "invite_another",
    "load_mentors",
    "mark_of",
    "mentee_answers",
    "mentor_leaves",
    "obstacles",
    "propose",
    "remind_due",
    "remind_mentees_due",
    "reply",
    "withdraw",
]
