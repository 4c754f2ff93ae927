"""Turns a page of our own into a tagged PDF, in a child process that can reach nothing else.

The child is this same file run as a program: HTML comes in on its standard input, the PDF goes
out on its standard output. It starts without our settings, has bounds on memory and time, no
network where the kernel lets it give that up, and a fetcher that knows our static files alone.
"""

import contextlib
import logging
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

logger = logging.getLogger(__name__)

SECONDS = 20
MEMORY = 512 * 1024 * 1024
LARGEST_FILE = 32 * 1024 * 1024
REFUSED, OUT_OF_MEMORY = 3, 4
OUT_OF_TIME = (-signal.SIGXCPU, -signal.SIGKILL)
SCHEME = "static:"
TYPES = {".css": "text/css", ".svg": "image/svg+xml"}
# What fontconfig and the loader need to find fonts and libraries; no secret of ours is among it.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "LD_LIBRARY_PATH")
# Pango looks for fonts in threads, and each that allocates reserves 128 MB for a heap of its own: three at
# once passed the bound, and the child died of it. One heap for all needs less than a third of the bound.
ONE_HEAP = {"MALLOC_ARENA_MAX": "1"}


class NotMade(Exception):
    """The PDF could not be made; the text is a sentence for people."""


class Refused(NotMade):
    """The page asked for something that is not a static file of ours."""


def render(html: str, *, seconds: float = SECONDS) -> bytes:
    """The PDF (pdf/ua-1, tagged) of a whole HTML page whose addresses are all `static:css/...`.

    Raises Refused when the page asks for anything else, NotMade when the child ran out of
    `seconds` or memory (it is killed then) or failed.
    """
    command = [sys.executable, "-I", __file__, *map(str, static_folders())]
    try:
        child = subprocess.run(
            command,
            input=html.encode(),
            capture_output=True,
            timeout=seconds,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise NotMade(f"Making the PDF took longer than {seconds:g} seconds and was stopped.") from late
    if child.returncode == REFUSED:
        raise Refused("The page asked for something from outside, and was stopped.")
    if child.returncode in OUT_OF_TIME:
        raise NotMade(f"Making the PDF took longer than {SECONDS} seconds of work and was stopped.")
    if child.returncode == OUT_OF_MEMORY:
        raise NotMade("Making the PDF needed too much memory and was stopped.")
    if child.returncode or not child.stdout.startswith(b"%PDF-"):
        # Not what it wrote: that may quote the page.
        logger.error("the process that makes PDFs ended with %s", child.returncode)
        raise NotMade("The PDF could not be made.")
    return child.stdout


def static_folders() -> list[Path]:
    """Where our own static files lie: collected in production, as written elsewhere."""
    from django.conf import settings

    if settings.STATIC_ROOT:
        return [Path(settings.STATIC_ROOT)]
    return [Path(folder) for folder in settings.STATICFILES_DIRS if isinstance(folder, str | Path)]


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | ONE_HEAP


# --- From here on: the child --------------------------------------------------------------------


def give_up_powers() -> None:
    """Bound what this process may use, and leave the network where the kernel lets us."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(AttributeError, OSError):
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)


def fetcher(folders: list[Path]) -> Any:
    """A fetcher for `static:` addresses inside these folders; `refused` lists what else was asked for.

    WeasyPrint leaves out what it cannot fetch: a document with a hole in it. A failure stops the
    rendering instead, and because the drawing of an SVG swallows even that, it is written down too.
    """
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):
        def __init__(self) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
            self.refused: list[str] = []

        def fetch(self, url: str, headers: Any = None) -> Any:
            path = find(url, folders)
            if path is None:
                self.refused.append(url)
                raise ValueError("not a static file of ours")
            kind = TYPES.get(path.suffix)
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind} if kind else {})

    return OwnFiles()


def find(url: str, folders: list[Path]) -> Path | None:
    """The file behind a `static:` address; None for every other address."""
    if not url.startswith(SCHEME):
        return None
    for folder in folders:
        path = (folder / url.removeprefix(SCHEME)).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file():
            return path
    return None


def main(folders: list[str]) -> NoReturn:
    """Read HTML, write the PDF; the exit code says what went wrong."""
    give_up_powers()
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    html = sys.stdin.buffer.read().decode()
    own_files = fetcher([Path(folder) for folder in folders])
    try:
        pdf = HTML(string=html, base_url=SCHEME, url_fetcher=own_files).write_pdf(pdf_variant="pdf/ua-1")
    except FatalURLFetchingError:
        sys.exit(REFUSED)
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    if own_files.refused:
        sys.exit(REFUSED)
    sys.stdout.buffer.write(pdf)
    sys.stdout.buffer.flush()
    sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
