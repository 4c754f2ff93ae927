"""What the timers do when the clock was put back: whatever waits for a time of before is looked at once."""

from homevisits.clock import AppNow
from homevisits.escalation.canary import restart
from homevisits.escalation.models import Alarm
from homevisits.escalation.registry import alarm_tables
from homevisits.notices.models import Notice


def look_at_everything() -> None:
    """Have each open alarm climb now, and each notice that waits for its next try go now.

    A rung that is not due yet only has its time worked out anew; the last one is repeated, once too
    often rather than an hour late. Deadlines keep their times: those are on somebody's plan.
    """
    for table in alarm_tables():
        table._base_manager.filter(state=Alarm.State.OPEN, next_at__gt=AppNow()).update(next_at=AppNow())
    Notice.objects.filter(state=Notice.State.QUEUED, next_try_at__gt=AppNow()).update(next_try_at=AppNow())
    restart()
