"""`python -m homevisits.alive sentinel|sender`: whether that process does its work, for a container's health check.

Asks PostgreSQL alone and starts no Django: it is run again and again beside the process.
"""

import os
import sys

import psycopg

ANSWERS = {
    "sentinel": "SELECT max(beat_at) > now() - interval '15 seconds' FROM escalation_heartbeat WHERE name = 'sentinel'",
    "sender": "SELECT count(*) = 0 FROM notices_notice"
    " WHERE state IN ('queued', 'sending') AND next_try_at < now() - interval '60 seconds'",
}


def is_well(process: str) -> bool:
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as connection:
        row = connection.execute(ANSWERS[process]).fetchone()
    return row is not None and row[0] is True


if __name__ == "__main__":
    sys.exit(0 if is_well(sys.argv[1]) else 1)
