"""The visit's own deadlines and alarms on the escalation engine."""

from django.db import models
from django.db.models import Q

from homevisits.escalation.models import Alarm, Deadline


class Due(models.TextChoices):
    """What a visit waits for. Safety kinds raise alarms; reminders nudge and stop."""

    DECISION = "decision", "Decision"
    COUNTERSIGN = "countersign", "Countersignature"
    DEPARTURE = "departure", "Departure"
    ARRIVAL = "arrival", "Arrival"
    CHECK_IN = "check_in", "Check-in"
    WAIT = "wait", "End of the wait at the door"
    END = "end", "End of the visit"
    RETURN = "return", "Return"
    RECORD = "record", "Record"


SAFETY = {Due.DEPARTURE, Due.CHECK_IN, Due.WAIT, Due.RETURN}


class VisitDeadline(Deadline):
    """A deadline of a visit; check-ins are one for each person."""

    SUBJECT = "visit"
    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="deadlines")
    attendee = models.ForeignKey(
        "visits.Attendee", null=True, blank=True, on_delete=models.PROTECT, related_name="deadlines"
    )

    class Meta(Deadline.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "kind", "attendee"],
                condition=Q(state="live"),
                nulls_distinct=False,
                name="visit_deadline_one_live",
            ),
        ]


class VisitAlarm(Alarm):
    """An alarm about a visit; `attendee` when it is about one person alone."""

    class Kind(models.TextChoices):
        OVERDUE = "overdue", "Has not come back"
        POSSIBLY_OUT = "possibly_out", "May have left without saying"
        MISSED_CHECK_IN = "missed_check_in", "Missed a check-in"
        WAIT_OVER = "wait_over", "Waiting too long at the door"
        HELP = "help", "Asks for help"
        UNDECIDED = "undecided", "Request not decided"
        FAULT = "fault", "A timer could not be processed"

    SUBJECT = "visit"
    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="alarms")
    attendee = models.ForeignKey("visits.Attendee", null=True, blank=True, on_delete=models.PROTECT)
    deadline = models.OneToOneField(
        VisitDeadline, null=True, blank=True, on_delete=models.PROTECT, related_name="alarm"
    )

    class Meta(Alarm.Meta):
        pass
