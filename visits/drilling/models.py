"""A drill of a school, with timers and an alarm of its own: never counted as a real alarm, and hiding none."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from homevisits.audit.models import Event
from homevisits.clock import local
from homevisits.escalation.models import Alarm, Deadline, Rung, Words
from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from homevisits.trusts.models import Policy, School
from homevisits.trusts.roles import RoleName
from visits import climbing
from visits.answering import nobody_out

STAFF = settings.AUTH_USER_MODEL
MARK = "DRILL, nobody is missing"
# Who may have one run; the others take part.
RUNNERS = (RoleName.HEADTEACHER, RoleName.DSL, RoleName.CEO, RoleName.TRUST_ADMIN)


def _by_another(field: str) -> Q:
    return Q(**{f"{field}__isnull": False}) & ~Q(**{field: models.F("drill__started_by")})


# A drill counts as the term's once somebody else than whoever began it has taken or ended it.
COUNTS = _by_another("owner") | _by_another("resolved_by")


class Drill(models.Model):
    """One drill: planned while `started_at` is empty, running until `ended_at`."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="drills")
    policy = models.ForeignKey(Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school"], condition=Q(started_at=None), name="drill_one_planned"
            ),
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(started_at__isnull=False, ended_at=None),
                name="drill_one_running",
            ),
            models.CheckConstraint(
                condition=Q(started_at=None, started_by=None, policy=None)
                | Q(started_at__isnull=False, started_by__isnull=False, policy__isnull=False),
                name="drill_started_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"Drill at {self.school}"

    @property
    def rules(self) -> Policy:
        """The policy whose ladder is climbed. Raises LookupError for one that has not begun."""
        if self.policy is None:
            raise LookupError(f"{self} has not begun")
        return self.policy


class DrillEvent(Event):
    """A line of a drill's story: the proof."""

    SUBJECT = "drill"
    drill = models.ForeignKey(Drill, on_delete=models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        indexes = [models.Index(fields=["drill", "number"])]


def note(
    drill: Drill, kind: str, sentence: str, *, by: Staff | None, now: dt.datetime, **detail: Any
) -> None:
    """Write a line of a drill's story."""
    DrillEvent.append(
        chain=f"drills:{drill.school_id}",
        drill=drill,
        kind=kind,
        by=by,
        happened_at=now,
        recorded_at=now,
        sentence=sentence,
        detail=detail,
    )


class DrillDeadline(Deadline):
    """When a school's next drill is due: a reminder to its head, then to the trust's admins."""

    SUBJECT = "drill"
    drill = models.ForeignKey(Drill, on_delete=models.PROTECT, related_name="deadlines")

    class Meta(Deadline.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["drill", "kind"], condition=Q(state="live"), name="drill_deadline_one_live"
            ),
        ]

    def nudge(self, *, now: dt.datetime) -> Iterable[tuple[Staff, Words]]:
        school = self.drill.school
        roles = [RoleName.HEADTEACHER.value]
        if now >= self.due_at + dt.timedelta(minutes=self.nudge_minutes):
            roles.append(RoleName.TRUST_ADMIN.value)
        words = Words(
            f"A drill is due at {school}"[:120],
            "Once a term the ladder is run for real for a pretend visit. It takes some minutes. Open the page and "
            "start it when the people of the first steps are there.",
            "/drills/",
        )
        return [(person, words) for person in Staff.objects.holding(roles, school)]

    def note_fired(self, *, now: dt.datetime) -> None:
        note(self.drill, "due", "A drill was due", by=None, now=now)


class DrillAlarm(Alarm):
    """The alarm of a drill. Every message says first that it is one."""

    SUBJECT = "drill"
    MARK = MARK
    drill = models.ForeignKey(Drill, on_delete=models.PROTECT, related_name="alarms")

    class Meta(Alarm.Meta):
        pass

    def get_kind_display(self) -> str:
        return MARK

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """A drill ends as a drill."""
        return [(self.Outcome.DRILL.value, str(self.Outcome.DRILL.label))]

    def rungs(self, *, now: dt.datetime) -> list[Rung]:
        drill = self.drill
        return climbing.ladder(drill.rules, nobody_out(drill.school, drill.rules), [], now)

    def words(self, rung: Rung, *, now: dt.datetime) -> Words:
        """What is said: the mark first, so that it stands on a locked screen."""
        return Words(
            subject=self.marked(f"somebody has not come back ({self.drill.school})")[:120],
            body=f"This is a drill, begun at {local(self.opened_at):%H:%M}. Nobody is missing: do not ring the police. "
            "Do what you would do: open it and say that you are dealing with it. "
            f"How long that takes is kept. Step: {rung.label}.",
            path=self.get_absolute_url(),
        )

    def quiet_after(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.drill.rules.owner_quiet_minutes)

    def repeat_every(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.drill.rules.last_step_repeat_minutes)

    def refusal(self, staff: Staff, *, now: dt.datetime) -> str | None:
        """Whoever may answer a real alarm of the school, or may have a drill run."""
        drill = self.drill
        visit = nobody_out(drill.school, drill.rules)
        if climbing.may_answer(visit, staff, now) or may_run(staff, drill.school):
            return None
        return "Only somebody who could answer a real alarm can answer a drill."

    def note(self, kind: str, sentence: str, *, by: Staff | None, now: dt.datetime, **detail: Any) -> None:
        note(self.drill, kind, sentence, by=by, now=now, alarm=str(self.uuid), **detail)

    def on_resolved(self, *, by: Staff, now: dt.datetime) -> None:
        from visits.drilling.running import over

        over(self.drill, by=by, now=now)

    def panel(self, staff: Staff) -> tuple[str, dict[str, Any]] | None:
        return "visits/drills/_panel.html", {"drill": self.drill, "alarm": self}

    def history(self) -> Iterable[Event]:
        return self.drill.events.filter(detail__alarm=str(self.uuid)).select_related("by").order_by("number")

    @classmethod
    def visible_to(cls, staff: Staff) -> "models.QuerySet[DrillAlarm]":
        """Of the person's schools, for those who may answer or run one; and whoever the ladder told."""
        seen = {*climbing.EVERYBODY, *RUNNERS}
        schools = [where for role, where in staff.held if role in seen and where]
        wide = any(role in seen and where is None for role, where in staff.held)
        of_school = Q(drill__school__in=schools) | Q(drill__school__trust_id=staff.trust_id if wide else None)
        told = Notice.objects.filter(recipient=staff, alarm__isnull=False).values("alarm")
        ours = cls.objects.filter(drill__school__trust_id=staff.trust_id)
        return ours.filter(of_school | Q(uuid__in=told)).select_related("drill__school", "owner")


def may_run(staff: Staff, school: School) -> bool:
    """Whether somebody may have a drill run at a school."""
    return staff.trust_id == school.trust_id and staff.has_role(*RUNNERS, school=school)
