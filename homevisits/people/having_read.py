"""Who has read what of a policy: the policy itself, and the papers that it asks staff to read.

The policy itself is called "". A school's own version counts on its own: having read the trust's
is not having read the school's.
"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from homevisits.people.reading import Reading
from homevisits.trusts.models import LinkedPolicy, Policy, School

if TYPE_CHECKING:
    from homevisits.people.models import Staff

POLICY_ITSELF = ""


def has_read(staff: "Staff", policy: Policy) -> bool:
    """Whether somebody has confirmed that they read this version itself (TC-050, PS-044, SH-060)."""
    return Reading.objects.filter(staff=staff, policy=policy, paper=POLICY_ITSELF).exists()


def missing_papers(staff: "Staff", policy: Policy) -> list[str]:
    """What somebody has not confirmed yet, "" for the policy itself (TC-228, CS-023, CS-024)."""
    told = Reading.objects.filter(staff=staff, policy=policy).values_list("paper", flat=True)
    read = set(told)
    return [paper for paper in papers_for(staff, policy) if paper not in read]


def papers_for(staff: "Staff", policy: Policy) -> list[str]:
    """Everything of a version that somebody confirms, by title; the policy itself first."""
    return [POLICY_ITSELF, *(paper.title for paper in to_read(policy.linkedpolicys.all(), phases_of(staff)))]


def to_read(papers: Iterable[LinkedPolicy], phases: Collection[str]) -> list[LinkedPolicy]:
    """Those papers beside a version that staff of schools of these phases confirm."""
    return [paper for paper in papers if paper.must_be_read and concerns(paper, phases)]


def concerns(paper: LinkedPolicy, phases: Collection[str]) -> bool:
    """Whether a linked policy is for schools of one of these phases."""
    return not paper.phase or paper.phase in phases or School.Phase.ALL_THROUGH in phases


def phases_of(staff: "Staff") -> set[str]:
    """The phases of the schools at which somebody works; every phase for the whole trust."""
    schools = School.objects.visible_to(staff)
    return set(schools.values_list("phase", flat=True))


def read_by(people: Iterable[int], policies: Iterable[Policy]) -> set[tuple[int, int, str]]:
    """(staff, policy, paper) of everything that these people have confirmed. One query."""
    found = Reading.objects.filter(staff__in=list(people), policy__in=list(policies))
    return set(found.values_list("staff_id", "policy_id", "paper"))
