"""`manage.py demo`: the whole product on this machine, with example trusts, until Ctrl-C."""

import contextlib
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from homevisits.local import processes
from homevisits.local.datafolder import FolderBusy, claimed, emptied, keys, servers
from homevisits.local.servers import ServerError
from homevisits.local.signins import signins_text
from homevisits.local.supervisor import Child, end_on_signal, running

TICK = 0.5


class Command(BaseCommand):
    help = "Run everything on this machine with example data; Ctrl-C stops all of it and loses nothing."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where the pages are (default 8000)")
        parser.add_argument(
            "--data", type=Path, default=settings.BASE_DIR / "var" / "demo", help="where to keep everything"
        )
        parser.add_argument("--fresh", action="store_true", help="delete what is there and begin again")
        parser.add_argument("--empty", action="store_true", help="load no examples")

    def handle(self, *args: Any, **options: Any) -> None:
        end_on_signal()
        try:
            self._run(
                options["data"].absolute(), options["port"], fresh=options["fresh"], empty=options["empty"]
            )
        except (FolderBusy, ServerError, ModuleNotFoundError) as problem:
            raise CommandError(str(problem)) from problem
        except KeyboardInterrupt:
            self._say("Stopped; everything is kept.")

    def _run(self, folder: Path, port: int, *, fresh: bool, empty: bool) -> None:
        refuse_busy_port(port)
        with claimed(folder):
            if fresh:
                emptied(folder)
            (folder / "logs").mkdir(exist_ok=True)
            self._say("Starting PostgreSQL and Valkey.")
            # A load of examples that was cut short leaves no such mark, and begins anew.
            prepared = folder / "prepared"
            with servers(folder, anew=not prepared.exists()) as named:
                phones = free_port_from(port + 1)
                env = environment(port, named | keys(folder) | notify(phones, folder))
                self._prepare(env, empty=empty)
                prepared.touch()
                self._keep_running(folder, port, env, phones)

    def _prepare(self, env: dict[str, str], *, empty: bool) -> None:
        self._say("Preparing the database.")
        argv = manage("prepare", *([] if empty else ["--examples"]))
        patient = env | {"DATABASE_STATEMENT_TIMEOUT": "300", "DATABASE_IDLE_TIMEOUT": "300"}
        process = processes.spawn(argv, env=patient, cwd=settings.BASE_DIR)
        try:
            if process.wait():
                raise CommandError("The database could not be prepared; the lines above say why.")
        finally:
            processes.stop(process)

    def _keep_running(self, folder: Path, port: int, env: dict[str, str], phones: int) -> None:
        children: list[Child] = []
        with running(children):
            for name, argv in programs(port, folder, phones).items():
                children.append(Child(name, argv, env=env, cwd=settings.BASE_DIR, logs=folder / "logs"))
            is_ready = False
            while True:
                time.sleep(TICK)
                for child in children:
                    child.look(self._say)
                if not is_ready and answers(port):
                    is_ready = True
                    self._say(f"Ready: http://127.0.0.1:{port}")
                    self._say(f"Pretend phones: http://127.0.0.1:{phones}")
                    self._say(signins_text(settings.DEMO_PASSWORD))
                    self._say(f"Ctrl-C stops everything and keeps the data in {folder}.")

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def refuse_busy_port(port: int) -> None:
    """Say so now rather than after everything else has started."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except OSError as problem:
            raise CommandError(
                f"Port {port} is taken by another program. Choose another: manage.py demo --port {port + 1}"
            ) from problem


def free_port_from(port: int) -> int:
    """The first port from this one on that nobody has."""
    for each in range(port, port + 50):
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                door.bind(("127.0.0.1", each))
                return each
    raise CommandError(f"No port after {port} is free for the pretend phones.")


def notify(port: int, folder: Path) -> dict[str, str]:
    """Where the pretend Notify is, and the file in which it keeps everything."""
    return {"NOTIFY_URL": f"http://127.0.0.1:{port}", "NOTIFY_STATE": str(folder / "notify.json")}


def environment(port: int, named: dict[str, str]) -> dict[str, str]:
    """What the processes of a demo read; a stray setting of the shell must not make it production."""
    return (
        os.environ
        | named
        | {
            "HOMEVISITS_MODE": "demo",
            "SITE_URL": f"http://127.0.0.1:{port}",
            "DJANGO_SETTINGS_MODULE": "homevisits.settings",
            "PYTHONUNBUFFERED": "1",
        }
    )


def manage(*args: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *args]


def programs(port: int, folder: Path, phones: int) -> dict[str, list[str]]:
    """The same processes that production runs, in small, and the pretend Notify."""
    celery = [sys.executable, "-m", "celery", "--app", "homevisits", "--quiet"]
    worker = [*celery, "worker", "--without-gossip", "--without-mingle"]
    return {
        "web": [
            *(sys.executable, "-m", "gunicorn", "homevisits.wsgi:application"),
            *("--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"),
            *("--graceful-timeout", "5", "--no-control-socket"),
        ],
        "worker": [*worker, "--concurrency", "2", "--queues", "celery"],
        "papers": [*worker, "--concurrency", "1", "--queues", "papers", "--hostname", "papers@%h"],
        "beat": [*celery, "beat", "--schedule", str(folder / "beat-schedule")],
        "sentinel": manage("sentinel"),
        "sender": manage("sender"),
        "notify": [
            *(sys.executable, "-m", "homevisits.local.notify", "--port", str(phones)),
            *("--state", str(folder / "notify.json"), "--site", f"http://127.0.0.1:{port}"),
        ],
    }


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False
