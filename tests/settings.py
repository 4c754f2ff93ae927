"""The product's settings as tests run them: embedded servers, a cheap password hasher."""

import os

from tests.embedded import ensure_servers

os.environ["HOMEVISITS_MODE"] = "test"
os.environ.setdefault("DATABASE_STATEMENT_TIMEOUT", "60")
ensure_servers()

from homevisits.settings import *  # noqa: E402, F403
from homevisits.settings import REDIS_URL as SHARED_REDIS_URL  # noqa: E402

# Argon2 takes 0.15 s of a core by design; a run signs in thousands of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Every xdist worker has a database of its own in PostgreSQL (pytest-django) and in Valkey (here).
worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
REDIS_URL = SHARED_REDIS_URL.replace("?db=0", f"?db={worker}")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
