"""Example facts beside the policies: who was told, a newcomer who has not read, checks that end, papers."""

import datetime as dt
from decimal import Decimal

from django.core.management.base import OutputWrapper
from django.db import transaction

from homevisits.clock import app_now, london_day
from homevisits.people import keeping as people
from homevisits.people.models import Staff
from homevisits.trusts.models import Policy, School, Trust
from homevisits.trusts.roles import RoleName
from homevisits.upkeep import arming, editions, keeping

WEEKS_AGO = dt.timedelta(days=35)
POSITIONS = {
    "HR": (Decimal("52.05640"), Decimal("-2.71600")),
    "LA": (Decimal("54.04660"), Decimal("-2.80070")),
}
PAPERS = {"behaviour": "Behaviour policy", "lone_working": "Lone working policy"}
ANYWHERE = (Decimal("53.38110"), Decimal("-1.47010"))


def load(stdout: OutputWrapper) -> None:
    """Fill in what a trust keeps beside its policy, through the same doors as the pages."""
    now = app_now()
    for trust in Trust.objects.all():
        admin = Staff.objects.get(trust=trust, roles__role=RoleName.TRUST_ADMIN)
        for school in trust.schools.all():
            _school(school, admin, now)
        _newcomer(trust.schools.order_by("pk")[0], now)
        with transaction.atomic():
            editions.refresh(trust, now=now)
    stdout.write(f"  {arming.keep_everything(now=now)} places with reminders")


def _school(school: School, admin: Staff, now: dt.datetime) -> None:
    head = Staff.objects.holding([RoleName.HEADTEACHER], school)[0]
    latitude, longitude = POSITIONS.get(school.postcode[:2], ANYWHERE)
    site = f"{school.trust.website}{school.slug}/"
    then = now - WEEKS_AGO
    keeping.set_school_details(
        school=school,
        website=site,
        policy_url="" if school.slug.startswith("h") else f"{site}policies/",
        latitude=latitude,
        longitude=longitude,
        by=admin,
        now=then,
    )
    for kind, title in PAPERS.items():
        keeping.add_paper(school=school, kind=kind, title=title, url=f"{site}{kind}/", by=head, now=then)
    if policy := Policy.objects.in_force(school):
        keeping.tell_staff(
            policy=policy,
            school=school,
            how="At the staff briefing",
            by=head,
            now=then,
            adopted_on=london_day(then),
        )


def _newcomer(school: School, now: dt.datetime) -> None:
    """Somebody new, whose checks are not on file yet, and a deputy whose DBS check ends soon."""
    head = Staff.objects.holding([RoleName.HEADTEACHER], school)[0]
    admin = Staff.objects.get(trust=school.trust_id, roles__role=RoleName.TRUST_ADMIN)
    people.add_staff(
        trust=school.trust,
        email=f"newcomer@{head.email.partition('@')[2]}",
        first_name="Robin",
        last_name="Newton",
        job_title="Learning mentor",
        role=RoleName.VISITOR,
        school=school,
        by=admin,
        now=now - WEEKS_AGO,
    )
    deputy = Staff.objects.holding([RoleName.DEPUTY_DSL], school)[0]
    day = london_day(now)
    people.add_clearance(
        staff=deputy,
        kind="dbs_enhanced",
        level="enhanced_barred",
        issued_on=day - dt.timedelta(days=3 * 365 - 40),
        expires_on=day + dt.timedelta(days=40),
        reference="001900000001",
        by=head,
        now=now - WEEKS_AGO,
    )
