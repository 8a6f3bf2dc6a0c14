# The `bench` target; the root Makefile includes this file. Run from the root of the repository.
# BENCH="--only reference --rounds 2" gives the driver other options.

.PHONY: bench
bench:
	@command -v wrk >/dev/null || test "$$(id -u)" != 0 || apt-get install --yes --no-install-recommends wrk
	@command -v wrk >/dev/null || { echo 'bench: wrk is missing; on Debian: apt-get install wrk' >&2; exit 1; }
	cargo build --release --package patchbay-server
	cargo build --release --package patchbay-bench
	target/release/bench --output target/bench.json $(BENCH)
