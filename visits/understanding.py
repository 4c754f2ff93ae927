"""What a text says, as people write it: pure, and careful to take nothing for "all well" that is more than that."""

import re
from dataclasses import dataclass
from enum import StrEnum

from homevisits.notices.wording import asks_for_help, tidied, words_of

# Four to six digits that are not part of a longer number: a PIN, where one is wanted.
PIN = re.compile(r"(?<![0-9])[0-9]{4,6}(?![0-9])")
POLITE = {
    "i", "am", "i'm", "im", "we", "are", "we're", "all", "everything", "everyone", "everybody", "is", "it's", "its",
    "still", "yes", "yep", "yeah", "hi", "hello", "thanks", "thank", "you", "thx", "ta", "here", "now", "x", "xx",
    "just", "both",
}  # fmt: skip
WELL = {"ok", "okay", "k", "fine", "well", "good", "safe", "alright"}
RETURNED = {"back", "returned"}
PLACES = {"at", "in", "to", "the", "school", "office", "site"}
MINUTES = {"m", "min", "mins", "minute", "minutes"}
ASKING = {
    "need",
    "more",
    "another",
    "extra",
    "please",
    "about",
    "time",
    "for",
    "can",
    "have",
    "give",
    "me",
    "us",
}


class Says(StrEnum):
    """What a text is taken for."""

    HELP = "help"
    FINE = "fine"
    BACK = "back"
    HOME = "home"
    MORE_TIME = "more_time"
    NOTE = "note"


@dataclass(frozen=True)
class Meaning:
    """`pin` is what may be one; `rest` the words without it; `minutes` only of somebody who asks for more time."""

    says: Says
    pin: str = ""
    rest: str = ""
    minutes: int = 0


def understood(text: str, *, with_pin: bool) -> Meaning:
    """Take a text for what it says. `with_pin`: the sender's words need a PIN, so that digits may be one."""
    line = tidied(text)
    found = PIN.search(line) if with_pin else None
    pin = found.group() if found else ""
    rest = tidied(PIN.sub(" ", line, count=1)) if pin else line
    if asks_for_help(line):
        return Meaning(Says.HELP, pin, rest)
    return _plain(words_of(rest), pin, rest)


def _plain(words: list[str], pin: str, rest: str) -> Meaning:
    said = set(words)
    if pin and not said:
        return Meaning(Says.FINE, pin)
    if "home" in said and said <= {"home"} | POLITE | WELL | RETURNED | PLACES:
        return Meaning(Says.HOME, pin, rest)
    if said & RETURNED and said <= RETURNED | POLITE | WELL | PLACES:
        return Meaning(Says.BACK, pin, rest)
    if said & WELL and said <= WELL | POLITE:
        return Meaning(Says.FINE, pin, rest)
    if minutes := _minutes(words):
        return Meaning(Says.MORE_TIME, pin, rest, minutes)
    return Meaning(Says.NOTE, pin, rest)


def _minutes(words: list[str]) -> int:
    """How many minutes more are asked for; 0 for none."""
    numbers = [word for word in words if word.isascii() and word.isdigit()]
    others = {word for word in words if word not in numbers}
    if len(numbers) != 1 or len(numbers[0]) > 3 or not others <= MINUTES | ASKING | POLITE:
        return 0
    return int(numbers[0])
