"""The record, concerns and what was agreed."""

import datetime as dt

import pytest

from homevisits.notices.models import Notice
from safeguarding.models import ConcernDeadline
from safeguarding.raising import raise_concern
from tests.cast import Cast
from tests.factories import visits as make
from tests.factories.rules import pinned
from tests.factories.rules import turned as version
from tests.visits.turning import unmet
from visits import transitions
from visits.models import Visit
from visits.transitions import Refused

on = pytest.mark.parametrize


def written(cast: Cast, visit: Visit, now: dt.datetime, actions=(), **facts: object) -> Visit:
    """The visit with a whole record, but for what a test leaves out."""
    transitions.keep_record(
        visit=visit, by=cast.teacher, now=now, values=make.record_facts(visit) | facts, outcome="completed",
        people=[("Maria Novak", "mother")], actions=list(actions),
    )  # fmt: skip
    return make.fresh(visit)


@pytest.mark.turns("welfare_pupil_seen_required")
@pytest.mark.clause("TC-072")
@on(
    ("facts", "code"),
    [({"pupil_seen": ""}, "pupil_seen"), ({"pupil_seen": "not_seen", "pupil_spoken": "no"}, "why_not")],
)
def test_whether_the_pupil_was_seen_is_asked_or_required(cast: Cast, now, facts, code: str) -> None:
    visit = written(cast, make.returned(cast, now=now), now, **facts)
    assert unmet("record", visit, now, code, welfare_pupil_seen_required=True) == ["blocks"]
    assert unmet("record", visit, now, code, welfare_pupil_seen_required=False) == ["warns"]


@pytest.mark.turns("welfare_pupil_seen_required")
@on("required", [True, False])
def test_a_record_is_finished_without_it_only_where_the_policy_lets_it(cast: Cast, now, required) -> None:
    rules = version(cast, welfare_pupil_seen_required=required)
    visit = written(cast, pinned(make.returned(cast, now=now), rules), now, pupil_seen="", pupil_spoken="")
    if required:
        with pytest.raises(Refused, match="Say whether the pupil was seen"):
            transitions.record(visit=visit, by=cast.teacher, now=now)
    else:
        assert transitions.record(visit=visit, by=cast.teacher, now=now).state == "recorded"


@pytest.mark.turns("file_choices")
@on(("choices", "said"), [(["safeguarding", "pupil"], []), (["attendance"], ["blocks"])])
def test_the_record_goes_on_one_of_the_policys_files(cast: Cast, now, choices, said: list[str]) -> None:
    visit = written(cast, make.returned(cast, now=now), now, file_destination="safeguarding")
    assert unmet("record", visit, now, "file", file_choices=choices) == said


@pytest.mark.turns("concern_read_minutes")
@on("minutes", [15, 40])
def test_a_concern_is_to_be_read_in_time(cast: Cast, now, minutes: int) -> None:
    version(cast, concern_read_minutes=minutes)
    raise_concern(pupil=make.a_pupil(cast), by=cast.teacher, now=now, facts="No food in the kitchen.")
    assert ConcernDeadline.objects.get(state="live").due_at == now + make.minutes(minutes)


@pytest.mark.turns("agreements_shared_with")
@on(("roles", "hears"), [([], set()), (["slt"], {"Slt"}), (["headteacher", "dsl"], {"Head", "Dsl"})])
def test_what_was_agreed_is_shared(cast: Cast, now, roles: list[str], hears: set[str]) -> None:
    visit = pinned(make.returned(cast, now=now), version(cast, agreements_shared_with=roles))
    agreed = [("Ring on Monday", "D. Mensah", now.date() + dt.timedelta(days=7))]
    transitions.record(
        visit=written(cast, visit, now, agreed, nothing_agreed=False), by=cast.teacher, now=now
    )
    found = Notice.objects.filter(key__startswith=f"{visit.ref}:agreed").values_list(
        "recipient__last_name", flat=True
    )
    assert set(found) == hears
