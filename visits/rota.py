"""Who holds which role in a trust, and who is away: read once, then asked about many visits."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from homevisits.people.models import Away, Role


@dataclass(frozen=True)
class Rota:
    """`held` is (role, school id or None for the whole trust, staff id); `away` are staff ids."""

    held: frozenset[tuple[str, int | None, int]]
    away: frozenset[int]

    @classmethod
    def read(cls, trust_id: int, roles: Collection[str], now: dt.datetime) -> "Rota":
        """The active holders of some roles in a trust, and which of them are away. Two queries."""
        active = Role.objects.filter(staff__trust_id=trust_id, staff__is_active=True, role__in=set(roles))
        away = Away.objects.filter(staff__trust_id=trust_id, during__contains=now)
        return cls(
            frozenset(active.order_by().values_list("role", "school_id", "staff_id")),
            frozenset(away.order_by().values_list("staff_id", flat=True)),
        )

    def holding(self, roles: Iterable[str], school_id: int) -> set[int]:
        """Who holds one of the roles at a school, or for the whole trust."""
        wanted = set(roles)
        return {who for role, where, who in self.held if role in wanted and where in (None, school_id)}

    def first_free(self, ranks: Iterable[Iterable[str]], school_id: int, barred: set[int]) -> set[int]:
        """The people present of the first rank in which anybody is; the first rank even while away.

        Somebody of the first rank who is marked away may still decide, by telephone say.
        """
        people = [self.holding(roles, school_id) - barred for roles in ranks]
        free: set[int] = next((present for rank in people if (present := rank - self.away)), set())
        return people[0] | free if people else set()
