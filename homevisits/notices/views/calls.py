"""What came of a call that somebody was asked to make."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from homevisits.clock import app_now
from homevisits.notices import calling
from homevisits.notices.calls import Call
from homevisits.people.signed_in import StaffRequest

DONE = {
    Call.Outcome.SPOKE: "Written down: you spoke to {whom}.",
    Call.Outcome.NO_ANSWER: "Written down: {whom} did not answer. The ladder below says what comes next.",
}


@require_POST
def report(request: StaffRequest, key: uuid.UUID) -> HttpResponse:
    """ "Spoke to them", or "No answer"."""
    visible = Call.objects.visible_to(request.user).select_related("notice__recipient", "caller")
    call = get_object_or_404(visible, uuid=key)
    outcome = Call.Outcome.SPOKE if request.POST.get("outcome") == "spoke" else Call.Outcome.NO_ANSWER
    try:
        heard = calling.report(call=call, by=request.user, outcome=outcome, now=app_now())
    except calling.Refused as refused:
        messages.error(request, refused.sentence)
    else:
        done = DONE[outcome].format(whom=call.notice.recipient.short_name)
        busy = "The alarm is busy at this moment. Press the button once more."
        (messages.success if heard else messages.error)(request, done if heard else busy)
    return redirect(call.notice.path or "notices")
