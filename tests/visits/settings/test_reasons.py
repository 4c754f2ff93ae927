"""The reasons of a policy, and its grounds for not telling parents: what each asks of a request."""

import datetime as dt
from typing import Any

import pytest

from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import overlay
from tests.factories.rules import turned as version
from tests.visits.turning import turned
from visits import gates
from visits.models import Visit
from visits.routes import route

on = pytest.mark.parametrize
UNTOLD = {"reason_code": "SAFEGUARDING", "told": "no", "ground_code": "EMERGENCY", "parent_agreed": False}


def asked(gate: str, visit: Visit, now: dt.datetime, code: str, **fields: Any) -> list[str]:
    """How the unmet checks of a code stand when the visit's reason has these fields."""
    fresh = turned(visit)
    for name, value in fields.items():
        assert hasattr(fresh.reason, name), name
        setattr(fresh.reason, name, value)
    return [check.status for check in gates.unmet(gate, fresh, now) if check.code == code]


@pytest.mark.turns("Reason.needs_concern", "Reason.needs_explanation", "Reason.kinds", "Reason.doorstep_only")
@on(
    ("field", "asks", "asks_not", "code"),
    [
        ("needs_concern", True, False, "concern"),
        ("needs_explanation", True, False, "reason_explained"),
        ("kinds", ["Books", "Food"], [], "reason_kind"),
        ("doorstep_only", True, False, "doorstep"),
    ],
)
def test_a_reason_asks_its_own_questions(cast: Cast, now, field: str, asks, asks_not, code: str) -> None:
    visit = make.draft(cast, now=now)
    assert asked("submit", visit, now, code, **{field: asks}) == ["blocks"]
    assert asked("submit", visit, now, code, **{field: asks_not}) == []


@pytest.mark.turns("Reason.min_attempts", "Reason.min_channels")
@on(
    ("attempts", "channels", "said"),
    [(0, 0, []), (2, 1, []), (3, 1, ["blocks"]), (2, 2, ["blocks"])],
)
def test_calls_and_messages_come_first(
    cast: Cast, now, attempts: int, channels: int, said: list[str]
) -> None:
    visit = make.draft(cast, now=now)
    for _ in range(2):
        make.attempt(visit.pupils.get().pk, cast.teacher, now, "call")
    fields = {"min_attempts": attempts, "min_channels": channels}
    assert asked("submit", visit, now, "attempts", **fields) == said


@pytest.mark.turns("Reason.never_a_letter")
@on(("never", "said"), [(True, ["blocks"]), (False, [])])
def test_nothing_in_writing(cast: Cast, now, never: bool, said: list[str]) -> None:
    visit = make.draft(cast, now=now, told="letter")
    assert asked("submit", visit, now, "letter", never_a_letter=never) == said


@pytest.mark.turns("Reason.needs_letter")
@on(("needs", "said"), [(True, ["blocks"]), (False, [])])
def test_a_letter_comes_first(cast: Cast, now, needs: bool, said: list[str]) -> None:
    version(cast, appointment_letter=False)
    assert asked("log", make.authorised(cast, now=now), now, "letter", needs_letter=needs) == said


@pytest.mark.turns("Reason.is_transport", "Reason.off_in_overlay")
def test_lifts_and_what_can_wait_are_off(cast: Cast, now) -> None:
    version(cast, child_transport_allowed=False)
    visit = make.draft(cast, now=now)
    assert asked("submit", visit, now, "transport", is_transport=True) == ["blocks"]
    assert asked("submit", visit, now, "transport", is_transport=False) == []
    overlay(cast)
    assert asked("submit", visit, now, "overlay_reason", off_in_overlay=True) == ["blocks"]
    assert asked("submit", visit, now, "overlay_reason", off_in_overlay=False) == []


@pytest.mark.turns("Reason.unannounced")
@on(("rule", "said"), [("no", ["blocks"]), ("grounds", [])])
def test_some_reasons_are_by_appointment(cast: Cast, now, rule: str, said: list[str]) -> None:
    visit = make.draft(cast, now=now, ground_text="A neighbour rang.", **UNTOLD)
    assert asked("submit", visit, now, "told", unannounced=rule) == said


@pytest.mark.turns("Reason.dsl")
@on(
    ("part", "goes", "needed"),
    [
        ("none", [], []),
        ("asked", [], [False]),
        ("takes_part", ["dsl_takes_part"], [False]),
        ("leads", ["dsl_leads"], []),
        ("co_authorises", [], [True]),
    ],
)
def test_the_dsls_part_in_a_reason(cast: Cast, now, part: str, goes: list[str], needed: list[bool]) -> None:
    version(cast, dsl_input="off")
    visit = make.draft(cast, now=now)
    codes = ("dsl_takes_part", "dsl_leads")
    assert [code for code in codes if asked("submit", visit, now, code, dsl=part)] == goes
    fresh = turned(visit)
    fresh.reason.dsl = part
    assert [need.is_required for need in route(fresh) if need.kind == "dsl_input"] == needed


@pytest.mark.turns("Reason.dsl")
@on(("part", "hears"), [("none", set()), ("told", {"Dsl", "Deputy"})])
def test_the_dsl_is_told_of_some_reasons(cast: Cast, now, part: str, hears: set[str]) -> None:
    version(cast, lambda draft: draft.reasons.filter(code="LOW_ATTENDANCE").update(dsl=part))
    visit = make.requested(cast, now=now)
    notices = Notice.objects.filter(key__startswith=f"{visit.ref}:safeguarding:")
    assert set(notices.values_list("recipient__last_name", flat=True)) == hears


@pytest.mark.turns("Reason.is_series")
@on(("is_series", "status"), [(True, 200), (False, 302)])
def test_lessons_at_home_need_a_reason_for_them(cast: Cast, now, is_series: bool, status: int) -> None:
    version(cast, lambda draft: draft.reasons.filter(code="TUTORING").update(is_series=is_series))
    pupil = make.a_pupil(cast)
    assert browser(cast.teacher).get(f"/tuition/new/{pupil.pk}/").status_code == status


@pytest.mark.turns(
    "Reason.is_welfare", "Reason.is_attendance", "TrainingRule.for_welfare", "TrainingRule.for_attendance"
)
@on("about", ["welfare", "attendance"])
@on("rule_is", [True, False])
@on("reason_is", [True, False])
def test_training_for_visits_of_one_kind(cast: Cast, now, about: str, rule_is: bool, reason_is: bool) -> None:
    other = {"welfare": "attendance", "attendance": "welfare"}[about]

    def edit(draft) -> None:
        rules = draft.trainingrules.filter(code="violence_prevention")
        rules.update(**{f"for_{about}": rule_is, f"for_{other}": False})
        reason = draft.reasons.filter(code="LOW_ATTENDANCE")
        reason.update(**{f"is_{about}": reason_is, f"is_{other}": False})

    version(cast, edit)
    visit = make.draft(cast, now=now)
    cast.colleague.clearances.filter(kind="violence_prevention").delete()
    found = [c for c in gates.unmet("log", turned(visit), now) if c.code == "training"]
    assert len(found) == (1 if reason_is or not rule_is else 0)


@pytest.mark.turns("NoticeGround.needs_text", "NoticeGround.needs_attempts")
@on(("field", "code"), [("needs_text", "ground_text"), ("needs_attempts", "ground_attempts")])
@on(("asks", "said"), [(True, ["blocks"]), (False, [])])
def test_a_ground_asks_its_own_questions(cast: Cast, now, field: str, code: str, asks: bool, said) -> None:
    version(cast, lambda draft: draft.noticegrounds.filter(code="EMERGENCY").update(**{field: asks}))
    visit = make.draft(cast, now=now, **UNTOLD)
    assert [c.status for c in gates.unmet("submit", turned(visit), now) if c.code == code] == said


@pytest.mark.turns("NoticeGround.is_emergency")
@on(("is_emergency", "kind"), [(True, "emergency"), (False, "procedural")])
def test_an_emergency_ground_makes_an_emergency(cast: Cast, now, is_emergency: bool, kind: str) -> None:
    version(
        cast, lambda draft: draft.noticegrounds.filter(code="EMERGENCY").update(is_emergency=is_emergency)
    )
    facts = UNTOLD | {
        "concern_text": "May be hurt.", "ground_text": "A neighbour rang.", "dsl_absent_reason": "Away.",
    }  # fmt: skip
    assert make.requested(cast, now=now, **facts).kind == kind
