PYTHON ?= python3
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)

.PHONY: help book chromium links pdf test site-test record lint lab bench accuracy lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

# make test NUMPY=oldest, or newest, in a new .venv
oldest := "numpy==1.26.*"
newest := --upgrade numpy

.venv/.installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(if $($(NUMPY)),$(BIN)/pip install --quiet $($(NUMPY)))
	@touch $@

book: .venv/.installed  ## build the site, any warning is an error
	$(BIN)/jupyter-book build -W -n --keep-going book/
	@echo "The book is in book/_build/html/index.html"

chromium: .venv/.installed  ## install the browser that pdf and site-test need, unless the system has it
	$(BIN)/playwright install --with-deps chromium

links: .venv/.installed  ## look up every link that leaves the book
	$(BIN)/jupyter-book build --builder linkcheck book/

pdf: book  ## print the site as one PDF, and offer it on the pages (needs Chromium)
	$(BIN)/python book/_ext/pdf.py

test: .venv/.installed  ## run the unit tests and every chapter's notebook
	$(BIN)/pytest --nbval

site-test: pdf  ## look at every page of the built site in Chromium
	$(BIN)/pytest -m site tests/test_site.py

record: .venv/.installed  ## execute the chapters and keep their outputs as reference
	$(BIN)/python tests/record.py

lint: .venv/.installed  ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lab: book  ## open the chapters in JupyterLab, as copies to work in
	$(BIN)/python book/_ext/lab.py
	$(BIN)/jupyter lab --LabApp.app_settings_dir=.binder notebooks/intro.ipynb

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
