# `make demo` shows the product, `make test` and `make check` hold it to its word. Needs make, Python 3.11+ with venv.
.DEFAULT_GOAL := help
.PHONY: help venv demo test hostile check snapshots lock bench faults mutants clean

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
# Many container images forbid compiled files: each of the processes below would compile all it imports once more.
unexport PYTHONDONTWRITEBYTECODE
SERVERS := $(PY) -m config.servers
STAMP := .venv/installed
COMPILE := .venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11
# What production must set; `check --deploy` looks at the settings under it.
PRODUCTION := env -u DEBUG DJANGO_SETTINGS_MODULE=config.settings ALLOWED_HOSTS=desk.example.test \
	PUBLIC_URL=https://desk.example.test DATABASE_URL=postgresql:///countersign REDIS_URL=redis://127.0.0.1:6379/0 \
	SECRET_KEY=checked-but-never-used-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF \
	SECRETS_KEYS=ZmFrZS1mZXJuZXQta2V5LW9ubHktZm9yLXRlc3RzISE= \
	AUDIT_SIGNING_KEY=1111111111111111111111111111111111111111111111111111111111111111

help:
	@echo "make demo    watch the whole job on real parts (ONCE=1 stops after the table, STORY=name picks another story)"
	@echo "make test    the whole suite on fresh servers (ARGS='tests/audit -k seal' runs a part)"
	@echo "make hostile  bad and hostile input in depth (200 sets of wrong arguments a tool), and all stories"
	@echo "make check   lint, types, import order, migrations, generated docs, translations, deployment checks"
	@echo "make snapshots  write anew what outsiders see: tool schemas, docs/tools, docs/openapi.json; read the difference"
	@echo "make bench   the benchmarks"
	@echo "make faults  kill, freeze and crash a real stack (SEEDS=500 by chance, CELL=name, SEED=7); docs/faults.md"
	@echo "make mutants plant bugs, one at a time, that the tests must notice (ARGS='words of a name')"
	@echo "make lock    resolve requirements/*.in again"
	@echo "make clean   remove everything that was installed or kept"

venv: $(STAMP)

$(STAMP): requirements/uv.txt requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with venv was found. On Debian or Ubuntu:" \
		"apt-get install python3-venv. Or name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@.venv/bin/uv pip install --quiet --compile-bytecode --python $(PY) --require-hashes -r requirements/dev.txt
	@touch $@

demo: venv
	@DEBUG=1 $(SERVERS) run -- manage.py demo $(if $(ONCE),--once) $(if $(STORY),--story $(STORY))

test: venv
	@$(SERVERS) run --fresh -- pytest -n 3 --dist worksteal $(ARGS)

hostile: venv
	@THOROUGH=1 $(SERVERS) run --fresh -- pytest -n 3 --dist worksteal tests/hostile tests/matrix tests/stateful tests/stories \
		tests/config/test_servers.py tests/config/test_languages.py $(ARGS)

check: venv
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@$(PRODUCTION) $(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(PY) manage.py tools --docs --openapi docs/openapi.json --check
	@$(PRODUCTION) $(PY) manage.py texts --check
	@$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

snapshots: venv
	@$(PY) -m pytest -q -n 0 tests/snapshots --update-snapshots

bench: venv
	@DEBUG=1 $(SERVERS) run --fresh --durable -- $(PY) -m benchmarks $(ARGS)

faults: venv
	@$(PY) -m tests.faults $(if $(SEEDS),--seeds $(SEEDS)) $(if $(CELL),--cell $(CELL)) $(if $(SEED),--seed $(SEED))

mutants: venv
	@$(SERVERS) run --fresh -- $(PY) -m tests.faults.mutants $(ARGS)

lock: venv
	@$(COMPILE) requirements/uv.in -o requirements/uv.txt $(ARGS)
	@$(COMPILE) requirements/run.in -o requirements/run.txt $(ARGS)
	@$(COMPILE) requirements/dev.in -o requirements/dev.txt -c requirements/run.txt $(ARGS)

clean:
	@if test -x $(PY); then $(SERVERS) clean; elif test -n "$(PYTHON)"; then $(PYTHON) -m config.servers clean; fi
	@rm -rf .venv .data .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
