"""Imports many texts into a new database by one command, and says how fast they became durable.

    tests/bench/import_speed.py [--lines FILE] [--bytes N] [--jobs N]

The texts are made of the lines of FILE (UTF-8), 30,000 bytes each, or else of the sentences of the
sample report in other orders. What is measured is the whole command: reading files, parsing, the
search for copies, SQLite with a commit for each text, and the index for look-ups.
"""

import argparse
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
QUOTECTL = ROOT / "build/bin/quotectl"
SAMPLE = ROOT / "service/report/data/zaozhuang-shizhong-2022.txt"
TEXT_BYTES = 30_000
BAR_MB_PER_SECOND = 5


def lines_of(path):
    """Lines with words, for ever in new orders where there is no file of them."""
    if path is not None:
        with open(path, encoding="utf-8") as file:
            yield from (line for line in file if line.strip())
        return
    sample = SAMPLE.read_text(encoding="utf-8").splitlines(True)
    sentences = [line for line in sample if len(line) > 40]
    shuffled = random.Random(1)
    while True:
        shuffled.shuffle(sentences)
        yield from sentences


def make_texts(folder, lines, most_bytes):
    """Writes texts until there are so many bytes; returns how many there are."""
    total = 0
    number = 0
    text = ""
    size = 0
    for line in lines:
        if total >= most_bytes:
            break
        text += line
        size += len(line.encode())
        if size >= TEXT_BYTES:
            number += 1
            head = f"关于第{number}项工作的报告\n\n"
            total += (folder / f"{number:05}.txt").write_bytes((head + text).encode())
            text = ""
            size = 0
    return total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines")
    parser.add_argument("--bytes", type=int, default=50_000_000)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / "texts"
        folder.mkdir()
        size = make_texts(folder, lines_of(options.lines), options.bytes)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.monotonic()
        subprocess.run([QUOTECTL, "--database", pathlib.Path(temporary) / "q.db", "import", "-q",
                        "--jobs", str(options.jobs), "--format", "text", "--as", "separate",
                        folder], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall = time.monotonic() - begin
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    speed = size / 1e6 / cpu
    print(f"{size / 1e6:.1f} MB of text: {cpu:.1f} s of one core, {speed:.2f} MB/s; "
          f"{wall:.1f} s by the clock on {len(os.sched_getaffinity(0))} cores, "
          f"{size / 1e6 / wall:.2f} MB/s")
    met = speed >= BAR_MB_PER_SECOND
    print(f"at least {BAR_MB_PER_SECOND} MB/s durable on one core: {'yes' if met else 'NO'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
