"""Two people who decide in the same moment, on two real connections."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection

from homevisits.people.models import Staff
from tests.cast import Cast, make_cast
from tests.factories import visits as make
from visits import transitions
from visits.models import Visit
from visits.states import State
from visits.transitions import Stale


@pytest.fixture
def there(transactional_db: None, clock) -> tuple[Cast, Visit, dt.datetime]:
    now = clock.set("2026-11-26 10:00")
    cast = make_cast("aspirational_futures")
    return cast, make.requested(cast, now=now), now


def together(*acts: Callable[[], object]) -> list[object]:
    """What each act gives back or raises, all started at once, each on its own connection."""
    gate, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        close_old_connections()
        try:
            gate.wait(10)
            found[place] = acts[place]()
        except Exception as raised:
            found[place] = raised
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def deciding(visit: Visit, by: Staff, now: dt.datetime, reply: str) -> Callable[[], object]:
    return lambda: transitions.answer(
        visit=visit, by=by, now=now, reply=reply, reason=by.last_name, kinds=["visit"]
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("replies", [("yes", "yes"), ("yes", "no"), ("no", "changes")])
def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(there, replies: tuple[str, str]) -> None:
    cast, visit, now = there
    found = together(deciding(visit, cast.head, now, replies[0]), deciding(visit, cast.slt, now, replies[1]))
    lost = [one for one in found if isinstance(one, Stale)]
    won = [one for one in found if isinstance(one, Visit)]
    decision = visit.decisions.get()
    assert (len(lost), len(won)) == (1, 1)
    assert f"{decision.decider.short_name}, 10:00" in lost[0].sentence
    ends = {"yes": State.AUTHORISED, "no": State.DECLINED, "changes": State.DRAFT}
    assert Visit.objects.get(pk=visit.pk).state == ends[decision.answer]


@pytest.mark.django_db(transaction=True)
def test_a_decision_and_a_change_at_once_never_authorise_what_nobody_read(there) -> None:
    cast, visit, now = there
    from visits.facts import facts_hash

    seen = facts_hash(visit)
    found = together(
        lambda: transitions.answer(
            visit=visit, by=cast.head, now=now, reply="yes", reason="Yes", kinds=["visit"], seen=seen
        ),
        lambda: transitions.amend(
            visit=visit, by=cast.teacher, now=now, values={"address": "9 Elsewhere"}, reason="They moved"
        ),
    )
    fresh = Visit.objects.get(pk=visit.pk)
    assert fresh.address == "9 Elsewhere"
    assert fresh.state == State.REQUESTED
    assert [one for one in found if isinstance(one, Exception) and not isinstance(one, Stale)] == []
