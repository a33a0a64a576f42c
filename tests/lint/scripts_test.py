"""Scripts parse, are executable, and shellcheck has nothing to say."""

import ast
import os
import subprocess
import sys

from project_files import ROOT, python_files, shell_files


def main():
    failures = []
    scripts = shell_files()
    if not scripts:
        failures.append("no shell script found")
    for path in scripts:
        if subprocess.run(["bash", "-n", str(path)], cwd=ROOT, check=False).returncode != 0:
            failures.append(f"{path}: does not parse")
        if not os.access(ROOT / path, os.X_OK):
            failures.append(f"{path}: is not executable")
    # SC2317 takes a function that only a trap calls for dead code.
    checked = subprocess.run(
        ["shellcheck", "--external-sources", "--exclude=SC2317", *map(str, scripts)], cwd=ROOT,
        check=False)
    if checked.returncode != 0:
        failures.append("shellcheck has findings")
    for path in python_files():
        try:
            ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))
        except SyntaxError as error:
            failures.append(f"{path}: {error}")
    for failure in failures:
        print(failure)
    print(f"{len(scripts)} shell scripts, {len(python_files())} Python files")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
