"""Accounts and roles."""

import pytest
from django.test import Client

from homevisits.clock import app_now
from homevisits.escalation import alarms
from homevisits.escalation.alarms import open_alarm_now
from homevisits.people import keeping
from homevisits.people.models import Role, Staff
from homevisits.people.story import PeopleEvent
from homevisits.trusts.roles import RoleName
from tests.cast import Cast
from tests.factories import visits as make
from tests.factories.people import StaffFactory
from tests.factories.trusts import SchoolFactory
from visits import transitions
from visits.models import VisitAlarm


def add(cast: Cast, **change: object) -> Staff:
    facts = {
        "trust": cast.trust,
        "email": "New@School.example",
        "first_name": "New",
        "last_name": "Body",
        "role": RoleName.VISITOR,
        "school": cast.school,
        "by": cast.head,
        "now": app_now(),
    }
    return keeping.add_staff(**(facts | change))


def last_sentence() -> str:
    return PeopleEvent.objects.order_by("-id")[0].sentence


def test_head_adds_a_teacher_of_the_school(cast: Cast) -> None:
    staff = add(cast)
    assert (staff.email, staff.held, staff.has_usable_password()) == (
        "new@school.example",
        {(RoleName.VISITOR, cast.school.pk)},
        False,
    )
    event = PeopleEvent.objects.get()
    assert (event.chain, event.about, event.by, event.sentence) == (
        f"people:{cast.school.pk}",
        staff,
        cast.head,
        "New Body was added as Visiting staff.",
    )


@pytest.mark.parametrize("part", ["teacher", "office", "dsl", "slt", "ceo", "ewo", "outsider"])
def test_others_add_nobody(cast: Cast, part: str) -> None:
    with pytest.raises(keeping.NotAllowed):
        add(cast, by=cast.people[part])


def test_email_in_use_is_refused_in_any_case(cast: Cast) -> None:
    add(cast)
    with pytest.raises(keeping.Refused, match="exists already"):
        add(cast, email="NEW@school.EXAMPLE")


def test_nobody_is_added_to_another_trust(cast: Cast) -> None:
    other = cast.outsider.main_school
    with pytest.raises(keeping.NotAllowed):
        add(cast, trust=other.trust, school=other, by=cast.admin)
    with pytest.raises(keeping.NotAllowed):
        add(cast, trust=cast.trust, school=other, by=cast.admin)


def test_role_of_a_school_needs_its_school(cast: Cast) -> None:
    with pytest.raises(keeping.Refused, match="Choose a school"):
        add(cast, school=None, by=cast.admin)


@pytest.mark.clause("TC-011")
def test_ewo_is_given_for_the_whole_trust_by_its_admin(cast: Cast) -> None:
    staff = add(cast, role=RoleName.EWO, school=None, by=cast.admin)
    assert (staff.held, PeopleEvent.objects.get().chain) == (
        {(RoleName.EWO, None)},
        f"people:trust:{cast.trust.pk}",
    )


def test_everyone_changes_their_own_mobile_and_no_more(cast: Cast) -> None:
    changed = keeping.change_staff(staff=cast.teacher, by=cast.teacher, now=app_now(), mobile="+441544700100")
    assert str(changed.mobile) == "+441544700100"
    with pytest.raises(keeping.NotAllowed):
        keeping.change_staff(staff=cast.teacher, by=cast.teacher, now=app_now(), last_name="Else")


def test_office_changes_a_mobile_of_its_school_only(cast: Cast) -> None:
    keeping.change_staff(staff=cast.teacher, by=cast.office, now=app_now(), mobile="+441544700100")
    with pytest.raises(keeping.NotAllowed):
        keeping.change_staff(staff=cast.ewo, by=cast.office, now=app_now(), mobile="+441544700100")
    with pytest.raises(keeping.NotAllowed):
        keeping.change_staff(staff=cast.teacher, by=cast.office, now=app_now(), email="mine@x.example")


def test_change_saves_only_what_differs_and_tells_it(cast: Cast) -> None:
    keeping.change_staff(
        staff=cast.teacher, by=cast.head, now=app_now(), last_name="Else", first_name=cast.teacher.first_name
    )
    assert last_sentence() == "The last name of Pat Else changed."


def test_change_of_nothing_leaves_no_event(cast: Cast) -> None:
    keeping.change_staff(staff=cast.teacher, by=cast.head, now=app_now(), last_name=cast.teacher.last_name)
    assert not PeopleEvent.objects.exists()


def test_email_of_another_is_refused(cast: Cast) -> None:
    with pytest.raises(keeping.Refused, match="Another account"):
        keeping.change_staff(
            staff=cast.teacher, by=cast.head, now=app_now(), email=cast.outsider.email.upper()
        )


def test_closed_account_is_signed_out_with_its_next_click(cast: Cast, client: Client) -> None:
    client.force_login(cast.teacher)
    assert client.get("/people/").status_code == 200
    keeping.deactivate_staff(staff=cast.teacher, by=cast.head, now=app_now())
    assert client.get("/people/").status_code == 302


def test_old_session_stays_dead_when_the_account_opens_again(cast: Cast, client: Client) -> None:
    client.force_login(cast.teacher)
    keeping.deactivate_staff(staff=cast.teacher, by=cast.head, now=app_now())
    keeping.reactivate_staff(staff=cast.teacher, by=cast.head, now=app_now())
    assert client.get("/people/").status_code == 302


def test_nobody_closes_their_own_account(cast: Cast) -> None:
    with pytest.raises(keeping.Refused, match="your own account"):
        keeping.deactivate_staff(staff=cast.admin, by=cast.admin, now=app_now())


def test_account_of_somebody_who_is_out_is_closed_when_they_are_back(cast: Cast, clock) -> None:
    now = clock.set("2026-11-26 10:00")
    visit = make.out(cast, now=now)
    with pytest.raises(keeping.Refused, match=f"Pat Teacher is out on a visit .{visit.ref}"):
        keeping.deactivate_staff(staff=cast.teacher, by=cast.head, now=now)
    for attendee in visit.party:
        transitions.say_back(visit=visit, by=attendee.staff, now=now)
    assert keeping.deactivate_staff(staff=cast.teacher, by=cast.head, now=now).is_active is False


def test_account_of_somebody_who_deals_with_an_alarm_is_not_closed(cast: Cast, clock) -> None:
    now = clock.set("2026-11-26 10:00")
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    alarm = visit.alarms.get()
    alarms.own(alarm=alarm, by=cast.office, now=now)
    with pytest.raises(keeping.Refused, match="Pat Office is dealing with an alarm"):
        keeping.deactivate_staff(staff=cast.office, by=cast.head, now=now)
    alarms.let_go(alarm=alarm, by=cast.office, now=now)
    assert keeping.deactivate_staff(staff=cast.office, by=cast.head, now=now).is_active is False


def test_nobody_of_the_party_learns_of_a_silent_alarm_by_closing_an_account(cast: Cast, clock) -> None:
    now = clock.set("2026-11-26 10:00")
    visit = make.fresh(make.out(cast, now=now, party=[cast.teacher, cast.head]))
    silent = open_alarm_now(VisitAlarm, visit, kind="duress", now=now, attendee=visit.party[0])
    alarms.own(alarm=silent, by=cast.office, now=now)
    with pytest.raises(keeping.Refused, match="is dealing with an alarm"):
        keeping.deactivate_staff(staff=cast.office, by=cast.admin, now=now)
    assert keeping.deactivate_staff(staff=cast.office, by=cast.head, now=now).is_active is False


def test_closing_twice_tells_once(cast: Cast) -> None:
    for _ in range(2):
        keeping.deactivate_staff(staff=cast.teacher, by=cast.head, now=app_now())
    assert PeopleEvent.objects.count() == 1


def test_role_is_given_once_and_taken(cast: Cast) -> None:
    now = app_now()
    for _ in range(2):
        given = keeping.give_role(
            staff=cast.teacher, role=RoleName.DSL, school=cast.school, by=cast.head, now=now
        )
    assert cast.teacher.has_role(RoleName.DSL, school=cast.school) is True
    assert PeopleEvent.objects.count() == 1
    keeping.take_role(role=given, by=cast.head, now=now)
    assert not Role.objects.filter(staff=cast.teacher, role=RoleName.DSL).exists()
    assert last_sentence() == (
        f"The role Designated Safeguarding Lead at {cast.school} was taken from Pat Teacher."
    )


def test_head_gives_no_role_of_the_trust(cast: Cast) -> None:
    for role in (RoleName.EWO, RoleName.CEO, RoleName.TRUST_ADMIN, RoleName.HEADTEACHER):
        with pytest.raises(keeping.NotAllowed):
            keeping.give_role(staff=cast.head, role=role, school=cast.school, by=cast.head, now=app_now())


def test_no_role_is_given_across_trusts(cast: Cast) -> None:
    with pytest.raises(keeping.Refused, match="another trust"):
        keeping.give_role(
            staff=cast.outsider, role=RoleName.DSL, school=cast.school, by=cast.admin, now=app_now()
        )
    with pytest.raises(keeping.NotAllowed):
        keeping.give_role(
            staff=cast.teacher, role=RoleName.DSL, school=SchoolFactory(), by=cast.admin, now=app_now()
        )


def test_no_role_is_given_to_a_closed_account(cast: Cast) -> None:
    closed = StaffFactory(trust=cast.trust, is_active=False)
    with pytest.raises(keeping.Refused, match="open it first"):
        keeping.give_role(staff=closed, role=RoleName.DSL, school=cast.school, by=cast.admin, now=app_now())


def test_admin_does_not_lock_the_trust_up(cast: Cast) -> None:
    with pytest.raises(keeping.Refused, match="ask another admin"):
        keeping.take_role(role=cast.admin.roles.get(), by=cast.admin, now=app_now())


def test_office_takes_no_role(cast: Cast) -> None:
    with pytest.raises(keeping.NotAllowed):
        keeping.take_role(role=cast.teacher.roles.get(), by=cast.office, now=app_now())
