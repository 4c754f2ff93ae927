"""What a draft of a policy would ask of the visits now open. They keep their version; nothing is saved."""

import copy
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import prefetch_related_objects
from django.utils.functional import cached_property

from homevisits.people.models import Staff
from homevisits.trusts.choices import Strength
from homevisits.trusts.models import Policy, School
from homevisits.trusts.parts import Reason
from homevisits.trusts.registry import Impact, ImpactRow, Named
from visits import gates
from visits.models import Visit
from visits.states import OPEN, State
from visits.together import gathered

SHOWN = 50
TIMES = re.compile(r"\b\d{1,2}:\d{2}\b( on \d{1,2} [A-Z][a-z]+)?")

# A setting, and what hangs on a version that nobody can have read or been briefed on while it is a draft.
NOT_YET = {"policy_read_rule": {"policy_read", "asker_has_read"}, "briefing_rule": {"briefing", "briefed"}}

Asked = tuple[str, bool]  # a sentence without anybody's name, and whether it blocks
Change = tuple[bool, Asked]  # whether the draft adds it


def of_draft(draft: Policy, staff: Staff, now: dt.datetime) -> Impact:
    """For each visit now open where the draft would hold: what its next step would, or would no longer, need.

    Nobody's name, address or reason is in the sentences. Which visit a sentence is about is told only
    to somebody who may know why it is made; the others hear which visits differ, not in what.
    """
    visits = open_visits(draft)
    reasons = {reason.code: reason for reason in draft.reasons.all()}
    found = {visit: changes(visit, draft, reasons, now) for visit in visits}
    differ = [visit for visit, changed in found.items() if changed]
    names = _Names(differ, staff)
    return Impact(len(visits), len(differ), _rows(found, names), names.of(differ))


def open_visits(draft: Policy) -> list[Visit]:
    """Requested and not yet recorded, at the schools that the draft would bind."""
    own = School.objects.filter(policies__in=Policy.objects.schools_own_in_force(draft.trust_id))
    schools = School.objects.filter(trust=draft.trust_id)
    bound = (
        schools.filter(pk=draft.school_id) if draft.school_id else schools.exclude(pk__in=own.values("pk"))
    )
    states = [state for state in OPEN if state != State.DRAFT]
    visits = gathered(Visit.objects.filter(school__in=bound.values("pk"), state__in=states))
    goers = [attendee.staff for visit in visits for attendee in visit.party if attendee.staff]
    prefetch_related_objects(goers, "clearances")
    return visits


def changes(visit: Visit, draft: Policy, reasons: dict[str, Reason], now: dt.datetime) -> set[Change]:
    """What the draft would add to, or take from, what the visit's next step needs."""
    gate = gates.next_gate(visit)
    if gate is None:
        return set()
    other, not_yet = under(visit, draft, reasons), _not_yet(visit.rules, draft)
    before, after = (
        _asked(each, [check for check in gates.unmet(gate, each, now) if check.code not in not_yet])
        for each in (visit, other)
    )
    return {(True, asked) for asked in after - before} | {(False, asked) for asked in before - after}


def under(visit: Visit, draft: Policy, reasons: dict[str, Reason]) -> Visit:
    """A copy in memory that follows the draft. It must never be saved."""
    other = copy.copy(visit)
    for name, value in vars(Visit).items():
        if isinstance(value, cached_property) and name != "party":
            vars(other).pop(name, None)
    other.policy = draft
    other.rules, other.reason = draft, reasons.get(visit.reason_code)
    return other


def _not_yet(pinned: Policy | None, draft: Policy) -> set[str]:
    """The checks that a draft would fail only because it is new: both versions ask for the same."""
    return {
        code
        for setting, codes in NOT_YET.items()
        if pinned and Strength.OFF not in {getattr(pinned, setting), getattr(draft, setting)}
        for code in codes
    }


def _asked(visit: Visit, unmet: Iterable[gates.Check]) -> set[Asked]:
    return {(_nameless(check.sentence, visit), check.blocks) for check in unmet}


def _nameless(sentence: str, visit: Visit) -> str:
    """A sentence that fits every visit: without names, reason, address or times."""
    for name in sorted(_names_in(visit), key=len, reverse=True):
        sentence = re.sub(rf"\b{re.escape(name)}(?!\w)", "a visitor", sentence)
    for text in filter(None, [visit.reason.label if visit.reason else "", visit.address, visit.to_see_text]):
        sentence = sentence.replace(text, "…")
    for pupil in visit.pupils.all():
        sentence = sentence.replace(str(pupil), "the pupil")
    sentence = TIMES.sub("the time set", sentence)
    return sentence[:1].upper() + sentence[1:]


def _names_in(visit: Visit) -> set[str]:
    people = [visit.requested_by, *(attendee.staff for attendee in visit.party if attendee.staff)]
    names = {name for person in people for name in (person.short_name, str(person))}
    return names | {attendee.name for attendee in visit.party if attendee.name}


class _Names:
    """References of visits, and where this person may open them."""

    def __init__(self, visits: list[Visit], staff: Staff) -> None:
        ids = [visit.pk for visit in visits]
        visible = Visit.objects.filter(pk__in=ids).visible_to(staff)
        self.visible = set(visible.values_list("pk", flat=True))
        self.known = set(visible.about_reason(staff).values_list("pk", flat=True))

    def of(self, visits: list[Visit], *, why: bool = False) -> tuple[Named, ...]:
        """At most SHOWN of them; with `why`, only those of which the person may know why."""
        told = [visit for visit in visits if not why or visit.pk in self.known][:SHOWN]
        return tuple((v.ref, v.get_absolute_url() if v.pk in self.visible else "") for v in told)


def _rows(found: dict[Visit, set[Change]], names: _Names) -> list[ImpactRow]:
    """One row a sentence: what is added first, and of that what blocks; the most frequent first."""
    by_change: defaultdict[Change, list[Visit]] = defaultdict(list)
    for visit, changed in found.items():
        for change in changed:
            by_change[change].append(visit)
    rows = [
        ImpactRow(sentence, is_added, blocks, len(visits), names.of(visits, why=True))
        for (is_added, (sentence, blocks)), visits in by_change.items()
    ]
    return sorted(rows, key=lambda row: (not row.is_added, not row.blocks, -row.count, row.sentence))
