"""What the settings read from the environment reaches them: by the compose file, its example, and in words."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# The demo's own, and what the image says itself.
NOT_HANDED_ON = {"NOTIFY_STATE", "STATIC_ROOT"}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def settings_read() -> set[str]:
    return set(re.findall(r'\benv(?:\.\w+)?\(\s*"(\w+)"', read("homevisits/settings.py")))


def composed() -> dict[str, str]:
    """The environment of every process in the compose file; what has no value is handed on where it is set."""
    _, _, after = read("docker-compose.yml").partition("environment: &settings\n")
    lines = after.partition("\n\n")[0].splitlines()
    parts = (line.strip().partition(":") for line in lines if not line.strip().startswith("#"))
    return {name: value.strip() for name, _, value in parts}


def test_settings_are_found() -> None:
    assert {"FIELD_KEY", "VAPID_SUBJECT", "CSRF_TRUSTED_ORIGINS"} < settings_read()


def test_compose_hands_every_setting_on() -> None:
    assert settings_read() - NOT_HANDED_ON == set(composed())


def test_compose_has_no_default_of_its_own() -> None:
    """A default there stands before the better one of the settings."""
    assert [name for name, value in composed().items() if ":-" in value] == []


def test_example_names_everything_that_compose_wants() -> None:
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", read(".env.example"), re.MULTILINE))
    wanted = set(re.findall(r"\$\{(\w+)", read("docker-compose.yml")))
    assert named == wanted | {name for name, value in composed().items() if not value}


@pytest.mark.parametrize("name", sorted(settings_read()))
def test_every_setting_stands_in_the_guide(name: str) -> None:
    assert f"| `{name}` |" in read("docs/running.md")
