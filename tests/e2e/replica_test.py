"""Backups and replicas with the real programs: restored, followed, killed, carried by copy tools."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import threading
import time
import unittest
from contextlib import closing

import quotes_testing
from quotes_testing import (CLEAN_ENVIRONMENT, QUOTECTL, SAMPLE, SAMPLE_ID, Server, TempDir,
                            quotectl, quotectl_json, start_and_fail, wait_for)

quotes_testing.add_stubs()

# pylint: disable=wrong-import-position
import grpc
from quotes.v1 import (admin_service_pb2, admin_service_pb2_grpc, citation_service_pb2,
                       citation_service_pb2_grpc, quote_service_pb2, quote_service_pb2_grpc,
                       report_service_pb2, report_service_pb2_grpc, trace_pb2)


def import_text(server, report, text):
    result = quotectl("import", "-", "--id", report, "--as", "separate", server=server, stdin=text)
    assert result.returncode == 0, result.stderr


def import_sample(server):
    result = quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=server)
    assert result.returncode == 0, result.stderr


def answers(server):
    """The bytes of the answers to a set of calls of every kind."""
    with grpc.insecure_channel(server.address) as channel:
        quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
        reports = report_service_pb2_grpc.ReportServiceStub(channel)
        citations = citation_service_pb2_grpc.CitationServiceStub(channel)
        admin = admin_service_pb2_grpc.AdminServiceStub(channel)
        found = []

        def ask(method, request):
            answer = method(request, timeout=60)
            found.append(answer.SerializeToString(deterministic=True))
            return answer
        for query in ("棚改", "发展 OR 建设", "\"产业集群\"", "园区 -纺织", "不在其中的词语"):
            ask(quotes.SearchQuotes, quote_service_pb2.SearchQuotesRequest(
                query=query, page_size=200, return_total_size=True))
        for theme in ("rural", "industry", "party"):
            ask(quotes.LookupTheme, quote_service_pb2.LookupThemeRequest(
                name=f"themes/{theme}", page_size=200))
        ask(quotes.SearchFigures, quote_service_pb2.SearchFiguresRequest(value="280亿元"))
        ask(quotes.TracePhrase, trace_pb2.TracePhraseRequest(phrase="发展"))
        listed = ask(reports.ListReports, report_service_pb2.ListReportsRequest(
            page_size=200, show_deleted=True))
        for report in listed.reports:
            ask(reports.GetRevision, report_service_pb2.GetRevisionRequest(
                name=report.name + "/revisions/latest"))
            ask(reports.ListRevisions, report_service_pb2.ListRevisionsRequest(parent=report.name))
            ask(reports.ListDefects, report_service_pb2.ListDefectsRequest(parent=report.name))
        for quotation in ("城镇新增就业4.5万余人", "城镇新增就业4.5万人", "从来没有说过的一句话"):
            ask(citations.VerifyCitation, citation_service_pb2.VerifyCitationRequest(
                quotation=quotation))
        ask(admin.ListAuditEntries, admin_service_pb2.ListAuditEntriesRequest(page_size=200))
        return found


def fill(server):
    import_sample(server)
    for i in range(5):
        import_text(server, f"r{i}", f"政府工作报告\n一、回顾\n第{i}年棚改安置房建成{i}千套。\n")
    import_text(server, "r1", "政府工作报告\n一、回顾\n第1年棚改安置房建成1万套。\n")
    assert quotectl("withdraw", "r2", server=server).returncode == 0


class BackupTest(unittest.TestCase):
    def test_a_restored_backup_answers_with_the_same_bytes(self):
        with TempDir() as folder:
            with Server(folder / "quotes.db", "--backup-folder", folder / "backups") as server:
                fill(server)
                before = answers(server)
                told, = quotectl_json("backup", "mine.db", server=server)
                self.assertEqual(told["file_name"], "mine.db")
                # What comes later is not in it.
                import_text(server, "later", "政府工作报告\n一、回顾\n后来的一句话。\n")
                status, = quotectl_json("status", server=server)
                self.assertIsNotNone(status["last_backup_time"])
                human = quotectl("backup", server=server)
                self.assertEqual(human.returncode, 0, human.stderr)
                self.assertIn(told["archive_revision"], told["archive_revision"])
                self.assertRegex(human.stdout, r"quotes-\d{8}T\d{6}Z\.db")
                again = quotectl("backup", "mine.db", server=server)
                self.assertEqual(again.returncode, 2, again)
                self.assertIn("mine.db", again.stderr)
            copy = folder / "backups" / "mine.db"
            self.assertEqual(copy.stat().st_size, int(told["size_bytes"]))
            digest = subprocess.run(["sha256sum", copy], capture_output=True, text=True, check=True)
            self.assertEqual(digest.stdout.split()[0], told["sha256"])
            # Restored as the README says: one file, put in place.
            restored = folder / "restored"
            restored.mkdir()
            shutil.copy(copy, restored / "quotes.db")
            with Server(restored / "quotes.db") as server:
                self.assertEqual(answers(server), before)
                import_text(server, "new", "政府工作报告\n一、回顾\n恢复后的一句话。\n")

    def test_a_watch_is_told_that_it_goes_on_from_an_older_copy(self):
        def changes(server, since):
            return quotectl("watch", "--since", since, "--once", "--json", server=server)

        def position(server):
            result = changes(server, "0")
            self.assertEqual(result.returncode, 0, result)
            return json.loads(result.stdout.splitlines()[-1])["position"]
        with TempDir() as folder:
            with Server(folder / "quotes.db", "--backup-folder", folder / "backups") as server:
                import_text(server, "first", "政府工作报告\n一、回顾\n第一句话。\n")
                common = position(server)
                self.assertEqual(quotectl("backup", "mine.db", server=server).returncode, 0)
                import_text(server, "lost", "政府工作报告\n一、回顾\n后来的一句话。\n")
                lost = position(server)
            with Server(folder / "backups" / "mine.db") as server:
                # Not reached yet, then passed by something else.
                ahead = changes(server, lost)
                self.assertEqual(json.loads(ahead.stderr)["reason"], "REVISION_IN_FUTURE")
                for name in ("other", "more"):
                    import_text(server, name, f"政府工作报告\n一、回顾\n{name}的一句话。\n")
                refused = changes(server, lost)
                self.assertEqual(json.loads(refused.stderr)["reason"], "HISTORY_CHANGED")
                self.assertNotEqual(refused.returncode, 0)
                self.assertEqual(refused.stdout, "")
                chinese = quotectl("--lang", "zh", "watch", "--since", lost, "--once", server=server)
                self.assertIn("副本", chinese.stderr)
                # What was told before the copy was made holds in both.
                gone_on = changes(server, common)
                self.assertEqual(gone_on.returncode, 0, gone_on)
                self.assertEqual([change["report"]
                                  for line in gone_on.stdout.splitlines()
                                  for change in json.loads(line)["changes"]],
                                 ["reports/other", "reports/more"])

    def test_the_houses_themes_are_with_it(self):
        with TempDir() as folder:
            house = folder / "quotes.db.themes"
            house.mkdir()
            (house / "themes.tsv").write_text(
                "code\tparent\tzh\ten\tscope\nour_chronicle\t\t本刊纪事\tOur chronicle\tOurs\n",
                encoding="utf-8")
            (house / "cues.tsv").write_text(
                "version\t1\ncode\tterm\tweight\tscope\nour_chronicle\t棚改\t3\tany\n",
                encoding="utf-8")
            backups = folder / "backups"
            themes = ("theme", "our_chronicle")
            with Server(folder / "quotes.db", "--backup-folder", backups) as server:
                import_sample(server)
                before = quotectl(*themes, server=server)
                self.assertEqual(before.returncode, 0, before.stderr)
                told, = quotectl_json("backup", "mine.db", server=server)
                self.assertEqual(told["themes_folder"], "mine.db.themes")
                self.assertIn("second.db.themes",
                              quotectl("backup", "second.db", server=server).stdout)
                self.assertEqual(server.terminate(), 0)
            # By itself; who asks for one meanwhile would be told to come again.
            with Server(folder / "quotes.db", "--backup-folder", backups,
                        "--backup-every", "1s", "--backup-keep", "1"):
                def left():
                    return {path.name for path in backups.glob("quotes-auto-*.themes")}
                wait_for(left, "a backup made by itself")
                first = left()
                wait_for(lambda: left() and not left() & first, "the next one in its place")
            for name in ("themes.tsv", "cues.tsv"):
                self.assertEqual((backups / "mine.db.themes" / name).read_bytes(),
                                 (house / name).read_bytes())
            # A server that is started with it reads by the same scheme.
            with Server(backups / "mine.db") as server:
                self.assertEqual(quotectl(*themes, server=server).stdout, before.stdout)
            # Without a server; what stands there already is not replaced.
            database = folder / "quotes.db"
            result = quotectl("backup", folder / "copy.db", database=database)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("copy.db.themes", result.stdout)
            self.assertEqual(quotectl(*themes, database=folder / "copy.db").stdout, before.stdout)
            (folder / "other.db.themes").mkdir()
            (folder / "other.db.themes" / "cues.tsv").write_text("# others'\n", encoding="utf-8")
            result = quotectl("backup", folder / "other.db", database=database)
            self.assertEqual(result.returncode, 2, result)
            self.assertIn("other.db.themes", result.stderr)
            self.assertFalse((folder / "other.db").exists())
            self.assertEqual((folder / "other.db.themes" / "cues.tsv").read_text(), "# others'\n")

    def test_without_a_server(self):
        with TempDir() as folder:
            database = folder / "quotes.db"
            self.assertEqual(quotectl("import", SAMPLE, "--id", SAMPLE_ID,
                                      database=database).returncode, 0)
            result = quotectl("backup", folder / "copy.db", database=database)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(quotectl("find", "棚改", database=folder / "copy.db").stdout,
                             quotectl("find", "棚改", database=database).stdout)
            self.assertEqual(quotectl("backup", database=database).returncode, 2)

    def test_made_by_itself(self):
        with TempDir() as folder:
            arguments = ("--backup-folder", folder / "backups", "--backup-every", "1s",
                         "--backup-keep", "2")

            def names():
                return sorted(path.name for path in (folder / "backups").glob("*"))
            with Server(folder / "quotes.db", *arguments) as server:
                import_sample(server)
                seen = set()

                def several():
                    seen.update(name for name in names() if name.endswith(".db"))
                    return len(seen) >= 3
                wait_for(several, "three backups")
                wait_for(lambda: len(names()) <= 2, "old ones removed")
                self.assertEqual(server.terminate(), 0)
            self.assertLessEqual(len(names()), 2)
            newest = folder / "backups" / names()[-1]
            with closing(sqlite3.connect(f"file:{newest}?immutable=1", uri=True)) as database:
                self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            with Server(newest) as server:
                self.assertEqual(quotectl("find", "棚改", server=server).returncode, 0)

    def test_killed_while_a_backup_is_made(self):
        generator = random.Random(7)
        with TempDir() as folder:
            with Server(folder / "quotes.db") as server:
                fill(server)
                for i in range(6):
                    import_text(server, f"big{i}", "政府工作报告\n" + "".join(
                        f"第{i}份第{k}项工作取得成效。" for k in range(20_000)))
            whole = set()
            for _ in range(5):
                with Server(folder / "quotes.db", "--backup-folder", folder / "backups") as server:
                    with subprocess.Popen([QUOTECTL, "--server", server.address, "backup"],
                                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                          env=CLEAN_ENVIRONMENT) as client:
                        time.sleep(generator.uniform(0, 0.4))
                        server.kill()
                        client.wait()
                    for path in (folder / "backups").glob("*.db"):
                        with closing(sqlite3.connect(f"file:{path}?immutable=1",
                                                     uri=True)) as database:
                            self.assertEqual(
                                database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
                        whole.add(path.name)
                # Names are of the second.
                second = int(time.time())
                wait_for(lambda second=second: time.time() >= second + 1, "another second")
            with Server(folder / "quotes.db", "--backup-folder", folder / "backups") as server:
                left = [path.name for path in (folder / "backups").iterdir()]
                self.assertEqual(sorted(left), sorted(whole), "nothing half is left")
                self.assertEqual(quotectl("backup", server=server).returncode, 0)


class OptionsTest(unittest.TestCase):
    def test_what_excludes_each_other_is_refused(self):
        with TempDir() as folder:
            for arguments in (("--follow", folder, "--publish-folder", folder),
                              ("--read-only", "--publish-folder", folder),
                              ("--backup-every", "1d"), ("--backup-every", "0.5s"),
                              ("--backup-keep", "0"), ("--publish-every", "soon")):
                code, log = start_and_fail(folder / "quotes.db", *arguments)
                self.assertEqual(code, 2, (arguments, log))
            (folder / "file").write_text("x", encoding="utf-8")
            code, log = start_and_fail(folder / "quotes.db", "--backup-folder", folder / "file")
            self.assertEqual(code, 3, log)


class ReplicaTest(unittest.TestCase):
    PUBLISH = ("--publish-every", "1s")

    @staticmethod
    def revision(server):
        status, = quotectl_json("status", server=server)
        return int(status["archive_revision"])

    def wait_for_revision(self, server, revision):
        wait_for(lambda: self.revision(server) == revision, f"revision {revision}", 300)

    def test_a_replica_follows(self):
        with TempDir() as folder:
            published = folder / "published"
            published.mkdir()
            with Server(folder / "quotes.db", "--publish-folder", published,
                        *self.PUBLISH) as writer:
                fill(writer)
                with Server(folder / "replica.db", "--follow", published) as replica:
                    self.wait_for_revision(replica, self.revision(writer))
                    self.assertEqual(answers(replica), answers(writer))
                    # Writes are for the writer.
                    for command in (("import", SAMPLE), ("withdraw", "r1"), ("restore", "r2")):
                        result = quotectl(*command, "--json", server=replica)
                        self.assertEqual(result.returncode, 3, result)
                        self.assertEqual(json.loads(result.stderr)["reason"], "READ_ONLY")
                    status, = quotectl_json("status", server=replica)
                    self.assertTrue(status["read_only"])
                    self.assertEqual(status["followed_folder"], str(published))
                    self.assertGreaterEqual(float(status["snapshot_age"].rstrip("s")), 0)
                    self.assertIn("old", quotectl("status", server=replica).stdout)

                    # Look-ups go on while it changes what it serves, and a page token of before is
                    # good afterwards, on either server.
                    ended, failures, count = threading.Event(), [], [0]

                    def look_up():
                        with grpc.insecure_channel(replica.address) as channel:
                            stub = quote_service_pb2_grpc.QuoteServiceStub(channel)
                            while not ended.is_set():
                                try:
                                    stub.SearchQuotes(quote_service_pb2.SearchQuotesRequest(
                                        query="发展"), timeout=30)
                                    count[0] += 1
                                except grpc.RpcError as error:
                                    failures.append(error)
                    with grpc.insecure_channel(replica.address) as channel:
                        stub = quote_service_pb2_grpc.QuoteServiceStub(channel)
                        request = quote_service_pb2.SearchQuotesRequest(query="发展", page_size=3)
                        page = stub.SearchQuotes(request, timeout=30)
                        names = [hit.quote.name for hit in page.hits]
                        thread = threading.Thread(target=look_up)
                        thread.start()
                        for i in range(3):
                            import_text(writer, "new", f"政府工作报告\n一、回顾\n加快发展{i}次。\n")
                            self.wait_for_revision(replica, self.revision(writer))
                        wait_for(lambda: count[0] > 10 or failures, "some look-ups")
                        ended.set()
                        thread.join()
                        while page.next_page_token:
                            request.page_token = page.next_page_token
                            page = stub.SearchQuotes(request, timeout=30)
                            names += [hit.quote.name for hit in page.hits]
                    self.assertEqual(failures, [])
                    self.assertEqual(len(names), len(set(names)))
                    self.assertEqual(answers(replica), answers(writer))
                    # A withdrawal reaches it, too.
                    self.assertEqual(quotectl("withdraw", SAMPLE_ID, server=writer).returncode, 0)
                    self.wait_for_revision(replica, self.revision(writer))
                    self.assertEqual(quotectl("verify", "城镇新增就业4.5万余人",
                                              server=replica).returncode, 1)
                    before = answers(replica)
                    self.assertEqual(replica.terminate(), 0)
                # The writer and its folder are away: a restart serves what was served.
                self.assertEqual(writer.terminate(), 0)
            shutil.rmtree(published)
            with Server(folder / "replica.db", "--follow", published) as replica:
                self.assertEqual(answers(replica), before)

    def test_carried_by_a_slow_and_careless_tool(self):
        """Half copies, in any order, under their final names: never taken."""
        with TempDir() as folder:
            published, carried = folder / "published", folder / "carried"
            published.mkdir()
            carried.mkdir()
            generator = random.Random(11)
            with Server(folder / "quotes.db", "--publish-folder", published, *self.PUBLISH,
                        "--publish-keep", "50") as writer:
                import_sample(writer)
                ended = threading.Event()

                def carry():
                    while not ended.is_set():
                        files = [path for path in published.iterdir()
                                 if not path.name.startswith(".")]
                        generator.shuffle(files)
                        for path in files:
                            target = carried / path.name
                            if target.exists() and target.stat().st_size == path.stat().st_size:
                                continue
                            with open(path, "rb") as source, open(target, "wb") as sink:
                                while piece := source.read(100_000):
                                    sink.write(piece)
                                    sink.flush()
                                    time.sleep(generator.choice((0, 0, 0.005)))
                        time.sleep(0.01)
                carrier = threading.Thread(target=carry)
                carrier.start()
                try:
                    with Server(folder / "replica.db", "--follow", carried) as replica:
                        revisions = []
                        for i in range(5):
                            import_text(writer, f"r{i}", f"政府工作报告\n一、回顾\n第{i}年。\n")
                            self.wait_for_revision(replica, self.revision(writer))
                            revisions.append(self.revision(replica))
                            self.assertEqual(answers(replica), answers(writer))
                        self.assertEqual(revisions, sorted(revisions))
                        listed = sorted(path.name for path in carried.iterdir())
                        self.assertTrue(all(name.startswith("quotes-") for name in listed), listed)
                finally:
                    ended.set()
                    carrier.join()

    def test_a_replica_waits_for_its_first_snapshot(self):
        with TempDir() as folder:
            published = folder / "published"
            server = Server(folder / "replica.db", "--follow", published)
            try:
                wait_for(lambda: "waiting_for_snapshot" in server.log_text(), "waiting")
                with Server(folder / "quotes.db", "--publish-folder", published) as writer:
                    import_sample(writer)
                    server.wait_until_serving()
                    self.wait_for_revision(server, 1)
                self.assertEqual(server.terminate(), 0)
            finally:
                server.__exit__(None, None, None)
            # While it waits a signal ends it as it ends others.
            waiting = Server(folder / "other.db", "--follow", folder / "nothing")
            try:
                wait_for(lambda: "waiting_for_snapshot" in waiting.log_text(), "waiting")
                self.assertEqual(waiting.terminate(), 0)
                self.assertEqual([line["event"] for line in waiting.log_lines()[-2:]],
                                 ["drain", "end"])
            finally:
                waiting.__exit__(None, None, None)

    def test_killed_at_any_time_both_go_on(self):
        generator = random.Random(5)
        with TempDir() as folder:
            published = folder / "published"
            acknowledged = 0
            for _ in range(6):
                with Server(folder / "quotes.db", "--publish-folder", published,
                            "--publish-every", "1s") as writer:
                    with Server(folder / "replica.db", "--follow", published) as replica:
                        for _ in range(3):
                            import_text(writer, "a", f"政府工作报告\n一、回顾\n第{acknowledged}次。\n")
                            acknowledged += 1
                            time.sleep(generator.uniform(0, 0.5))
                        for server in generator.sample([writer, replica], 2):
                            server.kill()
            with Server(folder / "quotes.db", "--publish-folder", published) as writer:
                with Server(folder / "replica.db", "--follow", published) as replica:
                    self.wait_for_revision(replica, acknowledged)
                    self.assertEqual(answers(replica), answers(writer))
            names = [path.name for path in published.iterdir()]
            self.assertLessEqual(len(names), 2 * 3 + 1, names)

    def test_a_reader_of_the_same_file_follows_its_writer(self):
        with TempDir() as folder:
            with Server(folder / "quotes.db") as writer:
                import_sample(writer)
                with Server(folder / "quotes.db", "--read-only") as reader:
                    import_text(writer, "new", "政府工作报告\n一、回顾\n后来的一句话。\n")
                    self.wait_for_revision(reader, 2)
                    self.assertEqual(answers(reader), answers(writer))


class WatchTest(unittest.TestCase):
    def test_changes_are_told_by_writer_and_replica(self):
        with TempDir() as folder:
            published = folder / "published"
            with Server(folder / "quotes.db", "--publish-folder", published,
                        "--publish-every", "1s") as writer:
                import_sample(writer)
                with Server(folder / "replica.db", "--follow", published) as replica:
                    wait_for(lambda: ReplicaTest.revision(replica) == 1, "the first")
                    watches = [subprocess.Popen(  # pylint: disable=consider-using-with
                        [QUOTECTL, "--server", server.address, "watch", "--since", "0",
                         "--limit", "3"], stdout=subprocess.PIPE, text=True, env=CLEAN_ENVIRONMENT)
                               for server in (writer, replica)]
                    for watch in watches:
                        self.addCleanup(watch.kill)
                    import_text(writer, "new", "政府工作报告\n一、回顾\n后来的一句话。\n")
                    quotectl("withdraw", "new", server=writer)
                    told = [watch.communicate(timeout=120)[0] for watch in watches]
                    self.assertEqual([watch.returncode for watch in watches], [0, 0])
                    self.assertEqual(told[0], told[1])
                    lines = told[0].splitlines()
                    self.assertEqual(len(lines), 3)
                    self.assertIn("new report", lines[0])
                    self.assertTrue(lines[2].endswith("withdrawn  reports/new"), lines)
                once = quotectl("watch", "--since", "1", "--once", server=writer)
                self.assertEqual(once.stdout.splitlines(), lines[1:])
                late = quotectl("watch", "--since", "99", "--json", server=writer)
                self.assertEqual(late.returncode, 2, late)
                self.assertEqual(json.loads(late.stderr)["reason"], "REVISION_IN_FUTURE")
                audit, = quotectl_json("audit", "new", server=writer)
                self.assertEqual([entry["action"] for entry in audit["entries"]],
                                 ["ACTION_WITHDRAW", "ACTION_IMPORT"])

    def test_a_watch_survives_a_restart_of_the_server(self):
        with TempDir() as folder:
            port = quotes_testing.free_port()
            address = f"127.0.0.1:{port}"
            # The grace is longer than a test waits for an end.
            with Server(folder / "quotes.db", "--drain-grace", "1h", listen=address) as server:
                import_sample(server)
                with subprocess.Popen([QUOTECTL, "--server", address, "watch", "--since", "0",
                                       "--limit", "2"], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True,
                                      env=CLEAN_ENVIRONMENT) as watch:
                    self.addCleanup(watch.kill)
                    self.assertIn("new report", watch.stdout.readline())
                    self.assertEqual(server.terminate(), 0)
                    with Server(folder / "quotes.db", listen=address) as again:
                        import_text(again, "new", "政府工作报告\n一、回顾\n后来的一句话。\n")
                        self.assertIn("reports/new", watch.stdout.readline())
                        self.assertEqual(watch.wait(120), 0)

    def test_slow_readers_hold_no_memory(self):
        # What AddressSanitizer keeps of freed memory is held by nobody.
        environment = CLEAN_ENVIRONMENT | {"ASAN_OPTIONS": "quarantine_size_mb=4"}
        with TempDir() as folder, Server(folder / "quotes.db", env=environment) as server:
            import_sample(server)
            quotectl("import", "-", "--id", "a", server=server, stdin="政府工作报告\n一句话。\n")
            with grpc.insecure_channel(server.address) as channel:
                stub = report_service_pb2_grpc.ReportServiceStub(channel)
                for _ in range(300):
                    stub.DeleteReport(report_service_pb2.DeleteReportRequest(name="reports/a"))
                    stub.UndeleteReport(report_service_pb2.UndeleteReportRequest(name="reports/a"))

                def resident():
                    with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as statm:
                        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
                before = resident()
                # None of them reads; each would get six messages.
                channels = [grpc.insecure_channel(server.address,
                                                  [("grpc.use_local_subchannel_pool", 1)])
                            for _ in range(100)]
                calls = [report_service_pb2_grpc.ReportServiceStub(each).WatchChanges(
                    report_service_pb2.WatchChangesRequest(since_archive_revision=0))
                         for each in channels]
                time.sleep(3)
                self.assertLess(resident() - before, 64 << 20)
                for call in calls:
                    call.cancel()
                for each in channels:
                    each.close()
                status, = quotectl_json("status", server=server)
                self.assertEqual(status["archive_revision"], "602")


if __name__ == "__main__":
    unittest.main()
