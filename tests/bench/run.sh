#!/usr/bin/env bash
# Builds Release and runs the look-up benchmark beside its peers, all in one run.
#   tests/bench/run.sh [QUOTES...]     default: 50000 1000000
# QUOTES_BENCH_LINES names a text file to take the quotes from instead of the sample's sentences.
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake --preset release >/dev/null
cmake --build --preset release --target lookup_bench
lines=()
[ -z "${QUOTES_BENCH_LINES:-}" ] || lines=(--lines "$QUOTES_BENCH_LINES")
for quotes in "${@:-50000 1000000}"; do
  for size in $quotes; do
    build/bin/lookup_bench --quotes "$size" "${lines[@]}"
    build/bin/lookup_bench --quotes "$size" --withdrawn 5 "${lines[@]}"
  done
done
