#!/bin/bash
# quotectl and quoted as a shell meets them: pipes, signals, a held database, completion.
# Usage: quotectl_test.sh BIN_FOLDER SOURCE_FOLDER
set -u
bin=$1
sample=$2/service/report/data/zaozhuang-shizhong-2022.txt
dir=$(mktemp -d)
server=''
failures=0
# shellcheck disable=SC2317  # the trap calls it
finish() {
  [[ -n $server ]] && kill "$server" 2>/dev/null && wait "$server"
  rm -rf "$dir"
}
trap finish EXIT
export XDG_CONFIG_HOME=$dir LC_ALL=C.UTF-8
unset QUOTES_SERVER QUOTECTL_CONFIG NO_COLOR

# expect WHAT ACTUAL EXPECTED
expect() {
  if [[ $2 != "$3" ]]; then
    printf 'FAILED: %s\n  expected: %s\n  actual:   %s\n' "$1" "$3" "$2"
    failures=$((failures + 1))
  fi
}
# contains WHAT TEXT PART
contains() {
  if [[ $2 != *"$3"* ]]; then
    printf 'FAILED: %s\n  expected in it: %s\n  actual: %s\n' "$1" "$3" "$2"
    failures=$((failures + 1))
  fi
}
db() { "$bin/quotectl" --database "$dir/quotes.db" "$@"; }

db import --quiet --id sample "$sample" >/dev/null 2>"$dir/err"
expect 'import' $? 0

# Data on stdout, everything else on stderr; no escape sequences in a pipe.
expect 'find through a pipe' "$(db find 棚改 2>/dev/null | head -1)" '2 quotes in 1 report'
expect 'no colours in a pipe' "$(db find 棚改 2>&1 | grep -c $'\e')" 0
contains 'colours when asked' "$(db find 棚改 --color always 2>/dev/null)" $'\e[1;31m棚改\e[0m'

# A reader that goes away is no error and says nothing.
db find 的 OR 党 OR 发展 --all --json 2>"$dir/err" | head -c 1 >/dev/null
expect 'closed pipe: exit code' "${PIPESTATUS[0]}" 0
expect 'closed pipe: silence' "$(<"$dir/err")" ''
# A disk that is full is one.
if [[ -c /dev/full ]]; then
  db reports >/dev/full 2>"$dir/err"
  expect 'full disk: exit code' $? 3
  contains 'full disk: message' "$(<"$dir/err")" 'No space left'
fi

# On a terminal: colours, lines as wide as it is, a progress bar for imports.
if command -v script >/dev/null; then
  screen=$(COLUMNS=60 TERM=xterm script -qec \
    "'$bin/quotectl' --database '$dir/quotes.db' find 棚改" /dev/null </dev/null)
  contains 'terminal: colours' "$screen" $'\e[1;31m棚改\e[0m'
  screen=$(COLUMNS=60 TERM=xterm NO_COLOR=1 script -qec \
    "'$bin/quotectl' --database '$dir/quotes.db' find 棚改" /dev/null </dev/null)
  expect 'terminal: NO_COLOR' "$(grep -c $'\e' <<<"$screen")" 0
  screen=$(TERM=xterm script -qec \
    "'$bin/quotectl' --database '$dir/quotes.db' import -q --id sample '$sample'" /dev/null \
    </dev/null)
  contains 'terminal: progress' "$screen" '[--------------------]  0/1  '
fi

# Bytes that are no UTF-8 are a clear error, not a crash.
db find $'\xff\xfe' >"$dir/out" 2>"$dir/err"
expect 'invalid UTF-8: exit code' $? 2
contains 'invalid UTF-8: message' "$(<"$dir/err")" 'UTF-8'

# The same answers from a server, named by flag, by variable, and by file.
"$bin/quoted" --database "$dir/quotes.db" --listen 127.0.0.1:0 --drain-delay 0s \
  >"$dir/log" 2>&1 &
server=$!
port=''
for ((i = 0; i < 2400 && ${#port} == 0; i++)); do
  sleep 0.05
  port=$(sed -n 's/.*"event":"serving","port":\([0-9]*\),.*/\1/p' "$dir/log" | head -1)
done
address=127.0.0.1:$port
local_answer=$(db find 园区 --context 1 --facets 2>&1)
expect 'server by flag' "$("$bin/quotectl" --server "$address" find 园区 --context 1 --facets 2>&1)" \
  "$local_answer"
expect 'server by variable' \
  "$(QUOTES_SERVER=$address "$bin/quotectl" find 园区 --context 1 --facets 2>&1)" "$local_answer"
mkdir -p "$dir/quotes"
echo "server = \"$address\"" >"$dir/quotes/quotectl.toml"
expect 'server by file' "$("$bin/quotectl" find 园区 --context 1 --facets 2>&1)" "$local_answer"
expect 'export from both' "$("$bin/quotectl" export sample)" "$(db export sample)"
expect 'import into the server' \
  "$("$bin/quotectl" import -q --id second --as separate "$sample" 2>&1 >/dev/null | tail -n 1)" \
  '1 imported, 0 unchanged, 0 refused'
contains 'status of the server' "$("$bin/quotectl" status)" "$address"

# A database that a server holds can be read but not written.
db reports >/dev/null 2>&1
expect 'reading beside the server' $? 0
db import "$sample" >"$dir/out" 2>"$dir/err"
expect 'importing beside the server: exit code' $? 3
contains 'importing beside the server: message' "$(<"$dir/err")" 'is held by a running server'
contains 'importing beside the server: reason' "$(<"$dir/err")" 'DATABASE_IN_USE'

# bash completes ids and codes from the server on the line. A person waits a second for them; this
# test is no measure of the machine's speed.
mkdir "$dir/patient"
cat >"$dir/patient/quotectl" <<'SCRIPT'
#!/bin/bash
args=("$@")
for i in "${!args[@]}"; do
  [[ ${args[i]} == --timeout ]] && args[i + 1]=60
done
exec "$QUOTECTL_BIN" "${args[@]}"
SCRIPT
chmod +x "$dir/patient/quotectl"
completed=$(PATH="$dir/patient:$PATH" QUOTECTL_BIN="$bin/quotectl" bash -c "source <(quotectl completion bash)
  COMP_WORDS=(quotectl --server $address outline se) COMP_CWORD=4; _quotectl
  echo \"\${COMPREPLY[*]}\"; COMP_WORDS=(quotectl theme rur) COMP_CWORD=2; _quotectl
  echo \"\${COMPREPLY[0]}\"")
expect 'completion' "$completed" $'second\nrural'

kill "$server"
wait "$server"
expect 'server ends' $? 0
server=''
"$bin/quotectl" --timeout 60 find 党 >/dev/null 2>"$dir/err"
expect 'no server: exit code' $? 3
contains 'no server: message' "$(<"$dir/err")" 'does not answer'

((failures == 0)) && echo 'all passed'
exit $((failures > 0))
