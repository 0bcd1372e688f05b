PYTHON ?= python3
BIN := .venv/bin

.PHONY: help book test record lint bench accuracy lock clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

.venv/.installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

book: .venv/.installed  ## build the site, any warning is an error
	$(BIN)/jupyter-book build -W -n --keep-going book/
	@echo "The book is in book/_build/html/index.html"

test: .venv/.installed  ## run the unit tests and every chapter's notebook
	$(BIN)/pytest --nbval

record: .venv/.installed  ## execute the chapters and keep their outputs as reference
	$(BIN)/python tests/record.py

lint: .venv/.installed  ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: .venv/.installed  ## time training against other programs; peers that are not installed are left out
	$(BIN)/python benchmarks/speed.py

accuracy: .venv/.installed  ## train the recipes of the chapter "further", a quarter of an hour on two cores
	$(BIN)/python benchmarks/accuracy.py

lock:  ## renew requirements.txt from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --no-header \
	  --all-extras pyproject.toml --output-file requirements.txt
	echo "-e ." >> requirements.txt

clean:  ## remove what was built and installed
	rm -rf .venv book/_build
