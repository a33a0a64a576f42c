#!/usr/bin/env python3
"""Makes a data file of labels, free of the labelled text, for evaluation_test.cc.

usage: make_labels.py ITEMS LABELS_A [LABELS_B] > data/evaluation_NAME.tsv

ITEMS is a JSON list of the labelled quotes in the order in which they were numbered, each with
"file" (name of the report's file), "begin" (code point of the joined text where it begins) and
"text". LABELS_A and LABELS_B hold one line an item, "number TAB codes TAB also": the themes that a
reader asks for and those that would be no mistake, each joined by commas, "-" or nothing for none.
"""

import hashlib
import json
import sys


def read_labels(path, size):
    labels = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            columns = line.rstrip("\n").split("\t") + [""]
            codes, also = (
                sorted({code.strip() for code in column.split(",")} - {"", "-"})
                for column in columns[1:3])
            labels[int(columns[0])] = codes, also
    if sorted(labels) != list(range(size)):
        sys.exit(f"{path}: not every item has one label")
    return labels


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        items = json.load(file)
    readers = [read_labels(path, len(items)) for path in sys.argv[2:]]
    print("# Themes of quotes of real reports by hand; made by make_labels.py, read by evaluation_test.cc.")
    print("# Columns: file; the first 16 hexadecimal digits of the SHA-256 of the quote's text; where the")
    print("# quote began (the nearest of equal ones is meant); the codes that reader A and reader B ask for")
    print("# (\"-\": none, \"?\": there was no second reader); codes that are no mistake.")
    for number, item in enumerate(items):
        codes = [",".join(reader[number][0]) or "-" for reader in readers] + ["?"]
        also = sorted({code for reader in readers for code in reader[number][1]})
        digest = hashlib.sha256(item["text"].encode()).hexdigest()[:16]
        print(item["file"], digest, item["begin"], codes[0], codes[1], ",".join(also) or "-", sep="\t")


if __name__ == "__main__":
    main()
