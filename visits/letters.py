"""What letters to parents say: the appointment, and what is expected while a child is taught at home."""

from typing import Any

from homevisits.trusts.choices import BedroomRule, Paper
from visits.models import Visit
from visits.paper import clock, day, place, pupils, spoken, whom
from visits.story import ContactAttempt

SAID_ALOUD = {ContactAttempt.Channel.CALL, ContactAttempt.Channel.IN_PERSON}
PURPOSE = "To talk with you about how your child is getting on and how we can help."


def may_have_letter(visit: Visit) -> bool:
    """Whether a letter may go to this home: sent off, announced, and not for a reason that never has one.

    A letter about domestic abuse may be read by the wrong person (SH-037); nor is a visit that
    parents are not told of announced by one.
    """
    never = visit.reason is None or visit.reason.never_a_letter
    return visit.policy_id is not None and not never and visit.told != Visit.Told.NO


def nothing_in_writing(visit: Visit) -> bool:
    """Whether nothing goes to this home in writing, whatever it says (SH-037)."""
    return bool(visit.reason and visit.reason.never_a_letter)


def leaves_card(visit: Visit) -> bool:
    """Whether a calling card is left where nobody opens (CS-044); the wrong person may read a card too."""
    return bool(visit.rules and visit.rules.calling_card) and not nothing_in_writing(visit)


def letter_words(visit: Visit) -> dict[str, Any]:
    """The appointment letter (PS-060, TC-087): when, where, who comes, for what, how to change it."""
    rules = visit.rules
    wait = (
        f"If nobody is there at that time, we wait no longer than {rules.wait_minutes} minutes."
        if rules
        else ""
    )
    asks = ["Please keep pets in another room while we are there."]
    if rules and rules.id_card_carried:
        asks.append("We carry identity cards. Please ask to see them.")
    if rules and rules.adult_must_invite:
        asks.append("We come in only when you invite us.")
    return {
        "title": "An appointment at your home",
        "aside": "",
        "times": [
            ("Date", day(visit.start_at)),
            ("Time", f"{clock(visit.start_at)} to {clock(visit.end_at)}"),
        ],
        "dear": _dear(visit),
        "opening": f"We would like to visit you at home about {pupils(visit)}. Visits are there to help: "
        "we want the best for your child, together with you.",
        "facts": [
            ("Where", place(visit)),
            ("Who comes", _who(visit)),
            ("Whom we would like to see", whom(visit)),
            ("What for", visit.purpose_for_parents or PURPOSE),
        ],
        "paragraphs": [*asks, wait],
        "closing": _closing(visit),
    }


def _dear(visit: Visit) -> str:
    seen = [str(link.contact) for link in visit.to_see.select_related("contact")]
    return " and ".join(seen) or "Parent or carer"


def _who(visit: Visit) -> str:
    return "; ".join(
        f"{a}, {a.staff.title}" if a.staff else f"{a}, {a.organisation}".removesuffix(", ")
        for a in visit.party
    )


def _closing(visit: Visit) -> str:
    school = visit.school
    link = school.policy_url or school.trust.policy_url
    policy = f" Our home-visit policy: {link}" if link else ""
    return f"Does the time not suit you? Ring us: {spoken(school.phone)}.{policy}"


def expectations_words(visit: Visit) -> dict[str, Any]:
    """The expectations letter of a series of tuition (TC-193 to TC-198, TC-201)."""
    series = visit.series
    if series is None:
        raise LookupError(f"{visit.ref} belongs to no series of tuition")
    paragraphs = [
        (
            "Please have a quiet room with a table, a chair for each of them and enough light, and what your "
            "child needs for the work: paper, pens, and the computer if one is used."
        ),
        *_rules_of_lessons(visit),
        (
            "Please support the teacher where that is needed, and ring us if your child is ill or the time changes. "
            "We ring you if we are late or have to change a session."
        ),
    ]
    if series.sanctions:
        paragraphs.append(
            f"We have agreed with you what happens when your child misbehaves: {series.sanctions}"
        )
    return {
        "title": "Lessons at your home",
        "aside": "",
        "times": [("Subject", series.subject), ("First lesson", day(_first(visit)))],
        "dear": _dear(visit),
        "opening": f"{pupils(visit)} will be taught at home by {series.tutor}. So that the lessons help, "
        "we ask this of you:",
        "facts": [("Where in your home", series.room or "As agreed with you")],
        "paragraphs": paragraphs,
        "closing": f"{_closing(visit)}{_behaviour(visit)}",
    }


def _rules_of_lessons(visit: Visit) -> list[str]:
    """What the policy in force asks of every lesson, and nothing that it does not (TC-193 to TC-195, PS-081)."""
    rules = visit.rules
    if rules is None:
        return []
    adult = (
        "An adult has to be in the home for the whole session. Without one the session does not take place."
    )
    bedroom = {
        BedroomRule.NEVER: "No lesson takes place in a bedroom.",
        BedroomRule.NO_ALTERNATIVE: "A bedroom is used only where there is no other space.",
    }
    room = [
        "The door of the room stays open." if rules.tutoring_door_open else "",
        bedroom.get(BedroomRule(rules.tutoring_bedroom_rule), ""),
    ]
    said = [adult if rules.tutoring_adult_required else "", " ".join(filter(None, room))]
    return [sentence for sentence in said if sentence]


def _first(visit: Visit) -> Any:
    first = visit.series.visits.order_by("start_at").first() if visit.series else None
    return (first or visit).start_at


def _behaviour(visit: Visit) -> str:
    """Misbehaviour is handled by the school's own Behaviour Policy (TC-200)."""
    paper = visit.school.papers.filter(kind=Paper.BEHAVIOUR, retired_at=None).exclude(url="").first()
    return f" Our behaviour policy: {paper.url}" if paper else ""
