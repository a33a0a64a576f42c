#!/usr/bin/env bash
# Installs the Node packages named in package.json, in the versions of package-lock.json, into the
# folder given; does nothing when they are there already.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
target="$1"
mark="$target/installed-lock.json"
if cmp -s "$here/package-lock.json" "$mark"; then
  exit 0
fi
for tool in node npm; do
  if ! command -v "$tool" >/dev/null; then
    echo "$tool is missing; deploy/install_packages.sh test installs it" >&2
    exit 1
  fi
done
mkdir -p "$target"
rm -f "$mark"
cp "$here/package.json" "$here/package-lock.json" "$target/"
cd "$target"
# No package of these needs its install script, so none gets to run one.
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp package-lock.json "$mark"
