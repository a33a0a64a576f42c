#!/usr/bin/env bash
# generate.sh PROTO_DIR: writes JavaScript stubs of the contract into stubs/ beside this file.
# PROTO_DIR is share/quotes/proto of an installation. Needs Debian's protobuf-compiler, and the
# packages of package.json (npm install).
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
mkdir -p "$here/stubs"
cd "$1"
mapfile -t files < <(find . -name '*.proto' -printf '%P\n')
protoc -I. "--es_out=$here/stubs" --es_opt=target=js,import_extension=js \
  "--plugin=protoc-gen-es=$here/node_modules/.bin/protoc-gen-es" "${files[@]}"
