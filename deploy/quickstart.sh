#!/usr/bin/env bash
# From a fresh clone to the first answers. See --help.
set -euo pipefail

usage() {
  cat <<'HELP'
Usage: deploy/quickstart.sh [--stop]

Installs what is missing (Debian 12), builds the server and the command line, imports the sample
report, starts the server on loopback, shows a look-up by theme and one by keyword, and says how to
go on. A second run is quick: it installs, builds and imports only what changed and keeps a server
that is running. Everything it makes is in build/, the database and the log in build/quickstart/.

Options:
  --stop   stop the server that an earlier run left running
  --help   print this
HELP
}

stop_only=0
for argument in "$@"; do
  case "$argument" in
    --stop) stop_only=1 ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
state="${QUOTES_QUICKSTART_DIR:-$root/build/quickstart}"  # its own in the tests
quoted="$root/build/bin/quoted"
quotectl="$root/build/bin/quotectl"
pid_file="$state/quoted.pid"
log="$state/quoted.log"
preferred_port=50051  # where quotectl looks unless told otherwise

say() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'quickstart: %s\n' "$1" >&2
  if [[ $# -gt 1 && -s "$2" ]]; then
    printf 'the last lines of %s:\n' "$2" >&2
    tail -n 40 "$2" >&2
  fi
  exit 1
}

# Prints the process id of the server that an earlier run started, if it still runs. What runs under
# that id must be our program: ids are reused after a reboot.
running_server() {
  local pid program
  [[ -s "$pid_file" ]] || return 1
  pid="$(<"$pid_file")"
  program="$(readlink "/proc/$pid/exe" 2>/dev/null)" || return 1
  [[ "${program% (deleted)}" == "$quoted" ]] || return 1
  printf '%s' "$pid"
}

# Prints the port of the server that writes the log, once it serves.
serving_port() {
  sed -nE 's/.*"event":"serving","port":([0-9]+).*/\1/p' "$log" | grep -m 1 .
}

stop_server() {
  local pid="$1" waited=0
  kill -TERM "$pid" 2>/dev/null || true  # it may have ended by itself just now
  while kill -0 "$pid" 2>/dev/null; do
    if [[ $waited -ge 600 ]]; then
      fail "the server (process $pid) did not stop within a minute" "$log"
    fi
    sleep 0.1
    waited=$((waited + 1))
  done
  rm -f "$pid_file"
}

if [[ $stop_only -eq 1 ]]; then
  if pid="$(running_server)"; then
    stop_server "$pid"
    echo "quickstart: the server has stopped; its database stays in $state"
  else
    echo "quickstart: no server of this folder is running"
  fi
  exit 0
fi

say "packages"
"$root/deploy/install_packages.sh" build

say "build (several minutes the first time; the log is build/log/quickstart.txt)"
mkdir -p "$root/build/log" "$state"
build_log="$root/build/log/quickstart.txt"
cd "$root"
# Objects are the same in every clone.
export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1
if [[ ! -f build/build.ninja ]]; then
  cmake --preset release >"$build_log" 2>&1 || fail "configuring failed" "$build_log"
fi
cmake --build --preset release --target quoted quotectl >"$build_log" 2>&1 ||
  fail "the build failed" "$build_log"

say "server"
if pid="$(running_server)"; then
  # A rebuilt program has replaced the file that the old process runs from.
  if [[ "$(readlink "/proc/$pid/exe")" == "$quoted" && -s "$state/address" ]] &&
    "$quotectl" status --server "$(<"$state/address")" >/dev/null 2>&1; then
    echo "still running from an earlier run (process $pid)"
  else
    stop_server "$pid"
    pid=""
  fi
else
  pid=""
fi
if [[ -z "$pid" ]]; then
  port=$preferred_port
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    echo "port $port is in use; the system chooses another"
    port=0
  fi
  setsid "$quoted" --database "$state/quotes.db" --listen "127.0.0.1:$port" \
    </dev/null >"$log" 2>&1 &
  pid=$!
  echo "$pid" >"$pid_file"
  waited=0
  until port="$(serving_port)"; do
    kill -0 "$pid" 2>/dev/null || { rm -f "$pid_file"; fail "the server ended" "$log"; }
    [[ $waited -lt 600 ]] || fail "the server did not serve within a minute" "$log"
    sleep 0.1
    waited=$((waited + 1))
  done
  printf '127.0.0.1:%s' "$port" >"$state/address"
  echo "started (process $pid)"
fi
address="$(<"$state/address")"
echo "serves at $address"

# What a reader would type: quotectl finds the preferred port by itself.
shown=(build/bin/quotectl)
told=()
if [[ "$address" != "127.0.0.1:$preferred_port" ]]; then
  told=(--server "$address")
fi
show() {
  printf '\n$ %s\n' "${shown[*]} $*${told[*]:+ ${told[*]}}"
  "$quotectl" "$@" --server "$address" || fail "quotectl $1 failed" "$log"
}

say "import"
show import service/report/data/zaozhuang-shizhong-2022.txt --id zaozhuang-shizhong-2022 --quiet
say "by theme"
show theme party.discipline
say "by keyword"
show find 棚改

# A quotation that is not the source's word for word ends with 1: that is an answer, no failure.
check() {
  local status=0
  printf '\n$ %s\n' "${shown[*]} verify $1${told[*]:+ ${told[*]}}"
  "$quotectl" verify "$1" --server "$address" || status=$?
  [[ $status -le 1 ]] || fail "quotectl verify failed" "$log"
}

say "is it word for word?"
check 2021年预计全区生产总值完成280亿元，年均增长5.5%
check 加快发展是第一任务

suffix="${told[*]:+ ${told[*]}}"
cat <<NEXT

== how to go on (from $root)
  build/bin/quotectl find '"产业集群" 园区 -纺织'$suffix
  build/bin/quotectl verify 城镇新增就业4.5万人$suffix
  build/bin/quotectl outline zaozhuang-shizhong-2022$suffix
  build/bin/quotectl themes$suffix
  build/bin/quotectl import YOUR-REPORT.txt$suffix
  build/bin/quotectl --help

The server goes on in the background; its log is $log.
To stop it: deploy/quickstart.sh --stop
NEXT
