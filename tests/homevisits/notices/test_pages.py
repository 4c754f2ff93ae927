"""What was sent: who sees it, and what reading does."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from homevisits.clock import app_now
from homevisits.notices.models import Message, Notice
from homevisits.notices.outbox import queue
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from tests.factories.people import staff_with
from tests.factories.trusts import SchoolFactory

Queue = Callable[..., Notice]


@pytest.fixture
def mine(client: Client, reader: Staff) -> Client:
    client.force_login(reader)
    return client


@pytest.fixture
def other(reader: Staff) -> Staff:
    """Office of another school of the same trust."""
    return staff_with(RoleName.OFFICE, SchoolFactory(trust=reader.trust))


def html(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_inbox_shows_what_was_sent_to_me_in_the_product(mine: Client, queued: Queue, other: Staff) -> None:
    queued("a", channel="in_app", subject="For Rita")
    queued("b", channel="email", subject="By mail")
    queued("c", channel="in_app", subject="For another", recipient=other)
    page = html(mine, "/notices/")
    assert [words in page for words in ("For Rita", "By mail", "For another")] == [True, False, False]


def test_empty_inbox_says_what_will_come(mine: Client) -> None:
    assert "Reminders, decisions and alarms" in html(mine, "/notices/")


def test_looking_marks_nothing_as_read(mine: Client, queued: Queue) -> None:
    notice = queued(channel="in_app")
    assert 'data-unread="yes"' in html(mine, "/notices/")
    assert mine.get(f"/notices/{notice.uuid}/read/").status_code == 405
    assert Notice.objects.get().read_at is None


def test_open_marks_as_read_and_goes_there(mine: Client, queued: Queue) -> None:
    notice = queued(channel="in_app", path="/alarms/x/")
    reply = mine.post(f"/notices/{notice.uuid}/read/")
    assert (reply.status_code, reply["Location"]) == (302, "/alarms/x/")
    assert Notice.objects.get().read_at is not None


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", ""])
def test_open_goes_nowhere_else(mine: Client, queued: Queue, path: str) -> None:
    notice = queued(channel="in_app", path=path)
    assert mine.post(f"/notices/{notice.uuid}/read/")["Location"] == "/notices/"


def test_nobody_marks_somebody_elses_notice(client: Client, queued: Queue, other: Staff) -> None:
    notice = queued(channel="in_app")
    client.force_login(other)
    assert client.post(f"/notices/{notice.uuid}/read/").status_code == 404


def test_mark_all_as_read(mine: Client, queued: Queue) -> None:
    queued("a", channel="in_app")
    queued("b", channel="in_app")
    mine.post("/notices/read/")
    assert Notice.objects.unread().count() == 0


def test_everything_sent_shows_each_way_and_its_delivery(mine: Client, queued: Queue) -> None:
    queued("a", channel="in_app")
    queued("b")
    Notice.objects.filter(key="b").update(state="failed", failure="The mail server refused the address.")
    page = html(mine, "/notices/sent/")
    assert [words in page for words in ("In the product", "E-mail", "refused the address")] == [True] * 3


def test_office_reads_the_log_of_its_school(mine: Client, reader: Staff, queued: Queue, other: Staff) -> None:
    queued("a", school=reader.main_school, subject="Ours")
    queued("b", school=other.main_school, recipient=other, subject="Theirs")
    page = html(mine, "/notices/log/")
    assert ["Ours" in page, "Theirs" in page] == [True, False]


def test_admin_reads_the_log_of_the_trust_and_of_no_other(
    client: Client, reader: Staff, queued: Queue
) -> None:
    stranger = staff_with(RoleName.OFFICE, SchoolFactory())
    queued("a", school=reader.main_school, subject="Ours")
    queued("b", school=stranger.main_school, recipient=stranger, subject="Strangers")
    client.force_login(staff_with(RoleName.TRUST_ADMIN, reader.trust))
    page = html(client, "/notices/log/")
    assert ["Ours" in page, "Strangers" in page] == [True, False]


def test_private_notice_stands_in_no_log(client: Client, reader: Staff, queued: Queue) -> None:
    queued(school=reader.main_school, private=True, subject="A concern")
    for staff in (reader, staff_with(RoleName.TRUST_ADMIN, reader.trust)):
        client.force_login(staff)
        assert "A concern" not in html(client, "/notices/log/")


def test_log_of_what_failed(mine: Client, reader: Staff, queued: Queue) -> None:
    queued("a", school=reader.main_school, subject="Arrived")
    queued("b", school=reader.main_school, subject="Lost")
    Notice.objects.filter(key="b").update(state="failed")
    page = html(mine, "/notices/log/?failed=1")
    assert ["Arrived" in page, "Lost" in page] == [False, True]


@pytest.mark.parametrize("role", [RoleName.VISITOR, RoleName.HEADTEACHER, RoleName.DSL])
def test_log_is_not_there_for_others(client: Client, reader: Staff, role: str) -> None:
    client.force_login(staff_with(role, reader.main_school))
    assert client.get("/notices/log/").status_code == 404


def keep(to: str, subject: str, notice: Notice | None = None) -> None:
    Message.objects.create(to=to, subject=subject, body="Words", notice=notice, kept_at=app_now())


def test_kept_emails_of_the_own_trust_are_read_by_all_where_people_are_made_up(
    client: Client, reader: Staff, other: Staff
) -> None:
    keep(reader.email, "To Rita")
    keep("stranger@b.example", "To a stranger")
    client.force_login(other)
    page = html(client, "/notices/messages/")
    assert ["To Rita" in page, "To a stranger" in page] == [True, False]


def test_private_email_is_read_by_its_reader_alone(
    client: Client, reader: Staff, other: Staff, queued: Queue
) -> None:
    keep(reader.email, "A concern", queued(private=True))
    for staff, seen in ((reader, True), (other, False)):
        client.force_login(staff)
        assert ("A concern" in html(client, "/notices/messages/")) is seen


def test_production_shows_notices_to_an_admin_and_no_way_into_an_account(
    client: Client, reader: Staff, queued: Queue, settings: Any
) -> None:
    settings.PRODUCTION = True
    keep(reader.email, "Alarm", queued())
    keep(reader.email, "Reset your password")
    client.force_login(reader)
    assert client.get("/notices/messages/").status_code == 404
    client.force_login(staff_with(RoleName.TRUST_ADMIN, reader.trust))
    page = html(client, "/notices/messages/")
    assert ["Alarm" in page, "Reset your password" in page] == [True, False]


def test_kept_email_cannot_run_a_script(mine: Client, reader: Staff) -> None:
    keep(reader.email, "<script>alert(1)</script>")
    assert "<script>alert(1)" not in html(mine, "/notices/messages/")


@pytest.mark.parametrize("path", ["/notices/", "/notices/sent/", "/notices/log/", "/notices/messages/"])
def test_lists_take_the_same_number_of_queries_however_long(
    client: Client, reader: Staff, path: str, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def fill(start: int, end: int) -> None:
        for number in range(start, end):
            for channel in ("in_app", "email"):
                queue(key=f"{number}{channel}", recipient=reader, channel=channel, subject="S", body="B",
                      now=app_now(), school=reader.main_school)  # fmt: skip
            keep(reader.email, "S", Notice.objects.get(key=f"{number}email"))

    counts = []
    for start, end in ((0, 1), (1, 30)):
        fill(start, end)
        client.force_login(reader)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_menu_counts_what_is_unread(mine: Client, queued: Queue) -> None:
    queued("a", channel="in_app")
    queued("b", channel="in_app")
    from homevisits.look.menu import links_for

    (messages,) = [
        link for link in links_for(Staff.objects.get(email="rita@a.example")) if link.label == "Messages"
    ]
    assert messages.count == 2
