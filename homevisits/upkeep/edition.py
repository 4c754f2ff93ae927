"""What the parents' edition says at one place: letterhead, words, law, linked policies, whom to ask."""

import hashlib
import json
from collections.abc import Collection
from typing import Any

from django.urls import reverse

from homevisits.trusts import telling_parents
from homevisits.trusts.choices import Publication
from homevisits.trusts.contents import Contents
from homevisits.trusts.models import LinkedPolicy, Policy, School, SchoolPaper, Trust

LATEST_APPLIES = "The latest version of each applies, whatever edition is named here."  # TC-031


def policy_of(trust: Trust, school: School | None) -> Policy | None:
    """The version in force at a place."""
    if school is not None:
        return Policy.objects.in_force(school)
    return Policy.objects.of(trust, None).published().order_by("-number").first()


def is_public(policy: Policy | None) -> bool:
    """Whether anybody may read a version on the website."""
    return policy is not None and policy.publication == Publication.WEBSITE


def words(policy: Policy, trust: Trust, school: School | None) -> dict[str, Any]:
    """Everything that the edition says; plain values, so that two can be compared."""
    return {
        "title": f"{policy.title} for parents and carers",
        "version": str(policy),
        **_letterhead(trust, school),
        "passages": [passage.says for passage in telling_parents.passages(Contents.of(policy))],
        "contact": _contact(trust, school),
        "law": [{"title": str(law), "url": law.url} for law in trust.laws.all()],
        "law_note": LATEST_APPLIES,
        "beside": _beside(policy, school),
        "about": [list(fact) for fact in (*telling_parents.about(policy), *_adopted(policy, school))],
        "history": [list(fact) for fact in telling_parents.history(_versions(policy))],
    }


def digest(said: dict[str, Any]) -> str:
    """SHA-256 over the words: a PDF is good for as long as it would say the same."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _letterhead(trust: Trust, school: School | None) -> dict[str, str]:
    """Whose paper it is, with motto or vision (AF-068, PS-001)."""
    if school is None:
        return {"name": trust.name, "over": "", "motto": trust.motto, "website": trust.website}
    over = "" if school.name == trust.name else trust.name
    return {
        "name": school.name,
        "over": over,
        "motto": school.motto or trust.motto,
        "website": school.website or trust.website,
    }


def _adopted(policy: Policy, school: School | None) -> list[tuple[str, str]]:
    """The day on which the school adopted this version, once its head has said so (AF-003)."""
    said = policy.cascades.filter(school=school).exclude(adopted_on=None).first() if school else None
    return [("Adopted by the school", f"{said.adopted_on:%-d %B %Y}")] if said else []


def _contact(trust: Trust, school: School | None) -> list[str]:
    lines = ["Ring or write to the school if you have a question about a visit, or are not content with one."]
    if school is not None:
        lines.append(f"{school.desk_name}: {school.phone.as_national}. {school.address}, {school.postcode}.")
    where = (school.website if school else "") or trust.website
    if where:
        lines.append(f"The complaints procedure stands on the website: {where}")
    return lines


def _beside(policy: Policy, school: School | None) -> list[dict[str, str]]:
    """The linked policies, with links where there are any; a school's own paper fills in (TC-032 to TC-042)."""
    return [{"title": str(row), "url": url} for row, url in linked(policy, school)]


def linked(policy: Policy, school: School | None) -> list[tuple[LinkedPolicy, str]]:
    """Policies beside this one at a place, each with where it stands; those of another phase left out."""
    own = _own_links(school)
    rows = [row for row in policy.linkedpolicys.all() if school is None or _concerns(row, school)]
    return [(row, row.url or own.get(row.kind, "")) for row in rows]


def for_staff(policy: Policy, school: School, kinds: Collection[str]) -> list[tuple[LinkedPolicy, str]]:
    """Those of some kinds, for a form that staff fill in: a file that the school keeps here opens too."""
    found = [(row, url) for row, url in linked(policy, school) if row.kind in kinds]
    if all(url for _, url in found):
        return found
    files = SchoolPaper.objects.filter(school=school, retired_at=None, url="", kind__in=kinds)
    kept = {kind: reverse("paper", args=[school.slug, pk]) for kind, pk in files.values_list("kind", "pk")}
    return [(row, url or kept.get(row.kind, "")) for row, url in found]


def _concerns(row: LinkedPolicy, school: School) -> bool:
    return not row.phase or school.phase in (row.phase, School.Phase.ALL_THROUGH)


def _own_links(school: School | None) -> dict[str, str]:
    if school is None:
        return {}
    papers = SchoolPaper.objects.filter(school=school, retired_at=None).exclude(url="")
    return dict(papers.order_by("added_at").values_list("kind", "url"))


def _versions(policy: Policy) -> list[Policy]:
    of = Policy.objects.of(policy.trust, policy.school).published().order_by("-number")
    return [version for version in of if version.number <= policy.number]
