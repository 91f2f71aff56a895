# `make demo` and `make test` set up everything they need in .venv by themselves.
VENV := .venv
BIN := $(VENV)/bin
SPEC := fwgen/spec/examples/range-node.yaml
C_SOURCES = $(shell find fwgen zephyr_app tests -name "*.[ch]" ! -path "*/generated/*" 2>/dev/null)

.PHONY: help demo test lowest tests suites robot lint style walls types format generate check-generated bench venv clean
help:
	@echo "make demo      set up, then run the bundled example: a night of sleep, a report page"
	@echo "make test      set up, then lint, the lowest versions, all tests, all suites; a summary"
	@echo "make lowest    the fast tests with the lowest versions of all packages (make test does, too)"
	@echo "make tests     the tests alone, without the suites on the emulated board"
	@echo "make robot     set up, then all suites on the emulated board (needs Zephyr and Renode)"
	@echo "make lint      ruff, mypy, clang-format, walls, generated files (only look)"
	@echo "make format    ruff and clang-format (change the files)"
	@echo "make generate  write zephyr_app/ from the reference spec"
	@echo "make bench     measure; writes build/bench.json and prints a table"

# The run-time needs alone, so that the demo starts soon; the tools of development on top.
$(VENV)/.installed: pyproject.toml scripts/venv
	@scripts/venv $(VENV)
	@echo "installing fwgen into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	@echo "installing the development tools into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

venv: $(VENV)/.dev

demo: $(VENV)/.installed
	@$(BIN)/fwgen demo

test: venv
	@$(BIN)/python scripts/stages

tests: venv
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

suites: venv
	$(BIN)/python -m fwgen.robot.runner --where-possible

# The lowest versions that pyproject.toml promises, in an environment of their own.
lowest: venv
	$(BIN)/python scripts/lowest

robot: venv
	@mkdir -p build/robot
	@$(BIN)/libdoc --quiet fwgen.robot build/robot/keywords.html
	$(BIN)/python -m fwgen.robot.runner $(if $(SPEC),--spec "$(SPEC)")

lint: style walls check-generated types

style: venv
	$(BIN)/ruff check fwgen tests
	$(BIN)/ruff format --check fwgen tests
	$(if $(C_SOURCES),$(BIN)/clang-format --dry-run -Werror $(C_SOURCES))

walls: venv
	$(BIN)/lint-imports --no-logo --no-cache

types: venv
	$(BIN)/mypy

format: venv
	$(BIN)/ruff check --fix fwgen tests
	$(BIN)/ruff format fwgen tests
	$(if $(C_SOURCES),$(BIN)/clang-format -i $(C_SOURCES))

generate: venv
	$(BIN)/fwgen generate $(SPEC) -o zephyr_app --force

check-generated: venv
	$(BIN)/fwgen generate $(SPEC) -o zephyr_app --check

bench: venv
	$(BIN)/python -m tests.bench --json build/bench.json

clean:
	rm -rf $(VENV) build dist report results .pytest_cache .mypy_cache .ruff_cache .hypothesis
