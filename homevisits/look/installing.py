"""Home Visits as an app on a phone: its manifest, and the worker that serves it without signal."""

from functools import lru_cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

BAR, PAPER = "#0b4f4a", "#f6f5f1"
WORKER = settings.BASE_DIR / "static" / "js" / "worker.js"


@login_not_required
@require_safe
@cache_control(max_age=60 * 60)
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put us beside its other apps."""
    sizes = [
        ("icon-192", "192x192", "any"),
        ("icon-512", "512x512", "any"),
        ("icon-maskable", "512x512", "maskable"),
    ]
    icons = [
        {"src": static(f"img/{name}.png"), "sizes": size, "type": "image/png", "purpose": purpose}
        for name, size, purpose in sizes
    ]
    facts = {
        "name": "Home Visits",
        "short_name": "Home Visits",
        "lang": "en-GB",
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": BAR,
        "background_color": PAPER,
        "icons": icons,
    }
    return JsonResponse(facts, content_type="application/manifest+json")


@lru_cache
def _source() -> str:
    return WORKER.read_text()


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, from the root so that it may serve every page; never cached, so that a mended one comes."""
    source = WORKER.read_text() if settings.DEBUG else _source()
    headers = {"Service-Worker-Allowed": "/", "Cache-Control": "no-cache"}
    return HttpResponse(source, content_type="text/javascript; charset=utf-8", headers=headers)
