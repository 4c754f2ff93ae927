"""What the board knows of each visit: plain facts, read with the same number of queries for any number of visits."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast, Least

from homevisits.people.models import Household, HouseholdWarning, Role, Staff
from homevisits.trusts.roles import RoleName
from visits import homeward
from visits.models import Attendee, Visit, VisitAlarm, VisitDeadline
from visits.safety import SAFETY
from visits.story import Moment

Many = dict[int, list[Any]]


@dataclass(frozen=True)
class Goes:
    """Somebody of the party. `part` is what they are when that matters: the EWO, a social worker."""

    pk: int
    staff_id: int | None
    name: str
    part: str = ""
    phone: str = ""  # +447700900112
    car: str = ""
    travel: str = ""
    is_lead: bool = False
    is_back: bool = False
    claims_back: bool = False
    is_home: bool = False


@dataclass(frozen=True)
class Due:
    """A live safety deadline: `at` is the moment that people work to, `alarm_at` when it becomes an alarm."""

    kind: str
    at: dt.datetime
    alarm_at: dt.datetime
    attendee_id: int | None = None


@dataclass(frozen=True)
class Raised:
    """An open alarm."""

    kind: str
    due_at: dt.datetime
    attendee_id: int | None = None
    url: str = ""


@dataclass(frozen=True)
class Said:
    """A moment that the board tells of: fine, no answer, waiting."""

    kind: str
    at: dt.datetime
    attendee_id: int | None = None
    for_all: bool = False


@dataclass(frozen=True)
class Facts:
    """One visit as the board needs it: who, where and when; never why."""

    pk: int
    ref: str
    state: str
    school_id: int
    school: str
    address: str
    postcode: str
    depart_at: dt.datetime
    start_at: dt.datetime
    end_at: dt.datetime
    return_at: dt.datetime
    departed_at: dt.datetime | None = None
    arrived_at: dt.datetime | None = None
    left_at: dt.datetime | None = None
    returned_at: dt.datetime | None = None
    outcome: str = ""
    early_minutes: int = 30
    checkin_minutes: int = 0
    readers: tuple[str, ...] = ()
    readers_ewo: tuple[str, ...] = ()
    pupils: int = 1
    warnings: tuple[str, ...] = ()
    is_shared: bool = False
    is_first: bool = False
    callers: tuple[int | None, ...] = ()
    party: tuple[Goes, ...] = ()
    dues: tuple[Due, ...] = ()
    alarms: tuple[Raised, ...] = ()
    said: tuple[Said, ...] = ()


def going_home(facts: Facts) -> set[int | None]:
    """Those of the party who go straight home and of whom nobody has heard there, or has made sure."""
    due = {due.attendee_id for due in facts.dues if due.kind == homeward.DUE}
    return due | {alarm.attendee_id for alarm in facts.alarms if alarm.kind == homeward.ALARM}


PLAIN = (
    "pk",
    "ref",
    "state",
    "school_id",
    "address",
    "postcode",
    "depart_at",
    "start_at",
    "end_at",
    "return_at",
    "departed_at",
    "arrived_at",
    "left_at",
    "returned_at",
    "outcome",
    "is_first",
)
TOLD = [Moment.Kind.FINE, Moment.Kind.NO_ANSWER, Moment.Kind.WAITING, Moment.Kind.NOTE]


def read(visits: Collection[int], staff: Staff | None = None) -> list[Facts]:
    """The facts of some visits, by id, with the alarms that `staff` may know of. Seven queries."""
    found = list(_visits(visits))
    ids = [row["pk"] for row in found]
    pupils, parties = _pupils(ids), _parties(ids)
    dues, alarms, said = _dues(ids), _alarms(ids, staff), _said(ids)
    warnings = _warnings({row["household_id"] for row in found})
    return [
        Facts(
            **{name: row[name] for name in PLAIN},
            pupils=pupils[row["pk"]],
            school=row["school__name"],
            early_minutes=row["policy__depart_early_minutes"],
            checkin_minutes=row["policy__checkin_after_start_minutes"],
            readers=tuple(row["policy__phone_reader_roles"]),
            readers_ewo=tuple(row["policy__phone_reader_roles_ewo"]),
            is_shared=row["household__entrance"] == Household.Entrance.SHARED,
            callers=(row["checkin_colleague_id"], row["responsible_contact_id"]),
            warnings=tuple(warnings[row["household_id"]]),
            party=tuple(parties[row["pk"]]),
            dues=tuple(dues[row["pk"]]),
            alarms=tuple(alarms[row["pk"]]),
            said=tuple(said[row["pk"]]),
        )
        for row in found
    ]


def _visits(visits: Collection[int]) -> Iterable[dict[str, Any]]:
    been = Attendee.objects.filter(
        ~Q(visit=OuterRef("pk")),
        visit__household=OuterRef("household"),
        visit__arrived_at__isnull=False,
        staff__attending__visit=OuterRef("pk"),
    )
    return Visit.objects.filter(pk__in=visits, depart_at__isnull=False).values(
        *(name for name in PLAIN if name != "is_first"),
        "school__name",
        "policy__depart_early_minutes",
        "policy__checkin_after_start_minutes",
        "policy__phone_reader_roles",
        "policy__phone_reader_roles_ewo",
        "household_id",
        "household__entrance",
        "checkin_colleague_id",
        "responsible_contact_id",
        is_first=~Exists(been),
    )


def _pupils(ids: Sequence[int]) -> Counter[int]:
    """How many pupils each visit is about."""
    return Counter(Visit.pupils.through.objects.filter(visit__in=ids).values_list("visit_id", flat=True))


def _group(rows: Iterable[tuple[int, Any]]) -> Many:
    """Values by the visit that they belong to, in the order of the rows."""
    grouped: Many = defaultdict(list)
    for key, value in rows:
        grouped[key].append(value)
    return grouped


def _parties(ids: Sequence[int]) -> Many:
    ewo = Role.objects.filter(staff=OuterRef("staff"), role=RoleName.EWO)
    rows: Iterable[Any] = (
        Attendee.objects.filter(visit__in=ids)
        .order_by("visit", "-is_lead", "pk")
        .values(
            "pk",
            "visit_id",
            "staff_id",
            "name",
            "organisation",
            "is_lead",
            "travel",
            "vehicle_text",
            "back_at",
            "claimed_back_at",
            "home_at",
            "staff__first_name",
            "staff__last_name",
            "vehicle__colour",
            "vehicle__make",
            "vehicle__model",
            "vehicle__registration",
            is_ewo=Exists(ewo),
            number=Cast("phone", TextField()),
        )
    )
    return _group((row["visit_id"], _goes(row)) for row in rows)


def _goes(row: dict[str, Any]) -> Goes:
    is_staff = row["staff_id"] is not None
    return Goes(
        pk=row["pk"],
        staff_id=row["staff_id"],
        name=f"{row['staff__first_name'][:1]}. {row['staff__last_name']}" if is_staff else row["name"],
        part="EWO" if row["is_ewo"] else "" if is_staff else row["organisation"] or "from outside",
        phone=row["number"],
        car=_car(row),
        travel=row["travel"],
        is_lead=row["is_lead"],
        is_back=row["back_at"] is not None,
        claims_back=row["claimed_back_at"] is not None and row["back_at"] is None,
        is_home=row["home_at"] is not None,
    )


def _car(row: dict[str, Any]) -> str:
    """ "Blue Fiesta KX19 ABC", or what was typed; "" for somebody who does not drive."""
    if row["vehicle__registration"]:
        return f"{row['vehicle__colour']} {row['vehicle__model']} {row['vehicle__registration']}"
    return str(row["vehicle_text"])


def _dues(ids: Sequence[int]) -> Many:
    live = VisitDeadline.objects.filter(visit__in=ids, state=VisitDeadline.State.LIVE, kind__in=SAFETY)
    rows = live.order_by("due_at").values_list("visit_id", "kind", "prompt_at", "due_at", "attendee_id")
    return _group((visit, Due(kind, prompt or due, due, who)) for visit, kind, prompt, due, who in rows)


def _alarms(ids: Sequence[int], staff: Staff | None) -> Many:
    still_open = VisitAlarm.objects.unresolved().filter(visit__in=ids)
    shown = still_open.shown_to(staff) if staff else still_open
    rows = shown.order_by("opened_at").values_list("visit_id", "kind", "due_at", "attendee_id", "uuid")
    return _group((visit, Raised(kind, due, who, f"/alarms/{key}/")) for visit, kind, due, who, key in rows)


def _said(ids: Sequence[int]) -> Many:
    moments = Moment.objects.filter(visit__in=ids, kind__in=TOLD).order_by("recorded_at", "pk")
    at = Least("said_at", "recorded_at")  # a word that came late is as old as it says
    rows = moments.values_list("visit_id", "kind", at, "attendee_id", "for_all")
    return _group((visit, Said(kind, at, who, for_all)) for visit, kind, at, who, for_all in rows)


def _warnings(households: set[int | None]) -> Many:
    """The kinds of the warnings that stand: what they say is for the visit's own page."""
    standing = HouseholdWarning.objects.filter(household__in=[h for h in households if h], ended_at=None)
    labels = dict(HouseholdWarning.Kind.choices)
    rows = standing.order_by("household", "kind").values_list("household_id", "kind").distinct()
    return _group((household, str(labels[kind]).lower()) for household, kind in rows)
