"""The HTTP server of the pretend Notify: its API, its phones, and the switches that make it fail."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from homevisits.local.notify import pages
from homevisits.local.notify.answers import Refusal, answer, refusal
from homevisits.local.notify.callbacks import tell
from homevisits.local.notify.state import Exchange, Faults

CSS = Path(__file__).with_name("phones.css")
TICK = 0.25
# Seconds between two tries of a callback.
AGAIN = 5.0


class Double(ThreadingHTTPServer):
    """Serves an exchange on loopback."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, exchange: Exchange, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Asked)
        self.exchange = exchange

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def work(self, stop: threading.Event) -> None:
        """Deliver and tell until stopped."""
        last = 0.0
        while not stop.wait(TICK):
            self.exchange.settle(TICK)
            if (
                any(not row.is_told and not row.tries for row in self._rows())
                or time.monotonic() - last > AGAIN
            ):
                last = time.monotonic()
                tell(self.exchange)
            self.exchange.save()

    def _rows(self) -> list[Any]:
        with self.exchange.lock:
            return [*self.exchange.messages.values(), *self.exchange.replies.values()]


class Asked(BaseHTTPRequestHandler):
    """One request."""

    server: Double

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            self._answer({name: values[0] for name, values in parse_qs(raw.decode()).items()})
            return
        try:
            said = json.loads(raw or b"{}")
        except ValueError:
            said = None
        if isinstance(said, dict):
            self._answer(said)
            return
        self._json(
            400, {"status_code": 400, "errors": [{"error": "BadRequestError", "message": "Invalid JSON"}]}
        )

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what was sent stands on the page."""

    def _answer(self, said: dict[str, Any]) -> None:
        """A client that was killed in mid-request is part of the game."""
        with contextlib.suppress(ConnectionError):
            path = self.path.partition("?")[0]
            if path.startswith("/control/"):
                self._control(path.removeprefix("/control/"), said)
            elif path.startswith("/v2/"):
                self._api(said)
            else:
                self._page(path, said)

    def _api(self, said: dict[str, Any]) -> None:
        faults = self.server.exchange.faults
        struck = faults.strikes()
        if struck and faults.slow:
            time.sleep(faults.slow)
        if struck and faults.down:
            return self._hang_up()
        try:
            if struck and faults.status:
                raise refusal(faults.status, faults.message)
            authorization = self.headers.get("Authorization", "")
            status, body = answer(self.server.exchange, self.command, self.path, authorization, said)
        except Refusal as refused:
            return self._json(refused.status, refused.body)
        if struck and faults.lose:
            return self._hang_up()
        return self._json(status, body)

    def _hang_up(self) -> None:
        self.close_connection = True

    def _control(self, what: str, said: dict[str, Any]) -> None:
        """For tests and chaos: /control/state, services, faults, reply, receipt, forget."""
        exchange = self.server.exchange
        if what == "services":
            exchange.add_service(**said)
        elif what == "faults":
            exchange.faults = Faults(**said)
        elif what == "reply":
            exchange.reply(**said)
        elif what == "receipt":
            exchange.decide(said["id"], said["status"])
        elif what == "forget":
            exchange.forget()
        self._json(200, exchange.as_json())

    def _page(self, path: str, said: dict[str, Any]) -> None:
        exchange = self.server.exchange
        if self.command == "POST" and path == "/reply":
            text = str(said.get("quick") or said.get("text") or "").strip()
            number = str(said.get("number") or "")
            if text and number and exchange.services:
                exchange.reply(number, text, str(said.get("service") or ""))
            self.send_response(303)
            self.send_header("Location", "/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path == "/phones.css":
            self._send(200, "text/css; charset=utf-8", CSS.read_bytes())
        elif path == "/":
            self._send(200, "text/html; charset=utf-8", pages.phones(exchange).encode())
        else:
            self._send(404, "text/plain; charset=utf-8", b"There is nothing here.")

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(body).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(exchange: Exchange, port: int = 0) -> Iterator[Double]:
    """The server for a block, in a thread; whoever started it settles and tells by hand."""
    with Double(exchange, port) as double:
        threading.Thread(target=double.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield double
        finally:
            double.shutdown()
