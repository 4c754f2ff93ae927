"""The product's settings as tests run them: embedded servers, a cheap password hasher."""

import os

from tests.embedded import ensure_servers

os.environ["HOMEVISITS_MODE"] = "test"
os.environ.setdefault("DATABASE_STATEMENT_TIMEOUT", "60")
ensure_servers()

# Every xdist worker has a database of its own in PostgreSQL (pytest-django does it) and in Valkey.
worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
os.environ["REDIS_URL"] = os.environ["REDIS_URL"].replace("?db=0", f"?db={worker}")

from homevisits.settings import *  # noqa: E402, F403

# Argon2 takes 0.15 s of a core by design; a run signs in thousands of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A subject of the tests' own for the timer engine, with hooks that can be told to break.
INSTALLED_APPS = [*INSTALLED_APPS, "tests.escalation_house"]  # noqa: F405

# Every client of a test has a handler of its own, which read all static files anew.
WHITENOISE_AUTOREFRESH = True
