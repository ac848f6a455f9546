# Everything a developer types. Each command installs what the lock files name, if it is missing.

PYTHON := .venv/bin/python
LOCAL := $(PYTHON) -m local

# The Supabase CLI sends nothing home.
export DO_NOT_TRACK := 1

.PHONY: run up stop reset status demo plan test test-long check mutate replay-policy bench-start bench-chat bench-rls bench-money bench-filter scan train-filter setup

run: setup  ## The whole platform, until Ctrl-C
	@exec $(LOCAL) run

up: setup  ## The same in the background
	@exec $(LOCAL) up

stop:  ## End it
	@test ! -e .venv/installed || exec $(LOCAL) stop

reset:  ## End it and forget its data
	@test ! -e .venv/installed || exec $(LOCAL) reset

status: setup  ## Where it listens and who may sign in
	@exec $(LOCAL) status

demo: setup  ## The story, told on a platform of its own
	@exec $(PYTHON) -m demo $(if $(JSON),--json)

plan: setup  ## The business plan's month, played and read from the ledger
	@exec $(PYTHON) -m demo.plan

test: setup  ## Every suite, quick counts
	@exec $(PYTHON) -m pytest --mode quick

test-long: setup  ## Every suite, full counts; leaves docs/test-long.txt
	@exec $(PYTHON) -m pytest --mode long

check: setup  ## Types, layout, linters of the database, migrations equal sources
	@exec $(PYTHON) -m tools.check

mutate: setup  ## Authorization mutants; all of them leave docs/mutants.md, SAMPLE=60 are some
	@exec $(PYTHON) -m tools.mutate $(if $(SAMPLE),--sample $(SAMPLE))

replay-policy: setup  ## What a changed filter or ladder would have done: DATABASE_URL=…, LADDER=7,30,ban, VERSION=2
	@exec $(PYTHON) -m tools.replay_policy --database-url "$(DATABASE_URL)" $(if $(LADDER),--ladder $(LADDER)) $(if $(VERSION),--filter-version $(VERSION))

bench-start: setup  ## Seconds from make run to the first answer
	@exec $(PYTHON) -m bench.bench_start

bench-chat: setup  ## Milliseconds from a message to the other party's socket
	@exec $(PYTHON) -m bench.bench_chat

bench-rls: setup  ## What row level security costs at 100,000 sessions; leaves docs/bench-rls.txt
	@exec $(PYTHON) -m bench.bench_rls

bench-money: setup  ## Events, postings and statements against their targets; leaves docs/bench-money.txt; SOAK=600
	@exec $(PYTHON) -m bench.bench_money $(if $(SOAK),--soak $(SOAK))

train-filter: setup  ## Fit the weights of the contact filter to tests/data anew; writes their migration
	@exec $(PYTHON) -m tools.train_filter

bench-filter: setup  ## How well and how fast the contact filter finds, beside others
	@exec $(PYTHON) -m bench.bench_filter

scan: setup  ## What the filter finds in IN=file.jsonl (messages or threads), written to OUT=file.jsonl
	@exec $(PYTHON) -m tools.scan $(IN) $(OUT)

setup: .venv/installed node_modules/.installed

# Each stamp is a copy of the lock file that was installed.

.venv/installed: requirements.lock
	@if ! cmp -s $< $@; then \
		for python in python3 python3.14 python3.13 python3.12 python3.11 none; do \
			$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
		done; \
		if [ $$python = none ]; then \
			echo 'This needs Python 3.11 or newer, and there is none on the PATH. Install it with' \
				'your system (apt install python3.11, brew install python), then run make again.' >&2; \
			exit 1; \
		fi; \
		$$python local/setup.py python; \
	fi
	@cp $< $@

node_modules/.installed: package-lock.json .venv/installed
	@cmp -s $< $@ || $(PYTHON) local/setup.py npm
	@cp $< $@
