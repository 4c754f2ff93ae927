"""The trust's floor, setting by setting and row by row: stricter and equal pass, laxer is named and refused."""

import copy
import datetime as dt

import pytest
from django.db import models

from homevisits.trusts import presets
from homevisits.trusts.catalogue import LAXEST, SETTINGS, Setting, Stricter
from homevisits.trusts.columns import column
from homevisits.trusts.contents import Contents
from homevisits.trusts.floor import below, floor_hint, raised
from homevisits.trusts.parts import (
    BriefingPoint,
    ExtraField,
    GuidanceItem,
    LadderStep,
    LinkedPolicy,
    NoticeGround,
    PolicyPart,
    Reason,
    RiskBand,
    TrainingRule,
)
from homevisits.trusts.policies import Policy
from homevisits.trusts.sheet import empty_sheet
from homevisits.trusts.soundness import faults
from homevisits.trusts.wording import value_text

HELD = [name for name, setting in SETTINGS.items() if setting.has_floor]
FREE = [name for name, setting in SETTINGS.items() if not setting.has_floor]
VERSION = 3
BY_DECISION = "“Only by a separate decision with a reason”"


def trusts(**values) -> Contents:
    """Version 3 of a trust's policy."""
    return presets.read("three_counties").contents.having(number=VERSION, **values)


def example(setting: Setting) -> tuple[object, object, object]:
    """A trust's value, a laxer one and a stricter one."""
    is_time = isinstance(column(Policy, setting.name), models.TimeField)
    match setting.stricter:
        case Stricter.MORE:
            return (dt.time(9), dt.time(8), dt.time(10)) if is_time else (2, 1, 3)
        case Stricter.LESS:
            return (dt.time(18), dt.time(19), dt.time(17)) if is_time else (10, 11, 9)
        case Stricter.ON:
            return True, False, True
        case Stricter.OFF:
            return False, True, False
        case Stricter.FEWER:
            return ["headteacher", "slt"], ["headteacher", "dsl"], ["headteacher"]
        case Stricter.WIDER:
            return ["headteacher"], ["dsl"], ["dsl", "headteacher"]
    return setting.ranks[1], setting.ranks[0], setting.ranks[-1]


def sentences(own: Contents, floor: Contents, where: str) -> list[str]:
    return [fault.sentence for fault in below(own, floor) if fault.where == where]


@pytest.mark.parametrize("name", HELD)
def test_laxer_value_is_refused_and_the_trusts_value_named(name):
    least, laxer, _ = example(SETTINGS[name])
    floor = trusts(**{name: least})
    (sentence,) = sentences(floor.having(**{name: laxer}), floor, name)
    assert f"(version {VERSION})" in sentence
    assert value_text(floor.policy, name) in sentence


@pytest.mark.parametrize("name", HELD)
def test_equal_and_stricter_values_pass(name):
    least, _, stricter = example(SETTINGS[name])
    floor = trusts(**{name: least})
    assert sentences(floor, floor, name) == []
    assert sentences(floor.having(**{name: stricter}), floor, name) == []


@pytest.mark.parametrize("name", HELD)
def test_raised_value_is_the_nearest_that_passes(name):
    least, laxer, stricter = example(SETTINGS[name])
    floor = trusts(**{name: least})
    lifted = raised(floor.having(**{name: laxer}), floor)
    assert below(lifted, floor) == []
    assert lifted.policy.sources[name]["note"] == "Raised to the trust's floor, version 3."
    kept = raised(floor.having(**{name: stricter}), floor)
    assert getattr(kept.policy, name) == stricter


@pytest.mark.parametrize("name", [name for name in HELD if SETTINGS[name].stricter != Stricter.ON])
def test_where_the_trust_has_the_laxest_value_a_school_is_free(name):
    _, laxest, stricter = example(SETTINGS[name])
    setting = SETTINGS[name]
    if setting.zero == LAXEST or setting.blank == LAXEST:
        laxest = [] if isinstance(laxest, list) else (None if isinstance(laxest, dt.time) else 0)
    floor = trusts(**{name: laxest})
    if setting.stricter not in {Stricter.FEWER, Stricter.WIDER} or laxest == []:
        assert sentences(floor.having(**{name: stricter}), floor, name) == []


@pytest.mark.parametrize("name", [name for name in HELD if SETTINGS[name].zero == LAXEST])
def test_nought_that_means_no_rule_is_laxer_than_any_number(name):
    floor = trusts(**{name: 10})
    (sentence,) = sentences(floor.having(**{name: 0}), floor, name)
    assert sentence.endswith("Enter 1 to 10.")


@pytest.mark.parametrize("name", [name for name in HELD if SETTINGS[name].blank == LAXEST])
def test_blank_that_means_no_rule_is_laxer_than_any_value(name):
    least, laxer, _ = example(SETTINGS[name])
    floor = trusts(**{name: least})
    blank = [] if isinstance(laxer, list) else None
    assert len(sentences(floor.having(**{name: blank}), floor, name)) == 1


@pytest.mark.parametrize("name", FREE)
def test_setting_without_a_direction_is_free(name):
    floor = trusts()
    stored = column(Policy, name)
    if isinstance(stored, models.BooleanField):
        other = not getattr(floor.policy, name)
    else:
        other = {list: ["ceo"], int: 1, dict: {}, dt.date: dt.date(2030, 1, 1)}.get(
            type(getattr(floor.policy, name)), ""
        )
    assert sentences(floor.having(**{name: other}), floor, name) == []
    assert floor_hint(floor.policy, name) == ""


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"min_people": 1}, "Your trust asks for at least 2 people (version 3). Enter 2 or more."),
        ({"wait_minutes": 25}, "Your trust asks for at most 20 minutes (version 3). Enter 20 or less."),
        ({"confirm_necessary": False}, "Your trust asks for this: Yes (version 3). Tick it."),
        (
            {"outsiders_count": True},
            "Your trust does not allow this: No (version 3). Leave it unticked.",
        ),
        (
            {"lone_roles_ewo": ["headteacher"]},
            "Your trust allows only: Executive Headteacher/CEO (version 3). Choose nobody besides them.",
        ),
        (
            {"lone_rule": "allowed"},
            f"Your trust asks for {BY_DECISION} (version 3). Choose {BY_DECISION} or “Nobody goes alone”.",
        ),
    ],
)
def test_refusal_says_what_to_enter(values, sentence):
    (name,) = values
    assert sentences(trusts(**values), trusts(), name) == [sentence]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("min_people", "The trust’s floor: 2 people. Yours may be more."),
        ("wait_minutes", "The trust’s floor: 20 minutes. Yours may be less."),
        ("evening_from", "The trust has no rule here."),
        ("outsiders_count", "The trust’s floor: No. It stays off."),
        ("dbs_rule", "The trust’s floor: They cannot go. Nothing is stricter."),
    ],
)
def test_hint_says_what_the_floor_is_and_how_far_a_school_may_go(name, hint):
    assert floor_hint(trusts().policy, name) == hint


def test_blank_that_follows_another_setting_is_held_to_what_it_means():
    floor = trusts(lone_roles=["headteacher"], lone_roles_ewo=["ceo"])
    own = floor.having(lone_roles_ewo=[])
    assert len(sentences(own, floor, "lone_roles_ewo")) == 1
    assert raised(own, floor).policy.lone_roles_ewo == ["ceo"]
    both_blank = trusts(lone_roles=["headteacher"], lone_roles_ewo=[])
    assert sentences(both_blank, both_blank, "lone_roles_ewo") == []


def test_raised_policy_takes_from_the_trust_what_no_policy_may_lack():
    floor = trusts(lone_rule="by_decision", lone_roles=["headteacher"])
    own = floor.having(lone_rule="allowed", lone_roles=[], lone_roles_ewo=[])
    lifted = raised(own, floor)
    assert (lifted.policy.lone_rule, lifted.policy.lone_roles) == ("by_decision", ["headteacher"])
    assert faults(lifted) == []


# --- Rows -------------------------------------------------------------------------------------

ROWS: dict[type[PolicyPart], tuple[dict, dict, dict]] = {
    Reason: (
        {
            "unannounced": "grounds",
            "dsl": "takes_part",
            "min_attempts": 2,
            "min_channels": 2,
            **dict.fromkeys(["needs_concern", "needs_explanation", "needs_letter", "is_welfare"], True),
            **dict.fromkeys(["is_attendance", "is_transport", "is_series"], True),
            **dict.fromkeys(["doorstep_only", "off_in_overlay"], True),
        },
        {
            "unannounced": "yes",
            "dsl": "told",
            "min_attempts": 1,
            "min_channels": 1,
            **dict.fromkeys(["needs_concern", "needs_explanation", "needs_letter", "is_welfare"], False),
            **dict.fromkeys(["is_attendance", "is_transport", "is_series"], False),
            **dict.fromkeys(["doorstep_only", "off_in_overlay"], False),
        },
        {"unannounced": "no", "dsl": "co_authorises", "min_attempts": 3, "min_channels": 3},
    ),
    NoticeGround: (
        {"needs_attempts": True, "needs_text": True, "is_emergency": False},
        {"needs_attempts": False, "needs_text": False, "is_emergency": True},
        {},
    ),
    GuidanceItem: (
        {"moment": "depart", "text": "Phone charged", "is_check": True, "only": "lone"},
        {"is_check": False, "only": "driving"},
        {"only": "always"},
    ),
    TrainingRule: (
        {"strength": "warn", "about": "each", "valid_months": 24, "for_attendance": True},
        {"strength": "off", "about": "one", "valid_months": None},
        {"strength": "block", "valid_months": 12, "for_attendance": False},
    ),
    BriefingPoint: ({"text": "Pets", "each_visit": True}, {"each_visit": False}, {}),
    ExtraField: ({"is_required": True}, {"is_required": False}, {}),
    LinkedPolicy: (
        {"kind": "conduct", "number": "HR26", "must_be_read": True, "phase": "primary"},
        {"must_be_read": False, "phase": "secondary"},
        {"phase": ""},
    ),
}
LAXER = [(kind, name) for kind, (_, laxer, _) in ROWS.items() for name in laxer]


def row(kind: type[PolicyPart], **facts) -> PolicyPart:
    """A row as the trust has it, with some facts otherwise."""
    named = {"code": "SHARED", "label": "The shared one", "title": "The shared one"}
    columns = {field.attname for field in kind._meta.concrete_fields}
    asked = {name: value for name, value in named.items() if name in columns}
    return kind(**(asked | ROWS[kind][0] | facts))


def with_one(kind: type[PolicyPart], **facts) -> Contents:
    """The trust's policy with this row as the only one of its kind."""
    others = [other for other in trusts().rows if not isinstance(other, kind)]
    return trusts(reasons_open=False, grounds_open=False).with_rows([*others, row(kind, **facts)])


@pytest.mark.parametrize(("kind", "name"), LAXER, ids=lambda value: getattr(value, "__name__", value))
def test_laxer_row_is_refused_beside_its_field(kind, name):
    floor = with_one(kind)
    own = with_one(kind, **{name: ROWS[kind][1][name]})
    (fault,) = below(own, floor)
    assert (fault.field, "version 3" in fault.sentence, fault.is_floor) == (name, True, True)
    assert below(raised(own, floor), floor) == []


@pytest.mark.parametrize("kind", ROWS)
def test_stricter_row_passes_and_is_left_as_it_is(kind):
    floor = with_one(kind)
    own = with_one(kind, **ROWS[kind][2])
    assert below(own, floor) == []
    assert raised(own, floor).of_kind(kind) == own.of_kind(kind)


@pytest.mark.parametrize("kind", [kind for kind in ROWS if kind not in {Reason, NoticeGround}])
def test_row_that_the_trust_asks_for_stays(kind):
    floor = with_one(kind)
    own = floor.with_rows([other for other in floor.rows if not isinstance(other, kind)])
    (fault,) = below(own, floor)
    assert "Keep it as it stands there" in fault.sentence
    (back,) = raised(own, floor).of_kind(kind)
    assert (str(back), back.note) == (str(row(kind)), "Raised to the trust's floor, version 3.")


@pytest.mark.parametrize("kind", [Reason, NoticeGround])
def test_row_that_the_trust_does_not_have_is_refused_where_its_list_is_closed(kind):
    floor, name = with_one(kind), f"{'reasons' if kind is Reason else 'grounds'}_open"
    more = row(kind, code="OWN", label="Our own")
    own = floor.with_rows([*floor.rows, more])
    (fault,) = below(own, floor)
    assert fault.sentence.endswith("is closed (version 3). Switch “Our own” off.")
    assert [str(kept) for kept in raised(own, floor).of_kind(kind)] == ["The shared one"]
    opened = with_one(kind).having(**{name: True})
    assert below(own, opened) == []


def test_reasons_that_are_all_foreign_give_way_to_the_trusts():
    floor = with_one(Reason)
    own = with_one(Reason, code="OWN", label="Our own")
    assert [str(kept) for kept in raised(own, floor).reasons] == ["The shared one"]


def test_school_may_have_fewer_reasons_and_grounds():
    floor = trusts()
    kept = [r for r in floor.rows if not isinstance(r, Reason | NoticeGround)]
    own = floor.with_rows([*kept, floor.reasons[0], floor.grounds[0]])
    assert below(own, floor) == []


def test_training_on_fewer_visits_is_laxer():
    floor = with_one(TrainingRule, for_attendance=True, for_welfare=True)
    own = with_one(TrainingRule, for_attendance=True, for_welfare=False)
    (fault,) = below(own, floor)
    assert "your trust asks for it on more visits" in fault.sentence
    assert below(raised(own, floor), floor) == []


# --- Ladders -----------------------------------------------------------------------------------


def step(minutes: int, *roles: str, **facts) -> LadderStep:
    facts = {"ladder": "safety", "channels": ["in_app", "email"], "is_everybody": not roles} | facts
    return LadderStep(after_minutes=minutes, roles=list(roles), **facts)


def with_ladder(*steps: LadderStep) -> Contents:
    others = [r for r in trusts().rows if not (isinstance(r, LadderStep) and r.ladder == "safety")]
    placed = []
    for place, each in enumerate(steps):
        each.position = place
        placed.append(each)
    return trusts().with_rows([*others, *placed])


def told(contents: Contents) -> list[tuple[int, list[str], list[str]]]:
    return [(s.after_minutes, s.roles, s.roles_ewo) for s in contents.ladder("safety")]


FLOOR = with_ladder(step(0, "office"), step(10, "headteacher", roles_ewo=["ceo"]), step(30))


@pytest.mark.parametrize(
    ("own", "late"),
    [
        ([step(0, "office"), step(10, "headteacher", roles_ewo=["ceo"]), step(30)], []),
        ([step(0, "office", "headteacher", "ceo"), step(15)], []),
        ([step(0, "office"), step(5)], []),
        ([step(0, "office"), step(10, "slt"), step(20)], ["Headteacher/Head of School", "Executive"]),
        ([step(0, "office"), step(11, "headteacher", "ceo"), step(30)], ["Headteacher/Head", "Executive"]),
        ([step(0, "office"), step(10, "headteacher"), step(30)], ["Executive Headteacher/CEO when it is"]),
        ([step(0, "office"), step(10, "headteacher", roles_ewo=["ceo"]), step(31)], ["everybody"]),
        (
            [step(0, "office", channels=["in_app"]), step(10, "headteacher", roles_ewo=["ceo"]), step(30)],
            ["Office"],
        ),
    ],
)
def test_ladder_tells_nobody_later_than_the_trusts(own, late):
    contents = with_ladder(*own)
    found = sentences(contents, FLOOR, "safety")
    assert len(found) == len(late)
    assert all(f"your trust tells {who}" in said for who, said in zip(late, found, strict=True))
    lifted = raised(contents, FLOOR)
    assert below(lifted, FLOOR) == []
    assert faults(lifted) == []


def test_ladder_is_raised_by_no_more_than_is_needed():
    own = with_ladder(step(0, "office"), step(10, "slt"), step(20, "dsl"), step(45))
    assert told(raised(own, FLOOR)) == [
        (0, ["office"], []),
        (10, ["slt", "headteacher"], ["slt", "ceo"]),
        (20, ["dsl"], []),
        (30, [], []),
    ]


# --- Bands -------------------------------------------------------------------------------------


def band(level: str, score: int, people: int = 1, repeat: int = 0, roles: tuple = ()) -> RiskBand:
    return RiskBand(
        level=level, from_score=score, min_people=people, checkin_repeat_minutes=repeat, roles=list(roles)
    )


def with_bands(*bands: RiskBand) -> Contents:
    others = [r for r in trusts().rows if not isinstance(r, RiskBand)]
    return trusts().with_rows([*others, *(copy.copy(each) for each in bands)])


BANDS = with_bands(band("low", 0), band("medium", 4, 2, 30), band("high", 8, 2, 15, ("headteacher",)))


@pytest.mark.parametrize(
    ("own", "fields"),
    [
        ([band("low", 0), band("medium", 4, 2, 30), band("high", 8, 3, 10, ("headteacher",))], []),
        ([band("low", 0), band("medium", 2, 2, 20), band("high", 6, 2, 15, ("headteacher",))], []),
        ([band("low", 0), band("high", 4, 2, 15, ("headteacher",))], []),
        (
            [band("low", 0), band("medium", 5, 2, 30), band("high", 8, 2, 15, ("headteacher",))],
            ["from_score"],
        ),
        (
            [band("low", 0), band("medium", 4, 1, 30), band("high", 8, 2, 15, ("headteacher",))],
            ["min_people"],
        ),
        (
            [band("low", 0), band("medium", 4, 2, 0), band("high", 8, 2, 15, ("headteacher",))],
            ["checkin_repeat_minutes"],
        ),
        ([band("low", 0), band("medium", 4, 2, 30), band("high", 8, 2, 15)], ["roles"]),
        ([band("low", 0), band("medium", 4, 2, 30)], ["from_score"]),
        ([], ["from_score", "from_score"]),
    ],
)
def test_no_score_asks_for_less_than_the_trusts(own, fields):
    contents = with_bands(*own)
    assert [fault.field for fault in below(contents, BANDS)] == fields
    lifted = raised(contents, BANDS)
    assert below(lifted, BANDS) == []
    assert faults(lifted) == []


@pytest.mark.parametrize("start", [*presets.NAMES, "empty"])
@pytest.mark.parametrize("under", presets.NAMES)
def test_anything_raised_to_any_trusts_floor_is_sound_and_not_below(start, under):
    floor = presets.read(under).contents.having(number=VERSION, review_by=dt.date(2027, 1, 1))
    own = empty_sheet() if start == "empty" else presets.read(start).contents
    lifted = raised(own.having(review_by=dt.date(2027, 1, 1)), floor)
    assert below(lifted, floor) == []
    assert faults(lifted) == []
