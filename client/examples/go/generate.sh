#!/usr/bin/env bash
# generate.sh PROTO_DIR FOLDER: writes Go stubs of the contract, package quotes/v1, into FOLDER/src,
# which is then a folder of GOPATH. PROTO_DIR is share/quotes/proto of an installation. Needs Debian's
# protobuf-compiler, protoc-gen-go-1-5 and protoc-gen-go-grpc. With Go modules, give
# the stubs a path of your own module in place of quotes/v1.
set -euo pipefail

folder="$2"
mkdir -p "$folder/src"
cd "$1"
mapfile -t files < <(find quotes -name '*.proto')
# The contract names no Go package: which one it is, is the caller's to say.
packages=()
for file in "${files[@]}"; do
  packages+=("--go_opt=M$file=quotes/v1;quotes" "--go-grpc_opt=M$file=quotes/v1;quotes")
done
protoc -I. "--go_out=$folder/src" "--go-grpc_out=$folder/src" "${packages[@]}" "${files[@]}"
