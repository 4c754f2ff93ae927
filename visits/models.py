"""A visit: what is planned, who goes, what was decided, what happened."""

import datetime as dt
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django_fsm import FSMField, transition

from homevisits.people.models import ContactLink, Household, Pupil
from homevisits.sealed import SealedText
from homevisits.trusts.models import Policy, Reason, School
from visits.attending import Attendee
from visits.following import Debrief, NextStep, PoliceDecision, TimeRequest  # noqa: F401
from visits.positions import Position  # noqa: F401
from visits.preparing import (  # noqa: F401  (Django finds an app's models here)
    ArrivalLook,
    Briefing,
    ExtraAnswer,
    FeedKey,
    Hazard,
    ParentsToldOf,
    RiskAssessment,
)
from visits.querysets import VisitQuerySet
from visits.states import MOVES, OUT, State, pairs
from visits.story import (  # noqa: F401
    CodeWord,
    ContactAttempt,
    Decision,
    Document,
    Incident,
    Moment,
    OfficeNote,
    VisitEvent,
)
from visits.tuition import Misbehaviour, TuitionSeries, TuitionSession  # noqa: F401
from visits.writing import AgreedAction, Barrier, Intervention, PersonPresent, VisitRecord  # noqa: F401

STAFF = settings.AUTH_USER_MODEL


def move(name: str) -> Any:
    """The FSM decorator for one line of MOVES."""
    sources, to = MOVES[name]
    return transition(field="state", source=[str(s) for s in sources], target=str(to))


class Outcome(models.TextChoices):
    """How it went at the door. The people are still out until they are back."""

    COMPLETED = "completed", "The visit took place"
    DOORSTEP = "doorstep", "Talked on the doorstep"
    NOBODY_IN = "nobody_in", "Nobody in"
    PARENT_ABSENT = "parent_absent", "Cancelled: parent not there"
    REFUSED = "refused", "Not let in"
    ANIMALS = "animals", "Cancelled: animals not put away"
    UNSAFE = "unsafe", "Left or did not go in: not safe"
    CHILD_ALONE = "child_alone", "Child at home without an adult"
    POSTPONED = "postponed", "Put off to another time"


class Visit(models.Model):
    """One home visit, from the draft of a request to the record."""

    class Kind(models.TextChoices):
        PROCEDURAL = "procedural", "Procedural"
        EMERGENCY = "emergency", "Emergency"

    class Access(models.TextChoices):
        ENTER = "enter", "Go inside"
        DOORSTEP = "doorstep", "Stay on the doorstep"

    class Told(models.TextChoices):
        CALL = "call", "Yes, we rang"
        LETTER = "letter", "Yes, by letter or message"
        NO = "no", "No"

    class ChildThere(models.TextChoices):
        YES = "yes", "With the child"
        NO = "no", "Without the child"
        EITHER = "either", "Either"

    ref = models.CharField(max_length=10, unique=True)
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="visits")
    policy = models.ForeignKey(Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="requested_visits")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    next_leg = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="leg_before"
    )

    asked_of = models.ForeignKey(
        STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="asked_visits"
    )
    series = models.ForeignKey(
        TuitionSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="visits"
    )
    is_retrospective = models.BooleanField("took place without a request", default=False)
    retrospective_why = models.CharField(max_length=500, blank=True)

    # Why
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PROCEDURAL)
    reason_code = models.CharField(max_length=30, blank=True)
    reason_kind = models.CharField(max_length=60, blank=True)
    reason_explained = models.CharField(max_length=500, blank=True)
    purpose = models.TextField(blank=True)
    why_necessary = models.TextField(blank=True)
    alternatives = models.TextField(blank=True)
    concern_text = models.TextField(blank=True)
    attendance_note = models.CharField(max_length=200, blank=True)

    # Whom and where
    pupils = models.ManyToManyField(Pupil, related_name="visits", blank=True)
    household = models.ForeignKey(
        Household, null=True, blank=True, on_delete=models.PROTECT, related_name="visits"
    )
    address = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    to_see = models.ManyToManyField(ContactLink, related_name="+", blank=True)
    to_see_text = models.CharField(max_length=200, blank=True)
    child_there = models.CharField(max_length=6, choices=ChildThere, blank=True)
    access = models.CharField(max_length=8, choices=Access, default=Access.ENTER)

    # When
    depart_at = models.DateTimeField("leave school", null=True, blank=True)
    start_at = models.DateTimeField("visit starts", null=True, blank=True)
    end_at = models.DateTimeField("visit ends", null=True, blank=True)
    return_at = models.DateTimeField("back by", null=True, blank=True)
    ooh_necessary = models.TextField("why it is absolutely necessary out of hours", blank=True)
    ooh_no_alternative = models.TextField("why there is no reasonable alternative", blank=True)
    responsible_contact = models.ForeignKey(
        STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    contact_acknowledged_at = models.DateTimeField(null=True, blank=True)

    # Parents told
    told = models.CharField(max_length=6, choices=Told, blank=True)
    told_whom = models.CharField(max_length=120, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    parent_agreed = models.BooleanField(default=False)
    purpose_for_parents = models.CharField("the purpose as the letter says it", max_length=300, blank=True)
    ground_code = models.CharField(max_length=30, blank=True)
    ground_text = models.CharField(max_length=500, blank=True)

    # Who goes, and the risk
    lone_reason = models.TextField(blank=True)
    dsl_absent_reason = models.CharField(max_length=300, blank=True)
    two_may_escalate = models.BooleanField("two people could make it worse", null=True, blank=True)
    two_may_escalate_why = models.CharField(max_length=300, blank=True)
    no_interpreter_reason = models.CharField(max_length=300, blank=True)
    risk_known = models.BooleanField(default=False)
    risk = models.ForeignKey(
        RiskAssessment, null=True, blank=True, on_delete=models.PROTECT, related_name="visits"
    )
    risk_confirmed_by = models.ForeignKey(
        STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    risk_confirmed_at = models.DateTimeField(null=True, blank=True)
    lone_assessment = models.TextField("lone-working assessment", blank=True)
    lone_assessed_by = models.ForeignKey(
        STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lone_assessed_at = models.DateTimeField(null=True, blank=True)
    safeguarding_confirmed_by = models.ForeignKey(
        STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    safeguarding_confirmed_at = models.DateTimeField(null=True, blank=True)
    symptoms = models.CharField(
        "cases or symptoms at the home",
        max_length=7,
        choices=[("no", "No"), ("yes", "Yes"), ("unknown", "Not known")],
        blank=True,
    )

    # The office's log
    checkin_colleague = models.ForeignKey(
        STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    no_colleague_reason = models.CharField(max_length=300, blank=True)
    logged_at = models.DateTimeField(null=True, blank=True)
    logged_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    extensions = models.PositiveSmallIntegerField(default=0)
    watch_again_at = models.DateTimeField("somebody must be heard of by", null=True, blank=True)

    # What happened
    departed_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    entered_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)
    outcome_text = SealedText(max_length=500, blank=True, default="")
    invited_by = models.CharField("adult who invited you in", max_length=120, blank=True)
    ended_reason = SealedText("why declined, returned or cancelled", max_length=500, blank=True, default="")
    cancelled_for_safety = models.BooleanField(default=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["start_at", "id"]
        indexes = [
            models.Index(fields=["school", "state", "return_at"], name="visit_board"),
            models.Index(fields=["state", "start_at"], name="visit_by_state"),
            models.Index(fields=["household", "start_at"], name="visit_at_home"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="visit_state_known"),
            models.CheckConstraint(
                condition=Q(risk_confirmed_at=None, risk_confirmed_by=None)
                | Q(risk_confirmed_at__isnull=False, risk_confirmed_by__isnull=False),
                name="visit_risk_confirmed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(is_retrospective=False) | ~Q(retrospective_why=""),
                name="visit_retrospective_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(policy__isnull=False, submitted_at__isnull=False)
                | Q(state="cancelled"),
                name="visit_pins_policy_when_submitted",
            ),
            models.CheckConstraint(
                condition=Q(logged_at=None, logged_by=None)
                | Q(logged_at__isnull=False, logged_by__isnull=False),
                name="visit_logged_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(start_at=None) | Q(end_at=None) | Q(end_at__gt=models.F("start_at")),
                name="visit_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(end_at=None) | Q(return_at=None) | Q(return_at__gte=models.F("end_at")),
                name="visit_returns_after_end",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="only_legal_moves", field="state", transitions=pairs(), separator=">"),
            pgtrigger.Protect(
                name="born_as_draft", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state="draft")
            ),
            pgtrigger.Protect(
                name="looked_back_on_only_afterwards",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__state="requested", new__state="returned_safe", new__is_retrospective=False
                ),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return f"/visits/{self.ref}/"

    @cached_property
    def rules(self) -> Policy | None:
        """The policy that binds this visit: the pinned version, else the one now in force."""
        return self.policy or Policy.objects.in_force(self.school)

    @cached_property
    def reason(self) -> Reason | None:
        """The reason as the binding policy words it."""
        return self.rules.reasons.filter(code=self.reason_code).first() if self.rules else None

    # The alarms that are not resolved, where a sweep read them for many visits and holds their locks.
    known_alarms: "list[VisitAlarm] | None" = None

    @cached_property
    def party(self) -> list[Attendee]:
        """Everybody who goes, the lead first. One query."""
        return list(self.attendees.select_related("staff", "vehicle").order_by("-is_lead", "id"))

    @property
    def lead(self) -> Attendee | None:
        return next((a for a in self.party if a.is_lead), None)

    @property
    def is_out(self) -> bool:
        return self.state in OUT

    @property
    def is_lone(self) -> bool:
        """Whether fewer go than the policy's two; outsiders count only where the policy says so."""
        return len(self.counted_party) == 1

    @property
    def counted_party(self) -> list[Attendee]:
        """Those who count towards the minimum number of people (TC-244)."""
        counts = bool(self.rules and self.rules.outsiders_count)
        return [a for a in self.party if a.staff_id or counts]

    def includes(self, staff: Any) -> bool:
        """Whether this person is in the party."""
        return any(a.staff_id == staff.pk for a in self.party)

    @property
    def is_quiet(self) -> bool:
        """Whether somebody asks for help in secret now: nobody rings them before reading what to do. One query."""
        if self.known_alarms is not None:
            return any(alarm.is_silent for alarm in self.known_alarms)
        return bool(self.alarms.unresolved().silent().exists())

    @property
    def is_reported(self) -> bool:
        """Whether it took place without a request and was reported: it keeps its place and has a record."""
        return self.is_retrospective and self.submitted_at is not None

    @property
    def is_undecided(self) -> bool:
        """Whether it went ahead as an emergency without a decision, to be looked at afterwards."""
        return self.events.filter(kind="undecided").exists()

    @property
    def is_looked_at(self) -> bool:
        """Whether somebody has looked at it afterwards."""
        return self.events.filter(kind="looked_at").exists()

    @property
    def has_ewo(self) -> bool:
        return any(a.staff and a.staff.is_ewo for a in self.party)

    @property
    def return_due_at(self) -> dt.datetime | None:
        """Planned return plus the policy's grace: when the alarm opens (TC-119, CS-091)."""
        if not (self.return_at and self.rules):
            return None
        return self.return_at + dt.timedelta(minutes=self.rules.overdue_grace_minutes)

    # The moves. Fired only by visits.transitions, on a locked fresh row.

    @move("submit")
    def fire_submit(self) -> None: ...

    @move("return_for_changes")
    def fire_return_for_changes(self) -> None: ...

    @move("decline")
    def fire_decline(self) -> None: ...

    @move("authorise")
    def fire_authorise(self) -> None: ...

    @move("look_back")
    def fire_look_back(self) -> None: ...

    @move("amend")
    def fire_amend(self) -> None: ...

    @move("log")
    def fire_log(self) -> None: ...

    @move("depart")
    def fire_depart(self) -> None: ...

    @move("did_not_leave")
    def fire_did_not_leave(self) -> None: ...

    @move("return_safe")
    def fire_return_safe(self) -> None: ...

    @move("not_back_after_all")
    def fire_not_back_after_all(self) -> None: ...

    @move("record")
    def fire_record(self) -> None: ...

    @move("cancel")
    def fire_cancel(self) -> None: ...


# Django finds an app's models here; these two ask about visits, so they come last.
from visits.safety import VisitAlarm, VisitDeadline  # noqa: E402, F401, I001
from visits.passing_on import Handover  # noqa: E402, F401
from visits.drilling.models import Drill, DrillAlarm, DrillDeadline, DrillEvent  # noqa: E402, F401
