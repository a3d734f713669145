# Four verbs for users (run, test, check, clean) and ten for maintainers (format, lock, audit, golden, fuzz, learn,
# quality, honesty, bench, soak).
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check format lock audit golden fuzz learn quality honesty bench soak clean

## The main job: the demo, from listings to a gap report. Your own market: see README.
run: .venv/ready
	$(BIN)/unmet demo

## All tests, a process a core and the tests of a file in one of them (T=path or -k expression narrows them).
test: .venv/ready
	$(BIN)/pytest $(or $(T),-n auto --dist loadfile)

## Style, types, and that the checked-in files fit together.
check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -P tests/audit.py

format: .venv/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

## After a change of dependencies in pyproject.toml: pins with hashes, and no index addresses.
lock: .venv/ready
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --extra dask --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml -o requirements.lock

## Known vulnerabilities of what the lock pins, a line where the database cannot be reached; `make check` does it too.
audit: .venv/ready
	$(BIN)/python -P tests/audit.py

## After a meant change of the report: writes reports/example.md anew; read the difference before committing it.
golden: .venv/ready
	UNMET_GOLDEN=write $(BIN)/pytest tests/flows/test_demo.py tests/test_readme.py

## 10,000 mutations of every source's pages, and as many of ../shared/captures, of market files, exports and archives (FUZZ=n
## for fewer or more); ten minutes.
fuzz: .venv/ready
	$(BIN)/python tests/fuzz

## Learns terms and weights of reports/rules from ../shared/corpora; one minute. `make quality` comes after it.
learn: .venv/ready
	$(BIN)/python -m reports.learning.shipped ../shared/corpora

## How well the rules read, on ../shared/corpora and on the labelled set that ships, beside baselines; writes the accuracy
## card that reports print, so `make golden` comes after it. Four minutes; RAISE=1 raises the floors to what was measured.
quality: .venv/ready
	$(BIN)/python tests/quality $(if $(RAISE),--raise)

## Whether reports keep their word where the truth is known: no difference where there is none, a planted gap found. Prints
## the tables of docs/honesty.md; a quarter of an hour, less with fewer RUNS.
honesty: .venv/ready
	$(BIN)/python tests/honesty $(RUNS)

## How long things take, each beside a peer or a bound; twenty minutes on an idle machine. T=collecting for one table,
## T="reading starting" for some; RUNS=n.
bench: .venv/ready
	$(BIN)/python tests/benchmarks $(RUNS) $(T)

## Nights that go wrong: killed, disk full, two at once, sites that misbehave, a hundred on end. Two hours on an idle
## machine; T="faults long" for some, MINUTES=10 bounds the killing and the pairs, each.
soak: .venv/ready
	$(BIN)/python tests/soak $(T) $(MINUTES)

clean:
	rm -rf .venv build *.egg-info

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "unmet needs Python 3.11 or newer; run: make PYTHON=python3.12")'
	@test -d .venv || echo 'setting up .venv; this takes a minute, once'
	@test -d .venv || $(PYTHON) -m venv .venv
	@# --no-deps: the lock is complete, and pip 23 takes a pin without its extras for none
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch .venv/ready
