"""The code word: encrypted where it lies, every reading noted."""

import datetime as dt
import logging
import re
import unicodedata

from cryptography.fernet import InvalidToken
from django.db.models import Q

from homevisits.audit.look import looked
from homevisits.clock import london_day
from homevisits.people.models import Staff
from homevisits.people.pins import is_one_apart
from homevisits.sealing import read, seal, unseal
from homevisits.trusts.choices import CodeWordScope
from homevisits.trusts.models import Policy, School
from visits.models import Visit
from visits.story import CodeWord
from visits.understanding import Says, understood

logger = logging.getLogger(__name__)
MIN_LENGTH = 6
# PS-130 prints its example for everybody to read; the others tell a listener that something is wrong.
FUEL, TANK = {"petrol", "fuel", "diesel"}, {"gas", "tank"}
LAMP = {"light", "lamp", "warn", "gaug", "indicator"}
# Words that carry nothing: a phrase is known by the others.
SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "am",
        "was",
        "were",
        "be",
        "been",
        "do",
        "does",
        "did",
        "have",
        "has",
        "had",
        "i",
        "you",
        "he",
        "she",
        "it",
        "we",
        "they",
        "my",
        "your",
        "our",
        "their",
        "his",
        "her",
        "its",
        "me",
        "us",
        "them",
        "on",
        "in",
        "at",
        "to",
        "of",
        "for",
        "and",
        "or",
        "but",
        "if",
        "so",
        "as",
        "by",
        "with",
        "from",
        "there",
        "here",
        "this",
        "that",
    ]
)
ALARMING = ("help", "code word", "codeword", "emergency", "police", "danger", "sos", "999")


class NotAWord(ValueError):
    """A phrase that cannot be a code word; the message says why."""


def objection(word: str) -> str | None:
    """Why a phrase cannot be the code word; None if it can (PS-128, PS-130)."""
    said = " ".join(re.findall(r"[a-z0-9]+", _plain(word)))
    padded = f" {said} "
    if len(said) < MIN_LENGTH:
        return "Enter a phrase of a few ordinary words."
    names = set(_stems(word))
    if names & FUEL or (names & TANK and names & LAMP):
        return "Choose another phrase: the petrol light is the example that is printed in policies."
    if len(set(_stems(word))) < 2:
        return "Choose a phrase with at least two words that carry it, such as a thing and a place."
    if any(f" {sign} " in padded for sign in ALARMING):
        return "Choose a phrase that sounds ordinary: this one would alarm somebody in the home."
    if understood(word, with_pin=False).says != Says.NOTE:
        return "Choose another phrase: whoever texts that all is well, or that they are back, may write this."
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
    return read(word.sealed) if word else ""


def read_code_words(visit: Visit, *, by: Staff) -> list[str]:
    """The words that whoever listens may hear, the latest first; notes who read them. Callers ask permissions first."""
    word = _of(visit)
    looked(by, "code_word", visit.ref)
    return [read(one.sealed) for one in held(visit) if word and one.visit_id == word.visit_id]


def held(visit: Visit) -> list[CodeWord]:
    """The visit's and the school's words, the latest first; of one that was changed since it was logged the one before too.

    Whoever is out knows the word that held when they left.
    """
    words = CodeWord.objects.filter(Q(visit=visit) | Q(visit=None, school=visit.school))
    kept, known = [], set()
    for word in words.order_by("-set_at", "-pk"):
        if word.visit_id not in known:
            kept.append(word)
        if visit.logged_at is None or word.set_at <= visit.logged_at:
            known.add(word.visit_id)
    return kept


def needs_changing_on(word: CodeWord, policy: Policy | None) -> dt.date | None:
    """The day from which a school's word no longer counts; None for a visit's own, or where it stays."""
    if word.visit_id or policy is None or not policy.code_word_days:
        return None
    return london_day(word.set_at) + dt.timedelta(days=policy.code_word_days)


def stale_since(visit: Visit, now: dt.datetime) -> dt.date | None:
    """Since when the only word for this visit is the school's and too old; None while one holds."""
    word = _of(visit)
    changes_on = needs_changing_on(word, visit.rules) if word else None
    return changes_on if changes_on and changes_on <= london_day(now) else None


def holds(visit: Visit, now: dt.datetime) -> bool:
    """Whether a code word is in place that is not too old (PS-126, PS-137, TC-168)."""
    return has_code_word(visit) and stale_since(visit, now) is None


def of_school(school: School) -> CodeWord | None:
    """The school's latest word."""
    return CodeWord.objects.filter(visit=None, school=school).order_by("-set_at").first()


def is_heard(visit: Visit, text: str) -> bool:
    """Whether a text holds the visit's code word or the school's, also one that is due to be changed or was.

    Case, punctuation, endings, small slips and the order of words do not matter: somebody in danger
    types badly, and an alarm for nothing costs a call.
    """
    said = _stems(text)
    heard = [_is_within(_stems(_opened(word)), said) for word in held(visit)]
    return True in heard  # each was compared, whatever came of the first


def _opened(word: CodeWord) -> str:
    """The word in clear; nothing, and a line in the log, where the key does not open it: people must still be heard."""
    try:
        return unseal(bytes(word.sealed))
    except InvalidToken:
        logger.exception("a code word cannot be opened: see FIELD_KEY and FIELD_KEY_FALLBACKS")
        return ""


def _stems(text: str) -> list[str]:
    """The words of a text without endings, and without those that every sentence has."""
    plain = _plain(text).replace("'", "").replace("\u2019", "")
    return [_stem(word) for word in re.findall(r"[a-z0-9]+", plain) if word not in SMALL]


def _plain(text: str) -> str:
    """Small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "ed", "es", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _is_within(wanted: list[str], said: list[str]) -> bool:
    """Whether every word that is wanted stands in one stretch of what was said."""
    if not wanted:
        return False
    reach = len(wanted) + 4
    stretches = [said[at : at + reach] for at in range(max(len(said) - len(wanted), 0) + 1)]
    return any(all(any(_is_same(one, other) for other in part) for one in wanted) for part in stretches)


def _is_same(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) >= 4 and is_one_apart(one, other))
