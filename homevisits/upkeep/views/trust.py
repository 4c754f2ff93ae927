"""The trust's pages beside the policy: law, insurance, reviews, where parents read it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from homevisits.clock import app_now, london_day
from homevisits.people.signed_in import StaffRequest
from homevisits.people.views.asking import act, allow_or_404, ask, posted
from homevisits.trusts.models import Insurance, LawReference, PolicyReview, School
from homevisits.trusts.permissions import may_edit
from homevisits.upkeep import edition, keeping, website
from homevisits.upkeep.due import LONG_AHEAD
from homevisits.upkeep.forms.schools import TrustDetailsForm
from homevisits.upkeep.forms.trust import InsuranceForm, LawForm, OutcomeForm, ReviewForm
from homevisits.upkeep.views.reading import policy_or_404


@require_GET
def laws(request: StaffRequest) -> HttpResponse:
    """The law and guidance that the trust has regard to."""
    context = {
        "laws": request.user.trust.laws.all(),
        "note": edition.LATEST_APPLIES,
        "may_edit": may_edit(request.user),
    }
    return render(request, "upkeep/laws.html", context)


def add_law(request: StaffRequest) -> HttpResponse:
    """Another law or guidance."""
    return _law(request, None)


def change_law(request: StaffRequest, pk: int) -> HttpResponse:
    """Another edition or address, without a new version of the policy."""
    return _law(request, get_object_or_404(LawReference, trust=request.user.trust_id, pk=pk))


def _law(request: StaffRequest, law: LawReference | None) -> HttpResponse:
    by = request.user
    allow_or_404(may_edit(by))
    initial = {"title": law.title, "edition": law.edition, "url": law.url} if law else {}

    def save(told: dict) -> None:
        keeping.put_law(trust=by.trust, law=law, by=by, now=app_now(), **told)

    form = LawForm(posted(request), initial=initial)
    title = f"Change {law}" if law else "Add a law or guidance"
    return ask(request, form, title=title, back=reverse("laws"), save=save, done="Saved.")


@require_POST
def remove_law(request: StaffRequest, pk: int) -> HttpResponse:
    """A law that the trust no longer names."""
    law = get_object_or_404(LawReference, trust=request.user.trust_id, pk=pk)
    return act(
        request,
        lambda: keeping.drop_law(law=law, by=request.user, now=app_now()),
        back=reverse("laws"),
        done=f"{law} is taken off the list.",
    )


@require_GET
def insurance(request: StaffRequest) -> HttpResponse:
    """The cover that holds, and every one before it."""
    today = london_day(app_now())
    rows = list(Insurance.objects.filter(trust=request.user.trust_id).select_related("recorded_by"))
    holding = next((row for row in rows if row.starts_on <= today <= row.expires_on), None)
    context = {
        "rows": rows,
        "holding": holding,
        "ends_soon": holding is not None and holding.expires_on <= today + LONG_AHEAD,
        "today": today,
        "may_edit": may_edit(request.user),
    }
    return render(request, "upkeep/insurance.html", context)


def add_insurance(request: StaffRequest) -> HttpResponse:
    """Cover with its number and dates."""
    by = request.user
    allow_or_404(may_edit(by))

    def save(told: dict) -> None:
        keeping.add_insurance(trust=by.trust, by=by, now=app_now(), **told)

    form = InsuranceForm(posted(request))
    done = "The insurance is recorded. You are reminded 60 and 14 days before it ends."
    back = reverse("insurance")
    return ask(request, form, title="Record the insurance", back=back, save=save, done=done)


def review(request: StaffRequest, pk: int) -> HttpResponse:
    """Start a review of a version with its reason; while one is under way, finish it."""
    policy = policy_or_404(request, pk)
    allow_or_404(may_edit(request.user))
    under_way = policy.reviews.filter(finished_at=None).first()
    return _finish(request, under_way) if under_way else _start(request, pk)


def _start(request: StaffRequest, pk: int) -> HttpResponse:
    policy = policy_or_404(request, pk)

    def save(told: dict) -> None:
        keeping.start_review(policy=policy, by=request.user, now=app_now(), **told)

    form = ReviewForm(posted(request))
    back = reverse("policy_version", args=[pk])
    done = "The review has started. Finish it here when it is done."
    return ask(request, form, title="Start a review", back=back, save=save, done=done)


def _finish(request: StaffRequest, under_way: PolicyReview) -> HttpResponse:
    def save(told: dict) -> None:
        keeping.finish_review(review=under_way, by=request.user, now=app_now(), **told)

    form = OutcomeForm(posted(request))
    back = reverse("policy_version", args=[under_way.policy_id])
    done = "The review is finished. Publish a version with the next review date, changed or not."
    return ask(request, form, title="Finish the review", back=back, save=save, done=done)


@require_GET
def where_published(request: StaffRequest) -> HttpResponse:
    """Where parents read the policy, school by school, and where a copy is missing (TC-022, TC-023)."""
    allow_or_404(may_edit(request.user))
    trust = request.user.trust
    copies = website.copies(trust, list(School.objects.filter(trust=trust)))
    missing = sum(not copy.is_there for copy in copies)
    return render(request, "upkeep/website.html", {"copies": copies, "missing": missing})


def details(request: StaffRequest) -> HttpResponse:
    """Letterhead and website of the trust."""
    by = request.user
    allow_or_404(may_edit(by))

    def save(told: dict) -> None:
        keeping.set_trust_details(trust=by.trust, by=by, now=app_now(), **told)

    form = TrustDetailsForm(posted(request), instance=by.trust)
    title = "Letterhead and website of the trust"
    return ask(request, form, title=title, back=reverse("policy_website"), save=save, done="Saved.")
