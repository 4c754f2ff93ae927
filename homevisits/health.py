"""For machines: whether this web process can serve, and whether anybody watches the deadlines."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from homevisits.escalation import heartbeat

_seen_migrated = False


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
    """The whole product: 503 when no sweep has finished lately or the database does not answer."""
    try:
        seconds = heartbeat.age()
    except DatabaseError:
        return JsonResponse({"status": "the database does not answer", "heartbeat_age": None}, status=503)
    if heartbeat.is_stale(seconds):
        return JsonResponse({"status": "nothing watches the deadlines", "heartbeat_age": seconds}, status=503)
    return JsonResponse({"status": "ok", "heartbeat_age": seconds})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """This process alone: whether it reaches the database, and finds the tables that it was written for."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        migrated = is_migrated()
    except DatabaseError:
        return JsonResponse({"status": "the database does not answer"}, status=503)
    if not migrated:
        return JsonResponse({"status": "the database is not migrated"}, status=503)
    return JsonResponse({"status": "ok"})
