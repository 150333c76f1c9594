# make demo | test | coverage | lint | clean, and what takes longer: bench | fuzz | phrases | faults | hostile | cosimulate | mutants |
# proofs | foreign | flips. Everything happens in .venv; nothing outside the checkout is touched.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
# An editable install does not notice that what generates tables, runner and evaluators has changed, so it is a prerequisite here.
INPUTS := pyproject.toml hatch_build.py src/siglum/evaluators.py src/siglum/generated.py src/siglum/pipeline.py $(shell find \
  $(addprefix src/siglum/,ir stencil target frontend vocab bind sandbox propose/search) -name '*.py' -o -name '*.s' 2>/dev/null)
FUZZ   ?= 100000
TRUSTED_TESTS := tests/hostile $(addprefix tests/unit/,check ir sandbox semantics smt stencil/test_table.py \
  test_checking.py test_intern.py test_interpret.py test_literals.py test_unsound.py test_verify.py)

.PHONY: demo test coverage lint bench fuzz phrases faults hostile cosimulate mutants proofs foreign flips clean
.DELETE_ON_ERROR:

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "cannot create $(VENV): install python3-venv or set PYTHON" >&2; exit 1; }

$(VENV)/core.stamp: $(INPUTS) | $(BIN)/python
	@echo "installing siglum into $(VENV)"
	@$(PIP) install --editable .
	@touch $@

$(VENV)/dev.stamp: $(INPUTS) | $(BIN)/python
	@echo "installing siglum and its development tools into $(VENV)"
	@$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/core.stamp

demo: $(VENV)/core.stamp
	@BIN=$(BIN) sh examples/demo.sh

lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy

# --cov: fails where a branch of a trusted module (docs/trusted.md) has no test, naming file and line
test: lint
	@$(BIN)/python -m pytest -n 2 --dist worksteal --cov

# the same by the tests alone that are there for these modules
coverage: $(VENV)/dev.stamp
	@$(BIN)/python -m pytest -n 2 --dist worksteal --cov $(TRUSTED_TESTS)

bench: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks

fuzz: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks fuzz --refine --count $(FUZZ)

phrases: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks phrases

faults: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks faults

hostile: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks hostile

cosimulate: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks cosimulate

mutants: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks mutants

# the record of which stencils keep their contracts, made anew
proofs: $(VENV)/dev.stamp
	@$(BIN)/python -m siglum.check.stencils

# the C functions of SIGLUM_BENCH_DATA, compiled by gcc, and every bit of them flipped
foreign: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks foreign

flips: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks flips

clean:
	rm -rf $(VENV) .coverage build dist src/siglum/stencil/tables src/siglum/sandbox/built src/siglum/propose/search/built .mypy_cache .pytest_cache .ruff_cache .hypothesis
