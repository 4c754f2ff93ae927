"""What every test may ask for: a clock to set, and a real browser."""

import csv
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.db.backends.postgresql.operations import DatabaseOperations

from tests.cast import cast  # noqa: F401  (a fixture)
from tests.clock import Clock
from tests.kept import HISTORY
from tests.notify import notify  # noqa: F401  (a fixture)
from tests.underway import Underway

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CLAUSES = Path(__file__).parent.parent / "docs" / "clauses.csv"
# With every window Chromium draws two drop-downs of its address bar beforehand, hidden, for a second
# and a half of a core. The others are Playwright's, whose own list this one replaces.
UNWANTED = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    "Translate",
)
CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", f"--disable-features={','.join(UNWANTED)}"]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that cites a clause which no document has is a mistake, not a proof."""
    with CLAUSES.open(newline="") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    for item in items:
        cited = {clause for mark in item.iter_markers("clause") for clause in mark.args}
        if unknown := cited - known:
            raise pytest.UsageError(f"{item.nodeid} cites clauses that do not exist: {sorted(unknown)}")


@pytest.fixture(scope="session", autouse=True)
def emptied_only() -> Iterator[None]:
    """A test that commits leaves empty tables behind it, without the permissions of every model anew.

    Nobody's rights rest on Django's permissions, and writing them took longer than most tests. A page
    that closes may leave a request behind, or a thread that sends: they end first, lest they hold the
    tables' locks or write into the next test.
    """
    underway, execute = Underway(), DatabaseOperations.execute_sql_flush

    def once_answered(self: DatabaseOperations, sql: list[str]) -> None:
        underway.wait()
        for _ in range(2):
            with suppress(OperationalError):
                return execute(self, sql)
        return execute(self, sql)

    with (
        patch("django.core.management.commands.flush.emit_post_migrate_signal"),
        patch.object(DatabaseOperations, "execute_sql_flush", once_answered),
    ):
        yield


@pytest.fixture(autouse=True)
def history(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known of what the test before has written."""
    HISTORY.of(request.fixturenames, monkeypatch)


@pytest.fixture
def clock(db: None) -> Iterator[Clock]:
    """Set or advance app_now(): undone by the test's rollback, or by hand where it commits."""
    clock = Clock()
    yield clock
    if not connection.in_atomic_block:
        clock.restore()


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """Debian's Chromium under Playwright, one for each worker."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        pytest.fail("Chromium is missing; as root: apt-get install chromium (or set CHROMIUM to its path)")
    # Playwright's loop runs in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: "Browser") -> "Iterator[Page]":
    """A fresh browser window with no cookies, as wide as a desktop; set_viewport_size for a phone."""
    context = chromium.new_context(
        viewport={"width": 1280, "height": 800}, locale="en-GB", timezone_id="Europe/London"
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
