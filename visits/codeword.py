"""The code word: encrypted where it lies, every reading noted."""

import datetime as dt
import re

from django.db.models import Q

from homevisits.audit.look import looked
from homevisits.people.models import Staff
from homevisits.sealing import seal, unseal
from homevisits.trusts.choices import CodeWordScope
from homevisits.trusts.models import School
from visits.models import Visit
from visits.story import CodeWord

MIN_LENGTH = 6
# PS-130 prints its example for everybody to read; the others tell a listener that something is wrong.
PUBLISHED = ("petrol light", "petrol warning light")
ALARMING = ("help", "code word", "codeword", "emergency", "police", "danger", "sos", "999")


class NotAWord(ValueError):
    """A phrase that cannot be a code word; the message says why."""


def objection(word: str) -> str | None:
    """Why a phrase cannot be the code word; None if it can (PS-128, PS-130)."""
    said = " ".join(re.findall(r"[a-z0-9]+", word.lower()))
    padded = f" {said} "
    if len(said) < MIN_LENGTH:
        return "Enter a phrase of a few ordinary words."
    if any(phrase in said for phrase in PUBLISHED) or (" petrol " in padded and " light " in padded):
        return "Choose another phrase: the petrol light is the example that is printed in policies."
    if any(f" {sign} " in padded for sign in ALARMING):
        return "Choose a phrase that sounds ordinary: this one would alarm somebody in the home."
    return None


def scope_of(visit: Visit) -> str:
    """Whose code word the policy wants: the school's, the visit's, or either."""
    return visit.rules.code_word_scope if visit.rules else CodeWordScope.EITHER


def _of(visit: Visit) -> CodeWord | None:
    """The visit's own word, else the school's latest; only one of them where the policy says so."""
    own, schools = Q(visit=visit), Q(visit=None, school=visit.school)
    where = {CodeWordScope.VISIT: own, CodeWordScope.SCHOOL: schools}.get(
        CodeWordScope(scope_of(visit)), own | schools
    )
    return CodeWord.objects.filter(where).order_by("visit_id", "-set_at").first()


def has_code_word(visit: Visit) -> bool:
    """Whether a code word holds for this visit (TC-168, PS-126, PS-137)."""
    return _of(visit) is not None


def set_code_word(
    *, school: School, word: str, by: Staff, now: dt.datetime, visit: Visit | None = None
) -> CodeWord:
    """Keep a new word for a school, or for one visit. Raises NotAWord."""
    if sentence := objection(word):
        raise NotAWord(sentence)
    return CodeWord.objects.create(
        school=school, visit=visit, sealed=seal(word.strip()), set_at=now, set_by=by
    )


def read_code_word(visit: Visit, *, by: Staff) -> str:
    """The word in clear; notes who read it. Callers ask permissions first."""
    word = _of(visit)
    looked(by, "code_word", visit.ref)
    return unseal(word.sealed) if word else ""
