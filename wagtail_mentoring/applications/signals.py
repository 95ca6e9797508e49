"""Signals of applications that are no event of a case. Sent inside the transaction of their cause.

``draft_saved_for_later``: ``draft``, ``address`` (where the applicant wants the link), ``link`` (its private link).
``double_application``: ``case`` (the running one), ``reference`` (the number that the page showed for the second
application; no case has it), ``language``. The mail goes to ``case.mentee.email``.
``intake_received``: ``entry`` (the :class:`~.models.IntakeEntry`).
"""

from django.dispatch import Signal

draft_saved_for_later = Signal()
double_application = Signal()
intake_received = Signal()
