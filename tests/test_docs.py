"""What README and docs say is so, and what must stand nowhere does not."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from homevisits.local.signins import PEOPLE, TRUSTS, signins_text

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
FLOORS = ("homevisits", "visits", "safeguarding", "attendance", "tests", "templates", "static", "docs")
CODE = (*FLOORS[:-1], ".ci")
REQUIREMENTS = [*sorted(ROOT.glob("requirements*.txt")), ROOT / ".ci" / "uv.txt"]
# With a bracket in each word, so that this file does not say them.
UNFINISHED = re.compile(r"\b(?:T[O]DO|FIX[M]E|X[X]X|NotImplemented[E]rror)\b")
PINNED = re.compile(r"[a-z0-9][\w.-]*(\[[\w,-]+\])?==[\w.!+]+( ;.+)? \\")
BESIDE = re.compile(r"    (--hash=sha256:[0-9a-f]{64}( \\)?|#.*)")


def test_readme_prints_the_sign_ins_as_the_demo_does():
    assert signins_text(settings.DEMO_PASSWORD) in README


@pytest.mark.parametrize("name", [*(f"{person}@" for person in PEOPLE), *TRUSTS, *TRUSTS.values()])
def test_readme_names_every_sign_in(name):
    assert name in README


def direct_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked_for = [
        *project["dependencies"],
        *(d for group in project["optional-dependencies"].values() for d in group),
    ]
    names = {re.match(r"[\w.-]+", line).group(0).lower() for line in asked_for}
    return names - {project["name"]}


def test_readme_gives_a_reason_for_every_direct_dependency_and_for_no_other():
    of_packages = README.split("## What it stands on")[1].split("\n## ")[0]
    reasons = dict(re.findall(r"^\| `([\w.-]+)` \| (.+) \|$", of_packages, flags=re.MULTILINE))
    assert reasons.keys() == direct_dependencies()
    assert all(len(reason) > 5 for reason in reasons.values())


def test_stable_attributes_of_the_readme_stand_in_templates():
    of_tools = README.split("## For other tools")[1].split("\n## ")[0]
    named = set(re.findall(r"`(data-[a-z-]+)`", of_tools))
    templates = "".join(path.read_text("utf-8") for path in (ROOT / "templates").rglob("*.html"))
    assert len(named) == 9
    assert {attribute for attribute in named if f"{attribute}=" not in templates} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    ours = [target for target in targets if "://" not in target]
    assert [target for target in ours if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_pages_name_are_there(page):
    named = re.findall(rf"`((?:{'|'.join(FLOORS)})/[\w/.-]*)`", page.read_text("utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_setting_of_the_environment_is_explained():
    code = (ROOT / "homevisits" / "settings.py").read_text("utf-8")
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', code))
    explained = set(
        re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "running.md").read_text("utf-8"), re.MULTILINE)
    )
    assert read <= explained


def test_drawn_states_are_up_to_date():
    call_command("statediagram", "--check")


def code_files() -> Iterator[Path]:
    for folder in CODE:
        yield from (
            p
            for p in (ROOT / folder).rglob("*")
            if p.suffix in {".py", ".html", ".js", ".css", ".toml", ".txt"}
        )


def test_nothing_is_left_half_done_in_code():
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in code_files()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_requirements_hold_pins_and_hashes_and_no_address(path):
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not (PINNED.fullmatch(line) or BESIDE.fullmatch(line))] == []
    assert "://" not in path.read_text("utf-8")


def test_no_lock_file_that_records_addresses():
    assert not (ROOT / "uv.lock").exists()
