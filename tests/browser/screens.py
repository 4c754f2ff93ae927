"""Everybody's own browser on the served product, and reading what a page says."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.test import Client

from homevisits.people.models import Staff

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

DESK = (1280, 900)
PHONE = (390, 844)
PATIENCE = 60_000  # milliseconds


class Screens:
    """A person has one desk and one phone, opened and signed in when first asked for."""

    def __init__(self, browser: "Browser", url: str) -> None:
        self.browser, self.url = browser, url
        self.contexts: list[BrowserContext] = []
        self.known: dict[tuple[int, int], Page] = {}

    def desk(self, staff: Staff) -> "Page":
        return self._of(staff, DESK)

    def phone(self, staff: Staff) -> "Page":
        return self._of(staff, PHONE)

    def nobody(self, size: tuple[int, int] = DESK, scheme: str = "light") -> "Page":
        """A browser in which nobody has signed in."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        return context.new_page()

    def _of(self, staff: Staff, size: tuple[int, int]) -> "Page":
        key = (staff.pk, size[0])
        if key not in self.known:
            self.known[key] = self.nobody(size)
            be(self.known[key], staff, self.url)
        return self.known[key]

    def close(self) -> None:
        for context in self.contexts:
            context.close()


def be(page: "Page", staff: Staff, url: str) -> None:
    """Be this person from now on, without the sign-in form."""
    client = Client()
    client.force_login(staff, settings.AUTHENTICATION_BACKENDS[0])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.clear_cookies()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])


def problems(page: "Page") -> list[str]:
    """The sentences with which the page refuses, as its summary on top lists them."""
    summary = page.locator("[data-error-summary]")
    summary.wait_for()
    return [text.strip() for text in summary.locator("li").all_inner_texts()]


def unmet(page: "Page") -> dict[str, bool]:
    """What the page says is still needed for the next step: the code of each, and whether it blocks."""
    found = page.locator("[data-gate]").all()
    return {one.get_attribute("data-gate") or "": one.get_attribute("data-blocks") == "true" for one in found}


def needed(page: "Page", code: str) -> str:
    """The sentence of one unmet thing."""
    return page.locator(f"[data-gate={code}] .need-text b").first.inner_text()


def state(page: "Page", ref: str) -> str:
    """Where a visit stands, as its own page says."""
    page.goto(f"/visits/{ref}/")
    return page.locator("[data-state]").first.get_attribute("data-state") or ""


def status(page: "Page", path: str) -> int:
    """What the server answers to this person for an address."""
    return page.request.get(path).status
