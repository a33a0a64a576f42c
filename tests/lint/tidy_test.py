"""clang-tidy over the product's sources; a file is not looked at again until something changes.

Usage: tidy_test.py BUILD_DIR [--jobs N]. What was clean is remembered, for all clones, in
$XDG_CACHE_HOME/quotes/tidy (~/.cache without it) by a hash of the file, of all project headers that
it reaches, of the contract, of its command line, and of the linter and its configuration.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

from project_files import ROOT

INCLUDE = re.compile(rb'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def reach(path, seen):
    """Adds `path` and every project header that it includes, directly or not, to `seen`."""
    if path in seen or not path.is_file():
        return
    seen.add(path)
    for name in INCLUDE.findall(path.read_bytes()):
        reach(ROOT / name.decode(), seen)


def digest(parts):
    state = hashlib.sha256()
    for part in parts:
        state.update(len(part).to_bytes(8, "little"))
        state.update(part)
    return state.hexdigest()


def common_key():
    version = subprocess.run(["clang-tidy", "--version"], check=True, capture_output=True).stdout
    protos = sorted((ROOT / "proto").rglob("*.proto"))
    return digest([version, (ROOT / ".clang-tidy").read_bytes(), *(p.read_bytes() for p in protos)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build_dir", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()

    commands = json.loads((arguments.build_dir / "compile_commands.json").read_text())
    caches = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    memory = pathlib.Path(caches) / "quotes" / "tidy"
    memory.mkdir(parents=True, exist_ok=True)
    common = common_key()

    todo, total = [], 0
    for entry in commands:
        file = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
        if not any((ROOT / folder) in file.parents for folder in ("service", "client")):
            continue
        total += 1
        seen = set()
        reach(file, seen)
        # The same in every clone.
        command = entry["command"].replace(str(ROOT), "")
        key = digest([common.encode(), command.encode(),
                      *(p.read_bytes() for p in sorted(seen))])
        if not (memory / key).exists():
            todo.append((file, key))
    if total == 0:
        sys.exit("no source of service/ or client/ in compile_commands.json")

    def check(file):
        return subprocess.run(
            ["clang-tidy", "--quiet", "-p", str(arguments.build_dir), str(file)],
            capture_output=True, text=True, check=False)

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for (file, key), result in zip(todo, pool.map(lambda item: check(item[0]), todo)):
            if result.returncode == 0:
                (memory / key).touch()
            else:
                failed += 1
                print(f"{file.relative_to(ROOT)}:\n{result.stdout}{result.stderr}", flush=True)
    print(f"{total} sources, {len(todo)} looked at, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
