"""Who is briefed by whom, what is said anew, what each confirms, and what the policy makes of it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.visits.turning import BLOCK, OFF, SAID, WARN, checks, turned, unmet
from visits import transitions
from visits.briefing import briefers, briefings, of_visitor, roles_for, to_brief
from visits.briefings import waiting_to_brief, waiting_to_read
from visits.models import Briefing, Visit
from visits.transitions import Refused

WORDS = "A steep stair; the dog is kept in the kitchen."
on = pytest.mark.parametrize


def ready(cast: Cast, now: dt.datetime, **options: object) -> Visit:
    """An authorised visit of which nobody has been briefed."""
    visit = make.authorised(cast, now=now, **options)
    Briefing.objects.all().delete()
    return make.fresh(visit)


def briefed(cast: Cast, visit: Visit, now: dt.datetime, words: str = WORDS) -> Visit:
    people = [a.staff for a in make.fresh(visit).party if a.staff]
    return transitions.brief(visit=visit, by=cast.head, now=now, staff=people, words=words)


@pytest.mark.turns("briefing_rule")
@pytest.mark.clause("TC-053", "TC-141")
def test_nobody_leaves_before_they_are_briefed_and_have_confirmed_it(cast: Cast, now) -> None:
    visit = ready(cast, now)
    for strength in (OFF, WARN, BLOCK):
        assert unmet("depart", visit, now, "briefing", briefing_rule=strength) == SAID[strength] * 2
    first = checks("depart", visit, now, "briefing")[0]
    assert first.sentence == "P. Teacher is not briefed yet. Ask the Headteacher/Head of School to do that."
    briefed(cast, visit, now)
    assert [c.sentence for c in checks("depart", visit, now, "briefed")] == [
        "P. Teacher has not confirmed the briefing yet. Open it, read it and confirm it.",
        "P. Colleague has not confirmed the briefing yet. Open it, read it and confirm it.",
    ]
    for person in (cast.teacher, cast.colleague):
        transitions.acknowledge_briefing(visit=visit, by=person, now=now)
    assert unmet("depart", visit, now, "briefed") == []


@pytest.mark.turns("briefing_roles_ewo")
@pytest.mark.clause("TC-130")
def test_the_ewo_is_briefed_by_the_ceo_on_the_ewos_own_list(cast: Cast, now) -> None:
    visit = ready(cast, now, by=cast.ewo, party=[cast.ewo, cast.teacher])
    assert {p.pk for p in briefers(visit, cast.ewo)} == {cast.ceo.pk}
    assert {p.pk for p in briefers(visit, cast.teacher)} == {cast.head.pk}
    fresh = turned(visit, briefing_roles_ewo=[])
    assert fresh.rules is not None
    assert roles_for(fresh.rules, cast.ewo) == ["headteacher"]
    with pytest.raises(Refused, match="You do not brief"):
        transitions.brief(visit=visit, by=cast.head, now=now, staff=[cast.ewo], words=WORDS)
    transitions.brief(visit=visit, by=cast.ceo, now=now, staff=[cast.ewo], words=WORDS)
    own = of_visitor(make.fresh(visit), cast.ewo)
    assert own is not None
    assert [point.about for point in own.points] == ["ewo"] * 10


@pytest.mark.clause(
    "TC-131", "TC-132", "TC-133", "TC-134", "TC-135", "TC-136", "TC-137", "TC-138", "TC-139", "TC-140",
    "TC-142", "TC-143", "TC-144", "TC-145", "TC-146", "TC-147", "TC-148", "TC-149", "TC-150", "TC-151",
)  # fmt: skip
@on("who", ["ewo", "teacher"])
def test_each_of_the_ten_points_stands_before_who_reads_it(cast: Cast, now, who: str) -> None:
    visit = make.authorised(cast, now=now, by=cast.ewo, party=[cast.ewo, cast.teacher])
    about = {"ewo": "ewo", "teacher": "staff"}[who]
    texts = list(cast.policy.briefingpoints.filter(about=about).values_list("text", flat=True))
    page = browser(getattr(cast, who)).get(f"/visits/{visit.ref}/briefing/").content.decode()
    assert len(texts) == 10
    assert [text for text in texts if text not in page] == []


def test_standing_points_are_said_once_in_a_version_and_the_others_for_every_visit(cast: Cast, now) -> None:
    briefed(cast, ready(cast, now), now)
    for person in (cast.teacher, cast.colleague):
        transitions.acknowledge_briefing(visit=Visit.objects.get(), by=person, now=now)
    second = make.requested(cast, now=now, **make.plan(now + dt.timedelta(hours=2)))
    own = of_visitor(make.fresh(second), cast.teacher)
    assert own is not None
    assert (own.standing_row is not None, own.visit_row, own.is_confirmed) == (True, None, False)
    assert Briefing.objects.filter(visit=None).count() == 2


def test_other_words_and_newer_risks_are_read_again(cast: Cast, now) -> None:
    visit = ready(cast, now)
    briefed(cast, visit, now)
    transitions.acknowledge_briefing(visit=visit, by=cast.teacher, now=now)
    briefed(cast, visit, now)
    own = of_visitor(make.fresh(visit), cast.teacher)
    assert own is not None
    assert own.is_acknowledged  # the same words ask for nothing
    briefed(cast, visit, now, words="The dog bites.")
    own = of_visitor(make.fresh(visit), cast.teacher)
    assert own is not None
    assert (own.words, own.is_acknowledged) == ("The dog bites.", False)


@pytest.mark.clause("TC-142")
def test_a_briefing_older_than_the_risk_assessment_says_too_little(cast: Cast, now) -> None:
    visit = ready(cast, now)
    briefed(cast, visit, now)
    for person in (cast.teacher, cast.colleague):
        transitions.acknowledge_briefing(visit=visit, by=person, now=now)
    later = now + dt.timedelta(minutes=5)
    transitions.assess_risk(
        visit=visit, by=cast.head, now=later, level="low", text="A dog, shut away.", why="A dog moved in."
    )
    said = checks("depart", visit, now, "briefing")
    assert said[0].sentence == (
        "The risks were assessed anew after P. Teacher's briefing. Ask the Headteacher/Head of School to brief again."
    )


def test_nobody_briefs_themself_and_the_ceo_stands_in_for_a_head_who_goes(cast: Cast, now) -> None:
    visit = ready(cast, now, by=cast.head, party=[cast.head, cast.teacher])
    assert {p.pk for p in briefers(visit, cast.head)} == {cast.ceo.pk}
    assert [one.staff for one in to_brief(cast.head, visit)] == [cast.teacher]
    with pytest.raises(Refused, match="Nobody briefs themself"):
        transitions.brief(visit=visit, by=cast.head, now=now, staff=[cast.head], words=WORDS)


def test_each_step_of_a_briefing_says_what_is_missing(cast: Cast, now) -> None:
    visit = ready(cast, now)
    with pytest.raises(Refused, match="Ask for your briefing first"):
        transitions.acknowledge_briefing(visit=visit, by=cast.teacher, now=now)
    with pytest.raises(Refused, match="Choose whom you brief"):
        transitions.brief(visit=visit, by=cast.head, now=now, staff=[cast.dsl], words=WORDS)
    with pytest.raises(Refused, match="Say what they should know"):
        transitions.brief(visit=visit, by=cast.head, now=now, staff=[cast.teacher], words=" ")
    with pytest.raises(Refused, match="nobody briefs themself"):
        transitions.brief(visit=visit, by=cast.office, now=now, staff=[cast.teacher], words=WORDS)


@pytest.mark.clause("TC-062")
def test_the_ewo_answers_what_visitors_should_know(cast: Cast, now) -> None:
    visit = ready(cast, now)
    briefed(cast, visit, now)
    transitions.acknowledge_briefing(visit=visit, by=cast.teacher, now=now)
    assert transitions.ask_for_background(visit=visit, by=cast.teacher, now=now) == [cast.ewo]
    with pytest.raises(Refused, match="Only the EWO"):
        transitions.give_background(visit=visit, by=cast.head, now=now, words="A hard year.")
    transitions.give_background(visit=visit, by=cast.ewo, now=now, words="The uncle shouts at visitors.")
    own = of_visitor(make.fresh(visit), cast.teacher)
    assert own is not None
    assert (own.words, own.is_acknowledged) == (f"{WORDS}\n\nP. Ewo: The uncle shouts at visitors.", False)
    told = Notice.objects.filter(
        subject=f"{visit.ref}: the EWO wrote what visitors should know", channel="in_app"
    )
    assert {notice.recipient_id for notice in told} == {cast.teacher.pk, cast.colleague.pk}


def test_notices_of_a_briefing_say_nothing_about_a_child(cast: Cast, now) -> None:
    visit = ready(cast, now)
    briefed(cast, visit, now)
    transitions.ask_for_background(visit=visit, by=cast.teacher, now=now)
    pupil = visit.pupils.get()
    said = " ".join(f"{n.subject} {n.body} {n.path}" for n in Notice.objects.all())
    kept = [pupil.legal_first_name, pupil.legal_last_name, visit.address, visit.purpose, WORDS]
    assert [word for word in kept if word in said] == []


def test_the_briefer_finds_who_waits_and_each_visitor_what_to_read(cast: Cast, now) -> None:
    visit = ready(cast, now)
    found = {name: [one.who for one in waiting_to_brief(person, now)] for name, person in cast.people.items()}
    assert {name: who for name, who in found.items() if who} == {"head": ["P. Teacher, P. Colleague"]}
    assert "Brief P. Teacher, P. Colleague" in browser(cast.head).get("/").content.decode()
    briefed(cast, visit, now)
    assert waiting_to_brief(cast.head, now) == []
    reads = {name: waiting_to_read(person, now) for name, person in cast.people.items()}
    assert {name for name, visits in reads.items() if visits} == {"teacher", "colleague"}


def test_the_briefers_list_costs_the_same_for_one_visit_and_for_six(cast: Cast, now) -> None:
    def cost() -> int:
        person = Staff.objects.get(pk=cast.head.pk)
        with CaptureQueriesContext(connection) as queries:
            assert waiting_to_brief(person, now)
        return len(queries)

    ready(cast, now)
    one = cost()
    for number in range(5):
        make.authorised(cast, now=now, **make.plan(now + dt.timedelta(hours=number)))
    Briefing.objects.all().delete()
    assert cost() == one


def test_a_briefing_is_given_and_read_on_its_pages(cast: Cast, now) -> None:
    visit = ready(cast, now)
    address = f"/visits/{visit.ref}/briefing/"
    head, teacher = browser(cast.head), browser(cast.teacher)
    page = head.get(address)
    assert (
        "Known family, quiet street." in page.context["form"].initial["words"]
    )  # the risk assessment's findings
    wrong = head.post(address, {"staff": [cast.teacher.pk], "words": ""})
    assert "Say what they should know about this family and home" in wrong.content.decode()
    done = head.post(address, {"staff": [cast.teacher.pk, cast.colleague.pk], "words": WORDS})
    assert done.status_code == 302
    read = teacher.get(address).content.decode()
    assert ("the dog is kept in the kitchen" in read, "I have read this and know it" in read) == (True, True)
    assert teacher.post(f"{address}read/")["Location"] == f"/visits/{visit.ref}/"
    own = next(one for one in briefings(make.fresh(visit)) if one.staff == cast.teacher)
    assert own.is_acknowledged


def test_the_phone_page_shows_the_briefing_until_it_is_read(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    Briefing.objects.filter(staff=cast.teacher).update(acknowledged_at=None)
    teacher = browser(cast.teacher)
    page = teacher.get(f"/visits/{visit.ref}/out/").content.decode()
    assert "A quiet street; a small dog." in page
    reply = teacher.post(f"/visits/{visit.ref}/briefing/read/", {"next": "out"})
    assert reply["Location"] == f"/visits/{visit.ref}/out/"
    after = teacher.get(f"/visits/{visit.ref}/out/").content.decode()
    assert ("I have read this" in after, "I am leaving now" in after) == (False, True)
