"""What every reply carries, whichever page made it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_only_middleware

Reply = Callable[[HttpRequest], HttpResponse]


@sync_only_middleware
def no_store(get_response: Reply) -> Reply:
    """Keep pages out of the caches of shared classroom PCs, unless a view says otherwise."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware
