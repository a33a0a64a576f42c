"""kill -9 at random moments, and at exact calls, of everything that writes. After each the server is
started again, and all that was acknowledged must hold: it is there and answers as it did, nothing
is there by half, request ids are replayed, and look-ups find what the rows of the database say.

Another writer (a backup, say) joins by a method that kills a server at work on `self.database` and
its name in SCENARIOS.
"""

import collections
import shutil
import signal
import sqlite3
import threading
import time
import unittest
from contextlib import closing

from fault_testing import (KILL, LONG, SYNCS, WRITES, Faults, Ledger, PowerLoss, Stubs,
                           check_everything, check_integrity, chooser, chooser_of, grpc,
                           held_reports, quote_service_pb2, read_content, reason_of,
                           report_service_pb2, settle, write_until)
from quotes_testing import Server, TempDir, wait_for

ROUNDS = 240 if LONG else 24
# A database grows with each round and is checked whole after it.
ROUNDS_OF_A_DATABASE = 30

# Tables whose rows only a purge deletes.
IMMUTABLE = ("revisions", "contents", "print_spans", "runs", "paragraphs", "joins", "sections",
             "quotes", "lint")

# What leads back from a version of the schema to the one before.
OLDER = {
    12: "".join(f"DROP TRIGGER {table}_no_delete;" for table in IMMUTABLE)
        + "DROP TABLE purging; DROP TABLE purged; ALTER TABLE meta DROP COLUMN unscrubbed;"
        "ALTER TABLE audit DROP COLUMN detail;"
        + "".join(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN"
                  " SELECT RAISE(ABORT, 'revisions are immutable'); END;"
                  for table in IMMUTABLE),
    11: "DROP INDEX reports_embargoed; ALTER TABLE reports DROP COLUMN available_from;"
        "ALTER TABLE audit DROP COLUMN embargoed;",
    10: "DROP TABLE contents;",
    9: "DROP TABLE audit; ALTER TABLE meta DROP COLUMN audit_since;",
    8: "CREATE UNIQUE INDEX sections_by_id ON sections (revision, section_id);"
       "CREATE UNIQUE INDEX quotes_by_id ON quotes (revision, quote_id);",
    7: "DROP TABLE tags;",
    6: "DROP INDEX sections_by_id; DROP INDEX quotes_by_id;"
       "CREATE UNIQUE INDEX sections_by_id ON sections (section_id, revision);"
       "CREATE UNIQUE INDEX quotes_by_id ON quotes (quote_id, revision);",
    5: "ALTER TABLE reports DROP COLUMN duplicate_of;",
    4: "ALTER TABLE revisions DROP COLUMN extracted; "
       "ALTER TABLE revisions DROP COLUMN extracted_sha256;",
    3: "DROP INDEX defects_by_id; ALTER TABLE defects DROP COLUMN origin;"
       "ALTER TABLE defects DROP COLUMN removed;",
    2: "ALTER TABLE reports DROP COLUMN delete_time;",
}

# A theme of the house and the word that gives it; which of two, changes. The word stands in every
# invented sentence, the other in one report alone.
HOUSE_THEMES = ("code\tparent\tzh\ten\tscope\n"
                "house\t\t本社\tHouse\tOf this house\n"
                "house.kept\thouse\t版次\tKept\tSentences with the word\n")
WORDS = ("版次", "行次", "春江", "花月")


def schema_version(database):
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def write_rows(connection):
    """Writes what revisions hold as rows, as it was done before version 10."""
    for revision, held in connection.execute("SELECT revision, bytes FROM contents").fetchall():
        for table, items in read_content(held).items():
            rows = [(revision, ordinal, *item) for ordinal, item in enumerate(items)]
            if rows:
                connection.executemany(
                    f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)


def statements(script):
    """The statements of a script one by one; those of triggers have some in them."""
    begun = ""
    for part in script.split(";")[:-1]:
        begun += part + ";"
        if sqlite3.complete_statement(begun):
            yield begun
            begun = ""


def make_older(database, version):
    """Gives a database the schema that `version` of it had."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for now in range(schema_version(database), version, -1):
            connection.execute("BEGIN")
            if now == 10:
                write_rows(connection)
            for statement in statements(OLDER[now]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {now - 1}")
            connection.execute("COMMIT")


class KillTest(unittest.TestCase):
    """Real processes, real signals."""

    SCENARIOS = ("imports", "merges", "loading", "migration", "labels", "exact_call",
                 "purge", "power")

    def setUp(self):
        self.numbers = chooser("kill_test")
        self.folder = self.enterContext(TempDir())
        self.counts = collections.Counter()
        self.begin_database(0)

    def begin_database(self, number):
        self.database = self.folder / f"{number}" / "quotes.db"
        self.database.parent.mkdir()
        self.ledger = Ledger()
        self.word = None

    @property
    def segments(self):
        return self.database.parent / "quotes.db.segments"

    def test_every_kill_leaves_what_was_acknowledged(self):
        self.assertEqual(max(OLDER), self.newest_schema(), "OLDER lacks a migration")
        for number in range(ROUNDS):
            if number > 0 and number % ROUNDS_OF_A_DATABASE == 0:
                self.counts["imports begun"] += len(self.ledger.attempted)
                print(f"{number} rounds", flush=True)
                self.begin_database(number)
            scenario = self.SCENARIOS[number % len(self.SCENARIOS)]
            with self.subTest(round=number, scenario=scenario):
                getattr(self, scenario)()
                self.counts["kills"] += 1
                self.counts["unfinished files met"] += len(list(
                    self.segments.glob("**/*.unfinished")))
                self.verify(settle_too=self.numbers.random() < 0.5,
                            compare=scenario != "imports" and self.numbers.random() < 0.5)
        self.counts["imports begun"] += len(self.ledger.attempted)
        # Otherwise nothing was caught at work.
        self.assertGreater(self.counts["imports without an answer"], ROUNDS // 12)
        print(", ".join(f"{what}: {count}" for what, count in sorted(self.counts.items())))

    def newest_schema(self):
        with Server(self.database) as server:
            server.terminate()
        return schema_version(self.database)

    def verify(self, settle_too, compare):
        with Server(self.database) as server:
            check_everything(self, server, self.database, self.ledger, self.numbers)
            self.counts["imports without an answer"] += len(
                set(self.ledger.attempted) - set(self.ledger.acknowledged))
            if compare:
                self.check_against_a_new_start(server)
            if settle_too:
                self.counts["durable without an answer"] += settle(self, server, self.ledger)
                check_everything(self, server, self.database, self.ledger, self.numbers, replays=2)
                self.assertEqual(server.terminate(), 0)
                self.assertEqual(list(self.segments.glob("**/*.unfinished")), [])
            else:
                # What is not asked again may be there or not, and must not count as unanswered
                # for ever: it is sent before the next round.
                settle(self, server, self.ledger)
                server.kill()

    def check_against_a_new_start(self, server):
        """Pages of look-ups and of the house's theme, to the byte, beside those of a server that
        made all of its files anew from a copy of the database."""
        self.counts["compared with a server that began anew"] += 1
        with TempDir() as folder:
            copy = folder / "quotes.db"
            with closing(sqlite3.connect(self.database)) as source, \
                    closing(sqlite3.connect(copy)) as target:
                source.backup(target)
            if self.word is not None:
                shutil.copytree(f"{self.database}.themes", f"{copy}.themes")
            with Server(copy) as other:
                self.assertEqual(self.pages(server), self.pages(other))

    def pages(self, server):
        pages = []
        with Stubs(server) as stubs:
            if self.word is not None:
                pages.append(stubs.quotes.LookupTheme(quote_service_pb2.LookupThemeRequest(
                    name="themes/house.kept", page_size=200, return_facets=True), timeout=30))
            for word in WORDS:
                pages.append(stubs.search(f'"{word}"', page_size=200))
        return [page.SerializeToString(deterministic=True) for page in pages]

    # --- what is killed ---

    def write_and_kill(self, server, threads, sentences, when):
        """Several writers at once until `when()` returns; then the end."""
        stop = threading.Event()
        workers = [threading.Thread(target=write_until, args=(
            stop, server, self.ledger, chooser_of(self.numbers), sentences))
                   for _ in range(threads)]
        for worker in workers:
            worker.start()
        when()
        server.kill()
        stop.set()
        for worker in workers:
            worker.join()

    def imports(self):
        """In the middle of imports, unary and as streams."""
        with Server(self.database) as server:
            self.write_and_kill(server, 4, (5, 600),
                                lambda: time.sleep(self.numbers.uniform(0.02, 0.9)))

    def merges(self):
        """While segments are merged and written."""
        with Server(self.database) as server:
            def when():
                deadline = time.monotonic() + 3
                while time.monotonic() < deadline:
                    if list(self.segments.glob("**/*.unfinished")):
                        self.counts["merges met"] += 1
                        break
                time.sleep(self.numbers.uniform(0, 0.01))
            self.write_and_kill(server, 4, (1, 100), when)

    def loading(self):
        """While a server starts, from its segments or without them; again and again."""
        for _ in range(3):
            if self.numbers.random() < 0.3:
                for file in self.segments.glob("**/*.segment"):
                    if self.numbers.random() < 0.5:
                        file.unlink()
            self.start_and_kill(None, 0.4)

    def start_and_kill(self, faults, longest):
        server = Server(self.database, env=faults.env if faults is not None else None)
        try:
            deadline = time.monotonic() + (
                self.numbers.uniform(0, longest) if faults is None else longest)
            while time.monotonic() < deadline and server.process.poll() is None:
                time.sleep(0.002)
        finally:
            server.kill()
            server.__exit__(None, None, None)

    def migration(self):
        """While a database of an earlier schema is migrated, at an exact call."""
        faults = Faults(self.database.parent)
        before = self.numbers.randint(1, max(OLDER) - 1)
        make_older(self.database, before)
        self.assertEqual(schema_version(self.database), before)
        # Migrations write little; some tens of calls reach into the loading that follows.
        faults.fail(self.database.parent / "quotes.db*", WRITES | SYNCS,
                    self.numbers.randint(1, 60), KILL)
        self.start_and_kill(faults, 5)
        self.counts["killed at an exact call"] += faults["failed"]
        self.counts["left between two schemas"] += schema_version(self.database) < max(OLDER)
        check_integrity(self, self.database)

    def labels(self):
        """While all quotes get their themes anew."""
        with Server(self.database) as server:
            for number in range(2):
                self.set_word()
                server.process.send_signal(signal.SIGHUP)
                if self.numbers.random() < 0.5:
                    self.write_and_kill(server, 1, (5, 50),
                                        lambda: time.sleep(self.numbers.uniform(0, 0.4)))
                    return
                server.await_lines("themes_reloaded", number + 1)
                self.assertNotIn("themes_not_reloaded", server.log_text())
            self.set_word()
            server.process.send_signal(signal.SIGHUP)
            time.sleep(self.numbers.uniform(0, 0.15))
            server.kill()

    def set_word(self):
        themes = self.database.parent / "quotes.db.themes"
        themes.mkdir(exist_ok=True)
        self.word = self.numbers.choice([word for word in WORDS if word != self.word])
        (themes / "themes.tsv").write_text(HOUSE_THEMES, encoding="utf-8")
        (themes / "cues.tsv").write_text(
            f"version\t{self.numbers.randint(1, 10 ** 6)}\ncode\tterm\tweight\tscope\n"
            f"house.kept\t{self.word}\t1\town\n", encoding="utf-8")

    def exact_call(self):
        """At the n-th write or sync of anything beside the database, while reports come in."""
        faults = Faults(self.database.parent)
        faults.count(self.database.parent / "quotes.db*", WRITES | SYNCS)
        with Server(self.database, env=faults.env) as server:
            faults.fail(self.database.parent / "quotes.db*", WRITES | SYNCS,
                        self.numbers.randint(1, 400), KILL)

            def when():
                deadline = time.monotonic() + 10
                while time.monotonic() < deadline and server.process.poll() is None:
                    time.sleep(0.005)
            self.write_and_kill(server, 3, (2, 100), when)
            self.counts["killed at an exact call"] += faults["failed"]

    def purge(self):
        """While a report is purged: it is there as it was, or nothing is left of it in any file."""
        faults = Faults(self.database.parent)
        faults.count(self.database.parent / "quotes.db*", WRITES | SYNCS)
        acknowledged = None
        with Server(self.database, env=faults.env) as server, Stubs(server) as stubs:
            request = self.ledger.make(self.numbers, self.numbers.randint(2, 300), revise=0.5)
            self.ledger.write(stubs, request, upload=False)
            if self.numbers.random() < 0.5:  # so that segments are in files
                wait_for(lambda: any(name.endswith(".segment") for name in self.files_with(request)),
                         "the segment is saved")
            taken = self.ledger.take(request.report_id)
            faults.fail(self.database.parent / "quotes.db*", WRITES | SYNCS,
                        self.numbers.randint(1, self.numbers.choice((10, 100, 400))), KILL)
            try:
                acknowledged = stubs.reports.PurgeReport(report_service_pb2.PurgeReportRequest(
                    name=f"reports/{request.report_id}"), timeout=60)
            except grpc.RpcError:
                self.counts["purges without an answer"] += 1
            self.counts["killed at an exact call"] += faults["failed"]
            server.kill()
        if acknowledged is not None and acknowledged.erased:
            self.assertEqual(self.files_with(*taken[0].values()), [])
        with Server(self.database) as server, Stubs(server) as stubs:
            if request.report_id in held_reports(stubs):
                self.assertIsNone(acknowledged, "what was purged is back")
                self.ledger.give_back(taken)
                self.counts["purges not begun"] += 1
                return
            with self.assertRaises(grpc.RpcError) as refused:
                stubs.reports.GetReport(report_service_pb2.GetReportRequest(
                    name=f"reports/{request.report_id}"), timeout=60)
            self.assertEqual(reason_of(refused.exception), "REPORT_PURGED")
            wait_for(lambda: self.files_with(*taken[0].values()) == [], "it is erased",
                     seconds=120)
            self.counts["purges finished"] += 1
            server.kill()
        # Nor was it put off to what a clean stop does.
        self.assertEqual(self.files_with(*taken[0].values()), [])

    def files_with(self, *requests):
        """Files of the database that have a sentence of one of these imports."""
        forms = []
        for request in requests:
            sentences = [line.split("，")[0] for line in request.source.content.decode().split("\n")
                         if "，" in line]
            forms += [sentence.encode(encoding) for sentence in (sentences[0], sentences[-1])
                      for encoding in ("utf-8", "utf-16-le", "utf-32-le")]
        found = []
        for path in sorted(self.database.parent.glob("**/*")):
            try:
                data = path.read_bytes() if path.is_file() else b""
            except FileNotFoundError:  # replaced meanwhile
                continue
            if any(form in data for form in forms):
                found.append(path.name)
        return found

    def power(self):
        """The same, and what was written without a sync is lost, in part or all of it."""
        faults = Faults(self.database.parent)
        loss = PowerLoss(faults)
        # From the first call on, or what was written before would be missed.
        faults.count(self.database.parent / "quotes.db*", WRITES | SYNCS)
        files = [self.database, self.database.parent / "quotes.db-wal"]
        with Server(self.database, env=faults.env) as server:
            # Long enough for checkpoints, some of the time.
            longest = self.numbers.choice((50, 400, 3000))
            faults.fail(self.database.parent / "quotes.db*", WRITES | SYNCS,
                        self.numbers.randint(1, longest), KILL)

            def when():
                deadline = time.monotonic() + 10
                while time.monotonic() < deadline and server.process.poll() is None:
                    time.sleep(0.005)
            self.write_and_kill(server, 3, (2, 400), when)
        (self.database.parent / "quotes.db-shm").unlink(missing_ok=True)
        lost, unsafe = loss.strike(files, self.numbers)
        self.counts["losses of power"] += 1
        self.counts["writes lost with the power"] += lost
        self.counts["writes not yet safe then"] += unsafe
        check_integrity(self, self.database)


if __name__ == "__main__":
    unittest.main()
