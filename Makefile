# Short commands for the CMake presets (see CMakePresets.json). `make help` lists them.
PRESET ?= release
PREFIX ?= /usr/local
BUILD  := build/$(PRESET)
SOURCES := find idlc launcher libipc servers tests vm -name '*.[ch]' ! -path 'tests/idlc/ok/*'

.PHONY: all build product run test bench bench-disk bench-fuse chaos stress sim fuzz fuzz-campaign fuzz-coverage fuzz-live fuzz-sandboxed fuzz-qualify install deps format check-format tidy coverage clean help
all: build

build: ## build everything, or TARGETS
	@cmake/deps build test
	@test -f $(BUILD)/build.ninja && grep -q '^OOLONG_TESTS:BOOL=ON' $(BUILD)/CMakeCache.txt || \
		cmake --preset $(PRESET) -DOOLONG_TESTS=ON
	@cmake --build --preset $(PRESET) $(addprefix --target ,$(TARGETS))

product: ## build what is installed: everything but the tests
	@cmake/deps build
	@test -f $(BUILD)/build.ninja || cmake --preset $(PRESET) -DOOLONG_TESTS=OFF
	@cmake --build --preset $(PRESET)

run: product ## boot a suite on an archive of this repository and show it; stays at the prompt. SUITE=web, SUITE=full
	@cmake/demo $(BUILD) $(SUITE)

test: build ## run all tests
	@tests/support/run-tests $(BUILD)

chaos: build ## kill tasks of a loaded suite at random, KILLS of them (default 200)
	@OOLONG_BUILD=$(BUILD) tests/chaos/run --kills $(or $(KILLS),200)

sim: build ## run SEEDS (default 20000) of the simulated suite, and say what was simulated; SIM=sim_narrow
	@$(BUILD)/tests/bin/$(or $(SIM),sim) --seeds $(or $(SEEDS),20000)

stress: build ## N exchanges between tasks (default 10000000), with a watch for one that stalls
	@OOLONG_BIN=$(abspath $(BUILD)/bin) OOLONG_LIBEXEC=$(abspath $(BUILD)/libexec/oolong) \
		$(BUILD)/tests/bin/stress --exchanges $(or $(N),10000000) --suite tests/chaos/stress.ini $(STRESS)

fuzz: ## fuzz TARGET (vm, vm-process, launcher-process, idlc, manifest, libipc, frames, http, archive, ext4) for SECONDS (60); ends with a table
	@cmake/deps build test check fuzz
	@tests/fuzz/run $(or $(TARGET),vm) $(or $(SECONDS),60)

fuzz-campaign: ## fuzz vm (or TARGET) beside other work for SECONDS (3600), AFL++ and libFuzzer; adds up executions
	@cmake/deps build test check fuzz
	@tests/fuzz/campaign $(or $(SECONDS),3600)

fuzz-sandboxed: build ## fuzz TARGET (archive, ext4, http, frames) for SECONDS (60) in the sandbox of its server
	@OOLONG_BUILD=$(BUILD) tests/fuzz/sandboxed $(or $(TARGET),archive) $(or $(SECONDS),60)

fuzz-coverage: ## print what the committed inputs of vm (or TARGET) reach of the code under test
	@cmake/deps build test check fuzz
	@mkdir -p build/fuzz
	@tests/fuzz/coverage build/fuzz tests/fuzz/corpus/$(or $(TARGET),vm)

fuzz-live: build ## replay the corpus of vm, and what make fuzz has kept, by real processes
	@OOLONG_BUILD=$(BUILD) tests/fuzz/live

fuzz-qualify: ## put each planted fault into a copy of vm (or of TARGET) and fuzz until it is found
	@cmake/deps build test check fuzz
	@tests/fuzz/qualify $(QUALIFY)

bench: ## measure; BENCH="--quick", --scale, --help or a case; results go to build/bench
	@cmake/deps bench || echo "measuring without some of the peers" >&2
	@cmake --preset $(PRESET) >/dev/null
	@$(MAKE) -s build
	@$(BUILD)/tests/bin/bench $(BENCH)

bench-disk: build ## compare the disk server with fio on the same file; BENCH=--quick
	@cmake/deps bench || echo "measuring without some of the peers" >&2
	@OOLONG_BUILD=$(BUILD) tests/bench/blk $(BENCH)

bench-fuse: build ## compare the mount of an ext4 image with a folder of the host; BENCH=--quick
	@cmake/deps bench || echo "measuring without some of the peers" >&2
	@OOLONG_BUILD=$(BUILD) tests/bench/fuse $(BENCH)

install: product ## install below PREFIX (and DESTDIR)
	@DESTDIR="$(DESTDIR)" cmake --install $(BUILD) --prefix "$(PREFIX)"

deps: ## install the packages of cmake/packages.txt
	@cmake/deps

format: ## format all sources
	@$(SOURCES) | xargs clang-format -i

check-format: ## complain of sources that are not formatted
	@$(SOURCES) | xargs clang-format --dry-run --Werror

tidy: ## run clang-tidy over all sources
	@cmake/tidy

coverage: ## print what the unit tests reach, source by source
	@cmake/coverage

clean: ## remove everything that was built
	@rm -rf build

help:
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 24
	@echo "PRESET=debug, asan, coverage, ... chooses the build (see cmake --list-presets)."
