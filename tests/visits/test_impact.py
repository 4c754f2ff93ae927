"""What a draft of a policy would ask of the visits now open: counted, named to few, never saved."""

import datetime as dt

import pytest

from homevisits.trusts import publishing
from homevisits.trusts.models import Policy
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.trusts import PolicyFactory
from visits import impact
from visits.models import Visit

pytestmark = pytest.mark.parametrize("cast", ["aspirational_futures"], indirect=True)

CODE_WORD = "Set a code word for the school, or for this visit."


@pytest.fixture(autouse=True)
def without_code_words(cast: Cast) -> None:
    PolicyFactory(trust=cast.trust, preset="aspirational_futures", code_word="no")


def draft_of(cast: Cast, now: dt.datetime, school=None, **values) -> Policy:
    """A draft with some settings otherwise, of the trust or of a school."""
    base = Policy.objects.in_force(cast.school)
    draft = publishing.start_draft(trust=cast.trust, school=school, by=cast.admin, now=now, based_on=base)
    return publishing.save_draft(policy=draft, by=cast.admin, now=now, values=values)


def said(found) -> list[tuple[str, bool, int]]:
    return [(row.sentence, row.is_added, row.count) for row in found.rows]


@pytest.mark.turns("code_word")
def test_sentence_that_a_draft_adds_is_counted_and_no_visit_changes(cast, now):
    visits = [make.in_state(cast, "authorised", now=now) for _ in range(2)]
    before = list(Visit.objects.filter(pk__in=[v.pk for v in visits]).order_by("pk").values())
    draft = draft_of(cast, now, code_word="always")
    found = impact.of_draft(draft, cast.ceo, now)
    assert said(found) == [(CODE_WORD, True, 2)]
    assert (found.looked_at, found.differ) == (2, 2)
    assert list(Visit.objects.filter(pk__in=[v.pk for v in visits]).order_by("pk").values()) == before


def test_sentence_that_a_draft_drops_is_counted_too(cast, now):
    make.requested(cast, now=now, party=[cast.teacher])
    draft = draft_of(cast, now, dbs_rule="off")
    cast.teacher.clearances.all().delete()
    (row,) = impact.of_draft(draft, cast.ceo, now).rows
    assert (row.is_added, row.sentence.startswith("A visitor's DBS check")) == (False, True)


def test_draft_that_asks_nothing_else_changes_nothing(cast, now):
    make.requested(cast, now=now)
    found = impact.of_draft(draft_of(cast, now, wait_minutes=5), cast.ceo, now)
    assert (found.looked_at, found.differ, found.rows, found.named) == (1, 0, [], ())


def test_reading_and_briefing_are_not_missed_in_a_version_that_nobody_can_have_read(cast, now):
    make.in_state(cast, "logged", now=now)
    same = draft_of(cast, now)
    assert same.policy_read_rule == "warn"
    assert impact.of_draft(same, cast.ceo, now).rows == []


def test_only_schools_that_the_draft_would_bind_are_looked_at(cast, now):
    make.requested(cast, now=now)
    own = draft_of(cast, now, school=cast.school)
    assert impact.of_draft(own, cast.ceo, now).looked_at == 1
    publishing.publish(policy=own, by=cast.admin, now=now, note="Ours")
    assert impact.of_draft(draft_of(cast, now), cast.ceo, now).looked_at == 0


def test_ended_visits_and_drafts_are_not_looked_at(cast, now):
    make.draft(cast, now=now)
    make.in_state(cast, "recorded", now=now)
    assert impact.of_draft(draft_of(cast, now), cast.ceo, now).looked_at == 0


def test_who_may_not_know_why_hears_which_visits_but_not_what_each_lacks(cast, now):
    visit = make.in_state(cast, "authorised", now=now)
    draft = draft_of(cast, now, code_word="always")
    told = {part: impact.of_draft(draft, cast.people[part], now) for part in ("ceo", "admin")}
    assert [row.named for row in told["ceo"].rows] == [((visit.ref, f"/visits/{visit.ref}/"),)]
    assert [row.named for row in told["admin"].rows] == [()]
    assert told["admin"].named == ((visit.ref, ""),)


def test_sentences_hold_no_name_reason_or_address(cast, now):
    visit = make.requested(cast, now=now, reason_code="ATTENDANCE_CONCERN")
    private = f"Ask {cast.teacher.short_name} why “{visit.reason.label}” at {visit.address} from 10:30."
    assert impact._nameless(private, visit) == "Ask a visitor why “…” at … from the time set."


def test_long_lists_are_cut_and_say_how_many_more(cast, now, monkeypatch):
    monkeypatch.setattr(impact, "SHOWN", 1)
    for _ in range(3):
        make.in_state(cast, "authorised", now=now)
    found = impact.of_draft(draft_of(cast, now, code_word="always"), cast.ceo, now)
    assert (len(found.named), found.more, found.rows[0].more) == (1, 2, 2)


def test_page_says_that_open_visits_keep_their_version(cast, now):
    make.in_state(cast, "authorised", now=now)
    draft = draft_of(cast, now, code_word="always")
    page = browser(cast.admin).get(f"/policy/{draft.pk}/impact/").content.decode()
    assert "These visits keep the version they were requested under" in page
    assert CODE_WORD in page
