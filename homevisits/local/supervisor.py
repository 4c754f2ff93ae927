"""Keeps a demo's processes running: starts, watches, starts again, stops them all."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from homevisits.local import processes

LONGEST_PAUSE = 30.0
SETTLED = 60.0  # seconds alive after which a process's earlier deaths are forgotten
PATIENCE = 10.0


class Child:
    """One process that should always be there."""

    def __init__(self, name: str, argv: list[str], *, env: dict[str, str], cwd: Path, logs: Path) -> None:
        self.name, self.argv, self.env, self.cwd = name, argv, env, cwd
        self.log = logs / f"{name}.log"
        self.pause = 1.0
        self.start_at: float | None = None
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = processes.spawn(self.argv, env=self.env, cwd=self.cwd, stdout=log, stderr=log)
        self.started, self.start_at = time.monotonic(), None

    def look(self, say: Callable[[str], object]) -> None:
        """Start it again some time after it died, later each time it dies young."""
        now = time.monotonic()
        if self.start_at is not None:
            if now >= self.start_at:
                self.start()
        elif self.process.poll() is not None:
            self.pause = 1.0 if now - self.started > SETTLED else min(self.pause * 2, LONGEST_PAUSE)
            self.start_at = now + self.pause
            say(
                f"{self.name} ended (code {self.process.returncode}), again in {self.pause:.0f} s; see {self.log}"
            )


@contextmanager
def running(children: list[Child]) -> Iterator[None]:
    """Stop every child at the end of the block, together rather than one after another."""
    try:
        yield
    finally:
        for child in children:
            if child.process.poll() is None:
                child.process.terminate()
        until = time.monotonic() + PATIENCE
        for child in children:
            _wait(child.process, until)
            processes.stop(child.process, signal.SIGTERM, patience=0.1)


def _wait(process: subprocess.Popen[bytes], until: float) -> None:
    try:
        process.wait(max(0.1, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        return


def end_on_signal() -> None:
    """Make SIGTERM and a closed terminal end the program as Ctrl-C does, and only once.

    While things are being stopped, a second signal must not leave half of them running.
    """
    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end(number: int, frame: FrameType | None) -> None:
        for each in ending:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in ending:
        signal.signal(number, end)
