"""The folder with everything a demo keeps: databases, keys, logs; used by one demo at a time."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from homevisits.local import places
from homevisits.local.servers import Postgres, Valkey
from homevisits.notices.vapid import new_private_key

KEYS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(60),
    "FIELD_KEY": lambda: secrets.token_urlsafe(60),
    "VAPID_PRIVATE_KEY": new_private_key,
}


class FolderBusy(Exception):
    """Another process holds the folder."""


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold the folder until the end of the block; the lock goes with the process, however it dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderBusy(
                f"Something is already running on {folder}. Stop it first, or choose another --data."
            ) from None
        yield


def emptied(folder: Path) -> None:
    """Delete everything in a claimed folder but the lock that we hold."""
    places.forget(folder / "postgres")
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()


def keys(folder: Path) -> dict[str, str]:
    """The keys of this folder's data, made at first use and readable by their owner alone."""
    path = folder / "keys.json"
    known = dict(json.loads(path.read_text())) if path.exists() else {}
    made = known | {name: make() for name, make in KEYS.items() if name not in known}
    if made != known:
        half = path.with_suffix(".half")
        half.touch(mode=0o600)
        half.write_text(json.dumps(made))
        half.rename(path)
    return made


@contextmanager
def servers(folder: Path, *, anew: bool = False) -> Iterator[dict[str, str]]:
    """Embedded servers for whatever the environment does not name, as settings for children.

    `anew` drops what an embedded PostgreSQL holds; one that the environment names is left alone.
    """
    named: dict[str, str] = {}
    postgres, valkey = Postgres(folder / "postgres"), Valkey(folder / "valkey")
    try:
        if not os.environ.get("DATABASE_URL"):
            postgres.start()
            postgres.make_database(anew=anew)
            named["DATABASE_URL"] = postgres.url()
        if not os.environ.get("REDIS_URL"):
            valkey.start()
            named["REDIS_URL"] = valkey.url()
        yield named
    finally:
        valkey.stop()
        postgres.stop()
