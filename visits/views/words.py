"""The school's code word: when it is due to be changed, and setting a new one (PS-137, PS-138)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from homevisits.clock import app_now, london_day
from homevisits.people.signed_in import StaffRequest
from homevisits.trusts.models import School
from visits.codeword import NotAWord, set_code_word
from visits.forms.office import WordForm
from visits.models import Visit
from visits.rotation import may_set_word, standing


@never_cache
def school_word(request: StaffRequest, slug: str) -> HttpResponse:
    """Set a new one; the old one is never shown here."""
    school = get_object_or_404(School, slug=slug, trust_id=request.user.trust_id)
    if not may_set_word(request.user, school):
        raise Http404
    form, now = WordForm(request.POST or None), app_now()
    if request.method == "POST" and form.is_valid():
        try:
            set_code_word(school=school, word=form.cleaned_data["word"], by=request.user, now=now)
        except NotAWord as no:
            form.add_error("word", str(no))
        else:
            messages.success(request, f"{school} has a new code word. Tell those who go on visits.")
            return redirect("desk")
    out = Visit.objects.watched().filter(school=school).count()
    context = {"form": form, "school": school, "word": standing(school, london_day(now)), "out": out}
    return render(request, "visits/desk/word.html", context)
