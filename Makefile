# Needs Go, Python 3 (3.10 to 3.14), git and make. What is made stands in bin/ and .cache/.

.PHONY: help build demo test lint bench bench-index clean
.DEFAULT_GOAL := help

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 20

build: ## build the program into bin/
	@bash -c '. scripts/env.sh && build'

demo: ## record a real training, verify it, tamper with it (about two minutes)
	@bash examples/penguins/demo.sh

test: ## run every check, every test and the demo
	@bash scripts/test.sh

lint: ## run gofmt, go vet for three systems, and staticcheck
	@bash scripts/lint.sh

bench: ## measure what lineage run adds, beside datalad run and roar run
	@bash bench/run.sh

bench-index: ## measure how quickly a store of a million runs answers, beside MLflow
	@bash bench/index.sh

clean: ## remove what was made
	@bash -c '. scripts/env.sh && rm -rf "$$cache" "$$bin"'
