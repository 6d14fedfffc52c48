# What people and .ci/run call. Everything needs only Go and make, unless the line
# of the target says more; `make` alone prints the targets.

GO       ?= go
PACKAGES ?= ./...

# The race detector needs a C compiler. Without one Go sets CGO_ENABLED to 0, and
# the tests run without the detector.
RACE := $(if $(filter 1,$(shell $(GO) env CGO_ENABLED)),-race)

# A program with the detector sleeps a second before it exits. Some tests run one
# hundreds of times.
export GORACE ?= atexit_sleep_ms=20

# What runs no tests is built in one way, that of `make build`: then packages are
# compiled once for it, which takes minutes where nothing is in Go's cache.
STATIC = CGO_ENABLED=0 GOFLAGS="$$($(GO) env GOFLAGS) -trimpath"

# How long `make fuzz` tries each target, and all of them together at most.
FUZZTIME  ?= 5s
FUZZTOTAL ?= 600

# Further flags for `make demo`, such as --once or --speed 60.
DEMO ?=

SCREENSHOTS ?= $(CURDIR)/screenshots
BENCH       ?= .

# The packages with golden files: their tests have an -update flag, or read
# SHIPLIST_UPDATE where the flags are somebody else's.
GOLDEN_FLAG = $(call testing,flag\.Bool.*"update")
GOLDEN_VARIABLE = $(call testing,Getenv."SHIPLIST_UPDATE")
testing = $(shell grep -rlE --include='*_test.go' '$(1)' agent cmd generator internal | xargs -r -n1 dirname | sort -u | sed 's,^,./,')

.PHONY: help
help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do printf '  %-12s %s\n' "$$name" "$$text"; done

.PHONY: build
build: ## a static binary: bin/shiplist
	$(STATIC) $(GO) build -o bin/shiplist ./cmd/shiplist

.PHONY: demo
demo: build ## a release day in four minutes, at an address that is printed; no network
	bin/shiplist demo --replay $(DEMO)

.PHONY: test
test: ## all tests; those that need a web server or a browser are skipped without
	$(GO) test $(RACE) $(VET) -timeout 15m $(PACKAGES)

# lint vets all, the tests too.
.PHONY: check
check: VET = -vet=off
check: fmt-check tidy-check lint build test fuzz smoke ## everything that has to pass before a change goes in

.PHONY: lint
lint: ## go vet and staticcheck
	$(STATIC) $(GO) vet ./...
	$(STATIC) $(GO) tool staticcheck ./...

.PHONY: fmt
fmt: ## format all Go files
	$(STATIC) $(GO) tool gofumpt -w .

.PHONY: fmt-check
fmt-check:
	@$(call none,$(shell gofmt -l .),gofmt would change these; run make fmt)
	@$(call none,$(shell $(STATIC) $(GO) tool gofumpt -l . || echo gofumpt),gofumpt would change these; run make fmt)

.PHONY: tidy-check
tidy-check:
	$(GO) mod tidy -diff

.PHONY: fuzz
fuzz: ## some seconds of every fuzz target (FUZZTIME=5s)
	@GO="$(GO)" bash .ci/fuzz $(FUZZTIME) $(FUZZTOTAL)

.PHONY: smoke
smoke: ## build the demo's site once and look at what is there
	@GO="$(GO)" bash .ci/smoke

.PHONY: bench
bench: ## benchmarks (BENCH=regexp), for go tool benchstat, and the score of a month
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem $(PACKAGES)
	$(GO) test -count=1 -run '^TestMonth$$' -v ./internal/judge

.PHONY: golden
golden: ## rewrite all golden files; read the diff before you commit it
	$(if $(GOLDEN_FLAG),$(GO) test $(GOLDEN_FLAG) -update)
	$(if $(GOLDEN_VARIABLE),SHIPLIST_UPDATE=1 $(GO) test -count=1 $(GOLDEN_VARIABLE))

.PHONY: screenshots
screenshots: ## pictures of every kind of page, in screenshots/; needs chromium
	SHIPLIST_SCREENSHOTS='$(SCREENSHOTS)' SHIPLIST_TEST_REQUIRE=1 $(GO) test -count=1 -timeout 15m ./internal/browser
	@echo pictures are in $(SCREENSHOTS)

.PHONY: docs-images
docs-images: ## take the README's pictures anew, in docs/images/; needs chromium
	SHIPLIST_DOCS_IMAGES='$(CURDIR)/docs/images' SHIPLIST_TEST_REQUIRE=1 $(GO) test -count=1 -run '^TestDocsImages$$' ./internal/browser

.PHONY: clean
clean: ## remove what the targets above leave behind
	rm -rf bin screenshots internal/browser/node/node_modules

# none: fail with the text $(2) and the list $(1) unless the list is empty.
none = $(if $(strip $(1)),printf '%s:\n' '$(2)' >&2; printf '  %s\n' $(1) >&2; false,true)
