"""Imports of folders that are cut off: by kill -9, by a full disk. What was acknowledged is there,
nothing is there by half, and the same command again completes what is missing."""

import email.mime.image
import email.mime.multipart
import email.mime.text
import hashlib
import io
import json
import os
import random
import signal
import sqlite3
import subprocess
import tarfile
import time
import unittest
import zipfile
from contextlib import closing

from quotes_testing import CLEAN_ENVIRONMENT, QUOTECTL, SAMPLE, Server, TempDir, quotectl

ROUNDS = int(os.environ.get("QUOTES_KILL_ROUNDS", "4"))
REPORTS = 120


def write_reports(folder):
    """Reports with no sentence in common; their hashes by id."""
    chooser = random.Random(4)
    letters = sorted({c for c in SAMPLE.read_text(encoding="utf-8") if "一" <= c <= "龥"})
    hashes = {}
    folder.mkdir()
    for number in range(REPORTS):
        lines = ["".join(chooser.choices(letters, k=40)) + "。" for _ in range(150)]
        content = f"第{number}号报告\n" + "\n".join(lines) + "\n"
        (folder / f"r{number:03}.txt").write_text(content, encoding="utf-8")
        (folder / f"r{number:03}.toml").write_text(f'id = "r{number:03}"\n', encoding="utf-8")
        hashes[f"r{number:03}"] = hashlib.sha256(content.encode()).hexdigest()
    return hashes


class ImportTest(unittest.TestCase):
    """Real processes, real signals."""

    def held(self, database):
        """The hashes of what a database holds, by id; each whole."""
        with closing(sqlite3.connect(database)) as connection:
            self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual(connection.execute("PRAGMA foreign_key_check").fetchall(), [])
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if "contents" not in tables:
                # Killed before there was a schema, or between its migrations: nothing is held.
                if "revisions" in tables:
                    self.assertEqual(connection.execute("SELECT COUNT(*) FROM revisions").fetchone(),
                                     (0,))
                return {}
            for name, sha256, content in connection.execute(
                    "SELECT report_id, c.sha256, c.bytes FROM revisions AS r"
                    " LEFT JOIN contents AS c ON c.revision = r.id"):
                self.assertEqual(hashlib.sha256(content or b"").hexdigest(), sha256, name)
            return dict(connection.execute("SELECT report_id, source_sha256 FROM revisions"))

    def interrupted_import(self, folder, seconds, server=None, database=None):
        """Ids that were acknowledged before the importing process, or the server, was killed."""
        target = ["--database", str(database)] if server is None else ["--server", server.address]
        with subprocess.Popen([str(QUOTECTL), "import", "--json", "--jobs", "2", str(folder),
                               *target], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              env=CLEAN_ENVIRONMENT) as process:
            time.sleep(seconds)
            if server is None:
                process.send_signal(signal.SIGKILL)
            else:
                server.kill()
            output = process.communicate(timeout=300)[0]
        # What was cut off in the middle of a line, or of a character, was not acknowledged.
        lines = output[:output.rfind(b"\n") + 1].decode().split("\n")[:-1]
        return {json.loads(line)["result"]["report"]["name"].split("/")[1] for line in lines}

    def check_round(self, database, acknowledged, hashes):
        held = self.held(database)
        self.assertLessEqual(acknowledged, set(held), "an acknowledged import is lost")
        self.assertLessEqual(held.items(), hashes.items())
        return len(held)

    def complete(self, folder, database, hashes, already):
        result = quotectl("import", "-q", folder, database=database)
        self.assertEqual(result.returncode, 0, result)
        self.assertEqual(result.stderr, f"{REPORTS - already} imported, {already} unchanged, "
                                        "0 refused\n")
        self.assertEqual(self.held(database), hashes)

    def test_kill_in_the_middle_of_a_folder(self):
        chooser = random.Random(6)
        caught = 0
        longest = 0.8
        with TempDir() as root:
            folder = root / "in"
            hashes = write_reports(folder)
            for number in range(ROUNDS):
                database = root / f"{number}.db"
                already = 0
                for _ in range(2):
                    seconds = chooser.uniform(0.05, longest)
                    if number % 2 == 0:
                        acknowledged = self.interrupted_import(folder, seconds, database=database)
                    else:
                        with Server(database) as server:
                            acknowledged = self.interrupted_import(folder, seconds, server=server)
                    if database.exists():
                        quotectl("reports", database=database)  # recovers the log
                        already = self.check_round(database, acknowledged, hashes)
                        caught += 0 < already < REPORTS
                    if already == 0:
                        longest *= 2  # a busy machine takes longer to begin
                self.complete(folder, database, hashes, already)
        self.assertGreater(caught, 0, "no import was caught at work")

    def test_what_is_not_read_is_told(self):
        chooser = random.Random(8)
        letters = sorted({c for c in SAMPLE.read_text(encoding="utf-8") if "一" <= c <= "龥"})

        def text(number):
            return (f"第{number}号报告\n" + "".join(chooser.choices(letters, k=300)) + "。\n").encode()

        with TempDir() as root:
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w") as county:
                county.writestr("inner.txt", text(1))
            with tarfile.open(root / "city.tar.gz", "w:gz") as city:
                for name, content in (("one.txt", text(2)), ("county.zip", inner.getvalue()),
                                      ("../../out.txt", text(3)), ("old.doc", b"x"),
                                      ("notes.xlsx", b"x"), (".hidden.txt", text(4))):
                    member = tarfile.TarInfo(name)
                    member.size = len(content)
                    city.addfile(member, io.BytesIO(content))
                link = tarfile.TarInfo("link.txt")
                link.type = tarfile.SYMTYPE
                link.linkname = "/etc/passwd"
                city.addfile(link)
            for path in (root / "city.tar.gz", root):
                with self.subTest(path=path):
                    result = quotectl("import", "-q", path, database=root / "q.db")
                    self.assertEqual(result.returncode, 2, result)
                    for name in ("county.zip", "../../out.txt", "old.doc", "link.txt"):
                        self.assertIn(f"/{name} was not read", result.stderr)
                    self.assertIn(" refused, 4 not read\n", result.stderr)
                    self.assertNotIn("notes.xlsx", result.stderr)
                    self.assertNotIn("hidden", result.stderr)

    def test_a_pipe_is_refused(self):
        with TempDir() as root:
            os.mkfifo(root / "pipe.txt")
            result = quotectl("import", "-q", root / "pipe.txt", database=root / "q.db")
            self.assertEqual(result.returncode, 2, result)
            self.assertIn("is a pipe, a device or a socket", result.stderr)

    def test_a_saved_page_with_its_pictures_is_read(self):
        page = ("<html><body>" + "".join(f"<p>{line}</p>\n" for line in
                                         SAMPLE.read_text(encoding="utf-8").splitlines() if line)
                + "</body></html>")
        with TempDir() as root:
            (root / "in").mkdir()
            (root / "in/a.html").write_text(page, encoding="utf-8")
            archive = email.mime.multipart.MIMEMultipart("related", type="text/html")
            archive.attach(email.mime.text.MIMEText(page, "html", "gb18030"))
            archive.attach(email.mime.image.MIMEImage(b"x", "png"))
            (root / "in/b.mhtml").write_bytes(archive.as_bytes())
            result = quotectl("import", "--json", "--as", "separate", root / "in",
                              database=root / "q.db")
            self.assertEqual(result.returncode, 0, result)
            html, mhtml = (json.loads(line)["result"] for line in result.stdout.splitlines())
            self.assertEqual(mhtml["report"]["quote_count"], html["report"]["quote_count"])
            self.assertEqual(mhtml["duplicate_of"], html["report"]["name"])

    def test_full_disk(self):
        probe = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            self.skipTest("mounts are not permitted here")
        with TempDir() as root:
            folder = root / "in"
            hashes = write_reports(folder)
            small = root / "small"
            small.mkdir()
            # The disk goes with its namespace; what it held is copied out first.
            script = (f"mount -t tmpfs -o size=3m none {small} && "
                      f"{QUOTECTL} --database {small}/q.db import -q {folder}; "
                      f"code=$?; cp {small}/q.db* {root} 2>/dev/null; exit $code")
            result = subprocess.run(["unshare", "--mount", "sh", "-c", script],
                                    capture_output=True, text=True, env=CLEAN_ENVIRONMENT,
                                    timeout=600, check=False)
            self.assertEqual(result.returncode, 3, result)
            self.assertIn("no space left", result.stderr)
            self.assertIn("STORAGE_FULL", result.stderr)
            self.assertIn(" not tried", result.stderr)
            database = root / "q.db"
            already = len(self.held(database))
            self.assertGreater(already, 0)
            self.complete(folder, database, hashes, already)


if __name__ == "__main__":
    unittest.main()
