"""A real mail server on loopback, as small as SMTP allows, that can refuse and can be told when to act."""

import contextlib
import email
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message


class Letter(Message):
    """A message as it was taken; `taken_at` by the machine's monotonic clock."""

    taken_at = 0.0

    @property
    def reference(self) -> str:
        """What is the same in every copy: the part of the Message-ID before the @."""
        return str(self["Message-ID"]).strip("<>").partition("@")[0]


class Letterbox(socketserver.ThreadingTCPServer):
    """Keeps what it accepts; `refuse` is an answer to RCPT such as "550 no such user".

    `refusal` is asked for it each time, with the address, for a server that has moods.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.messages: list[Letter] = []
        self.refuse = ""
        self.refusal: Callable[[str], str] = lambda address: self.refuse
        self.on_accept: Callable[[], object] = lambda: None

    @property
    def url(self) -> str:
        """For the EMAIL_URL setting."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    @property
    def options(self) -> dict[str, object]:
        """For the MAILERS setting."""
        return {"host": "127.0.0.1", "port": self.server_address[1], "timeout": 5}


class Session(socketserver.StreamRequestHandler):
    server: Letterbox

    def handle(self) -> None:
        """A client that is killed in mid-session is part of the game."""
        with contextlib.suppress(ConnectionError):
            self.converse()

    def converse(self) -> None:
        self.say("220 ready")
        for line in iter(self.rfile.readline, b""):
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.say("354 go on")
                self.take()
            elif word == b"RCPT" and (refusal := self.server.refusal(address_in(line))):
                self.say(refusal)
            else:
                self.say("221 bye" if word == b"QUIT" else "250 fine")

    def take(self) -> None:
        lines = list(iter(self.rfile.readline, b".\r\n"))
        letter = email.message_from_bytes(b"".join(lines), _class=Letter)
        letter.taken_at = time.monotonic()
        self.server.messages.append(letter)
        self.server.on_accept()
        self.say("250 taken")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


def address_in(line: bytes) -> str:
    """ "RCPT TO:<pat@school.example>" names Pat."""
    return line.decode().partition("<")[2].partition(">")[0]


@contextmanager
def letterbox() -> Iterator[Letterbox]:
    """A mail server for the length of a block."""
    with Letterbox() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
