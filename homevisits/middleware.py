"""What holds for every request, whichever page answers it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import sync_only_middleware

from homevisits.batches import one_batch

Reply = Callable[[HttpRequest], HttpResponse]


@sync_only_middleware
def no_store(get_response: Reply) -> Reply:
    """Keep pages out of the caches of shared classroom PCs, unless a view says otherwise.

    A service worker's store does not obey this header: what ours keeps for a phone without signal is
    decided in visits.views.keeping. Signing out empties the browser's cache and that store (worker.js).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Cache-Control", "no-store")
        if request.method == "POST" and request.path == reverse("account_logout"):
            # Not "storage": that would also end the alerts that this phone was asked to show.
            response["Clear-Site-Data"] = '"cache"'
        return response

    return middleware


@sync_only_middleware
def read_once(get_response: Reply) -> Reply:
    """A page that only shows asks once who answers, whom the rota names and the like, however often it says so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return get_response(request)
        with one_batch():
            return get_response(request)

    return middleware
