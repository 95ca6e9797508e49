"""Signals about people. Sent inside the transaction of their cause: a receiver that fails undoes it.

``link_renewed``: ``link`` (every earlier address of it is worthless now; a mail must bring the new one).
``mentor_registered``: ``mentor`` (registered by a contact person; the notice must be sent to the mentor).
``mentor_signed_up``: ``mentor`` (by the form on the site; waits for approval). ``mentor_approved``: ``mentor``.
``mentor_signed_up_again``: ``mentor`` (whom the union knows already: the page said nothing of it, a mail must).
``mentor_wants_to_stop``: ``mentor``, ``message`` (wrote so on the own page; the contact person must act).
``mentor_declined``: ``union``, ``name``, ``email``, ``language``, ``reason`` (the row is gone when the mail leaves).
``address_asked``: ``change``, ``person`` (who cannot read the old address any more: the contact person must decide).
``address_changed``: ``change``, ``person`` (with the new address, which is not saved yet).
``mentor_check_due``: ``mentor`` (once a year: is the profile still true?). ``mentor_thanked``: ``mentor`` (has ended).
"""

from django.dispatch import Signal

link_renewed = Signal()
mentor_signed_up = Signal()
mentor_signed_up_again = Signal()
mentor_wants_to_stop = Signal()
mentor_approved = Signal()
mentor_declined = Signal()
mentor_check_due = Signal()
mentor_thanked = Signal()
mentor_registered = Signal()
address_asked = Signal()
address_changed = Signal()
