"""The parents' edition as a PDF for each place: asked for when its words change, made once, kept."""

import datetime as dt
import logging
from functools import partial
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string

from homevisits import making, pdf
from homevisits.clock import app_now, london_day
from homevisits.trusts.models import School, Trust
from homevisits.upkeep import edition
from homevisits.upkeep.models import Edition, Upkeep

logger = logging.getLogger(__name__)

TASK = "homevisits.upkeep.tasks.make_edition"


def refresh(trust: Trust, *, now: dt.datetime) -> None:
    """Ask for every edition of a trust whose words have changed, in the caller's transaction."""
    places: list[School | None] = [None, *trust.schools.all()]
    for school in places:
        policy = edition.policy_of(trust, school)
        if policy is not None and edition.is_public(policy):
            said = edition.words(policy, trust, school)
            place, _ = Upkeep.objects.get_or_create(trust=trust, school=school)
            _ask(place, policy.pk, edition.digest(said), now)


def _ask(place: Upkeep, policy: int, says: str, now: dt.datetime) -> None:
    """The row for these words; said before, they are the latest again."""
    row, is_new = Edition.objects.get_or_create(
        upkeep=place, facts_hash=says, defaults={"policy_id": policy, "asked_at": now}
    )
    if is_new:
        transaction.on_commit(partial(making.hand_over, TASK, row.pk), robust=True)
    elif row.asked_at < now:
        Edition.objects.filter(pk=row.pk).update(asked_at=now)


def latest(trust: Trust, school: School | None) -> Edition | None:
    """The edition that says what holds now, made or not; None when nothing is public."""
    rows = Edition.objects.filter(upkeep__trust=trust, upkeep__school=school)
    return rows.order_by("-asked_at", "-id").first()


def make(key: int) -> None:
    """Make one edition, unless it is made or somebody else is at it."""
    started = app_now()
    if not making.lease(Edition, key, started):
        return
    try:
        making.settle(Edition, key, started, **_rendered(key, started))
    except pdf.NotMade as trouble:
        logger.warning("edition %s was not made: %s", key, trouble)
        making.settle(Edition, key, started, state=Edition.State.FAILED, failure=str(trouble)[:200])
    except Exception:
        failure = "The document could not be made."
        making.settle(Edition, key, started, state=Edition.State.FAILED, failure=failure)
        raise


def hand_over_waiting() -> int:
    """Tell the workers again of what still waits or has failed, each morning. Says how many."""
    Edition.objects.filter(state=Edition.State.FAILED).update(state=Edition.State.QUEUED, started_at=None)
    keys = list(Edition.objects.exclude(state=Edition.State.READY).values_list("pk", flat=True))
    for key in keys:
        making.hand_over(TASK, key)
    return len(keys)


def _rendered(key: int, started: dt.datetime) -> dict[str, Any]:
    row = Edition.objects.select_related("policy", "upkeep__trust", "upkeep__school").get(pk=key)
    said = edition.words(row.policy, row.upkeep.trust, row.upkeep.school)
    made = pdf.render(page(said, london_day(started)))
    return {"state": Edition.State.READY, "pdf": made, "made_at": app_now()}


def page(said: dict[str, Any], day: dt.date) -> str:
    """The HTML of an edition, with the day on which it was made in its footer."""
    return render_to_string("pdf/policy.html", {**said, "printed": f"Made on {day:%-d %B %Y}"})
