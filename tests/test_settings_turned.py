"""Every setting of a policy is turned by a test that sees the product behave differently."""

from collections import defaultdict

import pytest
from django.conf import settings

from homevisits.trusts.catalogue import SETTINGS
from homevisits.trusts.marks import marked
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

ROWS = (
    BriefingPoint,
    ExtraField,
    GuidanceItem,
    LadderStep,
    LinkedPolicy,
    NoticeGround,
    Reason,
    RiskBand,
    TrainingRule,
)
# Names and words, which rule nothing.
WORDS = {"code", "label", "help_text", "advice", "text", "title", "number", "url"}
OF_EVERY_ROW = {"id", *(field.name for field in PolicyPart._meta.fields)}
OF_ROWS = [
    f"{kind.__name__}.{field.name}"
    for kind in ROWS
    for field in kind._meta.fields
    if field.name not in WORDS | OF_EVERY_ROW
]


@pytest.fixture(scope="module")
def turned() -> dict[str, list[str]]:
    """The tests that turn each setting."""
    found = defaultdict(list)
    for path in sorted((settings.BASE_DIR / "tests").rglob("*.py")):
        for name, where in marked("turns", path, settings.BASE_DIR):
            found[name].append(where)
    return found


def test_no_mark_names_an_unknown_setting(turned):
    assert turned.keys() - {*SETTINGS, *OF_ROWS} == set()


@pytest.mark.parametrize("name", [*SETTINGS, *OF_ROWS])
def test_setting_is_turned_by_a_test(turned, name):
    assert turned[name]
