"""How a log line looks: one line an event, without the values that a database error quotes."""

import logging
import re

QUOTED_VALUES = re.compile(r"^(DETAIL|CONTEXT):.*\n?", re.MULTILINE)


class WithoutValues(logging.Formatter):
    """A PostgreSQL error quotes the row (names, addresses) in its DETAIL; a log may not hold it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = QUOTED_VALUES.sub("", record.message).replace("\n", "\\n")
        return super().formatMessage(record)

    def formatException(self, exc_info) -> str:  # type: ignore[no-untyped-def]
        return QUOTED_VALUES.sub("", super().formatException(exc_info))
