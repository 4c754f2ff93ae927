"""The same deadlines as Celery tasks with an ETA, as the manuals show them; used by bench.timers.

What the product must never do: a timer that is a message is lost with the process that holds it.
"""

import os

import psycopg
from celery import Celery

app = Celery("peer", broker=os.environ["PEER_REDIS_URL"])
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=0,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600},
)
_line: list[psycopg.Connection] = []


@app.task(name="escalate")
def escalate(number: int) -> None:
    """What a plain alarm costs at the least: one row that says when."""
    if not _line:
        _line.append(psycopg.connect(os.environ["DATABASE_URL"], autocommit=True))
    _line[0].execute(
        "INSERT INTO peer_alarm (number, opened_at) VALUES (%s, statement_timestamp())", [number]
    )
