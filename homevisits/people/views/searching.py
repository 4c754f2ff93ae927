"""Searches are posted and kept in the session: no name and no number ever stands in an address."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest

MakeForm = Callable[..., Form]


def keep(request: HttpRequest, key: str, make: MakeForm) -> None:
    """Remember what was searched for; what cannot be understood is left out, "clear" forgets it."""
    if "clear" in request.POST:
        request.session.pop(key, None)
        return
    form = make(request.POST)
    form.is_valid()
    kept = {name: request.POST.get(name, "") for name in form.cleaned_data if request.POST.get(name)}
    request.session[key] = kept


def kept(request: HttpRequest, key: str, make: MakeForm) -> tuple[Form, dict[str, Any]]:
    """The form as it was filled in last, and what it says."""
    form = make(request.session.get(key) or {})
    form.is_valid()
    return form, {name: value for name, value in form.cleaned_data.items() if value}
