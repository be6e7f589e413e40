# Everything happens in .venv, which is made when it is needed. Once it is there, nothing here
# needs a network.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: run test lint bench clean
.DELETE_ON_ERROR:

# The app on a sample; without a terminal, all samples coloured into results/.
run: $(READY)
	@mkdir -p results
	@if [ -t 0 ] && [ -t 1 ] && [ -t 2 ]; then \
		$(BIN)/tui-colorize samples/astronaut.jpg --hints samples/astronaut.csv \
			-o results/astronaut-color.png; \
	else \
		$(BIN)/tui-colorize image samples --hints samples -o results --overwrite && \
		echo "The coloured samples are in $(CURDIR)/results"; \
	fi

test: $(READY)
	$(BIN)/pytest $(ARGS)

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# The others want colour pictures and clips to be named (film_quality, places, tracking) or a GPU
# (gpu).
bench: $(READY)
	@for name in app canvas fidelity killed link preview stills terminal_memory video; do \
		echo "$$name"; $(BIN)/python "benchmarks/$$name.py" || exit; \
	done

clean:
	rm -rf .venv build dist *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $@
