"""What waits for a person's decision, by urgency, and what waits for somebody else."""

import datetime as dt
from dataclasses import dataclass

from homevisits.clock import london_day
from homevisits.look.times import when_text
from homevisits.people.models import Staff
from visits.models import Visit
from visits.rota import Rota
from visits.routes import Need, deciders_on, route, standing
from visits.story import Decision
from visits.together import gathered

HURRY = dt.timedelta(minutes=60)
LATELY = dt.timedelta(days=14)
Kind = Decision.Kind


@dataclass(frozen=True)
class Waiting:
    """A request, and the decisions that it still waits for: this person's and other people's."""

    visit: Visit
    mine: tuple[Need, ...]
    others: tuple[Need, ...]

    @property
    def leaves_at(self) -> dt.datetime:
        return self.visit.depart_at or self.visit.start_at or self.visit.created_at

    @property
    def title(self) -> str:
        return str(self.visit.reason or self.visit.reason_explained or "Home visit")

    @property
    def is_view_only(self) -> bool:
        """Whether all that is asked of this person is the DSL's view."""
        return all(need.kind == Kind.DSL_INPUT for need in self.mine)

    @property
    def sub(self) -> str:
        """Who goes, and what else it needs: "J. Parry alone · needs a lone decision too"."""
        names = [attendee.short_name for attendee in self.visit.party]
        who = f"{names[0]} alone" if len(names) == 1 else ", ".join(names)
        kinds = [need.kind for need in self.mine]
        more = [WANTS[kind] for kind in WANTS if kind in kinds]
        also = [f"needs {' and '.join(more)} too"] if more and Kind.VISIT in kinds else more
        views = ["your view as DSL is asked for"] if self.mine and self.is_view_only else []
        return " · ".join([who, *also, *views])

    def pill(self, now: dt.datetime) -> tuple[str, str, str]:
        """How urgent it is: in word, icon and colour."""
        left = self.leaves_at - now
        if left <= dt.timedelta(0):
            return (
                "late",
                "timer-off",
                f"was to leave {when_text(self.leaves_at, now).removeprefix('today ')}",
            )
        if left <= HURRY:
            return ("late", "timer", f"leaves in {max(1, round(left.total_seconds() / 60))} min")
        is_today = london_day(self.leaves_at) == london_day(now)
        return ("soon" if is_today else "plain", "timer", when_text(self.leaves_at, now))


WANTS = {
    Kind.LONE: "a lone decision",
    Kind.OUT_OF_HOURS: "one for the hours",
    Kind.RISK: "one for the level of risk",
}


def waiting(staff: Staff, now: dt.datetime) -> list[Waiting]:
    """Every request whose reason this person may read, the most urgent first. A fixed number of queries."""
    visits = gathered(Visit.objects.awaiting_decision().visible_to(staff).about_reason(staff))
    open_needs = {visit.pk: open_ones(visit) for visit in visits}
    roles = {role for needs in open_needs.values() for need in needs for rank in need.ranks for role in rank}
    rota = Rota.read(staff.trust_id, roles, now)
    found = [_sorted_out(visit, open_needs[visit.pk], rota, staff) for visit in visits]
    return sorted(found, key=lambda one: (one.leaves_at, one.visit.pk))


def open_ones(visit: Visit) -> list[Need]:
    """The decisions of the route that nobody has taken yet."""
    have = standing(visit)
    return [need for need in route(visit) if need.kind not in have]


def _sorted_out(visit: Visit, needs: list[Need], rota: Rota, staff: Staff) -> Waiting:
    mine = tuple(need for need in needs if staff.pk in deciders_on(rota, need, visit))
    others = tuple(need for need in needs if need not in mine and need.is_required)
    return Waiting(visit, mine, others)


def decided_lately(staff: Staff, now: dt.datetime) -> list[Decision]:
    """What this person decided in the last two weeks, the latest first."""
    found = Decision.objects.filter(decider=staff, decided_at__gt=now - LATELY)
    return list(found.select_related("visit__school").order_by("-decided_at")[:8])


def to_countersign(staff: Staff) -> list[Decision]:
    """What somebody typed in for this person, and waits for their word that it was so."""
    found = Decision.objects.filter(
        decider=staff, voided_at=None, typed_by__isnull=False, countersigned_at=None
    )
    return list(found.select_related("visit__school", "typed_by").order_by("decided_at"))
