# Two commands are all there is to know: go run ./cmd/vigie demo, and make test.
SHELL := /bin/bash
TOOL  := go tool -modfile=tools/go.mod
export CGO_ENABLED ?= 0

.PHONY: test test-long servers generate check fuzz bench build demo

## test: every test, with the real servers it needs (installs them on Debian)
test: servers
	go test -timeout 15m ./...

## test-long: the same with more rounds of killing, bursts and fuzzing
test-long: servers
	VIGIE_LONG=1 go test -timeout 60m ./...

## servers: the programs that tests run against; says what is missing if it may not install
servers:
	@./.ci/servers

## generate: code made from templates; committed, and compared in .ci/run
generate:
	$(TOOL) templ generate -include-version=false -path dashboards/console

## check: what .ci/run asks besides the tests
check:
	@test -z "$$(gofmt -l . | tee /dev/stderr)" || { echo 'run: gofmt -w .'; exit 1; }
	go vet ./...
	$(TOOL) staticcheck ./...

## fuzz: each fuzz test for a while (FUZZTIME=20s)
fuzz:
	@./.ci/fuzz $${FUZZTIME:-20s}

## bench: the figures of docs/performance.md
bench:
	go test -run '^$$' -bench . -benchmem ./internal/text ./rules ./internal/triage ./evidence ./internal/store

## build: one static binary, ./vigie
build:
	go build -trimpath -o vigie ./cmd/vigie

## demo: a simulated network with a raid, on this machine only
demo:
	go run ./cmd/vigie demo
