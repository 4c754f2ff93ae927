"""What a change undoes, and who stays watched: nobody is lost between a decision and a departure."""

import datetime as dt

import pytest

from homevisits.notices.models import Notice
from homevisits.trusts.models import Policy
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.trusts import PolicyFactory
from tests.visits.turning import unmet
from visits import gates, timing, transitions, unapproved
from visits.models import Visit
from visits.story import Moment
from visits.transitions import Refused

TC = "three_counties"
MOVED_IN = "A dog moved in."


def live(visit: Visit) -> set[str]:
    return set(visit.deadlines.filter(state="live").values_list("kind", flat=True))


def later(now: dt.datetime, minutes: int) -> dict[str, dt.datetime]:
    """The plan of the walk, so much later."""
    return {name: at + make.minutes(minutes) for name, at in make.plan(now).items()}


def anew(cast: Cast, visit: Visit, now: dt.datetime) -> Visit:
    """Somebody writes another version of the risks at the home."""
    return transitions.assess_risk(
        visit=visit, by=cast.head, now=now, level="low", text="A dog, shut away.", why=MOVED_IN
    )


@pytest.mark.clause("TC-119", "TC-153")
def test_a_change_at_the_time_to_leave_drops_no_watch_and_lets_nobody_leave(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    make.assessed(cast, visit, now)
    watched = live(visit)
    visit = anew(cast, visit, now + make.minutes(5))
    assert (visit.state, live(visit) - {"decision_1"}) == ("logged", watched)
    assert watched >= {"departure", "return"}
    stopped = Notice.objects.filter(key__contains=":stopped:", channel="in_app")
    assert {n.recipient for n in stopped} >= {cast.teacher, cast.colleague, cast.office}
    wanted = next(check for check in gates.blocking("depart", visit, now) if check.code == "decision_visit")
    assert "needs a new decision by the Head" in wanted.sentence
    with pytest.raises(Refused, match="brief again"):
        transitions.depart(visit=visit, by=cast.office, now=now + make.minutes(5))


def test_changing_the_times_then_asks_for_the_decision_again(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    make.assessed(cast, visit, now)
    at = now + make.minutes(5)
    anew(cast, visit, at)
    visit = transitions.retime(
        visit=visit, by=cast.office, now=at, times=later(now, 30), reason="Nobody had left."
    )
    assert (visit.state, "departure" in live(visit)) == ("requested", False)
    assert Notice.objects.filter(key__contains=f"{visit.ref}:asked:", recipient=cast.head).exists()


def test_before_the_time_to_leave_it_is_a_request_again_at_once(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now, **later(now, 60))
    make.assessed(cast, visit, now)
    assert anew(cast, visit, now + make.minutes(5)).state == "requested"


def test_who_is_out_without_a_word_is_still_missed_after_the_decision_is_taken_back(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    decision = visit.decisions.get(kind="visit")
    decision.typed_by = cast.office
    decision.save(update_fields=["typed_by"])
    at = now + make.minutes(1)
    visit = transitions.countersign(visit=visit, by=cast.head, now=at, agrees=False, reason="I said no.")
    assert (visit.state, live(visit) >= {"departure", "return"}) == ("logged", True)


def test_a_visitors_own_word_for_a_decision_does_not_let_them_leave(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    decision = visit.decisions.get(kind="visit")
    for typed_by, stands in ((cast.office, []), (cast.teacher, ["blocks"])):
        decision.typed_by = typed_by
        decision.save(update_fields=["typed_by"])
        assert unmet("depart", visit, now, "countersign") == stands


@pytest.mark.clause("AF-014", "PS-062", "TC-070", "CS-058")
def test_what_it_was_logged_with_is_not_taken_away(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    empty = {a.pk: {"phone": "", "travel": "", "vehicle_text": ""} for a in visit.party}
    with pytest.raises(Refused, match="mobile number"):
        transitions.keep_log(visit=visit, by=cast.teacher, now=now, values={}, people=empty)
    visit.party[0].__class__.objects.filter(visit=visit).update(phone="")
    assert unmet("depart", visit, now, "phone") == ["blocks", "blocks"]


@pytest.mark.clause("TC-106")
def test_who_checks_on_them_says_so_anew_for_another_time(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now, **later(now, 60))
    Visit.objects.filter(pk=visit.pk).update(contact_acknowledged_at=now)
    retimed = transitions.retime(
        visit=visit, by=cast.office, now=now, times=later(now, 61), reason="A minute later."
    )
    assert retimed.contact_acknowledged_at == now
    much = transitions.retime(
        visit=visit, by=cast.office, now=now, times=later(now, 180), reason="After lunch."
    )
    assert much.contact_acknowledged_at is None


@pytest.mark.clause("TC-170", "TC-199")
def test_times_changed_with_the_visit_are_told_as_any_other(cast: Cast, now) -> None:
    visit = make.requested(cast, now=now, **later(now, 60))
    transitions.amend(
        visit=visit, by=cast.teacher, now=now, values=later(now, 120), reason="The family asked."
    )
    assert visit.events.filter(kind="retimed").count() == 1
    assert Notice.objects.filter(key__contains=f"{visit.ref}:schedule:", recipient=cast.head).exists()
    transitions.amend(
        visit=visit,
        by=cast.teacher,
        now=now,
        values={"purpose": "To talk about mornings and the bus."},
        reason="Words.",
    )
    assert visit.events.filter(kind="retimed").count() == 1


@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_a_request_goes_on_once_a_change_leaves_nothing_to_decide(cast: Cast, now) -> None:
    visit = make.requested(cast, by=cast.ewo, party=[cast.ewo], lone_reason="She trusts one.", now=now)
    make.assessed(cast, visit, now)
    assert visit.state == "requested"
    party = [{"staff": cast.ewo, "is_lead": True}, {"staff": cast.teacher}]
    make.checked(cast.teacher)
    visit = transitions.amend(
        visit=visit, by=cast.ewo, now=now, values={}, party=party, reason="Two of us go."
    )
    assert visit.state == "authorised"


@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_it_goes_on_by_a_button_once_what_was_missing_is_there(cast: Cast, now, monkeypatch) -> None:
    block = [gates.Check("training", gates.BLOCKS, "T. Teacher has not done the training.")]
    real = gates.blocking
    monkeypatch.setattr(
        gates, "blocking", lambda gate, *of: block if gate == "authorise" else real(gate, *of)
    )
    visit = make.requested(cast, by=cast.ewo, now=now)
    assert visit.state == "requested"
    client = browser(cast.ewo)
    assert "Go on with the visit" in client.get(f"/visits/{visit.ref}/").content.decode()
    asked = client.post(f"/visits/{visit.ref}/resume/", follow=True).content.decode()
    assert "has not done the training" in asked
    monkeypatch.undo()
    done = client.post(f"/visits/{visit.ref}/resume/", follow=True).content.decode()
    assert (f"{visit.ref} is authorised." in done, make.fresh(visit).state) == (True, "authorised")


def test_what_is_returned_is_sent_again_under_the_policy_then_in_force(cast: Cast, now) -> None:
    visit = make.requested(cast, now=now)
    first = visit.policy
    transitions.answer(visit=visit, by=cast.head, now=now, reply="changes", reason="Say more.")
    newer = PolicyFactory(preset=cast.policy.preset, trust=cast.trust)
    make.read(cast.teacher, cast.colleague)
    visit = make.fresh(visit)
    assert (visit.policy, visit.rules) == (None, Policy.objects.in_force(cast.school))
    visit = transitions.submit(visit=visit, by=cast.teacher, now=now)
    assert (first == newer, visit.policy) == (False, newer)


def test_nobody_takes_back_that_they_left_once_they_arrived(cast: Cast, now) -> None:
    visit = make.out(cast, now=now)
    transitions.say_arrived(visit=visit, by=cast.teacher, now=now)
    with pytest.raises(Refused, match="Say that everybody is back instead"):
        transitions.did_not_leave(visit=visit, by=cast.teacher, now=now, reason="A slip.")


def test_who_stays_inside_is_still_called_when_one_leaves_alone(cast: Cast, now) -> None:
    visit = make.out(cast, now=now)
    transitions.say_left(visit=visit, by=cast.teacher, now=now, alone=True)
    visit = make.fresh(visit)
    called = {w.extra["attendee"].staff for w in timing.wanted(visit) if w.kind == "check_in"}
    assert (visit.left_at, called) == (None, {cast.colleague})
    assert "I am back at school" in browser(cast.teacher).get(f"/visits/{visit.ref}/out/").content.decode()
    assert "I am fine" in browser(cast.colleague).get(f"/visits/{visit.ref}/out/").content.decode()
    transitions.say_left(visit=visit, by=cast.colleague, now=now, alone=True)
    visit = make.fresh(visit)
    assert (visit.left_at, Moment.objects.filter(kind="left").count()) == (now, 2)
    assert [w.kind for w in timing.wanted(visit) if w.kind == "check_in"] == []


def test_a_party_of_outsiders_does_not_go(cast: Cast, now) -> None:
    visit = make.requested(cast, now=now)
    visit.attendees.create(name="Sam Social", organisation="Social care", phone="+447700900556")
    for person in (cast.teacher, cast.colleague):
        transitions.withdraw(visit=visit, by=person, now=now, reason="I do not feel safe.")
    assert make.fresh(visit).state == "cancelled"


def test_what_was_reported_afterwards_cannot_be_made_to_vanish(cast: Cast, now) -> None:
    visit = make.requested(cast, now=now)
    Visit.objects.filter(pk=visit.pk).update(is_retrospective=True, retrospective_why="It was night.")
    with pytest.raises(Refused, match="cannot be cancelled"):
        transitions.cancel(visit=visit, by=cast.teacher, now=now, reason="Oh.")
    with pytest.raises(Refused, match="stay in its record"):
        transitions.withdraw(visit=visit, by=cast.teacher, now=now, reason="Oh.")
    transitions.answer(visit=visit, by=cast.head, now=now, reply="changes", reason="Say more.")
    assert make.fresh(visit).state == "draft"
    assert [one.visit for one in unapproved.found(cast.head, now)] == [visit]
    page = browser(cast.teacher).get(f"/visits/{visit.ref}/").content.decode()
    assert "Drop this draft" not in page
