"""How many visits staff go on in a term, for the people's floor below (TC-185, TC-186)."""

import datetime as dt
from collections.abc import Collection, Mapping

from django.db.models import Count, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, TruncDate

from homevisits.clock import LONDON
from homevisits.trusts.models import Term
from visits.models import Attendee
from visits.states import State

WENT = [State.IN_PROGRESS, State.RETURNED_SAFE, State.RECORDED]
A_TERM = dt.timedelta(days=90)


def visits_in_term(people: Collection[int], on: dt.date) -> Mapping[int, int]:
    """Visits that each went on since the latest term of the visit's school began; one query.

    A school without terms counts its last 90 days.
    """
    begun = Term.objects.filter(school=OuterRef("visit__school"), starts_on__lte=on).order_by("-starts_on")
    since = Coalesce(Subquery(begun.values("starts_on")[:1]), Value(on - A_TERM))
    went = Attendee.objects.filter(staff__in=list(people), visit__state__in=WENT)
    counted = (
        went.annotate(since=since, day=TruncDate("visit__start_at", tzinfo=LONDON))
        .filter(day__gte=F("since"), day__lte=on)
        .values("staff")
        .annotate(count=Count("visit", distinct=True))
    )
    return dict(counted.order_by().values_list("staff", "count"))
