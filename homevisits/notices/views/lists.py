"""What was sent: to me, to everybody of my school or trust, and every e-mail that was only kept."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from homevisits.clock import app_now
from homevisits.notices import permissions
from homevisits.notices.models import Message, Notice
from homevisits.people.models import Staff
from homevisits.people.signed_in import StaffRequest

PER_PAGE = 30


def listed(request: StaffRequest, template: str, rows: "QuerySet[Any]", **more: Any) -> HttpResponse:
    """A page of a list under the tabs that this person has."""
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, template, {"page": page, "now": app_now(), "tabs": tabs_of(request.user), **more})


def tabs_of(staff: Staff) -> dict[str, bool]:
    """Which of the pages about messages somebody has."""
    return {
        "may_log": permissions.may_see_log(staff),
        "may_kept": permissions.may_see_kept(staff),
        "may_texts": permissions.may_set_texts(staff),
    }


@require_safe
def inbox(request: StaffRequest) -> HttpResponse:
    """What was sent to me in the product."""
    mine = Notice.objects.visible_to(request.user).in_product()
    return listed(request, "notices/inbox.html", mine, unread=mine.unread().count())


@require_safe
def sent(request: StaffRequest) -> HttpResponse:
    """Everything that was sent to me, whichever way, and whether it arrived."""
    return listed(request, "notices/sent.html", Notice.objects.visible_to(request.user))


@require_safe
def log(request: StaffRequest) -> HttpResponse:
    """What was sent to everybody of the school or trust."""
    if not permissions.may_see_log(request.user):
        raise Http404
    rows = Notice.objects.logged_for(request.user).select_related("recipient", "school")
    failed = rows.filter(state=Notice.State.FAILED)
    only_failed = "failed" in request.GET
    shown = failed if only_failed else rows
    return listed(request, "notices/log.html", shown, only_failed=only_failed, failed=failed.count())


@require_safe
def kept(request: StaffRequest) -> HttpResponse:
    """Every e-mail as it would have gone out."""
    if not permissions.may_see_kept(request.user):
        raise Http404
    return listed(request, "notices/kept.html", Message.objects.visible_to(request.user))


@require_POST
def read(request: StaffRequest, key: uuid.UUID) -> HttpResponse:
    """Mark one notice as read, and go to what it is about."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), uuid=key)
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=app_now())
    is_ours = url_has_allowed_host_and_scheme(notice.path, allowed_hosts=None)
    return redirect(notice.path if is_ours and "stay" not in request.POST else "notices")


@require_POST
def read_all(request: StaffRequest) -> HttpResponse:
    """Mark everything as read."""
    Notice.objects.visible_to(request.user).unread().update(read_at=app_now())
    messages.success(request, "Everything is marked as read.")
    return redirect("notices")
