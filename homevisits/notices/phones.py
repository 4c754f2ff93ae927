"""Alerts on phones: switching them on and off, and trying them."""

from homevisits.clock import app_now
from homevisits.notices import push
from homevisits.notices.models import Notice, PushSubscription
from homevisits.notices.outbox import drafted
from homevisits.people.models import Staff

BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "a Mac"),
    ("Linux", "Linux"),
)


def label_of(agent: str) -> str:
    """A device as its owner calls it: "Chrome on Android"."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "A browser")
    device = next((name for mark, name in DEVICES if mark in agent), "")
    return f"{browser} on {device}" if device else browser


def switch_on(*, staff: Staff, endpoint: str, p256dh: str, auth: str, agent: str) -> PushSubscription:
    """Have alerts go to a browser. One that was somebody else's is now this person's alone.

    Raises UnsafeEndpoint for an address that is not a push service's.
    """
    push.must_be_public(endpoint)
    facts = {"staff": staff, "p256dh": p256dh, "auth": auth, "label": label_of(agent)}
    phone, _ = PushSubscription.objects.update_or_create(
        endpoint=endpoint, defaults=facts, create_defaults={**facts, "created_at": app_now()}
    )
    return phone


def try_out(staff: Staff) -> str:
    """Send a test to all phones of a person, at once. Raises what `push.send` raises."""
    now = app_now()
    test = drafted(
        key=f"test:{staff.pk}:{now.timestamp():.0f}",
        recipient=staff,
        channel=Notice.Channel.PUSH,
        subject="Test: alerts reach this phone",
        body="",
        path="/notices/phone/",
        now=now,
        urgent=True,
    )
    return push.send(test, is_repeat=False)
