"""What every change of a policy shares: who may, a fresh locked draft, what refuses, the story."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from homevisits.clock import local
from homevisits.trusts.contents import Contents, fingerprint, part_values, values_of
from homevisits.trusts.faults import Fault
from homevisits.trusts.floor import faults_over
from homevisits.trusts.models import Trust
from homevisits.trusts.parts import PolicyPart
from homevisits.trusts.permissions import require_editor
from homevisits.trusts.policies import Policy, PolicyEvent

if TYPE_CHECKING:
    from homevisits.people.models import Staff

type Actor = "Staff | None"  # None: the system itself, as when a preset is loaded


class NotADraft(Exception):
    """The version is published or gone; the message says who did it and when."""


class DraftExists(Exception):
    """Somebody has opened a draft of this policy already: `draft`."""

    def __init__(self, draft: Policy) -> None:
        who = f" by {draft.created_by}" if draft.created_by else ""
        super().__init__(f"A draft was opened{who} on {_when(draft.created_at)}. Go on with that one.")
        self.draft = draft


class Changed(Exception):
    """Somebody else has changed the same part of the draft since this person looked."""


class Unsound(Exception):
    """A policy may not be without this: `faults`."""

    def __init__(self, found: list[Fault]) -> None:
        super().__init__(" ".join(fault.sentence for fault in found))
        self.faults = found


def already(version: Policy) -> NotADraft:
    """What somebody is told who was not the first: who published it, and when."""
    who = f" by {version.published_by}" if version.published_by else ""
    when = f" on {_when(version.published_at)}" if version.published_at else ""
    return NotADraft(f"Version {version.number} was published{who}{when}.")


def fingerprint_of(policy: Policy, names: Any) -> str:
    """What `save_draft` compares: these settings as they are now."""
    return fingerprint(values_of(policy, sorted(names)))


def row_fingerprint(row: PolicyPart) -> str:
    """What `put_row` compares: the row as it is now."""
    return fingerprint(part_values(row))


def floor_under(policy: Policy) -> Contents | None:
    """What the trust's version in force asks of this policy; None for the trust's own policy."""
    least = Policy.objects.floor_of(policy)
    return Contents.of(least) if least else None


def faults_of(policy: Policy, contents: Contents | None = None) -> list[Fault]:
    """What stands between a draft and its publication: what no policy may lack, then the trust's floor."""
    return faults_over(contents or Contents.of(policy), floor_under(policy))


def locked(policy: Policy, by: Actor) -> Policy:
    """The draft, fresh and locked until the transaction ends."""
    require_editor(by, policy.trust_id)
    draft = Policy.objects.select_for_update(of=("self",)).filter(pk=policy.pk).first()
    if draft is None:
        raise NotADraft("This draft was discarded.")
    if draft.is_published:
        raise already(draft)
    return draft


def lock_trust(trust_id: int) -> None:
    """One at a time: versions are numbered, and put into force, under this lock. Taken before any draft's."""
    Trust.objects.select_for_update(no_key=True).get(pk=trust_id)


def refuse(found: list[Fault]) -> None:
    if found:
        raise Unsound(found)


def note(policy: Policy, kind: str, sentence: str, *, by: Actor, now: dt.datetime, **detail: Any) -> None:
    """A line of the policy's story."""
    PolicyEvent.append(
        chain=f"policy:{policy.trust_id}",
        policy=policy,
        kind=kind,
        by=by,
        happened_at=now,
        recorded_at=now,
        sentence=sentence[:300],
        detail={"scope": policy.scope, "version": policy.number, **detail},
    )


def _when(at: dt.datetime) -> str:
    return f"{local(at):%-d %B %Y at %H:%M}"
