"""Signals about mentors being asked. Sent inside the transaction of their cause: a receiver that fails undoes it.

``invitation_sent``, ``invitation_reminded``, ``invitation_answered`` (yes or no, in ``invitation.status``),
``invitation_expired``, ``invitation_withdrawn``, ``question_asked``, ``question_answered``: ``invitation``.
``mentee_asked``, ``mentee_reminded``, ``mentee_answered``: ``proposal`` (all its mentors have said yes).
``mentee_silent``: ``proposal``, ``next_asked`` (the mentee has not answered in time; whether others are asked now).
``pair_fell_through``: ``proposal`` (the mentee was asked about it, and it comes to nothing without the mentee's no),
``why``: ``mentor``, ``withdrawn`` or ``silent``.
``proposal_failed``: ``proposal`` (nobody of it is asked any more, and no other waits: the handler must act).
``mentor_missing``: ``proposal`` (one mentor said yes, and another is needed: the handler must act).
``mentor_leaves``: ``case``, ``mentor``, ``message`` (wants to leave the pair: the handler must act).
"""

from django.dispatch import Signal

invitation_sent = Signal()
invitation_reminded = Signal()
invitation_answered = Signal()
invitation_expired = Signal()
invitation_withdrawn = Signal()
question_asked = Signal()
question_answered = Signal()
mentee_asked = Signal()
mentee_reminded = Signal()
mentee_answered = Signal()
mentee_silent = Signal()
pair_fell_through = Signal()
proposal_failed = Signal()
mentor_missing = Signal()
mentor_leaves = Signal()
