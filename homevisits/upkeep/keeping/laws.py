"""Keeps the law and guidance that a trust has regard to (TC-025 to TC-031).

The list is no part of a version: the latest version of a law applies whatever edition is named.
"""

import datetime as dt

from django.db import transaction

from homevisits.people.keeping.rules import ask, require
from homevisits.people.models import Staff
from homevisits.trusts.models import LawReference, Trust
from homevisits.trusts.permissions import may_edit
from homevisits.upkeep import editions
from homevisits.upkeep.arming import locked, tell


@transaction.atomic
def put_law(
    *,
    trust: Trust,
    title: str,
    edition: str,
    url: str,
    by: Staff,
    now: dt.datetime,
    law: LawReference | None = None,
) -> LawReference:
    """Add a law or guidance, or write a changed one, without a new version of the policy (TC-031)."""
    ask(may_edit(by) and by.trust_id == trust.pk, "Only a trust admin or the Executive Head / CEO may.")
    place = locked(trust, None)
    same = LawReference.objects.filter(trust=trust, title__iexact=title)
    same = same.exclude(pk=law.pk) if law else same
    require(not same.exists(), "This law stands in the list already: change that one.")
    kept = law or LawReference(trust=trust)
    verb, was = ("changed", str(law)) if law else ("added", "")
    kept.title, kept.edition, kept.url = title, edition, url
    kept.save()
    told = f"Law {verb}: {kept}" + (f", was {was}" if was and was != str(kept) else "")
    tell(place, f"law_{verb}", told, by=by, now=now)
    editions.refresh(trust, now=now)
    return kept


@transaction.atomic
def drop_law(*, law: LawReference, by: Staff, now: dt.datetime) -> None:
    """Take a law off the list; the story keeps its name."""
    ask(may_edit(by) and by.trust_id == law.trust_id, "Only a trust admin or the Executive Head / CEO may.")
    place = locked(law.trust_id, None)
    law.delete()
    tell(place, "law_removed", f"Law taken off the list: {law}", by=by, now=now)
    editions.refresh(law.trust, now=now)
