"""For machines: whether this web process can serve, and whether anybody watches the deadlines."""

import hmac
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from homevisits.escalation import measures, signs
from homevisits.sealed import unopened

_seen_migrated = False
NO_DATABASE = "the database does not answer"


def is_migrated() -> bool:
    """Whether every migration is applied. Asked until it is so: nothing un-migrates under a running process."""
    global _seen_migrated
    if not _seen_migrated:
        executor = MigrationExecutor(connection)
        _seen_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _seen_migrated


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The whole product: 503 when no sweep has finished lately, no test alarm has come through, a timer
    that ran out was passed over, nothing sends, the clock has jumped, the key does not open what is
    sealed, or the database does not answer."""
    try:
        found, shut = signs.read(), unopened()
    except DatabaseError:
        return JsonResponse({"status": NO_DATABASE, "heartbeat_age": None}, status=503)
    trouble = "nothing watches the deadlines" if found.is_stale else found.trouble
    trouble = trouble or ("FIELD_KEY does not open what is sealed" if shut else "")
    return JsonResponse({"status": trouble or "ok", **_told(found)}, status=503 if trouble else 200)


def _told(found: signs.Signs) -> dict[str, Any]:
    """Every age in seconds, as machines read it."""
    ages = asdict(found)
    return {
        "heartbeat_age": ages["age"],
        "canary_age": ages["canary"],
        "sender_age": ages["sender"],
        "oldest_urgent_age": ages["oldest"],
        "unfired_age": ages["unfired"],
        "clock_jumped_at": ages["jumped_at"],
        "clock_jumped_by": ages["jumped_by"],
    }


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """This process alone: whether it reaches the database, and finds the tables that it was written for."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        migrated = is_migrated()
    except DatabaseError:
        return JsonResponse({"status": NO_DATABASE}, status=503)
    if not migrated:
        return JsonResponse({"status": "the database is not migrated"}, status=503)
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, with METRICS_TOKEN as its bearer token; without one set there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), wanted):
        return HttpResponse("A bearer token is needed.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    try:
        text = measures.as_text()
    except DatabaseError:
        return HttpResponse(f"{NO_DATABASE}\n", status=503, content_type="text/plain")
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")
