"""The worklist of checks and training, and the doors that mend what it lists."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from homevisits.people import checks, importing, keeping
from homevisits.people.holding import is_reached
from homevisits.people.models import Clearance, Staff
from homevisits.people.story import PeopleEvent
from tests.cast import Cast, browser
from tests.clock import Clock
from tests.factories import visits as make
from tests.factories.people import ClearanceFactory, staff_with
from tests.factories.trusts import PolicyFactory, SchoolFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 26)


@pytest.fixture(autouse=True)
def never_tried(cast: Cast) -> None:
    """Nobody has rung anybody's number yet."""
    Staff.objects.update(mobile_tried_at=None, mobile_tried_by=None)
    for person in cast.people.values():
        person.mobile_tried_at = person.mobile_tried_by = None


@pytest.fixture
def now(clock: Clock) -> dt.datetime:
    return clock.set("2026-11-26 10:00")


def lacks(cast: Cast, person: Staff, on: dt.date = DAY) -> list[tuple[str, str]]:
    """What the school's list says of one person."""
    (place,) = checks.of_schools([cast.school], on)
    found = [each.lacks for each in place.people if each.staff == person]
    return [(lack.state, lack.what) for lack in (found[0] if found else [])]


def hold(person: Staff, **fields: object) -> Clearance:
    return ClearanceFactory(staff=person, **fields)


EARLY = "Home visits for early help and better attendance"


@pytest.mark.clause("TC-044", "TC-180", "TC-182")
def test_what_the_policy_asks_for_is_missing_until_it_is_held(cast: Cast) -> None:
    expected = [
        ("missing", "DBS check"),
        ("missing", "Violence prevention"),
        ("missing", EARLY),
        ("phone", "Mobile never tried"),
    ]
    assert lacks(cast, cast.teacher) == expected
    for kind in ("dbs_enhanced", "violence_prevention", "early_help"):
        hold(cast.teacher, kind=kind)
    Staff.objects.filter(pk=cast.teacher.pk).update(
        mobile_tried_at=make.app_now(), mobile_tried_by=cast.office
    )
    assert lacks(cast, cast.teacher) == []


@pytest.mark.parametrize(
    ("ends_in", "state"), [(-1, "ended"), (0, "ended"), (1, "soon"), (60, "soon"), (61, None)]
)
def test_a_check_is_ended_ends_soon_or_is_fine(cast: Cast, ends_in: int, state: str | None) -> None:
    hold(cast.teacher, kind="dbs_enhanced", expires_on=DAY + dt.timedelta(days=ends_in))
    found = [s for s, what in lacks(cast, cast.teacher) if what == "DBS check"]
    assert found == ([state] if state else [])


def test_a_check_below_the_policys_level_is_missing(cast: Cast) -> None:
    PolicyFactory(trust=cast.trust, dbs_level="enhanced_barred")
    hold(cast.teacher, kind="dbs_enhanced", level="enhanced")
    (place,) = checks.of_schools([cast.school], DAY)
    (lack,) = [k for p in place.people if p.staff == cast.teacher for k in p.lacks if k.what == "DBS check"]
    assert lack.todo == "The one on file is enhanced: the policy asks for enhanced with barred lists."


@pytest.mark.clause("TC-181")
def test_a_heads_own_training_is_asked_of_the_schools_visitors(cast: Cast, now: dt.datetime) -> None:
    training = keeping.ask_training(school=cast.school, title="Cultural awareness", by=cast.head, now=now)
    assert ("missing", "Cultural awareness") in lacks(cast, cast.teacher)
    hold(cast.teacher, kind="other", title="cultural awareness")
    assert ("missing", "Cultural awareness") not in lacks(cast, cast.teacher)
    with pytest.raises(keeping.Refused, match="stands in the list already"):
        keeping.ask_training(school=cast.school, title="cultural AWARENESS", by=cast.head, now=now)
    keeping.end_training(training=training, by=cast.head, now=now)
    assert ("missing", "Cultural awareness") not in lacks(cast, cast.colleague)


@pytest.mark.clause("TC-185", "TC-186")
def test_regular_visitors_are_marked_and_need_a_job_description(cast: Cast, now: dt.datetime) -> None:
    PolicyFactory(trust=cast.trust, regular_visits=1)
    make.out(cast, now=now)
    (place,) = checks.of_schools([cast.school], DAY)
    went = [(each.staff, each.visits) for each in place.people if each.is_regular]
    assert went == [(cast.colleague, 1), (cast.teacher, 1)]
    assert [each.is_regular for each in place.people[:3]] == [True, True, False]
    assert ("description", "Job description") in lacks(cast, cast.teacher)
    keeping.describe_job(staff=cast.teacher, on=DAY, by=cast.head, now=now)
    assert ("description", "Job description") not in lacks(cast, cast.teacher)


@pytest.mark.clause("TC-044", "TC-059")
def test_who_looks_over_which_schools(cast: Cast) -> None:
    staff_with("visitor", cast.other_school, last_name="Elsewhere")
    seen = {}
    for part, person in cast.people.items():
        reply = browser(person).get("/people/checks/")
        if reply.status_code == 200:
            page = reply.content.decode()
            seen[part] = ("Pat Teacher" in page, "Elsewhere" in page)
    everything = (True, True)
    assert seen == {
        "office": (True, False),
        "head": (True, False),
        "ewo": everything,
        "ceo": everything,
        "admin": everything,
        "outsider": (False, False),
    }


def test_the_list_takes_the_same_queries_for_one_school_and_for_many(cast: Cast) -> None:
    admin = browser(cast.admin)

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            admin.get("/people/checks/")
        return len(found)

    count()
    before = count()
    for school in SchoolFactory.create_batch(5, trust=cast.trust):
        for _ in range(3):
            hold(staff_with("visitor", school), kind="dbs_enhanced")
    assert count() == before


@pytest.mark.clause("TC-183")
def test_the_ewo_records_training_of_anybodys_staff_and_names_the_trainer(
    cast: Cast, now: dt.datetime
) -> None:
    other = staff_with("visitor", cast.other_school)
    facts = {"kind": "early_help", "issued_on": DAY, "trainer": "Pat Ewo, EWO", "by": cast.ewo, "now": now}
    kept = keeping.add_clearance(staff=other, **facts)
    assert (kept.trainer, kept.recorded_by) == ("Pat Ewo, EWO", cast.ewo)
    for staff, change in ((cast.ewo, {}), (other, {"kind": "dbs_enhanced"}), (cast.outsider, {})):
        with pytest.raises(keeping.NotAllowed):
            keeping.add_clearance(staff=staff, **(facts | change))
    keeping.remove_clearance(clearance=kept, by=cast.ewo, now=now)
    assert not Clearance.objects.exists()


def test_a_dbs_check_without_a_level_is_enhanced_and_training_has_none(cast: Cast, now: dt.datetime) -> None:
    facts = {"staff": cast.teacher, "issued_on": DAY, "by": cast.head, "now": now}
    dbs = keeping.add_clearance(kind="dbs_enhanced", **facts)
    training = keeping.add_clearance(kind="violence_prevention", level="basic", **facts)
    assert (dbs.level, training.level) == ("enhanced", "")


def test_other_training_has_a_title(cast: Cast, now: dt.datetime) -> None:
    with pytest.raises(keeping.Refused, match="which training"):
        keeping.add_clearance(staff=cast.teacher, kind="other", issued_on=DAY, by=cast.head, now=now)


def test_a_number_is_tried_by_somebody_else_and_forgotten_when_it_changes(
    cast: Cast, now: dt.datetime
) -> None:
    number = str(cast.teacher.mobile)
    with pytest.raises(keeping.NotAllowed):
        keeping.try_mobile(staff=cast.teacher, number=number, by=cast.teacher, now=now)
    with pytest.raises(keeping.Refused, match="has changed since you rang"):
        keeping.try_mobile(staff=cast.teacher, number="+447700900999", by=cast.office, now=now)
    tried = keeping.try_mobile(staff=cast.teacher, number=number, by=cast.office, now=now)
    assert (is_reached(tried), tried.mobile_tried_by) == (True, cast.office)
    changed = keeping.change_staff(staff=tried, mobile="+447700900998", by=cast.teacher, now=now)
    assert (is_reached(changed), changed.mobile_tried_by) == (False, None)
    assert PeopleEvent.objects.filter(kind="mobile_tried", about=cast.teacher).count() == 1


def test_a_number_that_stays_the_same_stays_tried(cast: Cast, now: dt.datetime) -> None:
    tried = keeping.try_mobile(staff=cast.teacher, number=str(cast.teacher.mobile), by=cast.office, now=now)
    kept = keeping.change_staff(
        staff=tried, mobile=str(tried.mobile), job_title="Teacher of music", by=cast.admin, now=now
    )
    assert is_reached(kept)


def staff_file(cast: Cast, now: dt.datetime, **cells: str) -> object:
    row = {
        "E-mail": cast.teacher.email,
        "First name": cast.teacher.first_name,
        "Last name": cast.teacher.last_name,
        "Role": "Visiting staff",
    } | cells
    text = ",".join(row) + "\n" + ",".join(row.values()) + "\n"
    return importing.run(school=cast.school, kind="staff", text=text, by=cast.admin, now=now, confirm=True)


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("Basic", "basic"),
        ("ENHANCED", "enhanced"),
        ("Enhanced with barred lists", "enhanced_barred"),
        ("enhanced barred", "enhanced_barred"),
    ],
)
def test_a_file_of_staff_may_bring_a_dbs_level(cast: Cast, now: dt.datetime, word: str, level: str) -> None:
    staff_file(cast, now, **{"DBS issued": "01/09/2026", "DBS level": word})
    assert cast.teacher.clearances.get().level == level


def test_a_level_that_no_check_has_is_a_problem(cast: Cast, now: dt.datetime) -> None:
    summary = staff_file(cast, now, **{"DBS issued": "01/09/2026", "DBS level": "Gold"})
    assert "Enter the level: Basic, Standard, Enhanced" in str(summary.problems)


def test_a_file_with_another_number_forgets_that_the_old_one_was_tried(cast: Cast, now: dt.datetime) -> None:
    keeping.try_mobile(staff=cast.teacher, number=str(cast.teacher.mobile), by=cast.office, now=now)
    staff_file(cast, now, **{"Work mobile": "07700 900997"})
    teacher = Staff.objects.get(pk=cast.teacher.pk)
    assert (str(teacher.mobile), is_reached(teacher)) == ("+447700900997", False)


@pytest.mark.clause("TC-183")
def test_the_form_offers_what_policy_and_school_ask_for_and_wants_a_trainer(
    cast: Cast, now: dt.datetime
) -> None:
    keeping.ask_training(school=cast.school, title="Cultural awareness", by=cast.head, now=now)
    head, path = browser(cast.head), f"/people/staff/{cast.teacher.pk}/checks/new/"
    page = head.get(path).content.decode()
    for words in (
        "DBS check",
        "Violence prevention",
        EARLY,
        "Home visiting",
        "Cultural awareness",
        "Other training",
    ):
        assert words in page
    told = {"kind": "own:Cultural awareness", "issued_on": "2026-11-01"}
    assert "Enter who gave the training" in head.post(path, told).content.decode()
    head.post(path, told | {"trainer": "R. Shah"})
    kept = cast.teacher.clearances.get()
    assert (kept.kind, kept.title, kept.trainer) == ("other", "Cultural awareness", "R. Shah")
    ewo = browser(cast.ewo).get(path).content.decode()
    assert ('value="dbs_enhanced"' in ewo, "Pat Ewo" in ewo) == (False, True)


def test_reaching_somebody_is_noted_on_their_profile(cast: Cast, now: dt.datetime) -> None:
    office, profile = browser(cast.office), f"/people/staff/{cast.teacher.pk}/"
    words = "I rang this number and reached them"
    assert words in office.get(profile).content.decode()
    office.post(f"{profile}mobile-tried/", {"number": str(cast.teacher.mobile)})
    page = office.get(profile).content.decode()
    assert (words in page, "Reached" in page) == (False, True)
    assert words not in browser(cast.colleague).get(f"/people/staff/{cast.colleague.pk}/").content.decode()
