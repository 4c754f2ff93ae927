"""Child processes that cannot outlive the program that started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

PR_SET_PDEATHSIG = 1


def spawn(
    argv: list[str], *, dies_by: signal.Signals = signal.SIGTERM, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own, so that a Ctrl-C reaches only the starter.

    On Linux the kernel sends `dies_by` to the child when the starter dies, even by kill -9.
    Call it from the main thread: the kernel counts the death of the starting thread.
    """
    if sys.platform == "linux":
        options["preexec_fn"] = _dies_with(os.getpid(), dies_by)
    return subprocess.Popen(argv, stdin=options.pop("stdin", subprocess.DEVNULL), process_group=0, **options)


def _dies_with(parent: int, dies_by: signal.Signals) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)

    def in_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(dies_by), 0, 0, 0)
        if os.getppid() != parent:  # the starter died before the line above
            os.kill(os.getpid(), signal.SIGKILL)

    return in_child


def stop(process: subprocess.Popen[bytes], *signals: signal.Signals, patience: float = 10) -> None:
    """Ask a child to end, ever more firmly, wait for it, and end what is left of its group."""
    for number in (*(signals or (signal.SIGTERM,)), signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
