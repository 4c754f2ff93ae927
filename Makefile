# Home Visits: `make demo` to see it, `make test` to check it. Both set up what they need first.
# PYTHON may be any Python from 3.8 on; .ci/bootstrap.py finds or fetches the 3.12+ that the product runs on.
PYTHON ?= python3
BIN := .venv/bin
FLOORS := homevisits visits safeguarding attendance
NOT_A_SECRET := only-for-check-deploy-0123456789-abcdefghijklmnopqrstuvwxyz
PRODUCTION := HOMEVISITS_MODE=production SECRET_KEY=$(NOT_A_SECRET) FIELD_KEY=$(NOT_A_SECRET) \
	DATABASE_URL=postgres://user:password@db/homevisits EMAIL_URL=smtp+tls://user:password@mail:587 \
	SITE_URL=https://visits.trust.example ALLOWED_HOSTS=visits.trust.example

# Half of a process's start is compiling modules, and the demo and the tests start many: keep what is compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test chaos lint types format db requirements upgrade ready clean

help: ## list what can be made
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 24

demo: ## run everything here with example trusts; ARGS="--port 8001" and more
	@$(PYTHON) .ci/bootstrap.py demo
	@exec $(BIN)/python manage.py demo $(ARGS)

test: ready ## all checks and all tests, the browser's too
	@$(MAKE) --no-print-directory -j2 -Otarget lint types
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)

chaos: ready ## break everything on purpose and count what is lost; ARGS="kill postgres --size 0.1"
	@$(BIN)/python -m tests.chaos $(ARGS)

lint: ready ## style, floors, migrations, production settings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo
	@! grep -rnE --include='*.py' '\b(eta|countdown)=' $(FLOORS) || (echo 'A timer is a row, not a message.'; exit 1)
	HOMEVISITS_MODE=test $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

types: ready ## mypy with django-stubs
	HOMEVISITS_MODE=test $(BIN)/mypy

format: ready ## let ruff write the code's layout
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

db: ready ## PostgreSQL and Valkey for development, until Ctrl-C
	@exec $(BIN)/python manage.py devdb $(ARGS)

requirements: ## pin what pyproject.toml newly asks for
	$(PYTHON) .ci/bootstrap.py requirements

upgrade: ## pin the newest releases that pyproject.toml allows
	$(PYTHON) .ci/bootstrap.py requirements --upgrade

ready:
	@$(PYTHON) .ci/bootstrap.py dev

clean: ## delete what was installed, never data
	rm -rf .venv .venv-tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
