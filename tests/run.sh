#!/usr/bin/env bash
# Installs what is missing, builds everything, runs every test. Ends with CTest's summary of the
# Release run; any stage that fails ends it before.
set -euo pipefail

usage() {
  cat <<'HELP'
Usage: tests/run.sh [--quick]

Does all that a fresh clone on a bare Debian 12 needs: installs the missing packages, builds Release
with every test, builds unit, contract and end-to-end tests with AddressSanitizer and
UndefinedBehaviorSanitizer and runs them, runs the Release tests with linters and foreign clients.

Options:
  --quick  leave the sanitizers out
  --help   print this
HELP
}

quick=0
for argument in "$@"; do
  case "$argument" in
    --quick) quick=1 ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
jobs="$(nproc)"
begun=$SECONDS
say() { printf '\n== %s (%d s since the start)\n' "$1" "$((SECONDS - begun))"; }

# Objects are the same in every clone and every build folder below it.
export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1

# Configuring and building say much and matter only when they fail.
quietly() {
  local log="$1"
  shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1; then
    printf '%s failed; the last lines of %s:\n' "$1 $2" "$log" >&2
    tail -n 60 "$log" >&2
    exit 1
  fi
}

say "packages"
deploy/install_packages.sh build test

say "Release build"
quietly build/log/configure-release.txt cmake --preset release
quietly build/log/build-release.txt cmake --build --preset release -j "$jobs"

if [[ $quick -eq 0 ]]; then
  say "sanitizer build"
  quietly build/log/configure-asan.txt cmake --preset asan
  quietly build/log/build-asan.txt cmake --build --preset asan -j "$jobs"
  say "sanitizer tests"
  UBSAN_OPTIONS=print_stacktrace=1 ctest --preset asan -j "$jobs" --progress
fi

say "Release tests"
ctest --preset release -j "$jobs"
