"""The people pages in a real browser: accessible and nothing cut off, wide and narrow, light and dark."""

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.axe import troubles
from tests.browser.screens import be
from tests.cast import make_cast
from tests.homevisits.people.pages.conftest import make_things

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def addresses(page: "Page", live_server: Any) -> dict[str, str]:
    """Every page of people, with the headteacher signed in."""
    cast = make_cast()
    things = make_things(cast)
    be(page, cast.head, live_server.url)
    person, home = [cast.teacher.pk], [things.pupil.household_id]
    args = {
        "people": [],
        "staff_add": [],
        "staff_profile": person,
        "staff_change": person,
        "staff_close": person,
        "vehicle_add": person,
        "clearance_add": person,
        "away_set": person,
        "pupils": [],
        "pupil": [things.pupil.pk],
        "contact": [things.link.pk],
        "household": home,
        "household_change": home,
        "warning_add": home,
        "warning_review": [things.warning.pk],
        "desk_duty": [],
        "stand_in_add": [],
        "imports": [],
        "import_columns": [things.upload.pk],
        "import": [things.upload.pk],
    }
    return {name: live_server.url + reverse(name, args=each) for name, each in args.items()}


def test_axe_finds_nothing_and_nothing_overflows(page: "Page", addresses: dict[str, str]) -> None:
    for name, address in addresses.items():
        page.goto(address)
        assert troubles(page) == [], name
