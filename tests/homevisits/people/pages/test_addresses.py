"""Every address of people x everybody: who gets the page, and for whom it is not there."""

import re
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse

from homevisits.clock import app_now
from homevisits.people import urls
from homevisits.people.models import SchoolTraining
from tests.cast import AT_SCHOOL, PARTS, Cast
from tests.homevisits.people.pages.conftest import Things

EVERYBODY = set(PARTS)
SCHOOL = set(AT_SCHOOL)
COLLEAGUES = EVERYBODY - {"outsider"}
PUPILS = SCHOOL | {"ewo", "ceo"}
FAMILY = {"office", "attendance", "dsl", "deputy", "slt", "head", "ewo"}
DETAILS = {"teacher", "office", "head", "admin"}
CHECKS = {"office", "head", "admin"}
DUTY = {"office", "dsl", "deputy", "slt", "head", "ceo", "admin"}
IMPORT = {"office", "head"}

Args = Callable[[Cast, Things], list[object]]


def no_args(cast: Cast, things: Things) -> list[object]:
    return []


def teacher(cast: Cast, things: Things) -> list[object]:
    return [cast.teacher.pk]


def pupil(cast: Cast, things: Things) -> list[object]:
    return [things.pupil.pk]


def home(cast: Cast, things: Things) -> list[object]:
    return [things.pupil.household_id]


def upload(cast: Cast, things: Things) -> list[object]:
    return [things.upload.pk]


def school_training(cast: Cast, things: Things) -> list[object]:
    asked, _ = SchoolTraining.objects.get_or_create(
        school=cast.school, title="Cultural awareness", defaults={"set_by": cast.head, "set_at": app_now()}
    )
    return [cast.school.slug, asked.pk]


# Looked at (GET): the address, and who gets it. An own page of the outsider's school is theirs too.
PAGES: dict[str, tuple[Args, set[str]]] = {
    "people": (no_args, EVERYBODY),
    "pins": (no_args, {*PARTS}),
    "staff_add": (no_args, {"head", "admin", "outsider"}),
    "staff_profile": (teacher, COLLEAGUES),
    "staff_change": (teacher, DETAILS),
    "staff_close": (teacher, {"head", "admin"}),
    "role_give": (teacher, {"head", "admin"}),
    "vehicle_add": (teacher, DETAILS),
    "clearance_add": (teacher, CHECKS | {"ewo"}),
    "job_description": (teacher, {"head", "admin"}),
    "checks": (no_args, {"office", "head", "ewo", "ceo", "admin", "outsider"}),
    "school_training": (lambda cast, things: [cast.school.slug], {"head", "admin"}),
    "away_set": (teacher, DETAILS),
    "pupils": (no_args, EVERYBODY),
    "pupil": (pupil, PUPILS),
    "key_person": (pupil, FAMILY),
    "contact_add": (pupil, FAMILY),
    "contact": (lambda cast, things: [things.link.pk], FAMILY),
    "household": (home, PUPILS),
    "household_change": (home, PUPILS),
    "warning_add": (home, PUPILS),
    "member_add": (home, PUPILS),
    "warning_review": (lambda cast, things: [things.warning.pk], PUPILS),
    "desk_duty": (no_args, EVERYBODY),
    "stand_in_add": (no_args, DUTY | {"outsider"}),
    "rota": (lambda cast, things: [cast.school.slug], COLLEAGUES),
    "rota_change": (lambda cast, things: [cast.school.slug, "office"], DUTY),
    "imports": (no_args, {"office", "attendance", "head", "admin", "outsider"}),
    "import_template": (lambda cast, things: ["pupils"], EVERYBODY),
    "import": (upload, IMPORT),
    "import_columns": (upload, IMPORT),
    "import_problems": (upload, IMPORT),
}
# Which ask for the password before they open.
FRESH = {"pins"}
# Done (POST only): who may.
ACTS: dict[str, tuple[Args, set[str]]] = {
    "staff_reopen": (teacher, {"head", "admin"}),
    "role_take": (lambda c, t: [c.teacher.pk, c.teacher.roles.get().pk], {"head", "admin"}),
    "vehicle_retire": (lambda c, t: [c.teacher.pk, t.vehicle.pk], DETAILS),
    "clearance_remove": (lambda c, t: [c.teacher.pk, t.check.pk], CHECKS),
    "mobile_tried": (teacher, CHECKS),
    "school_training_end": (school_training, {"head", "admin"}),
    "away_end": (lambda c, t: [c.teacher.pk, t.away.pk], DETAILS),
    "contact_remove": (lambda c, t: [t.link.pk], FAMILY),
    "warning_end": (lambda c, t: [t.warning.pk], PUPILS),
    "member_remove": (lambda c, t: [t.member.pk], PUPILS),
    "stand_in_end": (lambda c, t: [t.duty.pk], DUTY),
    "import_confirm": (upload, IMPORT),
    "import_drop": (upload, IMPORT),
}


def test_every_address_has_its_line() -> None:
    named = {pattern.name for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)}
    assert named == PAGES.keys() | ACTS.keys()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_there_for_those_named_and_for_nobody_else(
    name: str, cast: Cast, things: Things, as_: Callable[[str], Client]
) -> None:
    args, allowed = PAGES[name]
    address = reverse(name, args=args(cast, things))
    statuses = {part: as_(part).get(address).status_code for part in PARTS}
    there = 302 if name in FRESH else 200
    assert statuses == {part: there if part in allowed else 404 for part in PARTS}


@pytest.mark.parametrize("name", ACTS)
def test_act_is_done_by_those_named_and_by_nobody_else(
    name: str, cast: Cast, things: Things, as_: Callable[[str], Client]
) -> None:
    args, allowed = ACTS[name]
    address = reverse(name, args=args(cast, things))
    statuses = {}
    for part in PARTS:
        with transaction.atomic():  # undone for the next one
            statuses[part] = as_(part).post(address).status_code
            transaction.set_rollback(True)
    assert statuses == {part: 302 if part in allowed else 404 for part in PARTS}


@pytest.mark.parametrize("name", ACTS)
def test_looking_at_an_act_does_nothing(
    name: str, cast: Cast, things: Things, as_: Callable[[str], Client]
) -> None:
    address = reverse(name, args=ACTS[name][0](cast, things))
    assert as_("head").get(address).status_code == 405


@pytest.mark.parametrize("name", [*PAGES, *ACTS])
def test_without_signing_in_there_is_only_the_door(name: str, cast: Cast, things: Things) -> None:
    args = (PAGES | ACTS)[name][0](cast, things)
    reply = Client().get(reverse(name, args=args))
    assert (reply.status_code, reply.headers["Location"].split("?")[0]) == (302, "/accounts/login/")


def test_missing_and_hidden_look_the_same(cast: Cast, things: Things, as_: Callable[[str], Client]) -> None:
    client = as_("outsider")
    hidden = client.get(reverse("pupil", args=[things.pupil.pk]))
    missing = client.get(reverse("pupil", args=[999_999_999]))
    differs = r"[A-Za-z0-9]{64}|<time [^>]*>[^<]*</time>"  # tokens, and when the page was drawn
    pages = [re.sub(differs, "(differs)", reply.content.decode()) for reply in (hidden, missing)]
    assert (hidden.status_code, pages[0]) == (missing.status_code, pages[1])
