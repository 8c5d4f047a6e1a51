PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test fuzz coverage check docs examples report bench clean

# All that is run here is installed by these lines and by pyproject.toml alone.
$(READY): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -q --upgrade pip
	$(BIN)/python -m pip install --disable-pip-version-check -q -e '.[timm,demo,dev]'
	touch $@

demo: $(READY)
	$(BIN)/python scripts/demo.py

test: $(READY)
	$(BIN)/python -m pytest
	$(BIN)/python -m pytest -m browser -rs  # without Chromium they are skipped, which is said

# The property tests, by chance and for so many minutes in all; prints what docs/fuzzing.md shows.
MINUTES ?= 20
fuzz: $(READY)
	$(BIN)/python -m pytest -p tests.fuzzing --minutes $(MINUTES) --hypothesis-profile long \
		-m 'hypothesis and not gpu and not network and not ray and not browser'

# How much of zoo the tests of `make test` run, branch by branch, and in the processes they start.
# Under a tracer some miss their limits of time, which is no matter here.
coverage: $(READY)
	$(BIN)/coverage erase
	-$(BIN)/coverage run -m pytest -m 'not slow and not gpu and not network and not ray'
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
	mkdir -p build
	$(BIN)/coverage json -q -o build/coverage.json
	$(BIN)/python -c "import json; t = json.load(open('build/coverage.json'))['totals']; \
		print('{covered_branches} of {num_branches} branches'.format(**t))"

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zoo check model-index --ignore flops-below-parameters  # six of timm's cannot be right
	$(BIN)/check-jsonschema --check-metaschema zoo/index/schema.json zoo/schemas/*.json
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/pre-commit validate-manifest .pre-commit-hooks.yaml
	$(BIN)/zizmor --offline --pedantic --no-progress --quiet .

# The pages that say what the code says, and the site of all pages, in build/site.
docs: $(READY)
	$(BIN)/python -m scripts.reference
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# What the examples of README and docs print: each is run, so that it takes minutes.
examples: $(READY)
	$(BIN)/python scripts/examples.py

# What zoo says of its own index, for docs/report.
report: $(READY)
	$(BIN)/python scripts/report.py

# All of them; those that are named: python benchmarks/every.py reading startup
bench: $(READY)
	$(BIN)/python benchmarks/every.py

clean:
	rm -rf .venv build dist *.egg-info
