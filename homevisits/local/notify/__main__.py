"""`python -m homevisits.local.notify`: the pretend Notify as a process of its own, until SIGTERM."""

import argparse
import signal
import threading
from pathlib import Path
from types import FrameType

from homevisits.local.notify.server import serving
from homevisits.local.notify.state import Exchange


def main() -> None:
    """Serve until told to stop; what is known stays in the file."""
    asked = argparse.ArgumentParser(prog="homevisits.local.notify", description=__doc__)
    asked.add_argument("--port", type=int, default=8001)
    asked.add_argument("--state", type=Path, help="a file that keeps services and messages")
    asked.add_argument("--delay", type=float, default=1.5, help="seconds until a text has arrived")
    asked.add_argument("--site", default="", help="where callbacks go that are kept as a path alone")
    options = asked.parse_args()
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    exchange = Exchange(options.state, delay=options.delay, site=options.site)
    with serving(exchange, options.port) as double:
        double.work(stop)
    exchange.save()


if __name__ == "__main__":
    main()
