"""Trusts, schools, terms, and a policy published from a preset."""

import datetime as dt
from typing import Any

import factory

from homevisits.clock import app_now
from homevisits.trusts import presets
from homevisits.trusts.models import Closure, Policy, School, Term, Trust


class TrustFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Trust

    name = factory.Sequence(lambda n: f"Trust {n}")
    slug = factory.Sequence(lambda n: f"trust-{n}")


class SchoolFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = School

    trust = factory.SubFactory(TrustFactory)
    name = factory.Sequence(lambda n: f"School {n}")
    slug = factory.Sequence(lambda n: f"school-{n}")
    phase = School.Phase.PRIMARY
    address = "1 School Lane, Sheffield"
    postcode = "S1 2AB"
    phone = "+441144960000"


class TermFactory(factory.django.DjangoModelFactory):
    """A year from 1 September to 31 August unless said otherwise."""

    class Meta:
        model = Term

    school = factory.SubFactory(SchoolFactory)
    name = "The year"
    starts_on = dt.date(2026, 9, 1)
    ends_on = dt.date(2027, 8, 31)


class ClosureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Closure

    school = factory.SubFactory(SchoolFactory)
    kind = Closure.Kind.INSET
    name = "INSET"
    starts_on = dt.date(2026, 10, 2)
    ends_on = factory.SelfAttribute("starts_on")


class PolicyFactory(factory.Factory):
    """A published version from a preset: `PolicyFactory(preset="poulton_le_sands", school=...)`.

    Other keywords are columns to hold instead of the preset's, written before publishing.
    `trust` defaults to the school's; without a school the version is the trust's own.
    """

    class Meta:
        model = Policy

    preset = "three_counties"

    @classmethod
    def _create(cls, model_class: type[Policy], *args: Any, **fields: Any) -> Policy:
        school = fields.pop("school", None)
        trust = fields.pop("trust", None) or (school.trust if school else TrustFactory())
        return presets.load(
            trust,
            fields.pop("preset"),
            school=school,
            by=fields.pop("by", None),
            now=fields.pop("now", None) or app_now(),
            changes=fields,
        )
