"""The list of pupils, one pupil's page, and the adults around them."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from homevisits.clock import app_now, london_day
from homevisits.people import keeping, looking, panels, permissions, sight, upn
from homevisits.people.families import ContactLink, HouseholdWarning, Pupil
from homevisits.people.forms.families import ContactForm, KeyPersonForm, PupilSearch
from homevisits.people.models import Staff
from homevisits.people.querysets import PupilQuerySet
from homevisits.people.signed_in import StaffRequest
from homevisits.people.views import searching
from homevisits.people.views.asking import act, allow_or_404, ask, posted
from homevisits.trusts.models import School

PER_PAGE = 30
OPEN_WARNING = HouseholdWarning.objects.filter(household=OuterRef("household"), ended_at=None)


def pupil_list(request: StaffRequest) -> HttpResponse:
    """The pupils whom the person may see, narrowed by a search that is posted."""
    visible = Pupil.objects.visible_to(request.user).on_roll(london_day(app_now()))
    schools, years = School.objects.filter(pk__in=visible.values("school").distinct()), _years(visible)

    def make(told: object) -> PupilSearch:
        return PupilSearch(schools, years, told)

    if request.method == "POST":
        searching.keep(request, "pupil_search", make)
        return redirect("pupils")
    form, wanted = searching.kept(request, "pupil_search", make)
    context = {"search": form, "is_narrowed": bool(wanted), "many_schools": "school" in form.fields}
    return render(request, "people/pupil_list.html", context | _rows(request, _found(visible, wanted)))


def _rows(request: StaffRequest, found: PupilQuerySet) -> dict[str, object]:
    rows = found.select_related("school", "household").annotate(has_warning=Exists(OPEN_WARNING))
    return {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "may_import": any(kind.name == "pupils" for kind in permissions.kinds_to_import(request.user)),
    }


def _years(pupils: PupilQuerySet) -> list[str]:
    """The year groups there are: Reception first, then by number, then by name."""
    years = pupils.order_by().values_list("year_group", flat=True).distinct()
    return sorted(years, key=lambda year: (year != "R", not year.isdigit(), year.zfill(3)))


def _found(pupils: PupilQuerySet, wanted: dict[str, Any]) -> PupilQuerySet:
    if school := wanted.get("school"):
        pupils = pupils.filter(school=school)
    if year := wanted.get("year"):
        pupils = pupils.filter(year_group=year)
    words = str(wanted.get("words", ""))
    if any(character.isdigit() for character in words):
        return pupils.filter(upn__startswith=upn.tidy(words))
    for word in words.split():
        pupils = pupils.filter(
            Q(legal_first_name__icontains=word)
            | Q(legal_last_name__icontains=word)
            | Q(preferred_name__icontains=word)
        )
    return pupils


def pupil_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One pupil: who may be spoken to, the home and its warnings, and what upper floors add."""
    pupil = _pupil(request, pk)
    warnings = looking.warnings_of(pupil.household, by=request.user) if pupil.household else []
    context = {
        "pupil": pupil,
        "facts": sight.facts_seen(request.user, pupil.school_id),
        "links": pupil.contact_links.select_related("contact", "contact__household"),
        "warnings": [warning for warning in warnings if warning.ended_at is None],
        "today": london_day(app_now()),
        "may_keep": permissions.may_keep_families(request.user, pupil.school),
        "panels": panels.drawn(panels.PUPIL_PANELS, request, pupil, request.user),
    }
    return render(request, "people/pupil.html", context)


def _pupil(request: StaffRequest, pk: int) -> Pupil:
    visible = Pupil.objects.visible_to(request.user).select_related("school", "household", "key_person")
    return get_object_or_404(visible, pk=pk)


def _link(request: StaffRequest, pk: int) -> ContactLink:
    visible = ContactLink.objects.filter(pupil__in=Pupil.objects.visible_to(request.user))
    return get_object_or_404(visible.select_related("contact", "pupil__school"), pk=pk)


def _page_of(pupil: Pupil) -> str:
    return reverse("pupil", args=[pupil.pk])


def key_person(request: StaffRequest, pk: int) -> HttpResponse:
    """Who supports the pupil at school."""
    pupil = _pupil(request, pk)
    allow_or_404(permissions.may_keep_families(request.user, pupil.school))
    colleagues = Staff.objects.active().visible_to(request.user)
    of_school = colleagues.filter(Q(roles__school=pupil.school) | Q(roles__school=None)).distinct()

    def save(told: dict) -> None:
        keeping.set_key_person(pupil=pupil, staff=told["key_person"], by=request.user, now=app_now())

    form = KeyPersonForm(of_school, posted(request), initial={"key_person": pupil.key_person})
    title = f"Who is the key person of {pupil}?"
    return ask(request, form, title=title, back=_page_of(pupil), save=save, done="Saved.")


def add_contact(request: StaffRequest, pk: int) -> HttpResponse:
    """Another adult in the pupil's life."""
    pupil = _pupil(request, pk)
    allow_or_404(permissions.may_keep_families(request.user, pupil.school))

    def save(told: dict) -> None:
        keeping.add_contact(pupil=pupil, by=request.user, now=app_now(), **told)

    form = ContactForm(posted(request))
    title = f"Add a contact of {pupil}"
    return ask(request, form, title=title, back=_page_of(pupil), save=save, done="The contact is added.")


def change_contact(request: StaffRequest, pk: int) -> HttpResponse:
    """How an adult is reached, and whether they may be spoken to."""
    link = _link(request, pk)
    allow_or_404(permissions.may_keep_families(request.user, link.pupil.school))

    def save(told: dict) -> None:
        keeping.change_contact(link=link, by=request.user, now=app_now(), **told)

    form = ContactForm(posted(request), initial=_as_it_is(link))
    page = {"title": f"Change {link.contact}", "back": _page_of(link.pupil), "done": "Saved."}
    context = {"link": link, "siblings": link.contact.links.count() - 1}
    return ask(request, form, save=save, context=context, template="people/contact.html", **page)


def _as_it_is(link: ContactLink) -> dict[str, object]:
    reach = {name: getattr(link.contact, name) for name in keeping.CONTACT_FIELDS}
    return reach | {name: getattr(link, name) for name in keeping.LINK_FIELDS}


@require_POST
def remove_contact(request: StaffRequest, pk: int) -> HttpResponse:
    """An adult who is no longer a contact of this pupil."""
    link = _link(request, pk)
    return act(
        request,
        lambda: keeping.remove_link(link=link, by=request.user, now=app_now()),
        back=_page_of(link.pupil),
        done="The contact is taken off this pupil.",
    )
