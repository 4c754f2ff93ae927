"""The policy for parents: anybody may read it, nobody signs in, and only where it is published."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from homevisits.trusts.models import Policy, School, Trust
from homevisits.upkeep import edition, editions
from homevisits.upkeep.models import Edition

MINUTES_KEPT = 5


def _place_or_404(trust: str, school: str | None) -> tuple[Trust, School | None, Policy]:
    """A place whose policy is on the website; anything else is not there."""
    found = get_object_or_404(Trust, slug=trust)
    of = (
        get_object_or_404(School.objects.select_related("trust"), trust=found, slug=school)
        if school
        else None
    )
    policy = edition.policy_of(found, of)
    if policy is None or not edition.is_public(policy):
        raise Http404
    return found, of, policy


@login_not_required
@require_safe
@cache_control(public=True, max_age=60 * MINUTES_KEPT)
def policy(request: HttpRequest, trust: str, school: str | None = None) -> HttpResponse:
    """The words, with a link to the PDF once it is made."""
    found, of, version = _place_or_404(trust, school)
    pdf = editions.latest(found, of)
    context = edition.words(version, found, of)
    has_pdf = pdf is not None and pdf.state == Edition.State.READY
    context |= {"has_pdf": has_pdf, "place": of, "of_trust": found}
    return render(request, "upkeep/public.html", context)


@login_not_required
@require_safe
@cache_control(public=True, max_age=60 * MINUTES_KEPT)
def pdf(request: HttpRequest, trust: str, school: str | None = None) -> HttpResponse:
    """The PDF that was made last; nothing is ever made for a visitor."""
    found, of, _ = _place_or_404(trust, school)
    kept = Edition.objects.filter(upkeep__trust=found, upkeep__school=of, state=Edition.State.READY).first()
    if kept is None:
        raise Http404
    response = HttpResponse(bytes(kept.pdf or b""), content_type="application/pdf")
    name = f"{of.slug if of else found.slug}-home-visits.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
