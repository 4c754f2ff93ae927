"""Whatever a superuser does to the story is found, and the link named."""

import datetime as dt
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError

from homevisits.audit import verify
from homevisits.audit.models import ChainHead
from homevisits.clock import app_now
from homevisits.trusts.models import School
from tests.escalation_house.models import House, HouseEvent, write
from tests.factories.trusts import SchoolFactory

Tamper = Callable[[str], None]


@pytest.fixture
def house(db: None) -> House:
    """A house with five lines in its story."""
    house = House.objects.create(school=SchoolFactory())
    for number in range(5):
        write(house, "kind", f"Line {number}", by=None, now=app_now(), size=number / 3)
    return house


@pytest.fixture
def tamper() -> Tamper:
    """SQL as a superuser who switches the triggers off."""

    def run(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql)
            cursor.execute("SET LOCAL session_replication_role = origin")

    return run


def found(house: House, **more: object) -> list[tuple[int, str]]:
    assert all(fault.chain == f"school:{house.school_id}" for fault in verify.faults(**more))  # type: ignore[arg-type]
    return [(fault.number, fault.why.split(":")[0]) for fault in verify.faults(**more)]  # type: ignore[arg-type]


def test_untouched_chain_is_whole(house: House) -> None:
    assert found(house) == []


@pytest.mark.parametrize(
    "sql",
    ["UPDATE escalation_house_houseevent SET sentence = 'x'", "DELETE FROM escalation_house_houseevent"],
)
def test_database_refuses_to_change_or_delete_an_event(house: House, sql: str) -> None:
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        connection.cursor().execute(sql)


@pytest.mark.parametrize(
    ("sql", "number", "why"),
    [
        ("UPDATE {t} SET sentence = 'Nothing' WHERE number = 3", 3, "is not as it was written"),
        ("UPDATE {t} SET detail = '{{}}' WHERE number = 2", 2, "is not as it was written"),
        ("UPDATE {t} SET happened_at = happened_at - interval '1 minute' WHERE number = 1", 1, "is not as it was written"),
        ("DELETE FROM {t} WHERE number = 2", 2, "is missing"),
        ("DELETE FROM {t} WHERE number = 5", 5, "is missing"),
        ("DELETE FROM {t} WHERE number > 0", 1, "is missing"),
        ("UPDATE {t} SET number = CASE number WHEN 2 THEN 1002 ELSE 1003 END WHERE number IN (2, 3)", 2, "is missing"),
        ("UPDATE audit_chainhead SET length = 4", 6, "is missing"),
    ],
)  # fmt: skip
def test_tampering_is_found_and_the_first_bad_link_named(
    house: House, tamper: Tamper, sql: str, number: int, why: str
) -> None:
    tamper(sql.format(t="escalation_house_houseevent"))
    assert found(house) == [(number, why)]


def test_swapped_links_are_found(house: House, tamper: Tamper) -> None:
    for sql in (
        "number = 99 WHERE number = 2",
        "number = 2 WHERE number = 3",
        "number = 3 WHERE number = 99",
    ):
        tamper(f"UPDATE escalation_house_houseevent SET {sql}")
    assert found(house) == [(2, "does not follow from the link before")]


def test_inserted_event_is_found(house: House) -> None:
    first = HouseEvent.objects.first()
    assert first is not None
    first.pk, first.number = None, 6
    first.save(force_insert=True)
    assert found(house) == [(6, "does not follow from the link before")]


def test_chain_rewritten_with_its_head_is_found_against_the_head_kept_elsewhere(
    house: House, tamper: Tamper
) -> None:
    kept = verify.heads()
    tamper("DELETE FROM escalation_house_houseevent WHERE number > 3")
    third = HouseEvent.objects.get(number=3)
    ChainHead.objects.update(length=3, digest=third.digest)
    assert found(house) == []
    assert found(house, kept=kept) == [(4, "is missing")]
    write(house, "kind", "Another four", by=None, now=app_now())
    write(house, "kind", "Another five", by=None, now=app_now())
    assert found(house) == []
    assert found(house, kept=kept) == [(5, "was rewritten, with all that follows, since the head was kept")]


def test_time_of_another_zone_is_the_same_event(db: None) -> None:
    house = House.objects.create(school=SchoolFactory())
    write(house, "kind", "Summer", by=None, now=dt.datetime(2027, 7, 1, 10, tzinfo=ZoneInfo("Europe/London")))
    assert found(house) == []


def test_chain_of_several_tables_is_one_chain(house: House) -> None:
    from homevisits.trusts.models import SchoolEvent

    school: School = house.school
    SchoolEvent.append(
        chain=f"school:{school.pk}", school=school, kind="kind", happened_at=app_now(),
        recorded_at=app_now(), sentence="Between",
    )  # fmt: skip
    write(house, "kind", "After", by=None, now=app_now())
    assert found(house) == []


def test_command_names_the_link_and_fails(house: House, tamper: Tamper) -> None:
    tamper("DELETE FROM escalation_house_houseevent WHERE number = 2")
    said = StringIO()
    with pytest.raises(CommandError, match="1 of the chains"):
        call_command("verify_audit", stderr=said)
    assert said.getvalue().strip() == f"school:{house.school_id}, link 2: is missing"


def test_command_keeps_heads_and_checks_against_them(house: House, tmp_path: Path) -> None:
    heads = tmp_path / "heads.json"
    call_command("verify_audit", keep=heads, stdout=StringIO())
    assert json.loads(heads.read_text())[f"school:{house.school_id}"][0] == 5
    write(house, "kind", "More", by=None, now=app_now())
    said = StringIO()
    call_command("verify_audit", against=heads, stdout=said)
    assert said.getvalue().strip() == "1 chains, 6 events: all as written."
