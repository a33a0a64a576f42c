#!/usr/bin/env bash
# Builds Release, makes the data, and measures everything beside its peers in one run.
set -euo pipefail

usage() {
  cat <<'HELP'
Usage: tests/bench/run.sh [--quick] [--lines FILE]

Measures look-ups in process beside SQLite FTS5 at 50,000, 1,000,000 and 4,000,000 quotes, citation
checks beside look-ups of the same words and FTS5 at 50,000 and 1,000,000, look-ups over loopback
gRPC beside calls that do nothing, what an archive costs to make and to hold, and how fast reports
are parsed and imported. Says at the end of each part which bars hold, and exits with 1 if one was missed. Needs
about 16 GiB of memory and, on two cores, an hour.

Options:
  --quick       50,000 quotes only: some minutes
  --lines FILE  take the quotes from the sentences of a text file (or FILE.xz) instead of recombining
                those of the sample report; published figures are made like this
  --help        print this
HELP
}

sizes=50000,1000000,4000000
rpc_size=1000000
citation_sizes=50000,1000000
curve=(50000 200000 1000000 4000000)
lines=""
while [[ $# -gt 0 ]]; do
  case "$1" in
    --quick) sizes=50000 citation_sizes=50000 rpc_size=50000 curve=(20000 50000); shift ;;
    --lines) [[ $# -ge 2 ]] || { usage >&2; exit 2; }; lines="$(realpath "$2")"; shift 2 ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
deploy/install_packages.sh build bench >/dev/null
cmake --preset release >/dev/null
cmake --build --preset release --target lookup_bench citation_bench parse_bench postings_bench \
  rpc_bench segment_bench trace_bench figure_bench quotectl quotes-extract >/dev/null

data=()
if [[ -n "$lines" ]]; then
  if [[ "$lines" == *.xz ]]; then
    unpacked="$(mktemp)"
    trap 'rm -f "$unpacked"' EXIT
    xz -dc "$lines" >"$unpacked"
    lines="$unpacked"
  fi
  data=(--lines "$lines")
fi
printf 'program %s, %s, %s cores, load %s\n' "$(git describe --always --dirty)" \
  "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
  "$(cut -d ' ' -f 1 /proc/loadavg)"
# A bar that is missed does not keep the rest from being measured.
missed=0
measure() {
  local bench="$1"
  shift
  "build/bin/$bench" "$@" || missed=1
}
printf '\n== parsing\n'
measure parse_bench
printf '\n== imports\n'
python3 tests/bench/import_speed.py "${data[@]}" || missed=1
printf '\n== in process\n'
measure lookup_bench --quotes "$sizes" "${data[@]}"
printf '\n== sets of quotes\n'
measure postings_bench "${data[@]}"
printf '\n== histories of phrases\n'
measure trace_bench --quotes "$rpc_size" "${data[@]}"
printf '\n== figures\n'
measure figure_bench --quotes "$rpc_size" "${data[@]}"
printf '\n== citations\n'
measure citation_bench --quotes "$citation_sizes" "${data[@]}"
printf '\n== over gRPC\n'
measure rpc_bench --quotes "$rpc_size" "${data[@]}"
printf '\n== size\n'
for size in "${curve[@]}"; do
  measure segment_bench --quotes "$size" "${data[@]}"
done
exit "$missed"
