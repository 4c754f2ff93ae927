"""What the screens have in common: a form asked until it is taken, and one act behind a button."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from homevisits.people.keeping import NotAllowed, Refused

Save = Callable[[dict[str, Any]], object]


def allow_or_404(allowed: bool) -> None:
    """A page that is not for this person is not there."""
    if not allowed:
        raise Http404


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also when nothing was filled in; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def ask(
    request: HttpRequest,
    form: BaseForm,
    *,
    title: str,
    back: str,
    save: Save,
    done: str,
    context: Mapping[str, Any] | None = None,
    template: str = "people/form.html",
) -> HttpResponse:
    """Show a form until a keeper takes what it says; then go back with a sentence.

    What a keeper refuses stands on the form beside what was typed.
    """
    if form.is_valid():
        try:
            save(form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        except NotAllowed as not_allowed:
            raise Http404 from not_allowed
        else:
            messages.success(request, done)
            return redirect(back)
    return render(request, template, {"form": form, "title": title, "back": back, **(context or {})})


def act(request: HttpRequest, do: Callable[[], object], *, back: str, done: str) -> HttpResponse:
    """Do one thing and go back; a refusal is said on the page."""
    try:
        do()
    except Refused as refused:
        messages.warning(request, str(refused))
    except NotAllowed as not_allowed:
        raise Http404 from not_allowed
    else:
        messages.success(request, done)
    return redirect(back)
