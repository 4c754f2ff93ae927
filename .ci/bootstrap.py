"""Set up everything that `make demo` and `make test` need, with any Python from 3.8 and its pip.

    python3 .ci/bootstrap.py demo|dev       install what requirements-demo.txt or -dev.txt name
    python3 .ci/bootstrap.py requirements   write the requirements files from pyproject.toml

A second run finds a stamp, does nothing and needs no network.
"""

import ctypes
import ctypes.util
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".venv-tools"
OLDEST = (3, 12)
TESTED = ("3.13", "3.12", "3.14")
PANGO = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
FONTS = "fonts-dejavu-core"
# Comes as source only (web push's encryption); everything else is installed as built by its makers.
BUILT = "http-ece"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    wanted = sys.argv[1]
    os.chdir(ROOT)
    if wanted == "requirements":
        write_requirements()
        return
    ensure_system_packages(with_chromium=wanted == "dev")
    stamps = [VENV / ".installed-dev"] + ([VENV / ".installed-demo"] if wanted == "demo" else [])
    if not any(stamp.exists() and stamp.read_text() == fingerprint(stamp) for stamp in stamps):
        install(VENV / f".installed-{wanted}")


def fingerprint(stamp: Path) -> str:
    """What a stamp must say: the requirements that were installed and the Python still works."""
    text = requirements(stamp).read_bytes()
    return hashlib.sha256(text).hexdigest() if version_of(str(VENV / "bin" / "python")) else "no Python"


def requirements(stamp: Path) -> Path:
    return ROOT / f"requirements-{stamp.name.rsplit('-', 1)[-1]}.txt"


def install(stamp: Path) -> None:
    """Make .venv hold exactly what the hashed file names."""
    uv = ensure_uv()
    if not version_of(str(VENV / "bin" / "python")):
        run(uv, "venv", "--quiet", "--clear", "--python", find_python(uv), str(VENV))
    for old in VENV.glob(".installed-*"):
        old.unlink()
    python = str(VENV / "bin" / "python")
    run(
        uv,
        "pip",
        "sync",
        "--quiet",
        "--require-hashes",
        "--only-binary=:all:",
        *(f"--no-binary={BUILT}", "--build-constraints", str(ROOT / ".ci" / "build.txt")),
        "--compile-bytecode",
        "--python",
        python,
        str(requirements(stamp)),
    )
    stamp.write_text(fingerprint(stamp))


def ensure_uv() -> str:
    """The uv whose hash .ci/uv.txt names, in a virtual environment of its own."""
    uv, pinned = TOOLS / "bin" / "uv", ROOT / ".ci" / "uv.txt"
    version = re.search(r"uv==([\d.]+)", pinned.read_text()).group(1)
    found = (
        subprocess.run([str(uv), "--version"], stdout=subprocess.PIPE).stdout.decode() if uv.exists() else ""
    )
    if version not in found.split():
        say("Fetching uv, which installs everything else.")
        try:
            run(sys.executable, "-m", "venv", "--clear", str(TOOLS))
        except subprocess.CalledProcessError:
            give_up("Python's venv module is missing.", "apt-get install python3-venv")
        run(str(TOOLS / "bin" / "pip"), "install", "--quiet", "--require-hashes", "-r", str(pinned))
    return str(uv)


def find_python(uv: str) -> str:
    """A Python of a tested release that really runs; pyenv's shims stand in PATH and may fail."""
    names = [f"python{release}" for release in TESTED] + ["python3", "python"]
    candidates = [path for path in map(shutil.which, names) if path]
    for root in filter(None, [os.environ.get("PYENV_ROOT"), os.path.expanduser("~/.pyenv")]):
        candidates += glob.glob(os.path.join(root, "versions", "*", "bin", "python3"))
    found = {}
    for path in candidates:
        found.setdefault(version_of(path), path)
    for release in TESTED:
        if release in found:
            return found[release]
    say("No Python 3.12 or later is on this machine: asking uv to fetch one.")
    fetched = subprocess.run([uv, "python", "install", TESTED[0]])
    if fetched.returncode:
        give_up("Python 3.12 or later is needed.", "pyenv install 3.13", "apt-get install python3.13")
    return TESTED[0]


def version_of(python: str) -> str:
    """ "3.13" of a Python that starts and is new enough, else nothing."""
    ask = "import sys, ssl, sqlite3, ctypes; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([python, "-c", ask], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return ""
    version = answer.stdout.decode().strip()
    is_good = answer.returncode == 0 and tuple(map(int, version.split("."))) >= OLDEST
    return version if is_good else ""


def ensure_system_packages(with_chromium: bool) -> None:
    """Pango and a font for PDFs, Chromium for browser tests: from apt when we may, else say how."""
    if sys.platform == "darwin":
        missing = [] if ctypes.util.find_library("pango-1.0") else ["pango"]
        if missing:
            give_up("PDFs need Pango.", "brew install pango")
        return
    missing = [package for library, package in PANGO.items() if not loads(library)]
    if not any(Path("/usr/share/fonts").rglob("*.[to]tf")):
        missing.append(FONTS)
    if with_chromium and not (os.environ.get("CHROMIUM") or any(map(shutil.which, CHROMIUM))):
        missing.append("chromium")
    if missing:
        apt_get(missing)


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt_get(packages: list) -> None:
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        give_up("These Debian packages are missing: " + " ".join(packages), "sudo " + " ".join(command))
    say("Installing " + " ".join(packages))
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.run(["apt-get", "update", "--quiet"], env=quiet, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(command, env=quiet, check=True, stdout=subprocess.DEVNULL)


def write_requirements() -> None:
    """The development set first; the smaller ones are held to its versions."""
    uv = ensure_uv()
    compile_them = [
        uv,
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--generate-hashes",
        "--no-emit-index-url",
    ]
    compile_them += [
        "--no-annotate",
        "--python-version",
        "3.12",
        "--custom-compile-command",
        "make requirements",
    ]
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
    same = ["--constraints", "requirements-dev.txt"]
    run(*compile_them, *upgrade, "--extra", "dev", "-o", "requirements-dev.txt", "pyproject.toml")
    run(*compile_them, *same, "--extra", "local", "-o", "requirements-demo.txt", "pyproject.toml")
    run(*compile_them, *same, "-o", "requirements.txt", "pyproject.toml")


def run(*command: str) -> None:
    subprocess.run(command, check=True)


def say(words: str) -> None:
    print(words, flush=True)


def give_up(problem: str, *commands: str) -> None:
    sys.exit(problem + " Run:\n" + "\n or\n".join("    " + command for command in commands))


if __name__ == "__main__":
    main()
