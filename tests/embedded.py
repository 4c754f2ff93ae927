"""One embedded PostgreSQL and one Valkey for a whole test run, however many workers share them."""

import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path

from homevisits.local.servers import Postgres, Valkey

PREFIX = "home-visits-tests-"


def ensure_servers() -> None:
    """Start what the environment does not name yet; workers inherit the names from the starter.

    Nothing is kept: the data is deleted when the run ends, and the remains of a run that was
    killed are deleted by the next one.
    """
    wanted = [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]
    if not wanted:
        return
    sweep_remains()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o755)  # as root, PostgreSQL runs as another user, who has to get in
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # A plain SIGTERM would skip everything that is registered to run at the end.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    servers = {
        "DATABASE_URL": Postgres(folder / "postgres", durable=False),
        "REDIS_URL": Valkey(folder / "valkey"),
    }
    for name in wanted:
        atexit.register(servers[name].stop)
        servers[name].start()
        os.environ[name] = servers[name].url()


def sweep_remains() -> None:
    """Delete the folders of test runs whose starter is no longer there."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        starter = int(folder.name.removeprefix(PREFIX).split("-")[0])
        try:
            os.kill(starter, 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except PermissionError:
            continue
