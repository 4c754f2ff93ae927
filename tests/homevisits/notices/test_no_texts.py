"""A trust that cannot text is told so where somebody can mend it."""

import datetime as dt

import pytest

from homevisits.clock import app_now
from homevisits.notices.accounts import TextAccount
from tests.cast import Cast, browser
from tests.clock import Clock
from tests.notify import Pretend


@pytest.fixture(autouse=True)
def now(clock: Clock) -> dt.datetime:
    return clock.set("2026-11-26 10:00")


def warned(cast: Cast, who: str, path: str) -> bool:
    return "data-no-texts" in browser(cast.people[who]).get(path).content.decode()


def test_the_policys_page_and_the_admins_day_warn_until_texts_work(cast: Cast, notify: Pretend) -> None:
    page = f"/policy/{cast.policy.pk}/"
    pages = [("admin", "/"), ("admin", page), ("head", page), ("head", "/")]
    assert [warned(cast, *each) for each in pages] == [True, True, True, False]
    notify.account(cast.trust)
    assert [warned(cast, *each) for each in pages] == [False] * 4
    TextAccount.objects.update(failed_at=app_now(), failure="Notify does not accept the key.")
    assert [warned(cast, *each) for each in pages] == [True, True, True, False]
