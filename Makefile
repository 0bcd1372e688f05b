PYTHON ?= python3
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
# asked for another Python by name, or for another NumPy, make makes .venv anew
READY := .venv/.installed$(if $(filter file,$(origin PYTHON)),,-$(subst /,-,$(PYTHON)))$(addprefix -numpy-,$(NUMPY))

.PHONY: help book live chromium links pdf test site-test record lint lab assignment bench accuracy lock clean clean-all

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

# make test NUMPY=oldest, or newest
oldest := "numpy==1.26.*"
newest := --upgrade numpy

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c "import sys; sys.version_info >= (3, 11) or sys.exit( \
	  'mlpnotes needs Python 3.11 or newer, but $(PYTHON) is %d.%d: ' \
	  'name another one, as in make book PYTHON=python3.12' % sys.version_info[:2])"
	@echo "Installing into .venv; this takes a minute or two."
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(if $($(NUMPY)),$(BIN)/pip install --quiet $($(NUMPY)))
	@touch $@ $(if $(NUMPY),,.venv/.installed)

# make book SOLUTIONS=no leaves the solutions out, in the targets that need it as well
book: $(READY)  ## build the site, any warning is an error; SOLUTIONS=no: without solutions
	@$(BIN)/jupyter-book build -q -W -n --keep-going book/ >/dev/null
	@$(BIN)/python -c "from pathlib import Path; \
	  print('The book is at', Path('book/_build/html/index.html').resolve().as_uri())"

# make live WHEELS=folder takes NumPy's wheel from there; with LIVE=required in the
# environment, what cannot be had is an error, here and in site-test
live: book  ## let the pages run in the reader's browser (needs npm, from Node.js)
	@$(BIN)/python book/_ext/bring.py "$(WHEELS)"

chromium: $(READY)  ## install the browser that pdf and site-test need, unless the system has it
	$(BIN)/playwright install --with-deps chromium

links: $(READY)  ## look up every link that leaves the book
	$(BIN)/jupyter-book build --builder linkcheck book/

pdf: book  ## print the site as one PDF, and offer it on the pages (needs Chromium)
	$(BIN)/python book/_ext/pdf.py

test: $(READY)  ## run the unit tests and every chapter's notebook
	$(BIN)/pytest --nbval

site-test: pdf  ## build small sites, kill workers, and look at every page of the real site in Chromium
	$(BIN)/pytest -m site -rs --dist=loadgroup tests/test_build.py tests/test_execution.py \
	  tests/test_site.py tests/test_playground_page.py tests/test_distributed.py \
	  tests/test_exercises.py tests/test_solutions.py $(wildcard tests/test_live*.py) \
	  tests/test_assignment_made.py tests/test_graders.py \
	  tests/test_grading_pages.py

# make record CHAPTER=lemma-2 records one
record: $(READY)  ## execute the chapters and keep their outputs as reference
	$(BIN)/python tests/record.py $(CHAPTER)

lint: $(READY)  ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lab: book  ## open the chapters in JupyterLab, as copies to work in
	$(BIN)/python book/_ext/lab.py
	$(BIN)/jupyter lab --LabApp.app_settings_dir=.binder notebooks/intro.ipynb

assignment: $(READY)  ## make the assignment: for students, nbgrader and Gradescope, to print
	$(BIN)/python assignment/make.py

bench: $(READY)  ## time training against other programs; peers that are not installed are left out
	$(BIN)/python benchmarks/speed.py

accuracy: $(READY)  ## train the recipes of the chapter "further", a quarter of an hour on two cores
	$(BIN)/python benchmarks/accuracy.py

# make lock UPGRADE=all takes the newest versions, UPGRADE=numpy that of one package
lock:  ## bring requirements.txt in line with pyproject.toml; UPGRADE=all renews it (needs uv)
	uv pip compile $(if $(filter all,$(UPGRADE)),--upgrade,$(addprefix --upgrade-package ,$(UPGRADE))) --quiet --universal --python-version 3.11 --no-header \
	  --all-extras pyproject.toml --output-file requirements.txt
	echo "-e ." >> requirements.txt

clean:  ## remove what was built
	rm -rf book/_build dist

clean-all: clean  ## remove what was built, and the installed packages
	rm -rf .venv
