"""Who has read what of a policy: the policy itself, and the papers that it asks staff to read.

The policy itself is called "". A school's own version counts on its own: having read the trust's
is not having read the school's.
"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from homevisits.people.reading import Reading
from homevisits.trusts.choices import Paper
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


def owed(staff: "Staff", policies: Collection[Policy]) -> list[Policy]:
    """Those versions of which somebody has not confirmed all that everybody confirms (TC-228).

    One query for the readings and one for the phases; prefetch `linkedpolicys`.
    """
    if not policies:
        return []
    read, phases = read_by([staff.pk], policies), phases_of(staff)
    return [
        policy for policy in policies if _asked(policy, phases) - {p for _, v, p in read if v == policy.pk}
    ]


def _asked(policy: Policy, phases: Collection[str]) -> set[str]:
    papers = to_read(policy.linkedpolicys.all(), phases)
    return {POLICY_ITSELF, *(paper.title for paper in papers)}


def papers_for(staff: "Staff", policy: Policy) -> list[str]:
    """Everything of a version that somebody may confirm, by title; the policy itself first.

    The lone-working papers among them, which whoever goes alone confirms (CS-023).
    """
    phases, papers = phases_of(staff), policy.linkedpolicys.all()
    alone = lone_papers(papers, phases)
    read = to_read(papers, phases)
    return [POLICY_ITSELF, *(paper.title for paper in papers if paper in read or paper in alone)]


def to_read(papers: Iterable[LinkedPolicy], phases: Collection[str]) -> list[LinkedPolicy]:
    """Those papers beside a version that staff of schools of these phases confirm."""
    return [paper for paper in papers if paper.must_be_read and concerns(paper, phases)]


def lone_papers(papers: Iterable[LinkedPolicy], phases: Collection[str]) -> list[LinkedPolicy]:
    """The lone-working papers beside a version, for schools of these phases (CS-022)."""
    return [paper for paper in papers if paper.kind == Paper.LONE_WORKING and concerns(paper, phases)]


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
