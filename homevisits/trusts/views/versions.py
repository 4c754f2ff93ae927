"""Reading policies: the list, one version, what changed."""

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from homevisits.clock import app_now, london_day
from homevisits.trusts import presets, registry
from homevisits.trusts.comparing import differences
from homevisits.trusts.contents import Contents
from homevisits.trusts.lists import PARTS
from homevisits.trusts.models import School
from homevisits.trusts.permissions import may_edit
from homevisits.trusts.policies import Policy
from homevisits.trusts.screen import Screen

if TYPE_CHECKING:
    from homevisits.people.signed_in import StaffRequest

SHELF_ORDER = ("school__name", "-number")


def policies(request: "StaffRequest") -> HttpResponse:
    """Every version that the person may read, and which one binds each of their schools."""
    now = app_now()
    versions = Policy.objects.visible_to(request.user).select_related("school", "trust", "published_by")
    schools = School.objects.visible_to(request.user).select_related("trust")
    binding = Policy.objects.in_force_at(schools)
    context = {
        "drafts": [policy for policy in versions if not policy.is_published],
        "versions": [policy for policy in versions if policy.is_published],
        "in_force": {policy.pk for policy in binding.values() if policy},
        "schools": [(school, binding[school.pk]) for school in schools],
        "may_edit": may_edit(request.user),
        "today": london_day(now),
        "panels": registry.drawn(registry.LIST_PANELS, request, request.user, now),
    }
    return render(request, "trusts/policies.html", context)


def version(request: "StaffRequest", pk: int) -> HttpResponse:
    """What one version says, each value beside what it rests on; `?part=` chooses the tab."""
    policy, now = visible_or_404(request, pk), app_now()
    editor = may_edit(request.user)
    part = request.GET.get("part", "settings")
    context = {
        "policy": policy,
        "screen": Screen(Contents.of(policy)),
        "parts": PARTS,
        "part": part if part in PARTS else "settings",
        "may_edit": editor,
        "editing": editor and not policy.is_published,
        "is_in_force": policy.is_in_force(),
        "today": london_day(now),
        "panels": registry.drawn(registry.POLICY_PANELS, request, policy, request.user, now),
    }
    return render(request, "trusts/version.html", context)


def changes(request: "StaffRequest", pk: int) -> HttpResponse:
    """What a version says otherwise than the one before, and than the preset it came from."""
    policy = visible_or_404(request, pk)
    contents, before = Contents.of(policy), previous(policy)
    preset = presets.read(policy.preset) if policy.preset in presets.NAMES else None
    context = {
        "policy": policy,
        "previous": before,
        "since": differences(Contents.of(before), contents) if before else None,
        "preset": preset,
        "from_preset": differences(preset.contents, contents) if preset else None,
        "events": policy.events.select_related("by"),
    }
    return render(request, "trusts/changes.html", context)


def visible_or_404(request: "StaffRequest", pk: int) -> Policy:
    """A version that the person may read."""
    versions = Policy.objects.visible_to(request.user)
    found: Policy = get_object_or_404(
        versions.select_related("trust", "school", "published_by", "created_by", "based_on"), pk=pk
    )
    return found


def previous(policy: Policy) -> Policy | None:
    """The published version of the same policy before this one; else what it was based on."""
    versions = Policy.objects.of(policy.trust, policy.school).published()
    before: Policy | None = versions.filter(number__lt=policy.number).order_by("-number").first()
    return before or policy.based_on
