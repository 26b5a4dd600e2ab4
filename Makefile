# The commands of this project. Each sets up what it needs on first use; a second time that costs
# a fraction of a second. Written for GNU make 3.81 (macOS) and any POSIX shell.

PORT ?= 3000
export PORT

# Any Python that can run the set-up; it then finds the one (3.12 or newer) to build .venv with.
# pyenv's shims may refuse to run in this folder, so each candidate has to prove itself.
setup = @for python in .venv/bin/python python3 python3.12 python3.13 python3.14 /usr/bin/python3; do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		exec "$$python" -m local.setup $(1); \
	fi; \
done; \
echo 'set-up: Python 3.12 or newer is needed, and none was found' >&2; exit 1

.PHONY: dev services import ears reset sound test check docs lock format bench matrix chaos chaos-long clean

dev: ## page, functions and local services on http://127.0.0.1:3000 (PORT= and HOST= change it)
	$(call setup,dev)
	@exec .venv/bin/python -m local.dev

services: ## the local services alone, and a .env.local that points at them
	$(call setup,dev)
	@exec .venv/bin/python -m local.services

ears: ## a real ear and a real mouth for make dev, once: EARS=base is the best ear, MOUTH=natural (GPL) a natural voice
	$(call setup,dev)
	@exec .venv/bin/python -m local.voice.fetch

reset: ## the state of the local services goes: texts, documents, emails, sessions
	$(call setup,dev)
	@exec .venv/bin/python -m local.command

# USER counts only when it stands on make's command line: every shell has one of its own.
import: ## a folder of texts into the documents of what runs here: make import FOLDER=docs
	$(if $(FOLDER),,$(error Which folder? make import FOLDER=docs))
	$(call setup,dev)
	@exec .venv/bin/python -m local.imports "$(FOLDER)" \
		$(if $(filter command,$(firstword $(origin USER))),--user "$(USER)")

sound: ## the page talks with the fetched ear and mouth in a real browser, and what it plays is heard again
	$(call setup,dev)
	EARS=base MOUTH=natural .venv/bin/python -m local.voice.fetch
	.venv/bin/python -m bench voice

# pytest comes last, so that the output closes with its summary line.
test: ## the whole test suite
	$(call setup,test)
	npm test
	.venv/bin/python -m pytest -n logical --dist loadscope

check: ## everything that can be said without running the code
	$(call setup,dev)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python -m local.docs.glossary --check
	npm run check
	.venv/bin/python -m local.openapi --check

docs: ## docs/openapi.json, public/*.d.ts and the table of sources, from the code
	$(call setup,dev)
	.venv/bin/python -m local.openapi
	npm run -s build:types
	.venv/bin/python -m local.docs.sources

lock: ## requirements.txt, pylock.toml and the lists of make ears: versions and hashes
	$(call setup,dev)
	.venv/bin/python -m local.lock

format:
	$(call setup,dev)
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# `make bench ear` runs one of them: what follows `bench` is no target then, but a name.
benchmarks := $(if $(filter bench,$(firstword $(MAKECMDGOALS))),$(filter-out bench,$(MAKECMDGOALS)))
$(if $(benchmarks),$(eval .PHONY: $(benchmarks))$(eval $(benchmarks): ; @:))

bench: ## each benchmark a table, with a ratio to its floor; make bench NAME runs one
	$(call setup,dev)
	.venv/bin/python -m bench $(benchmarks)

matrix: ## the client is cut off on each road, at each moment, and goes on by each: 64 ways, as a table
	$(call setup,dev)
	@.venv/bin/python -m local.matrix

chaos: ## people who talk while processes die, services fail and the store loses keys, and a report
	$(call setup,dev)
	@.venv/bin/python -m local.chaos

chaos-long: ## every enumeration and more random histories, and five minutes of chaos
	$(call setup,test)
	CHAOS_SECONDS=300 .venv/bin/python -m local.chaos
	CHAOS=long .venv/bin/python -m pytest tests/chaos tests/walks

clean: ## what the set-up and the tools made goes; the state of the local services stays
	rm -rf .venv node_modules tests/vercel/node_modules tests/page/packages/node_modules
	rm -rf public/vendor dist .local/setup .vercel
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find api brain local tests bench -name __pycache__ -prune -exec rm -rf {} +
