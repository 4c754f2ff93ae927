"""Where parents read the policy: a page of ours, or an address of the school's own (TC-022, TC-023)."""

from dataclasses import dataclass

from django.urls import reverse

from homevisits.trusts.models import Policy, School, Trust
from homevisits.upkeep.edition import is_public, policy_of


@dataclass(frozen=True)
class Copy:
    """One website and its copy: `own` is where the school itself publishes it, `ours` our page."""

    trust: Trust
    school: School | None
    own: str
    ours: str

    @property
    def is_there(self) -> bool:
        return bool(self.own)

    @property
    def name(self) -> str:
        return str(self.school or self.trust)


def copies(trust: Trust, schools: list[School]) -> list[Copy]:
    """The trust's own website first, then each school's."""
    in_force = Policy.objects.in_force_at(School.objects.filter(trust=trust))
    rows = [Copy(trust, None, trust.policy_url, page_of(trust, None, policy_of(trust, None)))]
    return rows + [Copy(trust, s, s.policy_url, page_of(trust, s, in_force.get(s.pk))) for s in schools]


def page_of(trust: Trust, school: School | None, policy: Policy | None) -> str:
    """The address of our page for a place; empty when its policy is for staff only."""
    if not is_public(policy):
        return ""
    if school is None:
        return reverse("public_policy", args=[trust.slug])
    return reverse("public_school_policy", args=[trust.slug, school.slug])
