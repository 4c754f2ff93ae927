"""Whether a trust's text account works, as its use shows; and who is told when it begins not to.

What is sent proves what is sent: that Notify answered a question says nothing of texts, and an e-mail
nothing of the text template.
"""

import datetime as dt

from homevisits.clock import AppNow, app_now
from homevisits.notices.accounts import TextAccount
from homevisits.notices.delivery import Misconfigured, NotNow
from homevisits.notices.models import Notice
from homevisits.notices.outbox import drafted, queue_all
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName

Doing = TextAccount.Doing
# What stands before the trouble that is shown already: texts first.
WEAKER = {Doing.TEXT: ["", Doing.EMAIL, Doing.READ], Doing.EMAIL: ["", Doing.READ], Doing.READ: [""]}
REMEMBERED = dt.timedelta(seconds=10)
WAYS = (Notice.Channel.IN_APP, Notice.Channel.EMAIL)


def works(account: TextAccount, doing: str) -> None:
    """It did: that trouble is over. When texts last went is written every few seconds: many share the row."""
    mine = TextAccount.objects.filter(pk=account.pk)
    mine.filter(failing=doing).update(failing="", failed_at=None, failure="")
    if doing == Doing.TEXT:
        mine.exclude(worked_at__gt=AppNow() - REMEMBERED).update(worked_at=AppNow())


def fails(account: TextAccount, doing: str, failure: NotNow) -> None:
    """It did not. The trust's admins are told when that begins, at most once an hour."""
    mine, words = TextAccount.objects.filter(pk=account.pk), str(failure)[:200]
    fields = {"failing": doing, "failure": words, "failed_at": AppNow()}
    if not mine.filter(failing__in=WEAKER[Doing(doing)]).update(**fields):
        mine.filter(failing=doing).update(failure=words)
    elif doing != Doing.READ or isinstance(failure, Misconfigured):
        _tell_admins(account, Doing(doing), words, app_now())


def _tell_admins(account: TextAccount, doing: TextAccount.Doing, words: str, now: dt.datetime) -> None:
    admins = Staff.objects.active().filter(trust=account.trust_id, roles__role=RoleName.TRUST_ADMIN)
    queue_all(
        drafted(
            key=f"texts:{account.pk}:{doing}:{now:%Y%m%d%H}:{admin.pk}:{way}",
            recipient=admin,
            channel=way,
            subject=f"{doing.label}",
            body=f"{words} Alarms go on to their next step meanwhile. See what is wrong, and send yourself a test.",
            path="/notices/texts/",
            now=now,
            urgent=True,
        )
        for admin in admins.distinct()
        for way in WAYS
    )
