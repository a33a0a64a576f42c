#!/usr/bin/env bash
# Installs what the project needs from Debian 12's own packages, and only what is missing.
set -euo pipefail

usage() {
  cat <<'HELP'
Usage: deploy/install_packages.sh [--list] [SET...]

Installs the Debian 12 packages of the named sets; without a name, those of build and test.

Sets:
  build   compiler, build tools and libraries: what quickstart.sh needs
  test    what tests/run.sh needs besides: clients in Python and Node, linters, shells
  fuzz    what the preset "fuzz" needs besides: clang with libFuzzer
  bench   what tests/bench/run.sh needs besides: a peer that is measured

Options:
  --list  print the packages and which are missing, install nothing
  --help  print this

Needs root, or sudo. Packages that are there are left alone, so a second run does nothing.
HELP
}

# The one list. Debian splits what other systems ship together: libgrpc++-dev pulls neither the
# protobuf headers nor the compilers, hence each by its name.
build_packages=(
  # tools
  cmake ninja-build g++ pkg-config ccache
  # the contract: gRPC, protobuf, and the protos of Google's API and of gRPC's health service
  libgrpc++-dev protobuf-compiler-grpc libprotobuf-dev protobuf-compiler libabsl-dev
  grpc-proto libgoogle-common-protos-java
  # text: conversion and detection, folds of script and variants
  libicu-dev libopencc-dev libopencc-data
  # citations: its dictionary is the word list that is compiled in (nothing of it runs)
  python3-jieba
  # the archive: suffix sorting, checksums
  libdivsufsort-dev libxxhash-dev
  # foreign formats: HTML and XML, ZIP and other archives, Markdown and its front matter, PDF (a program and its maps of
  # Chinese characters), and the filter of system calls around them
  libxml2-dev libarchive-dev libmd4c-dev libyaml-dev poppler-utils poppler-data libseccomp-dev
  # the store
  libsqlite3-dev libssl-dev
  # signed tokens
  libcjose-dev libjansson-dev
  # the programs
  libcli11-dev libtomlplusplus-dev libspdlog-dev prometheus-cpp-dev libjemalloc-dev
  # the tests are part of every build
  libgtest-dev libgmock-dev libbenchmark-dev
)
test_packages=(
  # clients in other languages
  python3 python3-grpcio python3-protobuf python3-yaml python3-jsonschema nodejs npm ca-certificates
  golang-go golang-google-grpc-dev golang-github-golang-protobuf-1-5-dev protoc-gen-go-1-5 protoc-gen-go-grpc
  # linters
  clang-format clang-tidy shellcheck git
  # shells whose completions are tried
  zsh fish
  # programs that the tests of deploy/ run
  systemd lintian dpkg-dev file procps nginx-light openssl prometheus nghttp2-client
  # programs that the end-to-end tests start: setpriv, sqlite3
  util-linux sqlite3
)
fuzz_packages=(clang libclang-rt-14-dev)
bench_packages=(libroaring-dev)

list_only=0
sets=()
for argument in "$@"; do
  case "$argument" in
    --list) list_only=1 ;;
    --help | -h) usage; exit 0 ;;
    build | test | fuzz | bench) sets+=("$argument") ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ ${#sets[@]} -gt 0 ]] || sets=(build test)

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "install_packages: apt-get and dpkg-query are needed; this is written for Debian 12." >&2
  echo "install_packages: on another system install the counterparts of these by hand:" >&2
  echo "  ${build_packages[*]}" >&2
  exit 1
fi

packages=()
for set in "${sets[@]}"; do
  case "$set" in
    build) packages+=("${build_packages[@]}") ;;
    test) packages+=("${test_packages[@]}") ;;
    fuzz) packages+=("${fuzz_packages[@]}") ;;
    bench) packages+=("${bench_packages[@]}") ;;
  esac
done

# dpkg-query exits 1 when it does not know one of the names; what it knows it prints all the same.
installed=" $(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null |
  awk '$2 == "installed" { printf "%s ", $1 }' || true)"
missing=()
for package in "${packages[@]}"; do
  case "$package" in
    # Any Node from 18 on and its npm will do, from wherever they are.
    nodejs) command -v node >/dev/null && continue ;;
    npm) command -v npm >/dev/null && continue ;;
  esac
  [[ "$installed" == *" $package "* ]] || missing+=("$package")
done

if [[ $list_only -eq 1 ]]; then
  printf 'packages: %s\n' "${packages[*]}"
  printf 'missing: %s\n' "${missing[*]:-none}"
  exit 0
fi
if [[ ${#missing[@]} -eq 0 ]]; then
  echo "install_packages: nothing is missing (${sets[*]})" >&2
  exit 0
fi

# shellcheck source=/dev/null
release="$( (source /etc/os-release && echo "${ID:-} ${VERSION_ID:-}") 2>/dev/null || true)"
if [[ "$release" != "debian 12" ]]; then
  echo "install_packages: this is '${release}', not Debian 12; trying its packages of the same names" >&2
fi

as_root=()
if [[ "$(id -u)" -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "install_packages: these are missing and installing them needs root; there is no sudo:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "install_packages: uses sudo to install packages" >&2
  as_root=(sudo)
fi

log="$(mktemp)"
trap 'rm -f "$log"' EXIT
# `env` because sudo drops the environment.
apt() {
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" </dev/null >"$log" 2>&1
  then
    echo "install_packages: apt-get $1 failed; its last lines:" >&2
    tail -n 25 "$log" >&2
    exit 1
  fi
}
echo "install_packages: installing ${missing[*]}" >&2
apt update
apt install -y --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "${missing[@]}"
echo "install_packages: installed ${#missing[@]} packages" >&2
