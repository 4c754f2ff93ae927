"""The one door for what stands beside a policy: laws, insurance, papers, overlays, reviews, reading.

Every function is one transaction that locks its place, asks who may, and leaves an UpkeepEvent.
Each raises NotAllowed when the person may not do it, and Refused with a sentence for a rule.
"""

from homevisits.people.keeping.rules import NotAllowed, Refused
from homevisits.upkeep.keeping.laws import drop_law, put_law
from homevisits.upkeep.keeping.money import add_insurance
from homevisits.upkeep.keeping.overlays import end_overlay, start_overlay
from homevisits.upkeep.keeping.papers import add_paper, retire_paper
from homevisits.upkeep.keeping.places import set_school_details, set_trust_details
from homevisits.upkeep.keeping.reviews import finish_review, start_review
from homevisits.upkeep.keeping.telling import confirm_reading, tell_staff

__all__ = [
    "NotAllowed",
    "Refused",
    "add_insurance",
    "add_paper",
    "confirm_reading",
    "drop_law",
    "end_overlay",
    "finish_review",
    "put_law",
    "retire_paper",
    "set_school_details",
    "set_trust_details",
    "start_overlay",
    "start_review",
    "tell_staff",
]
