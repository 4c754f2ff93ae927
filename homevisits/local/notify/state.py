"""What the pretend Notify knows: services, messages, replies, and how it is told to misbehave."""

import contextlib
import datetime as dt
import json
import random
import threading
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# As Notify's own test numbers; the smoke numbers never have a receipt.
FATES = {
    "447700900002": "permanent-failure",
    "447700900003": "temporary-failure",
    "perm-fail@simulator.notify": "permanent-failure",
    "temp-fail@simulator.notify": "temporary-failure",
}
NO_RECEIPT = {"447700900000", "447700900111", "447700900222"}


def now() -> str:
    """The time as Notify writes it. A provider has a clock of its own."""
    at = dt.datetime.now(dt.UTC)  # noqa: TID251
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digits(number: str) -> str:
    """A number as Notify compares it: 447700900112."""
    kept = "".join(sign for sign in number if sign.isdigit())
    return f"44{kept[1:]}" if kept.startswith("0") else kept


@dataclass
class Service:
    """One customer of Notify: its key, templates, number and callbacks."""

    id: str
    secret: str
    name: str = "Home Visits"
    text_template: str = field(default_factory=lambda: str(uuid.uuid4()))
    email_template: str = field(default_factory=lambda: str(uuid.uuid4()))
    number: str = "07860000000"
    receipt_url: str = ""
    text_url: str = ""
    token: str = ""

    @property
    def key(self) -> str:
        """The API key as a trust admin copies it."""
        return f"{self.name.lower().replace(' ', '_')}-{self.id}-{self.secret}"


@dataclass
class Message:
    """A text or an e-mail that was taken from a service."""

    id: str
    service: str
    kind: str
    to: str
    subject: str
    body: str
    reference: str | None
    template: str
    created_at: str
    status: str = "created"
    completed_at: str | None = None
    settles_in: float = 0.0
    is_told: bool = True
    tries: int = 0


@dataclass
class Reply:
    """A text that somebody sent to a service's number."""

    id: str
    service: str
    number: str
    text: str
    created_at: str
    is_told: bool = True
    tries: int = 0


@dataclass
class Faults:
    """How it misbehaves. `share` of the requests, chosen by `seed`, meet with the rest; 1 is all.

    down: hang up without an answer. slow: wait so many seconds first. status: answer with this error.
    lose: do it, then hang up. receipts: "none" tells nobody, "hold" leaves messages on their way.
    """

    down: bool = False
    slow: float = 0.0
    status: int = 0
    message: str = ""
    lose: bool = False
    share: float = 1.0
    seed: int = 0
    receipts: str = ""
    fates: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def strikes(self) -> bool:
        """Whether this request is one of the unlucky."""
        return self.share >= 1 or self._dice.random() < self.share


class Exchange:
    """All of it, safe for threads; kept in a file when there is one.

    `delay`: seconds until a message's fate is known. `site`: where callbacks go that are only a path.
    """

    def __init__(self, file: Path | None = None, *, delay: float = 0.0, site: str = "") -> None:
        self.file, self.delay, self.site = file, delay, site
        self.lock = threading.RLock()
        self.services: dict[str, Service] = {}
        self.messages: dict[str, Message] = {}
        self.replies: dict[str, Reply] = {}
        self.faults = Faults()
        self.is_changed = False
        if file and file.exists():
            self._load(json.loads(file.read_text(encoding="utf-8")))

    def _load(self, kept: dict[str, Any]) -> None:
        self.services = {row["id"]: Service(**row) for row in kept.get("services", [])}
        self.messages = {row["id"]: Message(**row) for row in kept.get("messages", [])}
        self.replies = {row["id"]: Reply(**row) for row in kept.get("replies", [])}

    def as_json(self) -> dict[str, Any]:
        """Everything, as the file and /control/state have it."""
        with self.lock:
            return {
                "services": [asdict(each) for each in self.services.values()],
                "messages": [asdict(each) for each in self.messages.values()],
                "replies": [asdict(each) for each in self.replies.values()],
                "faults": asdict(self.faults),
            }

    def save(self) -> None:
        """Write the file if anything changed."""
        if self.file is None or not self.is_changed:
            return
        self.is_changed = False
        half = self.file.with_suffix(".half")
        half.touch(mode=0o600)
        half.write_text(json.dumps(self.as_json()), encoding="utf-8")
        half.rename(self.file)

    def add_service(self, **fields: Any) -> Service:
        """Take a customer on, or change one."""
        with self.lock:
            service = Service(**{"id": str(uuid.uuid4()), "secret": str(uuid.uuid4())} | fields)
            self.services[service.id] = service
            self.is_changed = True
            return service

    def take(self, service: Service, **fields: Any) -> Message:
        """Take a message from a service."""
        with self.lock:
            message = Message(
                id=str(uuid.uuid4()),
                service=service.id,
                created_at=now(),
                settles_in=self.delay,
                **fields,
            )
            self.messages[message.id] = message
            self.is_changed = True
            return message

    def reply(self, number: str, text: str, service: str = "") -> Reply:
        """Somebody texts to a service's number: the one named, else the one that texted them last."""
        with self.lock:
            theirs = [m.service for m in self.messages.values() if digits(m.to) == digits(number)]
            reply = Reply(
                id=str(uuid.uuid4()),
                service=service or (theirs[-1] if theirs else next(iter(self.services))),
                number=digits(number),
                text=text,
                created_at=now(),
                is_told=False,
            )
            self.replies[reply.id] = reply
            self.is_changed = True
            return reply

    def settle(self, passed: float = 0.0) -> None:
        """Let `passed` seconds pass for the messages that are on their way."""
        with self.lock:
            if self.faults.receipts == "hold":
                return
            for message in self.messages.values():
                if message.status not in ("created", "sending"):
                    continue
                message.settles_in -= passed
                message.status = "sending"
                if message.settles_in <= 0 and digits(message.to) not in NO_RECEIPT:
                    self.decide(message.id, self._fate(message))
                self.is_changed = True

    def _fate(self, message: Message) -> str:
        to = message.to if message.kind == "email" else digits(message.to)
        return self.faults.fates.get(to) or FATES.get(to, "delivered")

    def decide(self, key: str, status: str) -> None:
        """Say how a message ended."""
        with self.lock:
            message = self.messages[key]
            message.status, message.completed_at, message.is_told, message.tries = status, now(), False, 0
            self.is_changed = True

    def newest(self) -> dict[str, list[Message | Reply]]:
        """Texts and replies by number, the number with the newest first."""
        with self.lock:
            rows: list[Message | Reply] = [m for m in self.messages.values() if m.kind == "sms"]
            rows += self.replies.values()
            phones: dict[str, list[Message | Reply]] = {}
            for row in sorted(rows, key=lambda each: each.created_at, reverse=True):
                phones.setdefault(digits(row.to if isinstance(row, Message) else row.number), []).append(row)
            return phones

    def forget(self) -> None:
        """Begin again with the same services."""
        with self.lock:
            self.messages, self.replies, self.faults = {}, {}, Faults()
            self.is_changed = True
            with contextlib.suppress(OSError):
                self.save()
