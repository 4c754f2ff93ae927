"""Alerts on phones: a real client, and at the far edge a push service of the test's that can open them."""

import base64
import http.server
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from homevisits.notices import phones, push
from homevisits.notices.delivery import NotNow, Undeliverable
from homevisits.notices.models import PushSubscription
from homevisits.notices.vapid import new_private_key, public_key
from homevisits.people.models import Staff
from tests.homevisits.notices.conftest import Queue


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Phone:
    """A browser's half: its keys, and what its maker's service was handed."""

    url: str = ""
    status: int = 201
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))
    taken: list[tuple[Any, bytes]] = field(default_factory=list)

    @property
    def keys(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.url, "p256dh": text_of(point), "auth": text_of(self.secret)}

    def shown(self) -> list[dict[str, str]]:
        """What its owner sees."""
        opened = (
            http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
            for _, body in self.taken
        )
        return [json.loads(words) for words in opened]


@pytest.fixture
def phone(settings: Any) -> Iterator[Phone]:
    """A phone whose maker's service is on loopback."""
    settings.VAPID_PRIVATE_KEY = new_private_key()
    phone = Phone()

    class Service(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            phone.taken.append((self.headers, body))
            self.send_response(phone.status)
            self.send_header("Location", "/message/1")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nothing on the screen."""

    with http.server.HTTPServer(("127.0.0.1", 0), Service) as server:
        phone.url = f"http://127.0.0.1:{server.server_port}/phone/1"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield phone
        server.shutdown()


@pytest.fixture
def subscribed(reader: Staff, phone: Phone) -> PushSubscription:
    return phones.switch_on(staff=reader, agent="Mozilla/5.0 (Linux; Android 15) Chrome/140", **phone.keys)


def test_phone_shows_the_subject_and_where_it_leads_and_nothing_else(
    subscribed: PushSubscription, phone: Phone, queued: Queue
) -> None:
    notice = queued(channel="push", body="Look at once: three people.")
    assert push.send(notice, is_repeat=False) == "/message/1"
    assert push.send(notice, is_repeat=True) == "/message/1"
    tag = notice.uuid.hex
    assert phone.shown() == [
        {"title": "HV-7K3Q has not come back", "path": "/alarms/1/", "tag": tag},
        {"title": "HV-7K3Q has not come back (repeat)", "path": "/alarms/1/", "tag": tag},
    ]
    headers, _ = phone.taken[0]
    assert (headers["Urgency"], headers["Topic"]) == ("high", tag)
    assert f"k={public_key(push.settings.VAPID_PRIVATE_KEY)}" in headers["Authorization"]
    subscribed.refresh_from_db()
    assert (subscribed.label, subscribed.is_failing) == ("Chrome on Android", False)
    assert subscribed.last_worked_at is not None


@pytest.mark.parametrize("status", [404, 410])
def test_phone_that_its_maker_has_forgotten_is_forgotten(
    subscribed: PushSubscription, phone: Phone, queued: Queue, status: int
) -> None:
    phone.status = status
    with pytest.raises(Undeliverable, match="No phone is set up"):
        push.send(queued(channel="push"), is_repeat=False)
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [500, 429, 307])
def test_phone_that_cannot_be_reached_is_tried_again_and_shown_as_failing(
    subscribed: PushSubscription, phone: Phone, queued: Queue, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    phone.status = status
    with pytest.raises(NotNow):
        push.send(queued(channel="push"), is_repeat=False)
    subscribed.refresh_from_db()
    assert (subscribed.is_failing, len(phone.taken)) == (True, 1)
    assert "127.0.0.1" not in caplog.text


def test_one_phone_of_two_is_enough(
    subscribed: PushSubscription, phone: Phone, reader: Staff, queued: Queue
) -> None:
    phones.switch_on(staff=reader, agent="", **phone.keys | {"endpoint": "http://127.0.0.1:9/gone"})
    assert push.send(queued(channel="push"), is_repeat=False) == "/message/1"


def test_only_those_with_a_phone_are_reached(
    subscribed: PushSubscription, reader: Staff, settings: Any, queued: Queue
) -> None:
    colleague = Staff.objects.exclude(pk=reader.pk).first() or Staff(pk=0)
    assert push.reached([reader, colleague]) == {reader.pk}
    settings.VAPID_PRIVATE_KEY = ""
    assert push.reached([reader]) == set()


@pytest.mark.parametrize(
    "endpoint",
    ["http://fcm.googleapis.com/x", "https://127.0.0.1/x", "https://10.0.0.8/x", "https://[::1]/x", "https://169.254.169.254/x"],
)  # fmt: skip
def test_address_inside_a_private_network_is_refused_in_production(settings: Any, endpoint: str) -> None:
    settings.PRODUCTION = True
    with pytest.raises(push.UnsafeEndpoint):
        push.must_be_public(endpoint)


def test_person_switches_alerts_on_tries_them_and_switches_them_off(
    client: Client, reader: Staff, phone: Phone
) -> None:
    client.force_login(reader)
    assert (
        f'data-push="{public_key(push.settings.VAPID_PRIVATE_KEY)}"'
        in client.get("/notices/phone/").content.decode()
    )
    assert client.post("/notices/phone/on/", {"endpoint": "here"}).status_code == 400
    assert client.post("/notices/phone/on/", phone.keys).status_code == 200
    said = client.post("/notices/phone/test/", follow=True).content.decode()
    assert "A test is on its way" in said
    assert [words["title"] for words in phone.shown()] == ["Test: alerts reach this phone"]
    mine = PushSubscription.objects.get()
    client.post(f"/notices/phone/{mine.pk}/off/")
    assert not PushSubscription.objects.exists()
    assert "No device of yours" in client.post("/notices/phone/test/", follow=True).content.decode()


def test_nobody_switches_off_somebody_elses_phone(
    client: Client, subscribed: PushSubscription, cast: Any
) -> None:
    client.force_login(cast.office)
    assert client.post(f"/notices/phone/{subscribed.pk}/off/").status_code == 404


def test_browser_that_changes_hands_belongs_to_the_last(
    subscribed: PushSubscription, phone: Phone, cast: Any
) -> None:
    phones.switch_on(staff=cast.office, agent="", **phone.keys)
    assert PushSubscription.objects.get().staff == cast.office
