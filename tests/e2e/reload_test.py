"""Options and profiles read anew while the server runs, by SIGHUP and by quotectl reload."""

import collections
import signal
import subprocess
import unittest

import quotes_testing
from metrics_testing import Scrape, metrics_port, read
from quotes_testing import (CLEAN_ENVIRONMENT, QUOTECTL, SAMPLE, SAMPLE_ID, Server, TempDir, quotectl,
                            quotectl_json, wait_for)

quotes_testing.add_stubs()

EXIT_SERVICE = 3
PROFILE = '[{name}]\nbase = "strict"\n'


class ReloadTest(unittest.TestCase):
    DEFAULTS = "# all as it is without a file\n"

    def setUp(self):
        self.folder = self.enterContext(TempDir())
        self.file = self.folder / "quoted.toml"

    def start(self, text, *arguments):
        self.file.write_text(text, encoding="utf-8")
        self.server = self.enterContext(Server(
            self.folder / "quotes.db", "--config", self.file, "--metrics-listen", "127.0.0.1:0",
            *arguments))
        self.metrics = metrics_port(self.server)
        self.known = collections.Counter()

    def events(self, name):
        return [line for line in self.server.log_lines() if line["event"] == name]

    def next_event(self, name):
        """The next line of an event, once it is there: the log is written behind the answers."""
        self.known[name] += 1
        return self.server.await_lines(name, self.known[name])[self.known[name] - 1]

    def hang_up(self, text, event="configuration_reloaded"):
        """Writes the file and sends SIGHUP; the line of what came of it."""
        self.file.write_text(text, encoding="utf-8")
        self.server.process.send_signal(signal.SIGHUP)
        return self.next_event(event)

    def failing(self, task):
        return Scrape(read(self.metrics)).by_label("quotes_task_failing", "task").get(task)

    def reason(self):
        result = quotectl("status", "--json", server=self.server)
        return "" if result.returncode == 0 else result.stderr

    def test_what_can_change_does(self):
        # By the default a call is slow that a busy machine makes so.
        slow = 'slow_call = "1h"\n'
        self.start('log_level = "info"\n' + slow)
        self.assertEqual(self.reason(), "")
        line = self.hang_up('log_level = "info"\nquota_rate = 0.01\nquota_burst = 2\n'
                            'drain_delay = "1s"\n' + slow)
        self.assertEqual(line["changed"], "quota_rate, quota_burst, drain_delay")
        self.assertEqual((self.reason(), self.reason()), ("", ""))
        self.assertIn("QUOTA_EXCEEDED", self.reason())
        self.assertEqual(self.hang_up('max_calls = 7\n' + slow)["changed"],
                         "quota_rate, quota_burst, max_calls, drain_delay")
        self.assertEqual([self.reason() for _ in range(5)], [""] * 5)
        # Every call is slow now.
        self.assertEqual(self.events("slow_call"), [])
        self.hang_up('slow_call = "1ns"\n')
        self.reason()
        self.next_event("slow_call")
        self.assertEqual(self.events("configuration_needs_restart"), [])
        self.assertEqual(self.failing("configuration"), 0)

    def test_the_log_s_level(self):
        self.start("")
        status = "/quotes.v1.AdminService/GetStatus"
        self.hang_up('log_level = "debug"\n')
        self.assertEqual(self.reason(), "")
        self.server.await_lines("call", method=status)
        self.file.write_text('log_level = "error"\n', encoding="utf-8")
        self.assertEqual(quotectl("reload", server=self.server).returncode, 0)
        self.assertEqual(self.reason(), "")
        self.file.write_text(self.DEFAULTS, encoding="utf-8")
        self.assertEqual(quotectl("reload", server=self.server).returncode, 0)
        # Whatever was logged before this line stands before it.
        self.assertEqual(self.next_event("configuration_reloaded")["changed"], "log_level")
        self.assertEqual(len(self.server.await_lines("call", method=status)), 1)
        self.assertEqual(self.reason(), "")
        self.server.await_lines("call", 2, method=status)

    def test_limits_of_calls(self):
        self.start("")
        self.hang_up("max_watches = 1\n")
        watch = quotectl("watch", "--since", "0", "--once", server=self.server)
        self.assertIn(watch.returncode, (0, 1), watch.stderr)

        def watches():
            return Scrape(read(self.metrics)).sum("quotes_calls_in_flight",
                                                  grpc_method="WatchChanges")
        # The server hears a moment later that its caller has gone.
        wait_for(lambda: watches() == 0, "the end of the watch")
        with subprocess.Popen(
                [QUOTECTL, "--server", self.server.address, "watch"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env=CLEAN_ENVIRONMENT) as held:
            self.addCleanup(held.kill)
            wait_for(lambda: watches() == 1, "a watch")
            refused = quotectl("watch", "--once", "--json", server=self.server)
            self.assertEqual(refused.returncode, EXIT_SERVICE, refused)
            self.hang_up("max_watches = 2\n")
            taken = quotectl("watch", "--once", server=self.server)
            self.assertIn(taken.returncode, (0, 1), taken.stderr)
            held.kill()

    def test_what_needs_a_restart_is_named(self):
        self.start("executor_threads = 2\n")
        line = self.hang_up('executor_threads = 3\nlog_level = "debug"\n'
                            f'backup_folder = "{self.folder}/b"\nbackup_every = "1d"\n',
                            "configuration_needs_restart")
        self.assertEqual((line["keys"], line["level"]),
                         ("executor_threads, backup_folder, backup_every", "warning"))
        self.assertEqual(self.events("configuration_reloaded")[-1]["changed"], "log_level")
        result = quotectl("reload", server=self.server)
        self.assertEqual(result.returncode, 0, result)
        self.assertIn("executor_threads, backup_folder, backup_every", result.stderr)
        source, = [one for one in quotectl_json("reload", server=self.server)[0]["sources"]
                   if one["kind"] == "KIND_CONFIGURATION"]
        self.assertEqual(source["need_restart"],
                         ["executor_threads", "backup_folder", "backup_every"])
        self.assertEqual(source["paths"], [str(self.file)])

    def test_a_broken_file_is_named_and_the_old_values_stay(self):
        self.start('quota_rate = 0.01\nquota_burst = 1000\n')
        for text, words in (("quota_rate = 0.02\nthis is no line\n", "quoted.toml:2"),
                            ("quota_rate = 0.02\nqouta_burst = 1\n", "qouta_burst"),
                            ('quota_burst = 0\n', "quota_burst"),
                            ('backup_every = "1d"\n', "--backup-folder"),
                            ("", "is empty"), ("\n \n", "is empty")):
            with self.subTest(text):
                line = self.hang_up(text, "configuration_not_reloaded")
                self.assertIn(words, line["error"])
                self.assertEqual(self.failing("configuration"), 1)
                result = quotectl("reload", server=self.server)
                self.assertEqual(result.returncode, EXIT_SERVICE, result)
                self.assertIn(words, result.stderr)
                self.assertIn(words, self.next_event("configuration_not_reloaded")["error"])
                status = quotectl("status", server=self.server).stdout
                self.assertRegex(status, r"Failing +configuration, .*" + words.replace(".", r"\."))
        self.file.unlink()
        result = quotectl("reload", server=self.server)
        self.assertEqual(result.returncode, EXIT_SERVICE, result)
        self.assertIn("cannot read", result.stderr)
        line = self.hang_up('quota_rate = 0.01\nquota_burst = 1000\n')
        self.assertEqual(line["changed"], "")
        self.assertEqual(len(self.events("configuration_reloaded")), 1, "the others were not")
        self.assertEqual(self.failing("configuration"), 0)

    def test_flags_come_before_the_file(self):
        self.start("", "--quota-burst", "5")
        line = self.hang_up("quota_burst = 1\nquota_rate = 100\n")
        self.assertEqual(line["changed"], "quota_rate")
        self.assertEqual(self.events("configuration_needs_restart"), [])

    def names(self):
        result = quotectl("verify", "--list-profiles", server=self.server)
        self.assertEqual(result.returncode, 0, result)
        return result.stdout

    def test_profiles(self):
        house = self.folder / "profiles.toml"
        house.write_text(PROFILE.format(name="evening"), encoding="utf-8")
        self.start(f'profiles = "{house}"\n')
        self.assertEqual(quotectl("import", SAMPLE, "--id", SAMPLE_ID,
                                  server=self.server).returncode, 0)
        self.assertIn("evening", self.names())
        house.write_text(PROFILE.format(name="morning"), encoding="utf-8")
        self.assertEqual(quotectl("reload", server=self.server).returncode, 0)
        self.assertIn("morning", self.names())
        self.assertNotIn("evening", self.names())
        checked = quotectl("verify", "坚持党的领导", "--profile", "morning", server=self.server)
        self.assertIn(checked.returncode, (0, 1), checked.stderr)
        # What cannot be used leaves what was.
        house.write_text("[morning", encoding="utf-8")
        result = quotectl("reload", server=self.server)
        self.assertEqual(result.returncode, EXIT_SERVICE, result)
        self.assertIn("profiles.toml", result.stderr)
        self.assertEqual((self.failing("profiles"), self.failing("configuration")), (1, 0))
        self.assertEqual(len(self.server.await_lines("profiles_not_reloaded")), 1)
        self.assertIn("morning", self.names())
        # Another file, and none.
        other = self.folder / "other.toml"
        other.write_text(PROFILE.format(name="sunday"), encoding="utf-8")
        self.next_event("profiles_reloaded")  # of the morning's
        self.hang_up(f'profiles = "{other}"\n', "profiles_reloaded")
        self.assertIn("sunday", self.names())
        self.hang_up(self.DEFAULTS, "profiles_reloaded")
        self.assertNotIn("sunday", self.names())
        self.assertIn("strict", self.names())

    def test_schedules(self):
        backups, snapshots = self.folder / "backups", self.folder / "snapshots"
        folders = f'backup_folder = "{backups}"\npublish_folder = "{snapshots}"\n'
        self.start(folders + 'publish_every = "1d"\n')

        # The server makes its folders when it first writes there, behind its first answer.
        def scheduled():
            return [file.name for file in backups.glob("quotes-auto-*")]

        def published():
            return [file.name for file in snapshots.glob("*.manifest")]
        wait_for(lambda: len(published()) == 1, "the first snapshot")
        self.assertEqual(quotectl("import", SAMPLE, "--id", SAMPLE_ID,
                                  server=self.server).returncode, 0)
        self.assertEqual((scheduled(), len(published())), ([], 1))
        self.assertNotIn("Last backup", quotectl("status", server=self.server).stdout)
        self.hang_up(folders + 'publish_every = "1s"\nbackup_every = "1s"\nbackup_keep = 3\n')
        wait_for(lambda: len(published()) == 2, "the next snapshot")
        wait_for(lambda: len(scheduled()) == 3, "backups")
        self.assertEqual(Scrape(read(self.metrics)).one("quotes_backup_interval_seconds"), 1)
        self.hang_up(folders + 'publish_every = "1s"\nbackup_every = "1s"\nbackup_keep = 1\n')
        wait_for(lambda: len(scheduled()) == 1, "only the newest is kept")
        self.hang_up(folders)
        # After a restart the folder still says when the last one was made.
        self.assertEqual(self.server.terminate(), 0)
        kept = scheduled()
        self.assertEqual(len(kept), 1)
        with Server(self.folder / "quotes.db", "--config", self.file) as again:
            self.assertRegex(quotectl("status", server=again).stdout, r"Last backup +\d{4}-")
            self.assertEqual(scheduled(), kept)

    def test_the_log_s_file_is_opened_anew(self):
        log, moved = self.folder / "quoted.log", self.folder / "quoted.log.1"
        self.file.write_text(self.DEFAULTS, encoding="utf-8")
        log.touch()
        server = Server(self.folder / "quotes.db", "--config", self.file, "--log-file", log)
        server.log_path = log
        with server:
            log.rename(moved)
            before = moved.read_text(encoding="utf-8")
            self.assertIn('"serving"', before)
            server.process.send_signal(signal.SIGHUP)
            wait_for(lambda: log.exists() and "configuration_reloaded" in
                     log.read_text(encoding="utf-8"), "the new file")
            self.assertEqual(moved.read_text(encoding="utf-8"), before)
            # A folder in the way: it goes on in the file that it has.
            log.rename(self.folder / "quoted.log.2")
            log.mkdir()
            server.process.send_signal(signal.SIGHUP)
            wait_for(lambda: "log_not_reopened" in
                     (self.folder / "quoted.log.2").read_text(encoding="utf-8"), "says so")
            log.rmdir()


if __name__ == "__main__":
    unittest.main()
