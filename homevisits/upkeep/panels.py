"""What stands on the pages of policies, of schools and of a person's day."""

import datetime as dt
from typing import Any

from django.db.models import prefetch_related_objects

from homevisits.clock import app_today, london_day
from homevisits.notices.models import Notice
from homevisits.people.having_read import owed
from homevisits.people.models import Cascade, Staff
from homevisits.trusts.models import Overlay, Policy, School, SchoolPaper
from homevisits.trusts.permissions import may_edit
from homevisits.upkeep import permissions, readers

Panel = tuple[str, dict[str, Any]]


def beside(staff: Staff, now: dt.datetime) -> Panel | None:
    """On the list of policies: the pages beside it."""
    waits = len(to_read(staff))
    context = {"waits": waits, "looks": permissions.looks_at(staff), "may_edit": may_edit(staff)}
    return "upkeep/_beside.html", context


def telling(policy: Policy, staff: Staff, now: dt.datetime) -> Panel | None:
    """On a version's page: which schools adopted it when (AF-003), and who has still to tell the staff or to read."""
    if not policy.is_published:
        return None
    schools = to_tell(staff, policy)
    adopted = policy.cascades.filter(school__in=School.objects.visible_to(staff)).exclude(adopted_on=None)
    context = {
        "policy": policy,
        "schools": schools,
        "reads": policy in to_read(staff),
        "adopted": adopted.select_related("school").order_by("school__name"),
    }
    return "upkeep/_telling.html", context


def told(policy: Policy, staff: Staff, now: dt.datetime) -> Panel | None:
    """After publishing: who was told at once, as the outbox has it."""
    notices = Notice.objects.filter(
        key__startswith=f"policy:{policy.pk}:published:", channel=Notice.Channel.IN_APP
    )
    people = [n.recipient for n in notices.select_related("recipient").order_by("recipient__last_name")]
    return "upkeep/_told.html", {"policy": policy, "people": people}


def reviews(policy: Policy, staff: Staff, now: dt.datetime) -> Panel | None:
    """On a version's page: its reviews."""
    found = list(policy.reviews.select_related("started_by", "finished_by"))
    may = may_edit(staff) and policy.is_in_force()
    if not (found or may):
        return None
    under_way = next((review for review in found if review.finished_at is None), None)
    context = {"policy": policy, "reviews": found, "may": may, "under_way": under_way, "now": now}
    return "upkeep/_reviews.html", context


def overlays(school: School, staff: Staff, now: dt.datetime) -> Panel | None:
    """On a school's page: infection rules that hold or will."""
    today = london_day(now)
    coming = Overlay.objects.filter(school=school, ended_at=None).exclude(ends_on__lt=today)
    found = list(coming.select_related("set_by").order_by("starts_on"))
    may = permissions.may_set_overlay(staff, school)
    context = {"school": school, "overlays": found, "may": may, "today": today}
    return ("upkeep/_overlays.html", context) if found or may else None


def papers(school: School, staff: Staff, now: dt.datetime) -> Panel | None:
    """On a school's page: its own papers and forms."""
    found = SchoolPaper.objects.filter(school=school, retired_at=None).defer("content")
    context = {
        "school": school,
        "papers": found.select_related("added_by"),
        "may": permissions.may_keep_papers(staff, school),
        "may_train": permissions.may_tell(staff, school),
        "may_edit": may_edit(staff),
    }
    return "upkeep/_papers.html", context


def of_day(staff: Staff, now: dt.datetime) -> Panel | None:
    """On a person's day: staff to be told, a policy to be read."""
    waiting = to_read(staff)
    context = {"to_tell": all_to_tell(staff), "to_read": waiting}
    return ("upkeep/_day.html", context) if any(context.values()) else None


def overlays_of(staff: Staff) -> list[Overlay]:
    """Infection rules that hold today at the schools where somebody works. One query."""
    held = Overlay.objects.on(app_today()).filter(school__in=readers.schools_of(staff))
    return list(held.select_related("school").order_by("school__name"))


def to_read(staff: Staff) -> list[Policy]:
    """The versions in force at somebody's schools of which they have something left to read."""
    in_force = Policy.objects.in_force_at(readers.schools_of(staff)).values()
    found = list({policy.pk: policy for policy in in_force if policy}.values())
    prefetch_related_objects(found, "linkedpolicys", "school", "trust")
    return owed(staff, found)


def all_to_tell(staff: Staff) -> list[tuple[Policy, School]]:
    """The versions of which a head has not told their staff."""
    keys = permissions.schools_as(staff, *permissions.TELLERS)
    if not keys:
        return []
    schools = School.objects.filter(pk__in=keys)
    binding = Policy.objects.in_force_at(schools)
    told = set(Cascade.objects.filter(school__in=keys).values_list("policy", "school"))
    found = [(binding[school.pk], school) for school in schools]
    return [(policy, school) for policy, school in found if policy and (policy.pk, school.pk) not in told]


def to_tell(staff: Staff, policy: Policy) -> list[School]:
    """The schools whose staff a head has still to tell of one version."""
    return [school for version, school in all_to_tell(staff) if version == policy]
