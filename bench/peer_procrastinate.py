"""The same deadlines as jobs of procrastinate: `python -m bench.peer_procrastinate schema|worker`; used by bench.timers."""

import os
import sys

import procrastinate

DSN = os.environ["DATABASE_URL"]
app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=DSN))


@app.task(name="escalate", queue="alarms")
async def escalate(number: int) -> None:
    """What a plain alarm costs at the least: one row that says when."""
    await app.connector.execute_query_async(
        "INSERT INTO peer_alarm (number, opened_at) VALUES (%(number)s, statement_timestamp())", number=number
    )


@app.task(name="nothing", queue="alarms")
async def nothing(number: int) -> None:
    """A job that does nothing."""


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        app.run_worker(concurrency=10, fetch_job_polling_interval=5, install_signal_handlers=False)
