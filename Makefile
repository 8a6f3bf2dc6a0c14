# What can be done here. A machine needs rustup's cargo, a C compiler and make; what the
# tests and benchmarks need beside that is installed when root asks and the system has apt.

.DEFAULT_GOAL := help
.PHONY: help run test test-browser test-clients openapi fmt lint check fuzz bench tools

# Makes sure of a program whose Debian package has the same name.
need = @command -v $(1) >/dev/null || \
	{ test "$$(id -u)" = 0 && apt-get update && apt-get install --yes --no-install-recommends $(1); } || \
	{ echo '$(1) is missing: install it (on Debian: apt-get install $(1))' >&2; exit 1; }

help: ## list what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: tools ## build and start `patchbay dev`: a first try, in ./data, on port 8080
	cargo run --locked --package patchbay-server -- dev

# The suites start the binary, so it is built first, with the same features as the tests.
test: tools ## run every test, on SQLite and on a PostgreSQL of its own
	$(call need,curl)
	cargo build --locked --workspace --bins
	tests/with-postgres cargo test --locked --workspace

test-browser: tools ## open the page under /docs in a browser, and connect integrations there
	cargo build --locked --package patchbay-server
	tests/browser/run

test-clients: tools ## have the published clients of the APIs make calls, unmodified
	cargo build --locked --package patchbay-server
	tests/clients/run

openapi: tools ## write the OpenAPI documents anew, as the code has them now
	cargo build --locked --package patchbay-server
	for api in telex aloochat novu patchbay; do target/debug/patchbay openapi --api $$api >docs/openapi/$$api.json || exit 1; done

fmt: tools ## format the code
	cargo fmt --all

lint: tools ## look for mistakes in code and documentation
	cargo clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --no-deps

check: tools ## all that a change must pass: format, lint, test
	cargo fmt --all --check
	$(MAKE) lint
	$(MAKE) test

# The same in less for every change: .ci/run.
fuzz: tools ## send a service 20,000 requests that its OpenAPI documents allow or forbid
	cargo build --locked --package patchbay-server
	tests/fuzz/run --examples 20000

# BENCH='--rounds 2' gives the driver other options. Built one after the other, so that the
# features of one do not leak into the other's libraries.
bench: tools ## measure against a bare reference server, on SQLite and PostgreSQL
	$(call need,wrk)
	cargo build --locked --release --package patchbay-server
	cargo build --locked --release --package patchbay-bench
	tests/with-postgres sh -c 'exec target/release/bench --output target/bench.json \
		--postgres "$$PATCHBAY_TEST_POSTGRES" $(BENCH)'

tools:
	@command -v cargo >/dev/null || { echo 'cargo is missing: install Rust from https://rustup.rs' >&2; exit 1; }
	@command -v cc >/dev/null || { echo 'a C compiler is missing: install one (on Debian: apt-get install gcc libc6-dev)' >&2; exit 1; }
