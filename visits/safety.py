"""The visit's own deadlines and alarms on the escalation engine."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from homevisits.audit.models import Event
from homevisits.clock import AppNow
from homevisits.escalation.models import Alarm, Deadline, Rung, Words
from homevisits.notices.models import Notice
from homevisits.people.models import DeskDuty, Staff
from homevisits.trusts.choices import Channel
from homevisits.trusts.roles import RoleName
from visits import climbing, nudging
from visits.querysets import VisitQuerySet

if TYPE_CHECKING:
    from visits.models import Attendee, Visit


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
    HOME_SAFE = "home_safe", "Word from home"
    RECORD = "record", "Record"
    INTERVENTION = "intervention", "Record of a physical intervention"
    CONTACT = "contact", "Word of the responsible contact"
    WORD_PIN = "word_pin", "A silent alarm, by PIN"
    WORD_TRIES = "word_tries", "A silent alarm, by wrong PINs"
    WORD_NOTE = "word_note", "A silent alarm, by the code word"
    POLICE = "police", "Decision about the police"
    NEXT_STEP = "next_step", "Next step after nobody was in"
    DEBRIEF = "debrief", "Talk after leaving for safety"
    DESK = "desk", "Change at the desk"
    HANDOVER = "handover", "Acceptance of the desk"
    SOON = "soon", "Reminder before it is due"


# A visitor is reminded some minutes before: one row for each kind, such as "soon_return".
SOON = (Due.CHECK_IN, Due.WAIT, Due.END, Due.RETURN, Due.HOME_SAFE)
# What these say before an alarm goes at once and to a telephone too: to whoever is out, rings them or decides.
URGENT = {
    Due.DEPARTURE,
    Due.ARRIVAL,
    Due.CHECK_IN,
    Due.END,
    Due.RETURN,
    Due.POLICE,
    Due.HANDOVER,
}
# What these tell goes by the alarms that are open, or were.
HUSHED = {Due.POLICE, Due.DEBRIEF, Due.CHECK_IN}
SAFETY = {Due.DEPARTURE, Due.CHECK_IN, Due.WAIT, Due.RETURN, Due.HOME_SAFE}
# Due at once, and opened by the engine: asking for help in secret takes what an ordinary word takes (PS-129).
WORDS: frozenset[str] = frozenset({Due.WORD_PIN, Due.WORD_TRIES, Due.WORD_NOTE})
HELP_AGAIN = "Help was asked for again."
HOW = {
    Due.WORD_PIN: "{who} gave the PIN that asks for help.",
    Due.WORD_TRIES: "{who} gave three wrong PINs in a row.",
    Due.WORD_NOTE: "What {who} wrote holds the code word.",
}


class VisitDeadline(Deadline):
    """A deadline of a visit; check-ins are one for each person."""

    SUBJECT = "visit"
    UNPLANNED = WORDS
    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="deadlines")
    attendee = models.ForeignKey(
        "visits.Attendee", null=True, blank=True, on_delete=models.PROTECT, related_name="deadlines"
    )
    # Whose words it is, where it is one of WORDS: also after they came off the party.
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
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

    @property
    def label(self) -> str:
        """What is due, for people; the steps of a decision's ladder all say "Decision"."""
        many = self.kind.startswith((f"{Due.DECISION}_", f"{Due.SOON}_", f"{Due.DESK}_"))
        return str(Due(self.kind.split("_")[0] if many else self.kind).label)

    @property
    def is_urgent(self) -> bool:
        return self.is_safety or self.kind in URGENT or self.kind.startswith((Due.SOON, Due.DESK))

    @property
    def is_private(self) -> bool:
        """Whether what it tells may be about a silent alarm, of which no log tells anybody."""
        return self.kind in HUSHED and self.visit.alarms.silent().exists()

    @property
    def channels(self) -> tuple[str, ...]:
        """Whoever is out looks at a telephone and not at a desk; so may whoever rings them or decides."""
        if self.kind.startswith(Due.SOON):
            return (Channel.IN_APP, Channel.TEXT, Channel.PUSH)
        if self.kind in URGENT or self.kind.startswith(Due.DESK):
            return (Channel.IN_APP, Channel.EMAIL, Channel.TEXT, Channel.PUSH)
        return super().channels

    @property
    def again(self) -> str:
        return HELP_AGAIN if self.kind in WORDS else f"{self.label} was due again."

    def open_alarm(self, *, now: dt.datetime) -> "VisitAlarm":
        if self.kind in WORDS:
            self.visit.known_alarms = None
            return self._silent_alarm(now)
        if running := self._running(now):
            return running
        alarm = VisitAlarm(
            visit=self.visit,
            attendee=self._person(),
            deadline=self,
            kind=ALARM_FOR[Due(self.kind)],
            due_at=self.due_at,
            opened_at=now,
        )
        if self.visit.known_alarms is not None:
            self.visit.known_alarms.append(alarm)
        return alarm

    def _person(self) -> "Attendee | None":
        """Whom it is about, as the party has them read already."""
        known = [one for one in self.visit.party if one.pk == self.attendee_id]
        return known[0] if known else self.attendee

    def _running(self, now: dt.datetime) -> "VisitAlarm | None":
        """The alarm of this kind that is open about the same people: it goes on, and says that it was due again."""
        open_ones: Iterable[VisitAlarm] | None = self.visit.known_alarms
        if open_ones is None:
            open_ones = VisitAlarm.objects.unresolved().filter(visit=self.visit).order_by("opened_at")
        same = (self.attendee_id, ALARM_FOR[Due(self.kind)])
        running = next((alarm for alarm in open_ones if (alarm.attendee_id, alarm.kind) == same), None)
        if running:
            running.visit = self.visit
            running.note("due_again", self.again, by=None, now=now)
        return running

    def _silent_alarm(self, now: dt.datetime) -> "VisitAlarm":
        """The one that is open for this person already, or a new one; either says how it was asked for."""
        mine = VisitAlarm.objects.unresolved().filter(visit=self.visit, attendee=self.attendee)
        alarm = mine.filter(kind=VisitAlarm.Kind.DURESS).first() or VisitAlarm(
            visit=self.visit,
            attendee=self.attendee,
            deadline=self,
            kind=VisitAlarm.Kind.DURESS,
            raised_by=self.raised_by,
            due_at=self.due_at,
            opened_at=now,
        )
        if alarm._state.adding:
            alarm.save(force_insert=True)
        alarm.visit = self.visit
        who = self.raised_by.short_name if self.raised_by else "Somebody"
        alarm.note("duress", HOW[Due(self.kind)].format(who=who), by=None, now=now)
        self._think_of_the_police(now)
        return alarm

    def _think_of_the_police(self, now: dt.datetime) -> None:
        """By this alarm's minutes, wherever the visit stands: the word that raised it may have ended the visit."""
        from visits.transitions.door import rearm

        rearm(self.visit, now=now)

    def prompt(self, *, now: dt.datetime) -> Iterable[tuple[Staff, Words]]:
        return nudging.prompt(self, now)

    def nudge(self, *, now: dt.datetime) -> Iterable[tuple[Staff, Words]]:
        return nudging.nudge(self, now)

    def note_fired(self, *, now: dt.datetime) -> None:
        if self.kind not in WORDS:  # the silent alarm itself says how it came to be
            nudging.note_fired(self, now)


SILENT = Q(kind="duress") | Q(deadline__kind__in=WORDS)


class VisitAlarmQuerySet(models.QuerySet["VisitAlarm"]):
    """Alarms as people and the visit's own logic may know of them."""

    def unresolved(self) -> "VisitAlarmQuerySet":
        return self.exclude(state=Alarm.State.RESOLVED)

    def loud(self) -> "VisitAlarmQuerySet":
        """Those that stand in the way of what visitors do. A silent one never does: they could tell (PS-129)."""
        return self.exclude(pk__in=self.silent().order_by().values("pk"))

    def silent(self) -> "VisitAlarmQuerySet":
        return self.filter(SILENT)

    def shown_to(self, staff: Staff) -> "VisitAlarmQuerySet":
        """Without the silent ones of visits on which this person goes, or went when their words raised one, whatever roles they hold.

        Nor of those that they merely asked for: only who may have to act learns of one.
        """
        own = Q(visit__attendees__staff=staff) | Q(deadline__isnull=False, raised_by=staff)
        theirs = VisitAlarm.objects.silent().filter(own | _only_asked(staff))
        return self.exclude(pk__in=theirs.order_by().values("pk"))


def _only_asked(staff: Staff) -> Q:
    """Alarms about visits that somebody asked for who neither leads, watches, is named to ring, nor stands in."""
    if any(role in {*climbing.EVERYBODY, RoleName.EWO} for role, _ in staff.held):
        return Q(pk=None)
    standing_in = DeskDuty.objects.filter(staff=staff, during__contains=AppNow())
    named = Q(visit__checkin_colleague=staff) | Q(visit__responsible_contact=staff)
    return Q(visit__requested_by=staff) & ~named & ~Q(visit__school__in=standing_in.values("school"))


class VisitAlarm(Alarm):
    """An alarm about a visit; `attendee` when it is about one person alone.

    `raised_by` is who asked for it by hand, who therefore cannot be the one to end it.
    """

    class Kind(models.TextChoices):
        OVERDUE = "overdue", "Has not come back"
        POSSIBLY_OUT = "possibly_out", "May have left without saying"
        MISSED_CHECK_IN = "missed_check_in", "Missed a check-in"
        WAIT_OVER = "wait_over", "Waiting too long at the door"
        UNHEARD = "unheard", "Not heard from at home"
        HELP = "help", "Asks for help"
        LEFT_UNSAFE = "left_unsafe", "Left for safety"
        CHILD_ALONE = "child_alone", "Child alone at home"
        DURESS = "duress", "Asks for help in secret"
        FAULT = "fault", "A timer could not be processed"

    SUBJECT = "visit"
    LOOKED_FOR = True
    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="alarms")
    attendee = models.ForeignKey("visits.Attendee", null=True, blank=True, on_delete=models.PROTECT)
    deadline = models.OneToOneField(
        VisitDeadline, null=True, blank=True, on_delete=models.PROTECT, related_name="alarm"
    )

    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = VisitAlarmQuerySet.as_manager()

    class Meta(Alarm.Meta):
        pass

    @property
    def is_silent(self) -> bool:
        """Whether nobody of the party may ever learn of it."""
        if self.kind != self.Kind.FAULT or self.deadline is None:
            return self.kind == self.Kind.DURESS
        return self.deadline.kind in WORDS

    @property
    def is_private(self) -> bool:
        return self.is_silent

    def kept_from(self) -> Collection[int]:
        if not self.is_silent:
            return ()
        party = {a.staff_id for a in self.visit.party if a.staff_id}
        return party | ({self.raised_by_id} if self.deadline_id and self.raised_by_id else set())

    def kept_numbers(self) -> Collection[str]:
        if not self.is_silent:
            return ()
        carried = [number for a in self.visit.party for number in (a.phone, a.staff and a.staff.mobile)]
        return {str(number) for number in carried if number}

    def resolve_refusal(self, staff: Staff, *, now: dt.datetime) -> str | None:
        return climbing.resolve_refusal(self, staff)

    def get_kind_display(self) -> str:
        return str(self.Kind(self.kind).label)

    @property
    def about(self) -> str:
        """Who or what, without a child: "D. Mensah, HV-7K3Q"."""
        return f"{self.attendee.short_name}, {self.visit.ref}" if self.attendee else self.visit.ref

    def rungs(self, *, now: dt.datetime) -> list[Rung]:
        return climbing.rungs(self, now)

    def words(self, rung: Rung, *, now: dt.datetime) -> Words:
        return climbing.words(self, rung, now)

    def callers(self, *, now: dt.datetime) -> Iterable[Staff]:
        return climbing.callers(self, now)

    def quiet_after(self) -> dt.timedelta:
        return dt.timedelta(minutes=climbing.policy_of(self).owner_quiet_minutes)

    def repeat_every(self) -> dt.timedelta:
        return dt.timedelta(minutes=climbing.policy_of(self).last_step_repeat_minutes)

    def refusal(self, staff: Staff, *, now: dt.datetime) -> str | None:
        return climbing.refusal(self, staff, now)

    def note(self, kind: str, sentence: str, *, by: Staff | None, now: dt.datetime, **detail: Any) -> None:
        nudging.note(self.visit, kind, sentence, by=by, now=now, **self.mark, **detail)

    @property
    def mark(self) -> dict[str, Any]:
        """What a line of the story that is about this alarm carries: it says too who may never read it."""
        return {"alarm": str(self.uuid)} | ({"silent": True} if self.is_silent else {})

    def on_resolved(self, *, by: Staff, now: dt.datetime) -> None:
        climbing.after(self, by=by, now=now)

    def panel(self, staff: Staff) -> tuple[str, dict[str, Any]] | None:
        return climbing.panel(self, staff)

    def history(self) -> Iterable[Event]:
        return self.visit.events.filter(detail__alarm=str(self.uuid)).select_related("by").order_by("number")

    @classmethod
    def visible_to(cls, staff: Staff) -> VisitAlarmQuerySet:
        """Of the visits that they see; and of any visit, while it is open, for whom the ladder told of it.

        A silent one never for somebody who goes on the visit, whatever they were told.
        """
        told = Notice.objects.filter(recipient=staff, alarm__isnull=False).values("alarm")
        last = Q(uuid__in=told) & ~Q(state=cls.State.RESOLVED) & ~Q(visit__attendees__staff=staff)
        seen = Q(visit__in=_visits().visible_to(staff)) | last
        return cls.objects.shown_to(staff).filter(seen).select_related("visit__school", "owner")


def _visits() -> "VisitQuerySet":
    model: type[Visit] = VisitAlarm._meta.get_field("visit").related_model  # type: ignore[assignment]
    return model.objects.all()


ALARM_FOR = {
    Due.DEPARTURE: VisitAlarm.Kind.POSSIBLY_OUT,
    Due.CHECK_IN: VisitAlarm.Kind.MISSED_CHECK_IN,
    Due.WAIT: VisitAlarm.Kind.WAIT_OVER,
    Due.RETURN: VisitAlarm.Kind.OVERDUE,
    Due.HOME_SAFE: VisitAlarm.Kind.UNHEARD,
}
