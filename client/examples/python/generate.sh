#!/usr/bin/env bash
# generate.sh PROTO_DIR FOLDER: writes Python stubs of the contract into FOLDER. PROTO_DIR is
# share/quotes/proto of an installation. Needs Debian's protobuf-compiler, protobuf-compiler-grpc.
set -euo pipefail

protos="$1"
folder="$2"
mkdir -p "$folder"
cd "$protos"
mapfile -t files < <(find . -name '*.proto' -printf '%P\n')
mapfile -t services < <(find quotes -name '*_service.proto')
protoc -I. "--python_out=$folder" "${files[@]}"
protoc -I. "--grpc_out=$folder" "--plugin=protoc-gen-grpc=$(command -v grpc_python_plugin)" \
  "${services[@]}"
