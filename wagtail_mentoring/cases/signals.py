"""Signals of a case's life. They are sent inside the transaction of their cause: a receiver that fails undoes it.

``case_opened``: ``case``, ``actor``. ``case_moved``: ``case``, ``step``, ``source``, ``target``, ``actor``, ``data``
(what the effect returned for the log). ``target`` equals ``source`` for a step that does not change the state.
"""

from django.dispatch import Signal

case_opened = Signal()
case_moved = Signal()
