"""How a channel says that it could not deliver: for good, not now, or perhaps it did."""


class NotDelivered(Exception):
    """A notice did not go out. The message is for the log that the office reads: no name, no number."""


class Undeliverable(NotDelivered):
    """It will never go, however often it is tried."""


class NotNow(NotDelivered):
    """It did not go, and may later."""


class Misconfigured(NotNow):
    """The account itself is wrong: everything fails until somebody mends it."""


class Unsure(NotNow):
    """It may have gone: the answer was lost. The next try says that it is a repeat."""


class Silent(NotNow):
    """The provider hangs: nothing went, and for some seconds nothing else is tried there."""


class Unanswered(Silent, Unsure):
    """The provider was handed it and did not answer in time."""


def in_words(failure: Exception) -> str:
    """What went wrong; of an error that no channel foresaw only its kind, for it may quote a person."""
    return str(failure) if isinstance(failure, NotDelivered) else type(failure).__name__
