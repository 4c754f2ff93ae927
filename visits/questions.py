"""What a policy asks of a record besides what every record says: upstairs, bedrooms, cards, a life at risk."""

from collections.abc import Iterator
from dataclasses import dataclass

from homevisits.trusts.choices import BedroomRule, InviterRule, UpstairsRule
from visits.guidance import shows_card
from visits.letters import leaves_card
from visits.models import Outcome, Visit, VisitRecord
from visits.prefill import adults


@dataclass(frozen=True)
class Question:
    """A yes or no of the record, and the words that a yes needs. `column` is the setting behind it.

    `is_breach`: a yes goes against the policy, and is told to whoever it names and to the DSL.
    """

    field: str
    why: str
    column: str
    ask: str
    explain: str
    clauses: tuple[str, ...]
    is_breach: bool

    def answer(self, record: VisitRecord) -> bool | None:
        """Yes, no, or not answered yet."""
        said: bool | None = getattr(record, self.field)
        return said

    def words(self, record: VisitRecord) -> str:
        """Why it was yes."""
        return str(getattr(record, self.why)).strip()


def of_rooms(visit: Visit) -> Iterator[Question]:
    """Upstairs, and in a child's bedroom: asked only where there is a rule (PS-079 to PS-081)."""
    rules = visit.rules
    if rules is None or visit.entered_at is None:
        return
    if rules.upstairs_rule != UpstairsRule.FREE:
        never = rules.upstairs_rule == UpstairsRule.NEVER
        explain = (
            "Say why you went upstairs; your policy says never."
            if never
            else "Say why going upstairs was safe and necessary, and which adult went with you."
        )
        yield Question(
            "went_upstairs", "upstairs_why", "upstairs_rule", "Say whether you went upstairs.", explain,
            ("PS-079", "PS-080"), never,
        )  # fmt: skip
    bedroom = bedroom_rule(visit)
    if bedroom != BedroomRule.FREE:
        never = bedroom == BedroomRule.NEVER
        explain = (
            "Say why you went into a child’s bedroom; your policy says never."
            if never
            else "Say why there was no other suitable space than a child’s bedroom."
        )
        yield Question(
            "in_bedroom", "bedroom_why", "bedroom_rule", "Say whether you were in a child’s bedroom.", explain,
            ("PS-081",), never,
        )  # fmt: skip


def bedroom_rule(visit: Visit) -> str:
    """The rule about bedrooms; a lesson's own questions have theirs (TC-194)."""
    return BedroomRule.FREE if visit.rules is None or visit.series_id else visit.rules.bedroom_rule


def breaches(visit: Visit, record: VisitRecord) -> list[Question]:
    """What the record admits that goes against the policy."""
    return [question for question in of_rooms(visit) if question.is_breach and question.answer(record)]


def for_the_dsl(visit: Visit, record: VisitRecord) -> bool:
    """Whether the DSL hears of the rooms that were gone into: of a breach, and of every time upstairs (PS-080)."""
    return any(question.answer(record) for question in of_rooms(visit))


def not_to_be_spoken_to(visit: Visit, record: VisitRecord) -> list[str]:
    """Adults on file who were there and with whom the pupil is not discussed (PS-073 to PS-075), by name."""
    if visit.rules is None or visit.rules.inviter_rule == InviterRule.ANY:
        return []
    there = {person.name.strip().casefold() for person in record.people_present.all()}
    silent = [one.link.contact for one in adults(list(visit.pupils.all())) if not one.may_be_spoken_to]
    return [str(contact) for contact in silent if str(contact).casefold() in there]


def asks_card_left(visit: Visit) -> bool:
    """Nobody was in: was a calling card left (CS-044, CS-045)."""
    return visit.outcome == Outcome.NOBODY_IN and leaves_card(visit)


def asks_card_shown(visit: Visit) -> bool:
    """Whether the record says that the identity card was shown (TC-108): somebody opened the door."""
    return shows_card(visit) and visit.outcome != Outcome.NOBODY_IN
