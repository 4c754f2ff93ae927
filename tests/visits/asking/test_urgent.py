"""An urgent request: one page, one button, the same gate."""

import datetime as dt

import pytest

from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from visits.models import Visit

ANSWERS = {
    "worry": "Not seen since Monday, and a neighbour rang about shouting in the night.",
    "why_now": "The DSL wants him seen today; nobody at home answers the telephone.",
    "told": "no",
    "minutes": "30",
    "do": "send",
}
REASON = {
    "aspirational_futures": ("CHILD_SAFE_CHECK", "EMERGENCY"),
    "poulton_le_sands": ("CHILD_SAFE_CHECK", "EMERGENCY"),
    "three_counties": ("SAFEGUARDING", "EMERGENCY"),
}


def address(cast: Cast) -> str:
    return f"/visits/urgent/{make.a_pupil(cast).pk}/"


def answers(cast: Cast, **other: object) -> dict:
    reason, ground = REASON[cast.policy.preset]
    goes = [cast.dsl.pk if cast.policy.preset == "three_counties" else cast.colleague.pk]
    return ANSWERS | {"reason_code": reason, "ground_code": ground, "goes": goes} | other


def asked_at_once(cast: Cast) -> set[str]:
    """Who was told urgently, that a decision waits or that there is an emergency."""
    return set(Notice.objects.filter(is_urgent=True).values_list("recipient__last_name", flat=True))


@pytest.mark.parametrize(
    ("cast", "told"),
    [("aspirational_futures", {"Head", "Slt", "Dsl", "Deputy"}), ("three_counties", {"Head", "Deputy"})],
    indirect=["cast"],
)
@pytest.mark.clause("AF-015", "AF-019", "TC-088", "TC-090", "TC-091")
def test_one_page_sends_it_and_deciders_and_the_safeguarding_team_are_told_urgently(
    cast: Cast, now: dt.datetime, told: set[str]
) -> None:
    make.checked(cast.teacher, cast.colleague, cast.dsl)
    url = address(cast)
    if cast.policy.preset == "aspirational_futures":
        pupil = int(url.split("/")[-2])
        for channel in ("call", "text", "call"):
            make.attempt(pupil, cast.teacher, now, channel)
    reply = browser(cast.teacher).post(url, answers(cast))
    visit = Visit.objects.get()
    assert reply.status_code == 302, reply.content.decode()
    assert (visit.state, visit.kind, visit.purpose) == ("requested", "emergency", ANSWERS["worry"])
    assert (visit.start_at - now, visit.depart_at - now) == (
        dt.timedelta(minutes=30),
        dt.timedelta(minutes=15),
    )
    assert asked_at_once(cast) == told
    urgent = Notice.objects.filter(is_urgent=True, channel="in_app")
    assert urgent.count() == len(told)


def test_what_the_gate_misses_stands_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, now: dt.datetime
) -> None:
    text = browser(cast.teacher).post(address(cast), answers(cast, goes=[])).content.decode()
    assert "Add the DSL to the people who go" in text
    assert ANSWERS["worry"] in text
    assert Visit.objects.count() == 0


def test_an_empty_page_says_what_each_field_needs(cast: Cast, now: dt.datetime) -> None:
    text = browser(cast.teacher).post(address(cast), {"do": "send"}).content.decode()
    sentences = ("Say what worries you", "Say why it cannot wait", "Choose a reason that your policy allows")
    assert [one for one in sentences if one not in text] == []


def test_a_reason_by_appointment_is_not_offered(cast: Cast, now: dt.datetime) -> None:
    text = browser(cast.teacher).get(address(cast)).content.decode()
    assert ("Safeguarding concern" in text, "Tuition or support at home" in text) == (True, False)


def test_going_on_with_all_questions_keeps_the_answers_as_a_draft(cast: Cast, now: dt.datetime) -> None:
    reply = browser(cast.teacher).post(address(cast), answers(cast, do="more"))
    visit = Visit.objects.get()
    assert (reply.url, visit.state, visit.purpose) == (
        f"/visits/{visit.ref}/request/",
        "draft",
        ANSWERS["worry"],
    )


def test_a_school_without_a_policy_is_told_so(cast: Cast, now: dt.datetime) -> None:
    there = browser(cast.outsider)
    pupil = make.PupilFactory(school=cast.outsider.roles.get().school)
    text = there.get(f"/visits/urgent/{pupil.pk}/", follow=True).content.decode()
    assert "no home-visit policy in force" in text
