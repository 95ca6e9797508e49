"""Signals about people. Sent inside the transaction of their cause: a receiver that fails undoes it.

``link_renewed``: ``link`` (every earlier address of it is worthless now; a mail must bring the new one).
``mentor_registered``: ``mentor`` (registered by a contact person; the notice must be sent to the mentor).
"""

from django.dispatch import Signal

link_renewed = Signal()
mentor_registered = Signal()
