"""Who is reminded of what, and when: found in the rows, written into the outbox, counted in ``Reminder``.

Each rule reads only what is due, by an index. Each item is dealt with in a transaction of its own, under the lock of
its case, and looked up again there: what has happened meanwhile is not asked for. Nobody is reminded of one thing more
often than the union's rules say, and nobody after the end.
"""

from .feedback import FEEDBACK, FOLLOW_UP
from .idle import IDLE, idle_cases
from .meetings import TOMORROW, UNRECORDED, not_recorded
from .running import Done, Rule, run
from .signatures import SIGNATURE
from .times import TIMES, without_time

__all__ = ["RULES", "Done", "Rule", "idle_cases", "not_recorded", "run", "without_time"]

RULES = (SIGNATURE, TIMES, TOMORROW, UNRECORDED, FEEDBACK, FOLLOW_UP, IDLE)
