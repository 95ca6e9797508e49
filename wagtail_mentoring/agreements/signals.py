"""What the rooms above are told of agreements. Sent inside the transaction of the cause."""

from django.dispatch import Signal

#: A signed copy waits for a handler. Arguments: ``upload``, ``case``.
copy_waits = Signal()

#: The signing record of an agreement was made. Arguments: ``agreement``, ``case``.
record_made = Signal()
