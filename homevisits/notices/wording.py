"""The words of a text as people type them, and whether it cries for help."""

import re
import unicodedata

# Whole words, wherever they stand: "please help", "I need help!", "ring 999". Better one alarm too many.
HELP = {"help", "sos", "emergency", "mayday", "danger", "999", "112"}
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|[0-9]+")


def tidied(text: str) -> str:
    """One line, with the apostrophes and digits of a keyboard where a phone has put others."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'")
    return " ".join(plain.split())


def words_of(text: str) -> list[str]:
    """Words and numbers in order, in small letters; "OK9153" is two of them."""
    return WORD.findall(tidied(text).lower())


def asks_for_help(text: str) -> bool:
    """Whether help is asked for, in whatever sentence."""
    return not HELP.isdisjoint(words_of(text))
