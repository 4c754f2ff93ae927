"""After a backup was put back: what was due fires, what may have gone says so, people are told."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.notices.sending import drain
from tests.escalation_house.models import House, HouseDeadline

pytestmark = pytest.mark.django_db


def test_what_was_due_fires_and_says_that_it_may_be_a_repeat(
    house: House, due: Callable[..., HouseDeadline], office, clock
) -> None:
    sweep("before")
    due(5)
    clock.advance(minutes=20)
    call_command("restored", stdout=(said := StringIO()))
    assert "1 deadlines have fired since" in said.getvalue()
    assert house.alarms.count() == 1
    drain(seconds=10)
    about = [sent for sent in mail.outbox if "fire" in sent.subject]
    assert about
    assert all("This is a repeat" in sent.body for sent in about)


def test_offices_and_heads_are_told_what_is_missing(house: House, office, clock) -> None:
    sweep("before")
    call_command("restored", stdout=StringIO())
    notice = Notice.objects.get(recipient=office, channel="email")
    assert "Ring everybody who is out" in notice.body
    assert (notice.is_urgent, notice.path) == (True, "/board/")


def test_a_database_that_was_never_watched_is_no_copy(db: None) -> None:
    with pytest.raises(CommandError):
        call_command("restored", stdout=StringIO())
