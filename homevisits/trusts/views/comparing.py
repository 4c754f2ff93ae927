"""Two versions side by side, or a version and a preset."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from homevisits.trusts import presets
from homevisits.trusts.comparing import differences, side_by_side
from homevisits.trusts.contents import Contents
from homevisits.trusts.forms.versions import CompareForm
from homevisits.trusts.policies import Policy
from homevisits.trusts.views.versions import visible_or_404

if TYPE_CHECKING:
    from homevisits.people.signed_in import StaffRequest

PRESET = "preset:"


@dataclass(frozen=True)
class Side:
    """One of the two: what it is called, where it can be read, all that it says."""

    title: str
    url: str
    contents: Contents


def compare(request: "StaffRequest") -> HttpResponse:
    """What two versions that the person may read say, what differs first and alone unless asked."""
    whole = {"a", "b"} <= request.GET.keys()
    form = CompareForm(_sides(request), data=request.GET if whole else None, initial=request.GET.dict())
    context = {"form": form, "asked": form.is_bound and form.is_valid()}
    if context["asked"]:
        a, b = (_side(request, form.cleaned_data[name]) for name in ("a", "b"))
        everything = form.cleaned_data["everything"]
        lines = (side_by_side if everything else differences)(a.contents, b.contents)
        context |= {"a": a, "b": b, "lines": lines, "everything": everything}
    return render(request, "trusts/compare.html", context)


def _sides(request: "StaffRequest") -> list[tuple[str, str]]:
    versions = Policy.objects.visible_to(request.user).select_related("school", "trust")
    kept = [(str(version.pk), _title(version)) for version in versions]
    return [*kept, *((PRESET + name, f"Preset of {presets.read(name).title}") for name in presets.NAMES)]


def _title(version: Policy) -> str:
    kind = "" if version.is_published else "draft of "
    return f"{version.scope}: {kind}version {version.number}"


def _side(request: "StaffRequest", chosen: str) -> Side:
    if chosen.startswith(PRESET):
        preset = presets.read(chosen.removeprefix(PRESET))
        return Side(f"Preset of {preset.title}", "", preset.contents)
    version = visible_or_404(request, int(chosen))
    return Side(_title(version), reverse("policy_version", args=[version.pk]), Contents.of(version))
