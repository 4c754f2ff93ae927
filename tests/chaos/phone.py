"""Somebody's browser, as far as a check-in, a board or the health page needs one: real HTTP to a served process."""

import contextlib
import http.client
import re
import socket
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client

from homevisits.people.models import Staff
from tests.chaos.ledger import ask, one

OUT = (
    "SELECT v.ref FROM visits_visit v JOIN visits_attendee a ON a.visit_id = v.id "
    "WHERE a.staff_id = %s AND v.state = 'in_progress' ORDER BY v.id LIMIT %s"
)


@dataclass(frozen=True)
class Reply:
    """What came back; 0 where nobody answered."""

    status: int = 0
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def age(self) -> float:
        """The heartbeat's age that a board shows; endless where it says that there is none."""
        return float(self.headers.get("X-Heartbeat-Age") or "inf")

    @property
    def trouble(self) -> str:
        return self.headers.get("X-Trouble", "")


class Phone:
    """One person, signed in, on the web process that listens on a port."""

    def __init__(self, staff: Staff, port: int) -> None:
        client = Client()
        client.force_login(staff)
        connection.close()
        self.port, self.token = port, ""
        self.cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}

    def ask(self, method: str, path: str, body: dict[str, str] | None = None) -> Reply:
        """Nothing in the reply when the line or the server is gone."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            with contextlib.closing(line):
                line.request(method, path, urlencode(body) if body else None, headers)
                reply = line.getresponse()
                text = reply.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return Reply()
        for cookie in reply.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return Reply(reply.status, text, dict(reply.headers))

    def get(self, path: str) -> Reply:
        return self.ask("GET", path)

    def say(self, ref: str, key: uuid.UUID, what: str = "fine", **more: str) -> Reply:
        """Say something from the phone page."""
        if not self.token:
            page = self.get(f"/visits/{ref}/out/").text
            if not (token := re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)):
                return Reply()
            self.token = token[1]
        body = {"csrfmiddlewaretoken": self.token, "key": str(key), **more}
        return self.ask("POST", f"/visits/{ref}/out/say/{what}/", body)

    def check_in(self, ref: str, key: uuid.UUID) -> bool:
        """Say "fine"; whether the server said that it has it."""
        reply = self.say(ref, key)
        return reply.status == 302 and reply.headers.get("Location") == f"/visits/{ref}/out/"

    def is_served(self, seconds: float = 180) -> bool:
        """Wait until the web process answers and knows us."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.get("/heartbeat/").status == 204:
                return True
            time.sleep(0.2)
        return False


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def lead() -> Staff:
    """Who leads the first visit, and every copy of it."""
    return Staff.objects.get(pk=one("SELECT staff_id FROM visits_attendee WHERE is_lead ORDER BY id LIMIT 1"))


def office() -> Staff:
    """Who sits at that school's board."""
    return Staff.objects.get(pk=one("SELECT staff_id FROM people_deskduty ORDER BY id LIMIT 1"))


def refs(number: int) -> list[str]:
    """The visits that the lead is out on."""
    return [ref for (ref,) in ask(OUT, lead().pk, number)]
