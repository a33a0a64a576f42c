"""Files that no newsroom means to import: a clear error each, or the same report."""

import json
import os
import re
import signal
import subprocess
import unittest
from pathlib import Path

from quotes_testing import (CLEAN_ENVIRONMENT, QUOTECTL, SAMPLE, SAMPLE_ID, Server, TempDir,
                            quotectl, quotectl_json, wait_for)

# The beginning of a real JPEG: start of image, JFIF header, quantisation table; then noise.
JPEG = (bytes.fromhex("ffd8ffe000104a46494600010101004800480000ffdb004300")
        + bytes((index * 73 + 41) % 256 for index in range(20_000)) + bytes.fromhex("ffd9"))


def quote_names(server, report_id):
    export = quotectl_json("find", "党", "--all", "--report", report_id, server=server)
    names = []
    for page in export:
        names += [(hit["quote"]["name"], hit["quote"]["text"]) for hit in page["hits"]]
    assert names
    return names


class HostileTest(unittest.TestCase):
    """All against one server, which must be as good afterwards as before."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(TempDir())
        cls.server = cls.enterClassContext(Server(cls.folder / "quotes.db"))
        quotectl_json("import", SAMPLE, "--id", SAMPLE_ID, server=cls.server)
        cls.names = quote_names(cls.server, SAMPLE_ID)

    def tearDown(self):
        self.assertIsNone(self.server.process.poll(), self.server.log_text())
        self.assertEqual(quote_names(self.server, SAMPLE_ID), self.names)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def refused(self, path, reason):
        for target in ({"server": self.server}, {"database": self.folder / "other.db"}):
            result = quotectl("import", path, "--json", **target)
            self.assertEqual(result.returncode, 2, result)
            self.assertIn(f'"{reason}"', result.stderr)
            self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
            for_people = quotectl("import", path, **target)
            self.assertEqual(for_people.returncode, 2)
            self.assertIn(path.name, for_people.stderr)
            self.assertLess(len(for_people.stderr), 1000)

    def test_a_gigabyte(self):
        path = self.folder / "gigabyte.txt"
        with open(path, "wb") as file:
            file.truncate(1 << 30)
        self.refused(path, "SOURCE_TOO_LARGE")

    def test_just_above_the_limit(self):
        self.refused(self.file("large.txt", "报告\n".encode() * ((64 << 20) // 7 + 1)),
                     "SOURCE_TOO_LARGE")

    def test_empty(self):
        self.refused(self.file("empty.txt", b""), "EMPTY_TEXT")
        self.refused(self.file("blank.txt", "　\n\r\n \t\n".encode()), "EMPTY_TEXT")

    def test_jpeg(self):
        self.refused(self.file("picture.txt", JPEG), "UNSUPPORTED_FORMAT")

    def test_a_line_of_50_megabytes(self):
        self.refused(self.file("line.txt", "党".encode() * (50_000_000 // 3)), "SOURCE_TOO_LARGE")

    def test_nul_bytes(self):
        text = SAMPLE.read_bytes()
        self.refused(self.file("nul.txt", text[:3000] + b"\0\0\0" + text[3000:]),
                     "UNDECODABLE_TEXT")
        self.refused(self.file("only-nul.txt", b"\0" * 4096), "UNDECODABLE_TEXT")

    def test_cut_in_the_middle_of_a_character(self):
        self.refused(self.file("cut.txt", SAMPLE.read_bytes()[:-1].rstrip(b"\n")[:-1]),
                     "UNDECODABLE_TEXT")

    def test_metadata_that_cannot_be_meant(self):
        text = "关于工作的报告\n\n同志们：\n我们要加快发展。\n"
        for name, sidecar, said in (("day", "date = '2023-13-45'", "2023-13-45"),
                                    ("key", "titel = '报告'", "titel"),
                                    ("list", "speaker = ['张三', '李四']", "speaker"),
                                    ("table", "speaker = {name = '张三'}", "speaker"),
                                    ("cut", "title = ", "cut.toml"),
                                    ("long", f"title = '{'长' * 501}'", "title")):
            path = self.file(f"{name}.txt", text.encode())
            self.file(f"{name}.toml", (sidecar + "\n").encode())
            result = quotectl("import", path, server=self.server)
            self.assertEqual(result.returncode, 2, result)
            self.assertIn(said, result.stderr)
        for name, front, reason in (("day", "date: 2023-02-31", "FIELD_INVALID"),
                                    ("list", "speaker: [张三, 李四]", "FIELD_INVALID"),
                                    ("table", "speaker: {name: 张三}", "FIELD_INVALID"),
                                    ("alias", "base: &x 张三\nspeaker: *x", "MALFORMED_SOURCE"),
                                    ("quote", "title: \"报告", "MALFORMED_SOURCE")):
            content = f"---\n{front}\n---\n{text}"
            self.refused(self.file(f"front-{name}.md", content.encode()), reason)
        for name, front, reason in (("list", "speaker = ['张三', '李四']", "FIELD_INVALID"),
                                    ("table", "speaker = {name = '张三'}", "FIELD_INVALID"),
                                    ("section", "[speaker]\nname = '张三'", "FIELD_INVALID")):
            content = f"+++\n{front}\n+++\n{text}"
            self.refused(self.file(f"toml-{name}.md", content.encode()), reason)
        for name, content in (("yaml", f"---\ntitle: 报告\n{text}"),
                              ("toml", f"+++\ntitle = '报告'\n{text}")):
            self.refused(self.file(f"open-{name}.md", content.encode()), "MALFORMED_SOURCE")

    def test_damaged_characters_are_told_and_the_text_is_held(self):
        for name, damage in (("surrogate", "í£¡"), ("gb", "¾\u00adÃÀ"), ("tag", "<br>"),
                             ("radical", "⼤⼒"), ("invisible", "\u200b\u00ad"),
                             ("lost", "\ufffd")):
            text = f"关于{name}的报告\n\n同志们：\n我们坚决支持民营{damage}经济发展壮大。\n"
            path = self.file(f"damaged-{name}.txt", text.encode())
            result = quotectl("import", path, "--json", "--as", "separate", server=self.server)
            self.assertEqual(result.returncode, 0, result)
            held = json.loads(result.stdout)["result"]
            kinds = [finding["kind"] for finding in held["lint"]]
            self.assertIn("KIND_ENCODING_DAMAGE", kinds, name)
            self.assertIn(held["report"]["name"],
                          quotectl("find", "坚决支持民营", "--json", server=self.server).stdout)

    def test_a_signal_ends_the_wait_for_a_pipe(self):
        for signum in (signal.SIGTERM, signal.SIGINT):
            with subprocess.Popen([str(QUOTECTL), "--server", self.server.address, "import", "-"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env=CLEAN_ENVIRONMENT) as process:
                process.stdin.write("关于发展的报告\n\n同志们：\n".encode())
                process.stdin.flush()
                # From when signals are handled it waits for the rest.
                bit = 1 << (signum - 1)
                status = Path(f"/proc/{process.pid}/status")
                wait_for(lambda: int(re.search(r"SigCgt:\s*(\w+)", status.read_text())[1], 16) & bit,
                         "the signal is handled")
                process.send_signal(signum)
                self.assertEqual(process.wait(timeout=60), 128 + signum)
                self.assertIn(b"interrupted: 0 of 1 files were done", process.stderr.read())

    def test_a_pipe_with_a_name_is_not_waited_for(self):
        pipe = self.folder / "pipe.txt"
        os.mkfifo(pipe)
        result = quotectl("import", pipe, server=self.server, timeout=60)
        self.assertEqual(result.returncode, 2, result)
        self.assertIn("pipe.txt: is a pipe, a device or a socket", result.stderr)

    def test_a_text_is_checked_without_a_server(self):
        # Where none is named and none answers; one may run here by accident.
        result = quotectl("import", "--validate-only", SAMPLE)
        self.assertIn(result.returncode, (0, 2), result)
        self.assertIn("nothing written", result.stderr)
        if "no server answers at 127.0.0.1:50051" in result.stderr:
            self.assertEqual(result.returncode, 0, result)
        # One that was named is meant.
        named = quotectl("import", "--validate-only", SAMPLE, "--server", "127.0.0.1:1")
        self.assertEqual(named.returncode, 3, named)
        self.assertIn("127.0.0.1:1 does not answer", named.stderr)

    def test_no_file(self):
        for path in (self.folder / "no-such-file.txt", self.folder / "no" / "such"):
            result = quotectl("import", path, server=self.server)
            self.assertEqual(result.returncode, 2, result)
            self.assertIn("No such file", result.stderr)

    def test_the_same_report_in_other_encodings(self):
        text = SAMPLE.read_text(encoding="utf-8")
        copies = {
            "gb18030": text.encode("gb18030"),
            "gbk": text.encode("gbk", errors="strict") if self.encodable(text, "gbk") else None,
            "utf8-bom": text.encode("utf-8-sig"),
            "utf16le-bom": "\ufeff".encode("utf-16-le") + text.encode("utf-16-le"),
            "utf16be-bom": "\ufeff".encode("utf-16-be") + text.encode("utf-16-be"),
            "crlf": text.replace("\n", "\r\n").encode(),
        }
        for name, content in copies.items():
            if content is None:
                continue
            with self.subTest(name), TempDir() as folder:
                path = folder / f"{SAMPLE_ID}.txt"
                path.write_bytes(content)
                # In a database of its own: the names are made anew and must come out the same.
                with Server(folder / "quotes.db") as server:
                    quotectl_json("import", path, "--id", SAMPLE_ID, server=server)
                    self.assertEqual(quote_names(server, SAMPLE_ID), self.names)
                # And as a further revision of the report: the names are carried over.
                quotectl_json("import", path, "--id", SAMPLE_ID, server=self.server)
                self.assertEqual(quote_names(self.server, SAMPLE_ID), self.names)

    @staticmethod
    def encodable(text, encoding):
        try:
            text.encode(encoding)
            return True
        except UnicodeEncodeError:
            return False


if __name__ == "__main__":
    unittest.main()
