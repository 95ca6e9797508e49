"""What happens to meetings beside the steps of the flow. Sent inside the transaction of the cause."""

from django.dispatch import Signal

#: A planned meeting will not be held: cancelled, missed, or given up with the case. ``meeting``, ``case``.
meeting_ended = Signal()
#: Times were suggested. ``search``, ``case``, ``by`` (mentee or mentor), ``first`` (whether the search is new).
times_suggested = Signal()
#: One of the three said which times suit. ``search``, ``case``, ``by``.
times_answered = Signal()
#: A shared note was written or changed. ``note``, ``case``, ``by``.
note_shared = Signal()
#: Feedback was given. ``feedback``, ``case``.
feedback_given = Signal()
