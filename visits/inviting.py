"""Who may ask visitors in: the adults around the pupils, as far as the policy lets each of them (PS-071 to PS-075)."""

from homevisits.people.models import ContactLink
from homevisits.trusts.choices import InviterRule
from visits.models import Visit
from visits.prefill import adults

CHILD_INVITES = (
    "Do not go in on a child’s word. Ask for the parent. If the child seems to be alone, go back and send "
    "“Child at home without an adult”: it says whom to ring."
)


def who_may_invite(visit: Visit) -> list[ContactLink]:
    """The known adults whose invitation counts; a no about one pupil is a no about all."""
    rule = visit.rules.inviter_rule if visit.rules else InviterRule.ANY
    known = adults(list(visit.pupils.all()))
    if rule == InviterRule.ANY:
        return [adult.link for adult in known]
    spoken_to = [adult.link for adult in known if adult.may_be_spoken_to]
    if rule == InviterRule.PARENT:
        return [link for link in spoken_to if link.has_parental_responsibility]
    return spoken_to


def anybody_may_invite(visit: Visit) -> bool:
    """Whether any responsible adult counts, on file or not."""
    return visit.rules is None or visit.rules.inviter_rule == InviterRule.ANY


def may_invite(visit: Visit, words: str) -> bool:
    """Whether the adult who is named may ask them in: anybody, or one whom the policy knows by name."""
    if not words.strip():
        return False
    if anybody_may_invite(visit):
        return True
    said = words.strip().casefold()
    known = who_may_invite(visit)
    return said in {name.casefold() for link in known for name in (str(link), str(link.contact))}


def objection(visit: Visit, words: str) -> str:
    """Why nobody may go in at this invitation, and what to do; "" when they may."""
    if visit.rules is None or not visit.rules.adult_must_invite or may_invite(visit, words):
        return ""
    if not words.strip():
        return "Say which adult invited you in. Without an adult, stay outside."
    who = (
        "a parent or carer"
        if visit.rules.inviter_rule == InviterRule.PARENT
        else "a parent, or an adult whom a parent has named"
    )
    return f"Your policy lets you in only when {who} invites you. Stay outside and ring the parent."
