#!/usr/bin/env python3
"""Holds every record of the outlines here against the text it describes.

Usage: check.py [--summary] [NAME.outline ...]

The texts are looked for in $QUOTES_CORPUS/reports, else in ../shared/corpus/reports beside the
source tree; those of invented/ are beside their outlines. Without the corpus says so, checks only
those of invented/ and ends with 77 if they are right. README.md beside this
file says what the records mean. Knows nothing of any parser: it looks only whether what an outline
says can be true of the text.
"""

import hashlib
import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE_DIR = HERE.parents[2]

SETS = ("tune", "report", "invented")
KINDS = ("marked", "standalone", "runin", "lead", "item", "inline", "intro")
SHAPES = ("line", "runin", "opening")
META = ("title", "subtitle", "subject", "speaker", "office", "body", "event", "date", "dateline",
        "source", "published")
FURNITURE = ("title", "byline", "dateline", "source", "nav", "caption", "note", "notes", "table",
             "footer")
RANGES = ("salutation", "address", "preamble", "closing")
# Smallest and largest number of fields, the name of the record included.
FIELDS = {"file": (4, 4), "set": (2, 2), "meta": (5, 6), "salutation": (2, 3), "address": (2, 3),
          "preamble": (2, 3), "closing": (2, 3), "heading": (8, 9), "furniture": (5, 6),
          "noteref": (4, 5), "join": (4, 5), "sentences": (2, 3), "sentence": (4, 5),
          "inner": (4, 5)}

ADDRESS = re.compile(r"(主席、)?(各位|同志).{1,16}[：︰！!]|To the .{1,60}:")
SENTENCE_MARKS = "。！？!?"
CLOSING_MARKS = "”’」』）)》】"
MIN_RUN = 60


def reports_dir():
    """The folder of the texts, or None."""
    named = os.environ.get("QUOTES_CORPUS")
    corpus = Path(named) if named else SOURCE_DIR.parent / "shared" / "corpus"
    reports = corpus / "reports"
    return reports if reports.is_dir() else None


def point(field):
    """"12:34" as a pair of numbers."""
    if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", field):
        raise ValueError(f"{field!r} is not LINE:COLUMN")
    line, column = field.split(":")
    return int(line), int(column)


def line_range(field):
    """"12-34" as a pair of numbers."""
    if not re.fullmatch(r"[1-9]\d*-[1-9]\d*", field):
        raise ValueError(f"{field!r} is not LINE-LINE")
    first, last = (int(part) for part in field.split("-"))
    if first > last:
        raise ValueError(f"{field!r} runs backwards")
    return first, last


class Outline:
    """One outline and its text. Errors are collected, not thrown."""

    def __init__(self, path, reports):
        self.path = path
        self.reports = reports
        self.errors = []
        self.records = []
        self.lines = []
        self.set_name = ""
        self.file = ""
        self.digest = ""
        for number, row in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if row and not row.startswith("#"):
                self.records.append((number, row.split("\t")))

    def fail(self, number, message):
        """Notes an error of the record in this line of the outline."""
        self.errors.append(f"{self.path.name}:{number}: {message}")

    def of(self, *names):
        """The records of these names, in order."""
        return [(number, fields) for number, fields in self.records if fields[0] in names]

    def count(self, name):
        """How many records of this name."""
        return len(self.of(name))

    def text_at(self, where):
        """The rest of the line from LINE:COLUMN on."""
        line, column = where
        if line > len(self.lines):
            raise ValueError(f"there is no line {line}")
        if column > len(self.lines[line - 1]):
            raise ValueError(f"line {line} has no column {column}")
        return self.lines[line - 1][column - 1:]

    def check(self):
        """Everything; False where the text itself is not the one described."""
        for number, fields in self.records:
            least, most = FIELDS.get(fields[0], (None, None))
            if least is None:
                self.fail(number, f"unknown record {fields[0]!r}")
            elif not least <= len(fields) <= most:
                self.fail(number, f"{fields[0]} with {len(fields)} fields")
        if self.errors or not self.check_head():
            return
        checks = {"meta": self.check_meta, "heading": None, "furniture": self.check_furniture,
                  "noteref": self.check_noteref, "join": self.check_join}
        for number, fields in self.records:
            check = checks.get(fields[0])
            if fields[0] in RANGES:
                check = self.check_range
            if check is None:
                continue
            try:
                check(number, fields)
            except ValueError as error:
                self.fail(number, str(error))
        self.check_headings()
        self.check_furniture_apart()
        self.check_sentences()

    def check_head(self):
        """The file record and the set."""
        files = self.of("file")
        sets = self.of("set")
        if len(files) != 1 or len(sets) != 1:
            self.fail(1, "needs one file record and one set record")
            return False
        number, (_, self.file, self.digest, line_count) = files[0]
        self.set_name = sets[0][1][1]
        if self.set_name not in SETS:
            self.fail(sets[0][0], f"unknown set {self.set_name!r}")
        path = self.reports / self.file
        if not path.is_file():
            self.fail(number, f"{self.file} is not in the corpus")
            return False
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.digest:
            self.fail(number, f"{self.file} is not the text described: its SHA-256 differs")
            return False
        self.lines = content.decode("utf-8").split("\n")
        if self.lines[-1] == "":
            self.lines.pop()
        if str(len(self.lines)) != line_count:
            self.fail(number, f"{self.file} has {len(self.lines)} lines, not {line_count}")
        return True

    def check_meta(self, _, fields):
        """The words of a piece of metadata stand where they are said to stand."""
        _, key, where, words = fields[:4]
        if key not in META:
            raise ValueError(f"unknown key {key!r}")
        if where == "-":
            return
        if not self.text_at(point(where)).startswith(words):
            raise ValueError(f"{words!r} is not at {where}")

    def check_range(self, _, fields):
        """Salutation and the like: inside the text; an address is a line of its own."""
        if ":" in fields[1]:
            first, last = (point(part) for part in fields[1].split("-"))
            if first[0] != last[0] or first[1] > last[1]:
                raise ValueError(f"{fields[1]!r} is not one piece of a line")
            self.text_at(last)
            return
        first, last = line_range(fields[1])
        if last > len(self.lines):
            raise ValueError(f"there is no line {last}")
        if fields[0] in ("salutation", "address"):
            line = self.lines[first - 1]
            if first != last or not ADDRESS.fullmatch(line):
                raise ValueError(f"line {first} does not address anybody")

    def check_furniture(self, _, fields):
        """The first words of the first line and the last of the last."""
        _, where, kind, head, tail = fields[:5]
        first, last = line_range(where)
        if kind not in FURNITURE:
            raise ValueError(f"unknown kind {kind!r}")
        if last > len(self.lines):
            raise ValueError(f"there is no line {last}")
        if self.lines[first - 1][:6] != head or self.lines[last - 1][-4:] != tail:
            raise ValueError(f"lines {where} do not begin and end as said")

    def check_noteref(self, _, fields):
        """A note mark stands where said, after the characters said."""
        _, where, mark, before = fields[:4]
        line, column = point(where)
        if not self.text_at((line, column)).startswith(mark):
            raise ValueError(f"{mark!r} is not at {where}")
        if not self.lines[line - 1][:column - 1].endswith(before):
            raise ValueError(f"{before!r} is not before {where}")

    def check_join(self, _, fields):
        """Two lines that follow each other, the first of them without an end."""
        _, where, tail, head = fields[:4]
        first, last = line_range(where)
        if last != first + 1:
            raise ValueError(f"lines {where} do not follow each other")
        if not self.lines[first - 1].endswith(tail) or not self.lines[last - 1].startswith(head):
            raise ValueError(f"lines {where} do not meet as said")
        if self.lines[first - 1][-1] in SENTENCE_MARKS:
            raise ValueError(f"line {first} ends with a sentence")

    def check_headings(self):
        """Words, shapes, order, levels and parents."""
        seen = {}
        before = (0, 0)
        for number, fields in self.of("heading"):
            try:
                where = point(fields[1])
                self.check_heading_words(where, fields)
                if where <= before:
                    raise ValueError(f"{fields[1]} does not follow the heading before it")
                self.check_parent(fields, seen)
                seen[fields[1]] = int(fields[4])
                before = where
            except ValueError as error:
                self.fail(number, str(error))

    def check_heading_words(self, where, fields):
        """The marker, then the words, and what the shape says about the rest of the line."""
        _, _, kind, shape, _, _, marker, words = fields[:8]
        if kind not in KINDS or shape not in SHAPES:
            raise ValueError(f"unknown kind or shape: {kind} {shape}")
        if (kind == "inline") != (where[1] > 1):
            raise ValueError("an inline item stands inside a line, everything else at its head")
        rest = self.text_at(where)
        if marker != "-":
            if not rest.startswith(marker):
                raise ValueError(f"no {marker!r} at {fields[1]}")
            rest = rest[len(marker):].lstrip()
        elif kind in ("marked", "inline"):
            raise ValueError(f"{kind} without a marker")
        if words == "-":
            if rest or shape != "line":
                raise ValueError("only a marker alone on its line has no words")
            return
        if not rest.startswith(words):
            raise ValueError(f"{words[:12]!r} is not at {fields[1]}")
        if shape == "line" and rest.rstrip() != words:
            raise ValueError("the line goes on after the heading")
        if shape == "opening" and rest != words and words[-1] not in "，。；：！？":
            raise ValueError("opening words end in the middle of a clause")
        if shape == "runin":
            if rest == words and kind != "inline":
                raise ValueError("nothing runs on after the heading")
            glued = len(fields) > 8 and fields[8].startswith("unsure")
            if words[-1] not in SENTENCE_MARKS and not glued:
                raise ValueError("a run-in heading ends in the middle of a sentence")

    @staticmethod
    def check_parent(fields, seen):
        """The nearest heading of the next higher level, and no other."""
        level = int(fields[4])
        parent = fields[5]
        if level < 1 or level > 6:
            raise ValueError(f"level {level}")
        if level == 1:
            if parent != "-":
                raise ValueError("a heading of level 1 has no parent")
            return
        higher = [place for place, other in seen.items() if other < level]
        if parent not in seen or seen[parent] != level - 1:
            raise ValueError(f"{parent} is no heading of level {level - 1} before this one")
        if parent != higher[-1]:
            raise ValueError(f"{higher[-1]} stands between the parent {parent} and this heading")

    def check_furniture_apart(self):
        """No line is furniture twice, and no heading or sentence stands in furniture."""
        taken = set()
        for number, fields in self.of("furniture"):
            first, last = line_range(fields[1])
            lines = set(range(first, last + 1))
            if lines & taken:
                self.fail(number, "these lines are furniture already")
            taken |= lines
        for number, fields in self.of("heading", "sentence"):
            if point(fields[1])[0] in taken:
                self.fail(number, "stands in furniture")

    def check_sentences(self):
        """Inside a range every line is covered, and each sentence begins and ends as said."""
        joined = {line_range(fields[1])[1] for _, fields in self.of("join")}
        headings = {point(fields[1])[0] for _, fields in self.of("heading") if fields[3] == "line"}
        ranges = []
        starts = []
        for number, fields in self.records:
            if fields[0] == "sentences":
                ranges.append((number, line_range(fields[1]), []))
            elif fields[0] in ("sentence", "inner"):
                if not ranges:
                    self.fail(number, "stands before any range of sentences")
                    return
                ranges[-1][2].append((number, fields))
        longest = 0
        for number, (first, last), rows in ranges:
            starts = [(n, point(f[1]), f) for n, f in rows if f[0] == "sentence"]
            places = [where for _, where, _ in starts]
            if places != sorted(set(places)):
                self.fail(number, "sentences are not in order")
                continue
            longest = max(longest, len(places))
            self.check_cover(number, (first, last), places, joined)
            for index, (row, where, fields) in enumerate(starts):
                end = places[index + 1] if index + 1 < len(places) else (last + 1, 1)
                self.check_sentence(row, where, end, fields, where[0] in headings)
            for row, fields in rows:
                if fields[0] == "inner":
                    self.check_inner(row, fields, places)
        whole = {line for _, (first, last), _ in ranges for line in range(first, last + 1)}
        if ranges and longest < MIN_RUN and len(whole) < len(self.lines) - 5:
            self.fail(1, f"only {longest} consecutive sentences of a longer text")

    def check_cover(self, number, lines, places, joined):
        """Every printed line of a range begins a sentence, unless it goes on with one."""
        first, last = lines
        if last > len(self.lines):
            self.fail(number, f"there is no line {last}")
            return
        for line in range(first, last + 1):
            text = self.lines[line - 1]
            column = len(text) - len(text.lstrip()) + 1
            if text.strip() and line not in joined and (line, column) not in places:
                self.fail(number, f"no sentence begins with line {line}")
            if line in joined and (line, 1) in places:
                self.fail(number, f"line {line} goes on with a sentence and begins none")
        for line, _ in places:
            if not first <= line <= last:
                self.fail(number, f"line {line} is not in the range")

    def check_sentence(self, number, where, end, fields, heading):
        """First six and last four characters, and a mark before whatever follows in the line."""
        try:
            body = self.text_at(where)
        except ValueError as error:
            self.fail(number, str(error))
            return
        for line in range(where[0] + 1, end[0]):
            body += self.lines[line - 1]
        if end[0] > where[0]:
            if end[0] <= len(self.lines):
                body += self.lines[end[0] - 1][:end[1] - 1]
        else:
            body = self.lines[where[0] - 1][where[1] - 1:end[1] - 1]
        body = body.rstrip()
        if not body.startswith(fields[2]) or len(fields[2]) != min(6, len(body)):
            self.fail(number, f"does not begin with {fields[2]!r}")
        if not body.endswith(fields[3]) or len(fields[3]) != min(4, len(body)):
            self.fail(number, f"ends with {body[-4:]!r}, not with {fields[3]!r}")
        if heading and end[0] == where[0]:
            self.fail(number, "a heading is one piece")
        previous = self.lines[where[0] - 1][:where[1] - 1].rstrip()
        if previous and not (len(fields) > 4 and fields[4]):
            if not previous.rstrip(CLOSING_MARKS) or (
                    previous.rstrip(CLOSING_MARKS)[-1] not in SENTENCE_MARKS
                    and previous[-1] not in SENTENCE_MARKS):
                self.fail(number, f"no sentence ends before column {where[1]}, no note says why")

    def check_inner(self, number, fields, places):
        """Inside a sentence, after a mark, and no boundary itself."""
        where = point(fields[1])
        if where in places:
            self.fail(number, "is a boundary as well")
        before = self.lines[where[0] - 1][:where[1] - 1].rstrip()
        if not self.text_at(where).startswith(fields[2]) or not before.endswith(fields[3]):
            self.fail(number, f"{fields[1]} does not read as said")
        if before.rstrip(CLOSING_MARKS)[-1] not in SENTENCE_MARKS:
            self.fail(number, "no mark stands before it")


def check_readme(outlines):
    """README.md lists each outline with its set, text and counts."""
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    errors = []
    for outline in outlines:
        row = (f"| {outline.path.stem} | {outline.set_name} | `{outline.file}` | "
               f"`{outline.digest}` | {outline.count('heading')} | {outline.count('sentence')} |")
        if row not in readme:
            errors.append(f"README.md has no row like: {row}")
    return errors


def main(arguments):
    """Returns the exit status."""
    reports = reports_dir()
    summary = "--summary" in arguments
    named = [Path(name) for name in arguments if not name.startswith("--")]
    paths = named or sorted(HERE.glob("*.outline")) + sorted(HERE.glob("invented/*.outline"))
    if not paths:
        print("no outline found")
        return 1
    outlines = [Outline(path, path.parent if path.parent.name == "invented" else reports)
                for path in paths]
    absent = any(outline.reports is None for outline in outlines)
    outlines = [outline for outline in outlines if outline.reports is not None]
    for outline in outlines:
        outline.check()
    errors = [error for outline in outlines for error in outline.errors]
    if not named and not absent:
        errors += check_readme(outlines)
    for error in errors:
        print(error)
    if summary:
        for outline in outlines:
            print(f"| {outline.path.stem} | {outline.set_name} | `{outline.file}` | "
                  f"`{outline.digest}` | {outline.count('heading')} | "
                  f"{outline.count('sentence')} |")
    records = sum(len(outline.records) for outline in outlines)
    print(f"{len(outlines)} outlines, {records} records, {len(errors)} errors")
    if absent and not errors:
        print("the corpus of reports is absent: only invented texts were checked")
        return 77
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
