"""Pages of the look in a real browser, from a small HTTP server that a test can make misbehave."""

import mimetypes
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client

from tests.cast import Cast

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.fixtures import SettingsWrapper

ROWS = "/look/board_rows/"


@dataclass
class Reply:
    """What the server answers; status 0 hangs up without a word."""

    status: int = 200
    html: str = ""
    age: str = "1"
    etag: str = '"a"'
    location: str = ""


class Site:
    """Pages made ready by the test, static files, and rows that answer as they are told."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.rows = Reply(304)
        self.asked: list[str | None] = []
        self.posted: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Answers,), {"site": self}))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Answers(BaseHTTPRequestHandler):
    """One request to the site."""

    site: Site

    def do_GET(self) -> None:
        if self.path == ROWS:
            self.answer_rows()
        elif self.path in self.site.pages:
            self.send(200, *self.site.pages[self.path])
        elif self.path.startswith("/static/"):
            found = Path(finders.find(self.path.removeprefix("/static/")) or "missing")
            kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
            self.send(200, found.read_bytes(), {"Content-Type": kind})
        else:
            self.send(204, b"", {"X-Heartbeat-Age": "1"})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.site.posted.append(self.rfile.read(length).decode())
        self.send(200, b"<title>Taken</title>", {"Content-Type": "text/html"})

    def answer_rows(self) -> None:
        reply = self.site.rows
        self.site.asked.append(self.headers["If-None-Match"])
        if not reply.status:
            self.close_connection = True
            return
        headers = {"X-Heartbeat-Age": reply.age, "ETag": reply.etag, "Content-Type": "text/html"}
        if reply.location:
            headers["Location"] = reply.location
        self.send(reply.status, reply.html.encode(), headers)

    def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in {204, 304}:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status not in {204, 304}:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Shown:
    """A page in a browser, made for somebody who is signed in."""

    def __init__(self, page: "Page", client: Client, site: Site) -> None:
        self.page, self.client, self.site = page, client, site
        self.errors: list[str] = []
        page.on("console", lambda said: said.type == "error" and self.errors.append(said.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path: str) -> "Page":
        reply = self.client.get(path)
        headers = {name: value for name, value in reply.headers.items() if name != "Content-Length"}
        self.site.pages[path] = (reply.content, headers)
        self.page.goto(self.site.url + path)
        return self.page


@pytest.fixture
def demo(settings: "SettingsWrapper") -> None:
    settings.DEMO = True


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def shown(page: "Page", client: Client, cast: Cast, demo: None, site: Site) -> Shown:
    with connection.cursor() as cursor:  # axe looks at a page for seconds, in the test's transaction
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    client.force_login(cast.office)
    return Shown(page, client, site)


@pytest.fixture
def shown_without_scripts(
    chromium: "Browser", client: Client, cast: Cast, demo: None, site: Site
) -> Iterator[Shown]:
    client.force_login(cast.office)
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    yield Shown(context.new_page(), client, site)
    context.close()
