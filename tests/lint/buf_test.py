"""The contract is clean under buf's rules, and the rules are really applied to it.

Usage: buf_test.py BUF THIRD_PARTY WORK_DIR, where THIRD_PARTY holds google/api and the like.
"""

import pathlib
import re
import shutil
import subprocess
import sys

from project_files import ROOT


def lay_out(third_party, folder):
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "proto", folder, ignore=shutil.ignore_patterns("CMakeLists.txt"))
    shutil.copytree(third_party / "google", folder / "google")


def lint(buf, folder):
    return subprocess.run([buf, "lint"], cwd=folder, capture_output=True, text=True, check=False)


def main():
    buf = sys.argv[1]
    third_party, work = pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    lay_out(third_party, work)
    clean = lint(buf, work)
    if clean.returncode != 0:
        print(clean.stdout + clean.stderr)
        return 1

    # A lint that never fails would look the same: take the comment from the first field that has
    # one line of it, and expect to be told.
    proto = work / "quotes/v1/quote.proto"
    text = proto.read_text(encoding="utf-8")
    spoilt, count = re.subn(r"\n  //[^\n]*\n(  string section = )", r"\n\1", text, count=1)
    if count != 1:
        print("the control found no comment to take away")
        return 1
    proto.write_text(spoilt, encoding="utf-8")
    control = lint(buf, work)
    if control.returncode == 0 or "section" not in control.stdout:
        print("a field without a comment was let through:", control.stdout, control.stderr)
        return 1
    print("clean, and a missing comment is found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
