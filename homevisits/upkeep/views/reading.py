"""Reading a policy and confirming it; telling staff of it; who has not."""

import csv

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from homevisits.clock import app_now, london_day
from homevisits.people.having_read import missing_papers, owed
from homevisits.people.models import Reading
from homevisits.people.signed_in import StaffRequest
from homevisits.people.views.asking import allow_or_404, ask, posted
from homevisits.trusts.contents import Contents
from homevisits.trusts.models import Policy, School
from homevisits.trusts.whole import chapters
from homevisits.upkeep import edition, keeping, panels, permissions, publication
from homevisits.upkeep.forms.trust import ReadForm, TellForm
from homevisits.upkeep.readers import Place, Register


def policy_or_404(request: StaffRequest, pk: int) -> Policy:
    """A published version that the person may read."""
    published = Policy.objects.visible_to(request.user).published()
    found: Policy = get_object_or_404(published.select_related("trust", "school"), pk=pk)
    return found


@require_GET
def words(request: StaffRequest, pk: int) -> HttpResponse:
    """The staff edition: all that a version says, in words, to read or to print."""
    policy = policy_or_404(request, pk)
    return render(request, "upkeep/words.html", _words(request, policy))


def read(request: StaffRequest, pk: int) -> HttpResponse:
    """The words of a version, the papers beside it, one tick each, one button."""
    policy, by = policy_or_404(request, pk), request.user
    missing = missing_papers(by, policy)
    context = {
        "missing": missing,
        "owes": bool(owed(by, [policy])),
        "read": Reading.objects.filter(staff=by, policy=policy).order_by("read_at"),
    }

    def save(told: dict) -> None:
        keeping.confirm_reading(policy=policy, by=by, now=app_now(), **told)

    return ask(
        request,
        ReadForm(missing, posted(request)),
        title="Read the policy",
        back=request.path,
        save=save,
        done="Thank you: it is noted what you have read.",
        context=context | _words(request, policy),
        template="upkeep/read.html",
    )


def _words(request: StaffRequest, policy: Policy) -> dict[str, object]:
    by = request.user
    return {
        "policy": policy,
        "chapters": chapters(Contents.of(policy)),
        "linked": edition.linked(policy, policy.school or by.main_school),
        "law": policy.trust.laws.all(),
        "law_note": edition.LATEST_APPLIES,
        "changes": publication.changes_of(policy),
    }


@require_GET
def mine(request: StaffRequest) -> HttpResponse:
    """The versions in force at my schools: what I have read, and what is left."""
    waiting = panels.to_read(request.user)
    if len(waiting) == 1:
        return redirect("policy_read", waiting[0].pk)
    done = Reading.objects.filter(staff=request.user, paper="").select_related(
        "policy__trust", "policy__school"
    )
    return render(request, "upkeep/mine.html", {"waiting": waiting, "done": done.order_by("-read_at")})


def tell(request: StaffRequest, pk: int) -> HttpResponse:
    """A head's page: what changed, and that the staff were told."""
    policy = policy_or_404(request, pk)
    schools = panels.to_tell(request.user, policy)
    mine = [s for s in publication.bound(policy) if permissions.may_tell(request.user, s)]
    allow_or_404(bool(mine))
    context = {
        "policy": policy,
        "changes": publication.changes_of(policy),
        "schools": schools,
        "cascades": policy.cascades.filter(school__in=mine).select_related("told_by", "school"),
    }

    def save(told: dict) -> None:
        for school in schools:
            keeping.tell_staff(policy=policy, school=school, by=request.user, now=app_now(), **told)

    return ask(
        request,
        TellForm(posted(request) if schools else None, initial={"adopted_on": london_day(app_now())}),
        title="Tell your staff",
        back=request.path,
        save=save,
        done="It is noted. Everybody who has not read this version is asked to.",
        context=context,
        template="upkeep/tell.html",
    )


@require_GET
def overdue(request: StaffRequest) -> HttpResponse:
    """Who has not been told, and who has not read, school by school."""
    places = _places(request)
    context = {
        "places": places,
        "stats": _stats(places),
        "today": london_day(app_now()),
    }
    return render(request, "upkeep/overdue.html", context)


@require_GET
def overdue_file(request: StaffRequest) -> HttpResponse:
    """The same as a file for a spreadsheet."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="policy-reading.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(["School", "Policy", "Name", "Not read yet", "To be read by", "Overdue"])
    for place in _places(request):
        for one in place.readers:
            cells = [place.school or request.user.trust, one.policy, one.staff, one.what]
            writer.writerow([_cell(c) for c in cells] + [one.due_on, "yes" if one.is_overdue else "no"])
    return response


def _cell(value: object) -> str:
    """Text that a spreadsheet takes for text: a name that begins like a formula is no formula."""
    text = str(value)
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _places(request: StaffRequest) -> list[Place]:
    by = request.user
    if not permissions.looks_at(by):
        raise Http404
    schools = School.objects.filter(permissions.schools_looked_at(by))
    register = Register(by.trust, schools, app_now())
    if by.has_role(*permissions.OVERSEERS):
        return register.places()
    return [register.place(school) for school in register.schools]


def _stats(places: list[Place]) -> list[dict[str, object]]:
    late = sum(len(place.overdue) for place in places)
    untold = sum(place.is_late for place in places)
    missing = sum(len(place.readers) for place in places)
    return [
        {"value": late, "label": "overdue", "kind": "late" if late else "ok"},
        {"value": missing, "label": "still to read"},
        {"value": untold, "label": "schools not told in time", "kind": "late" if untold else "ok"},
    ]
