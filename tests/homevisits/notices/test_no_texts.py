"""A trust that cannot text is told so where somebody can mend it."""

import datetime as dt

import pytest

from homevisits.clock import app_now
from homevisits.notices import keeping
from homevisits.notices.delivery import NotDelivered
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
    account = notify.account(cast.trust)
    assert [warned(cast, *each) for each in pages] == [True, True, True, False]  # nobody has tried it
    cast.admin.mobile = "+447700900101"
    keeping.try_text(account=account, by=cast.admin, now=app_now())
    assert [warned(cast, *each) for each in pages] == [False] * 4
    notify.misbehave(status=403)
    with pytest.raises(NotDelivered):
        keeping.try_text(account=account, by=cast.admin, now=app_now())
    assert [warned(cast, *each) for each in pages] == [True, True, True, False]
