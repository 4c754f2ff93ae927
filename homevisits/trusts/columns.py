"""Kinds of columns that policies are made of."""

from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.db import models

from homevisits.trusts.choices import Strength
from homevisits.trusts.roles import RoleName


def roles_field(**options: Any) -> ArrayField:
    """A list of roles; empty means nobody."""
    return ArrayField(models.CharField(max_length=20, choices=RoleName), default=list, blank=True, **options)


def minutes_field(default: int, **options: Any) -> models.PositiveSmallIntegerField:
    """A number of minutes."""
    return models.PositiveSmallIntegerField(default=default, **options)


def strength_field(default: Strength) -> models.CharField:
    """Whether something is not looked at, warned about, or refused."""
    return models.CharField(max_length=6, choices=Strength, default=default)


def column(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    """A stored column of a model, for code that works on many of them."""
    return cast("models.Field[Any, Any]", model._meta.get_field(name))


def clauses_field() -> ArrayField:
    """Clause ids of docs/clauses.csv that a row rests on."""
    return ArrayField(models.CharField(max_length=8), default=list, blank=True)
