"""C++ is formatted as .clang-format says."""

import subprocess
import sys

from project_files import ROOT, cpp_files


def main():
    files = cpp_files()
    if not files:
        sys.exit("no C++ file found")
    result = subprocess.run(
        ["clang-format", "--dry-run", "-Werror", "--style=file", *map(str, files)],
        cwd=ROOT, check=False)
    print(f"{len(files)} files")
    return result.returncode


if __name__ == "__main__":
    sys.exit(main())
