"""The pretend Notify: phones to look at, switches, and a process of its own that keeps what it knows."""

import json
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from homevisits.local.notify.server import serving
from homevisits.local.notify.state import Exchange, Faults, Service
from tests.running import wait_for

NUMBER = "07700900112"


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as reply:
        return reply.read().decode()


def post(url: str, said: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps(said).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as reply:
        return json.loads(reply.read())


def text(url: str, service: Service, body: str = "Look at once.") -> str:
    client = NotificationsAPIClient(service.key, base_url=url, timeout=5)
    sent = client.send_sms_notification(NUMBER, service.text_template, {"body": body}, "ours")
    return str(sent["id"])


def test_a_phone_shows_its_texts_escaped_and_replies_by_a_form() -> None:
    exchange = Exchange()
    service = exchange.add_service(name="Hillside")
    with serving(exchange) as double:
        text(double.url, service, "Due <b>10:40</b>")
        exchange.settle()
        page = get(double.url)
        assert ("07700 900112" in page, "Due &lt;b&gt;10:40" in page, "delivered" in page) == (
            True,
            True,
            True,
        )
        form = urllib.parse.urlencode({"number": NUMBER, "quick": "OK"}).encode()
        urllib.request.urlopen(f"{double.url}/reply", form, timeout=5)
        (reply,) = exchange.replies.values()
        assert (reply.service, reply.number, reply.text) == (service.id, "447700900112", "OK")
        client = NotificationsAPIClient(service.key, base_url=double.url, timeout=5)
        (got,) = client.get_received_texts()["received_text_messages"]
        assert (got["id"], got["content"]) == (reply.id, "OK")


def test_the_same_seed_fails_the_same_requests() -> None:
    def failures() -> list[bool]:
        faults = Faults(status=500, share=0.5, seed=7)
        return [faults.strikes() for _ in range(20)]

    assert (failures() == failures(), 3 < sum(failures()) < 17) == (True, True)


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_clock_that_is_wrong_is_refused(seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from notifications_python_client import authentication

    exchange = Exchange()
    service = exchange.add_service()
    with serving(exchange) as double:
        token = authentication.epoch_seconds
        monkeypatch.setattr(
            "notifications_python_client.base.create_jwt_token",
            lambda secret, name: _token(secret, name, token() + seconds),
        )
        with pytest.raises(HTTPError) as refused:
            text(double.url, service)
    assert (refused.value.status_code, "clock" in str(refused.value)) == (403, True)


def _token(secret: str, name: str, at: int) -> str:
    import jwt

    return jwt.encode({"iss": name, "iat": at}, secret, headers={"typ": "JWT", "alg": "HS256"})


def test_as_a_process_it_keeps_what_it_knows_and_is_steered_from_outside(tmp_path: Path) -> None:
    file = tmp_path / "notify.json"
    service = Exchange(file).add_service(name="Hillside")
    exchange = Exchange(file)
    exchange.services[service.id], exchange.is_changed = service, True
    exchange.save()
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    argv = [sys.executable, "-m", "homevisits.local.notify", "--port", str(port), "--state", str(file)]
    process = subprocess.Popen([*argv, "--delay", "0"], cwd=settings.BASE_DIR)
    try:
        wait_for(lambda: _answers(url))
        key = text(url, service)
        post(f"{url}/control/faults", {"status": 429})
        with pytest.raises(HTTPError):
            text(url, service)
        wait_for(lambda: json.loads(get(f"{url}/control/state"))["messages"][0]["status"] == "delivered")
    finally:
        process.terminate()
        process.wait(timeout=10)
    assert [message["id"] for message in json.loads(file.read_text())["messages"]] == [key]


def _answers(url: str) -> bool:
    try:
        return bool(get(url))
    except (urllib.error.URLError, OSError):
        return False
