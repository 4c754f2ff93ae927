"""Fills the example trusts with staff and families, through the importer that schools use."""

import csv
import datetime as dt
import io
import random
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import OutputWrapper

from homevisits.clock import app_now, london_day
from homevisits.local.examples.names import FIRST, LAST, STREETS, WARNINGS, chooser
from homevisits.local.examples.places import EXAMPLES, Example, Place
from homevisits.people import importing
from homevisits.people.importing.summary import Summary
from homevisits.people.keeping import homes
from homevisits.people.models import Clearance, DeskDuty, Household, Pupil, Reading, Role, Staff
from homevisits.people.upn import check_letter
from homevisits.trusts import presets
from homevisits.trusts.models import Closure, Insurance, Policy, School, Term, Trust
from homevisits.trusts.roles import RoleName

PUPILS = 64
ROLE_OF = {
    "teacher": ("Visiting staff", "Class teacher"),
    "colleague": ("Visiting staff", "Pastoral lead"),
    "office": ("Office", "Office manager"),
    "attendance": ("Attendance officer", "Attendance officer"),
    "dsl": ("Designated Safeguarding Lead", "Designated Safeguarding Lead"),
    "slt": ("Senior leadership team; Attendance lead", "Assistant headteacher"),
    "deputy": ("Deputy Designated Safeguarding Lead", "Deputy DSL"),
    "head": ("Headteacher", "Headteacher"),
    "support": ("Visiting staff", "Family support worker"),
    "mentor": ("Visiting staff", "Learning mentor"),
    "senco": ("Visiting staff", "SENCO"),
}
TRUST_ROLE = {"ewo": RoleName.EWO, "ceo": RoleName.CEO, "admin": RoleName.TRUST_ADMIN}
TRUST_TITLE = {
    "ewo": "Education Welfare Officer",
    "ceo": "Executive Headteacher",
    "admin": "Trust operations manager",
}
CARS = (("Ford", "Fiesta", "Blue"), ("Volkswagen", "Golf", "Grey"), ("Toyota", "Yaris", "White"))


def load(stdout: OutputWrapper) -> None:
    """Make the trusts, their schools, policies, staff and families."""
    now = app_now()
    for example in EXAMPLES:
        trust = Trust.objects.create(
            name=example.name, slug=example.slug, motto=example.motto, website=f"https://{example.domain}/"
        )
        admin = _trust_people(trust, example)
        presets.load(trust, example.preset, by=admin, now=now - dt.timedelta(days=60))
        for number, place in enumerate(example.schools):
            school = _school(trust, place, now)
            _staff(school, example, number, admin, now)
            _families(school, example, number, now)
        _informed(trust, admin, now)
        stdout.write(f"  {trust}: {Pupil.objects.filter(school__trust=trust).count()} pupils")


def _trust_people(trust: Trust, example: Example) -> Staff:
    """EWO, CEO and trust admin: for the whole trust, so no school's file has them."""
    rng = chooser(example.domain)
    for name, role in TRUST_ROLE.items():
        staff = Staff.objects.create_user(
            email=f"{name}@{example.domain}",
            trust=trust,
            first_name=rng.choice(FIRST),
            last_name=rng.choice(LAST),
            job_title=TRUST_TITLE[name],
            mobile=f"+447700900{rng.randrange(100, 999)}",
        )
        staff.password = demo_password()
        staff.save(update_fields=["password"])
        Role.objects.create(staff=staff, role=role)
        _clear(staff)
    return Staff.objects.get(email=f"admin@{example.domain}")


@lru_cache(maxsize=1)
def demo_password() -> str:
    """The example password, hashed once: Argon2 is slow by design."""
    return make_password(settings.DEMO_PASSWORD)


def _clear(staff: Staff) -> None:
    staff.clearances.create(kind="dbs_enhanced", issued_on=dt.date(2025, 9, 1), reference="001234567890")
    _train(staff)


def _train(staff: Staff) -> None:
    """The training that lets somebody go, and a mobile that was tried out."""
    for kind in (Clearance.Kind.VIOLENCE, Clearance.Kind.EARLY_HELP, Clearance.Kind.HOME_VISITS):
        staff.clearances.create(kind=kind, issued_on=dt.date(2025, 9, 1), trainer="Education Welfare Service")


def _informed(trust: Trust, admin: Staff, now: dt.datetime) -> None:
    """Everybody has read the policy and the papers beside it, and their mobile was tried out."""
    policy = Policy.objects.of(trust, None).published().first()
    if policy is None:
        return
    staff = Staff.objects.filter(trust=trust)
    papers = ["", *(paper.title for paper in policy.linkedpolicys.filter(must_be_read=True))]
    Reading.objects.bulk_create(
        Reading(staff=person, policy=policy, paper=paper, read_at=now - dt.timedelta(days=50))
        for person in staff
        for paper in papers
    )
    staff.exclude(mobile="").update(mobile_tried_at=now - dt.timedelta(days=50), mobile_tried_by=admin)
    Insurance.objects.create(
        trust=trust,
        insurer="Wye Mutual",
        reference="EL-204411",
        starts_on=london_day(now) - dt.timedelta(days=120),
        expires_on=london_day(now) + dt.timedelta(days=245),
        recorded_by=admin,
        recorded_at=now - dt.timedelta(days=50),
    )


def _school(trust: Trust, place: Place, now: dt.datetime) -> School:
    school = School.objects.create(
        trust=trust,
        name=place.name,
        slug=place.slug,
        phase=place.phase,
        address=place.address,
        postcode=place.postcode,
        phone=place.phone,
        desk_name=place.desk_name,
        motto=place.motto,
    )
    year = london_day(now).year - (london_day(now).month < 9)
    for name, starts, ends in _terms(year):
        Term.objects.create(school=school, name=name, starts_on=starts, ends_on=ends)
    Closure.objects.create(
        school=school,
        kind=Closure.Kind.HOLIDAY,
        name="Autumn half term",
        starts_on=dt.date(year, 10, 26),
        ends_on=dt.date(year, 10, 30),
    )
    return school


def _terms(year: int) -> Iterable[tuple[str, dt.date, dt.date]]:
    return (
        ("Autumn", dt.date(year, 9, 1), dt.date(year, 12, 18)),
        ("Spring", dt.date(year + 1, 1, 4), dt.date(year + 1, 3, 26)),
        ("Summer", dt.date(year + 1, 4, 12), dt.date(year + 1, 7, 21)),
    )


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A CSV file as a school would send it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue()


STAFF_HEADINGS = (
    "E-mail",
    "First name",
    "Last name",
    "Role",
    "Job title",
    "Work mobile",
    "Vehicle make",
    "Vehicle model",
    "Vehicle colour",
    "Vehicle registration",
    "DBS issued",
    "DBS reference",
)


def _staff(school: School, example: Example, number: int, admin: Staff, now: dt.datetime) -> None:
    """The sign-ins at the first school; others have staff of the same kinds under other addresses."""
    rng = chooser(school.slug)
    rows = [_staff_row(name, school, example, number, rng) for name in ROLE_OF]
    text = _table(STAFF_HEADINGS, rows)
    _must(importing.run(school=school, kind="staff", text=text, by=admin, now=now))
    for staff in Staff.objects.filter(roles__school=school).distinct():
        staff.password = demo_password()
        staff.save(update_fields=["password"])
        _train(staff)
    _stand_ins(school, now)


def _staff_row(name: str, school: School, example: Example, number: int, rng: random.Random) -> list[object]:
    address = f"{name}@{example.domain}" if number == 0 else f"{name}.{school.slug}@{example.domain}"
    role, title = ROLE_OF[name]
    make, model, colour = rng.choice(CARS)
    plate = f"K{rng.choice('ABCXY')}{rng.randrange(10, 24)} {''.join(rng.choices('ABCDFGH', k=3))}"
    return [
        address,
        rng.choice(FIRST),
        rng.choice(LAST),
        role,
        title,
        f"07700 900{rng.randrange(100, 999)}",
        make,
        model,
        colour,
        plate,
        "01/09/2025",
        f"0012{rng.randrange(10**7, 10**8)}",
    ]


def _stand_ins(school: School, now: dt.datetime) -> None:
    """The office stands in at the desk for the demo's first day, whatever the hour it is started at."""
    for staff in Staff.objects.filter(roles__school=school, roles__role=RoleName.OFFICE):
        DeskDuty.objects.create(
            school=school,
            staff=staff,
            set_by=staff,
            during=(now - dt.timedelta(days=30), now + dt.timedelta(days=2)),
        )


PUPIL_HEADINGS = (
    "UPN",
    "Legal surname",
    "Legal forename",
    "DOB",
    "Year",
    "Reg group",
    "Address line 1",
    "Town",
    "Postcode",
    "Admission date",
    *(
        f"Contact {n} {what}"
        for n in (1, 2)
        for what in (
            "name",
            "relationship",
            "phone",
            "parental responsibility",
            "language",
            "interpreter",
            "may be discussed with",
        )
    ),
)


def _families(school: School, example: Example, number: int, now: dt.datetime) -> None:
    """Sixty-odd pupils in some forty homes, through the pupils' import."""
    rng = chooser(f"families {school.slug}")
    rows: list[list[object]] = []
    while len(rows) < PUPILS:
        rows += _home(rng, school, example, number, len(rows))
    text = _table(PUPIL_HEADINGS, rows[:PUPILS])
    office = Staff.objects.holding([RoleName.OFFICE], school).first()
    _must(importing.run(school=school, kind="pupils", text=text, by=office, now=now))
    _warn(school, now, rng)


def _home(
    rng: random.Random, school: School, example: Example, number: int, so_far: int
) -> list[list[object]]:
    surname, children = rng.choice(LAST), rng.choice((1, 1, 2, 2, 3))
    street = f"{rng.randrange(1, 120)} {rng.choice(STREETS)}"
    postcode = f"{example.postcode_area} {rng.randrange(1, 9)}{rng.choice('ABDEFGH')}{rng.choice('JLNPQRS')}"
    polish = rng.random() < 0.15
    mother: list[object] = [
        f"{rng.choice(FIRST)} {surname}",
        "Mother",
        f"07700 900{rng.randrange(100, 999)}",
        "yes",
        "Polish" if polish else "English",
        "yes" if polish else "no",
        "yes",
    ]
    father: list[object] = [
        f"{rng.choice(FIRST)} {rng.choice(LAST)}",
        "Father",
        f"07700 900{rng.randrange(100, 999)}",
        rng.choice(("yes", "yes", "no")),
        "English",
        "no",
        "yes",
    ]
    young, old = (4, 10) if school.phase == "primary" else (11, 15)
    return [
        _child(
            rng,
            surname,
            so_far + n,
            number,
            example,
            rng.randint(young, old),
            [street, school.address.split(", ")[-1], postcode],
            mother + father,
        )
        for n in range(children)
    ]


def _child(
    rng: random.Random,
    surname: str,
    n: int,
    number: int,
    example: Example,
    years: int,
    home: list[object],
    adults: list[object],
) -> list[object]:
    rest = f"{801 + EXAMPLES.index(example)}{2000 + number:04d}19{n:03d}"
    year = "Reception" if years == 4 else str(years - 4)
    born = f"{rng.randrange(1, 28):02d}/{rng.randrange(9, 13):02d}/{2026 - years - 1}"
    return [
        check_letter(rest) + rest,
        surname,
        rng.choice(FIRST),
        born,
        year,
        f"{year[0]}{rng.choice('ABC')}",
        *home,
        "01/09/2024",
        *adults,
    ]


# Before the example visits: a later warning would make each of their assessments stale.
WARNED_AGO = dt.timedelta(days=60)


def _warn(school: School, now: dt.datetime, rng: random.Random) -> None:
    """A warning at some homes, with its date to look at it again."""
    author = Staff.objects.holding([RoleName.DSL], school).first()
    found = list(Household.objects.filter(pupils__school=school).distinct().order_by("pk"))
    if author is None:
        return
    for household in rng.sample(found, min(6, len(found))):
        kind, note = rng.choice(WARNINGS)
        homes.add_warning(
            household=household,
            by=author,
            now=now - WARNED_AGO,
            kind=kind,
            note=note,
            review_on=london_day(now) + dt.timedelta(days=rng.randrange(20, 200)),
        )
    for household in rng.sample(found, min(5, len(found))):
        household.entrance = Household.Entrance.SHARED
        household.save(update_fields=["entrance"])


def _must(summary: Summary) -> None:
    """Example data that the importer would refuse is a mistake of ours: say which."""
    if not summary.written:
        raise ValueError("; ".join(f"line {p.line}: {p.sentence}" for p in summary.problems[:5]))
