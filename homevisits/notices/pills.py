"""How a notice stands, as a pill says it: kind, icon, words."""

from homevisits.notices.calling import ASKED
from homevisits.notices.calls import Call
from homevisits.notices.models import Notice

Pill = tuple[str, str, str]

OF_STATE: dict[str, Pill] = {
    Notice.State.QUEUED: ("plain", "clock", "waiting to go"),
    Notice.State.SENDING: ("info", "send", "going"),
    Notice.State.SENT: ("ok", "check", "sent"),
    Notice.State.FAILED: ("late", "circle-x", "not delivered"),
    Notice.State.DROPPED: ("plain", "ban", "not needed any more"),
}
TRIED: Pill = ("soon", "refresh-cw", "tried, not gone yet")
DELIVERED: Pill = ("ok", "check-check", "delivered")
ON_ITS_WAY: Pill = ("info", "send", "sent, not delivered yet")
TO_RING: Pill = ("soon", "phone-outgoing", "somebody is asked to ring")
SPOKEN: Pill = ("ok", "phone", "spoken to")
NO_ANSWER: Pill = ("late", "phone-missed", "no answer")
NOT_RUNG: Pill = ("late", "phone-off", "not rung in time")


def pill(notice: Notice) -> Pill:
    """One pill for everything that is known of a notice."""
    if notice.channel == Notice.Channel.CALL and notice.provider_status:
        return _of_call(notice)
    if notice.state == Notice.State.SENT and notice.provider_id:
        return DELIVERED if notice.delivered_at else ON_ITS_WAY
    if notice.state == Notice.State.QUEUED and notice.attempts:
        return TRIED
    return OF_STATE[notice.state]


def _of_call(notice: Notice) -> Pill:
    said = {
        ASKED: TO_RING,
        Call.Outcome.SPOKE: SPOKEN,
        Call.Outcome.NO_ANSWER: NO_ANSWER,
        Call.Outcome.NOT_MADE: NOT_RUNG,
    }
    if notice.state == Notice.State.DROPPED:
        return OF_STATE[notice.state]
    return said.get(notice.provider_status, OF_STATE[notice.state])
