"""What pages above say about calls, and about texts: that a ladder counts on them and none can go, or none ever did."""

import datetime as dt

from homevisits.notices.accounts import TextAccount
from homevisits.notices.calling import asked_of
from homevisits.notices.permissions import may_set_texts
from homevisits.people.models import Staff
from homevisits.trusts.choices import Channel
from homevisits.trusts.policies import Policy
from homevisits.trusts.registry import Panel


def on_policy(policy: Policy, staff: Staff, now: dt.datetime) -> Panel | None:
    """On a version's page: its steps say "Text message", and the trust cannot text."""
    if not policy.laddersteps.filter(channels__contains=[Channel.TEXT]).exists():
        return None
    return _warning(policy.trust_id, staff)


def of_day(staff: Staff, now: dt.datetime) -> Panel | None:
    """On a trust admin's day, who alone can mend it."""
    return _warning(staff.trust_id, staff) if may_set_texts(staff) else None


def calls_of_day(staff: Staff, now: dt.datetime) -> Panel | None:
    """On the day of whoever is asked to ring somebody: they have three minutes."""
    calls = list(asked_of(staff))
    return ("notices/_calls_to_make.html", {"calls": calls}) if calls else None


def _warning(trust_id: int, staff: Staff) -> Panel | None:
    account = TextAccount.objects.filter(trust=trust_id).first()
    if account is not None and account.worked_at and not account.is_failing:
        return None
    return "notices/_no_texts.html", {"account": account, "may_set": may_set_texts(staff)}
